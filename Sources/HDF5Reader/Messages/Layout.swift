import UnrollErrors

/// Where a dataset's elements are (Specification, IV.A.2.i).
enum Layout {
  /// In the object header.
  case compact(Cursor)
  /// In one piece; nil where nothing was ever written. Old files do not say how large it is.
  case contiguous(address: Int?, count: Int?)
  case chunked(ChunkLayout)

  init(_ message: Cursor, _ file: FileContext) throws(UnrollError) {
    var message = message
    let version = try message.byte()
    switch version {
    case 1, 2: self = try Self.old(&message)
    case 3: self = try Self.third(&message)
    case 4, 5: self = try Self.latest(&message, version: version, file)
    default: throw UnrollError(.unsupported, "a data layout of version \(version); expected 1 to 5; \(repack)")
    }
  }

  /// Of HDF5 before 1.6.3.
  private static func old(_ message: inout Cursor) throws(UnrollError) -> Layout {
    let axes = try message.byte(), kind = try message.byte()
    try message.skip(5)
    let address = kind == 0 ? nil : try message.address()
    var lengths: [Int] = []
    for _ in 0..<axes { lengths.append(try message.integer(4)) }
    switch kind {
    case 0:
      let count = try message.integer(4)
      return .compact(try message.part(count))
    case 1: return .contiguous(address: address, count: nil)
    case 2: return .chunked(try ChunkLayout(lengths, .tree1(address), message))
    default: throw message.damage("a data layout of class \(kind)")
    }
  }

  private static func third(_ message: inout Cursor) throws(UnrollError) -> Layout {
    let kind = try message.byte()
    guard kind == 2 else { return try unchunked(&message, kind) }
    let axes = try message.byte(), address = try message.address()
    var lengths: [Int] = []
    for _ in 0..<axes { lengths.append(try message.integer(4)) }
    return .chunked(try ChunkLayout(lengths, .tree1(address), message))
  }

  private static func unchunked(_ message: inout Cursor, _ kind: Int) throws(UnrollError) -> Layout {
    switch kind {
    case 0:
      let count = try message.integer(2)
      return .compact(try message.part(count))
    case 1:
      let address = try message.address()
      return .contiguous(address: address, count: try message.length())
    case 3: throw UnrollError(.unsupported, "a virtual dataset: a model file must hold its data itself")
    default: throw message.damage("a data layout of class \(kind)")
    }
  }

  private static func latest(_ message: inout Cursor, version: Int, _ file: FileContext) throws(UnrollError) -> Layout {
    let kind = try message.byte()
    guard kind == 2 else { return try unchunked(&message, kind) }
    let flags = try message.byte(), axes = try message.byte(), width = try message.byte()
    guard (1...8).contains(width) else { throw message.damage("chunk lengths of \(width) bytes") }
    var lengths: [Int] = []
    for _ in 0..<axes { lengths.append(try message.integer(width)) }
    let type = try message.byte()
    let index: ChunkLayout.Index
    switch type {
    case 1:
      let isFiltered = flags & 0x02 != 0
      let count = isFiltered ? try message.length() : nil, mask = isFiltered ? try message.integer(4) : 0
      index = .single(try message.address(), count: count, mask: mask)
    case 2: index = .implicit(try message.address())
    case 3:
      try message.skip(1)
      index = .fixedArray(try message.address())
    case 4:
      try message.skip(5)
      index = .extensibleArray(try message.address())
    case 5:
      try message.skip(6)
      index = .tree2(try message.address())
    default: throw UnrollError(.unsupported, "a chunk index of type \(type); expected 1 to 5; \(repack)")
    }
    var layout = try ChunkLayout(lengths, index, message)
    layout.leavesEdgesAlone = flags & 0x01 != 0
    // How wide the sizes of filtered chunks are written.
    layout.sizeWidth = version > 4 ? file.sizes.length : min(8, 1 + (Int.bitWidth - 1 - layout.chunkBytes.leadingZeroBitCount + 8) / 8)
    return .chunked(layout)
  }
}

/// The form of chunks, and where to find them.
struct ChunkLayout {
  /// Each with the address of what it begins with; nil where nothing was ever written.
  enum Index {
    case tree1(Int?)
    case single(Int?, count: Int?, mask: Int)
    case implicit(Int?)
    case fixedArray(Int?)
    case extensibleArray(Int?)
    case tree2(Int?)
  }

  /// Elements of a chunk along each axis.
  let lengths: [Int]
  let elementSize: Int
  let chunkBytes: Int
  let index: Index
  /// Whether chunks that reach over an edge of the shape are stored unfiltered.
  var leavesEdgesAlone = false
  var sizeWidth = 0

  /// `lengths` ends with the size of an element.
  init(_ lengths: [Int], _ index: Index, _ message: Cursor) throws(UnrollError) {
    guard lengths.count > 1, let elementSize = lengths.last, lengths.allSatisfy({ $0 > 0 }) else {
      throw message.damage("chunks of the shape \(lengths)")
    }
    self.lengths = Array(lengths.dropLast())
    self.elementSize = elementSize
    self.index = index
    chunkBytes = try declaredProduct(lengths, "a chunk")
  }
}
