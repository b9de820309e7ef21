import UnrollErrors

/// The heap of dense links and attributes (Specification, III.G): blocks that
/// double in size by rows, in a tree of blocks that point at blocks.
final class FractalHeap {
  private let file: FileContext
  private let address: Int
  private let idLength: Int
  private let width: Int
  private let startSize: Int
  private let maximumDirect: Int
  private let offsetSize: Int
  private let lengthSize: Int
  private let spanBits: Int
  private let root: Int?
  private let rootRows: Int
  private let blocksHaveChecksums: Bool
  private let hugeTree: Int?
  private var blocks: [Int: Cursor] = [:]
  private var huge: [UInt64: (address: Int, count: Int)]?

  init(_ file: FileContext, at address: Int) throws(UnrollError) {
    self.file = file
    self.address = address
    let sizes = file.sizes
    let what: StaticString = "the fractal heap"
    var beginning = try file.read(what, at: address, 9)
    try beginning.expect("FRHP")
    try beginning.expect(version: 0)
    idLength = try beginning.integer(2)
    guard try beginning.integer(2) == 0 else { throw UnrollError(.unsupported, "a compressed fractal heap is not read; \(repack)") }
    var header = try file.readChecksummed(what, at: address, 26 + 3 * sizes.offset + 12 * sizes.length)
    try header.skip(9)
    blocksHaveChecksums = try header.byte() & 0x02 != 0
    let maximumManaged = try header.integer(4)
    try header.skip(sizes.length)
    hugeTree = try header.address()
    // Free space and statistics.
    try header.skip(sizes.length + sizes.offset + 8 * sizes.length)
    width = try header.integer(2)
    startSize = try header.length()
    maximumDirect = try header.length()
    spanBits = try header.integer(2)
    try header.skip(2)
    root = try header.address()
    rootRows = try header.integer(2)
    func isPower(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
    guard isPower(width), isPower(startSize), isPower(maximumDirect), startSize <= maximumDirect, maximumDirect <= 1 << 32,
      (1...62).contains(spanBits), rootRows <= 64
    else { throw header.damage("its blocks have impossible sizes") }
    offsetSize = (spanBits + 7) / 8
    lengthSize = min((maximumDirect.trailingZeroBitCount + 7) / 8, BTree2.bytesFor(maximumManaged))
  }

  /// The object of the identifier that `record` goes on with.
  func object(_ record: inout Cursor) throws(UnrollError) -> Cursor {
    var id = try record.part(idLength)
    let flags = try id.byte()
    guard flags & 0xC0 == 0 else { throw id.damage("a heap identifier of an unknown version") }
    switch flags >> 4 & 0x03 {
    case 0:
      let offset = try id.integer(offsetSize)
      return try managed(offset, try id.integer(lengthSize))
    case 1: return try hugeObject(&id)
    case 2:
      // In the identifier itself; long identifiers have a second byte of length.
      let count = idLength <= 17 ? flags & 0x0F : (flags & 0x0F) << 8 | (try id.byte())
      return try id.part(count + 1)
    default: throw id.damage("a heap identifier of an unknown kind")
    }
  }

  // MARK: Objects in blocks

  private func managed(_ offset: Int, _ count: Int) throws(UnrollError) -> Cursor {
    let (block, start) = try directBlock(holding: offset)
    var rest = block
    try rest.skip(offset - start)
    return try rest.part(count)
  }

  private func rowSize(_ row: Int) -> Int { row == 0 ? startSize : startSize << (row - 1) }

  private func directBlock(holding offset: Int) throws(UnrollError) -> (Cursor, start: Int) {
    guard let root else { throw damage("an object in a heap without blocks") }
    guard offset < 1 << spanBits else { throw damage("an object at \(offset)") }
    var block = root, rows = rootRows, start = 0
    if rows == 0 { return (try direct(block, start, startSize), start) }
    let firstRow = startSize.trailingZeroBitCount + width.trailingZeroBitCount
    let directRows = maximumDirect.trailingZeroBitCount - startSize.trailingZeroBitCount + 2
    while true {
      let relative = offset - start
      // Rows begin where the sizes of all before them end, at powers of two.
      let row = relative >> firstRow == 0 ? 0 : Int.bitWidth - (relative >> firstRow).leadingZeroBitCount
      guard row < rows else { throw damage("an object at \(offset)") }
      let rowStart = row == 0 ? 0 : 1 << (firstRow + row - 1)
      let column = (relative - rowStart) / rowSize(row)
      var entries = try indirect(block, start, rows)
      try entries.skip((row * width + column) * file.sizes.offset)
      guard let child = try entries.address() else { throw damage("an object at \(offset)") }
      start += rowStart + column * rowSize(row)
      if row < directRows { return (try direct(child, start, rowSize(row)), start) }
      block = child
      let childRows = rowSize(row).trailingZeroBitCount - firstRow + 1
      guard childRows > 0, childRows < rows else { throw damage("a block inside another of \(rows) rows has \(childRows)") }
      rows = childRows
    }
  }

  private func damage(_ reason: String) -> UnrollError {
    UnrollError(.format, "the fractal heap at byte \(address) is damaged: \(reason)")
  }

  /// The addresses in a block of `rows` rows.
  private func indirect(_ at: Int, _ start: Int, _ rows: Int) throws(UnrollError) -> Cursor {
    if let known = blocks[at] { return known }
    let head = 5 + file.sizes.offset + offsetSize
    var block = try file.readChecksummed("the fractal heap's indirect block", at: at, head + rows * width * file.sizes.offset + 4)
    try check(&block, "FHIB", start)
    blocks[at] = block
    return block
  }

  /// A block of objects, whose offsets count its own head.
  private func direct(_ at: Int, _ start: Int, _ size: Int) throws(UnrollError) -> Cursor {
    if let known = blocks[at] { return known }
    let block = try file.read("the fractal heap's direct block", at: at, size)
    var head = block
    try check(&head, "FHDB", start)
    if blocksHaveChecksums { try block.verifyChecksum(at: size - head.left) }
    blocks[at] = block
    return block
  }

  private func check(_ block: inout Cursor, _ signature: StaticString, _ start: Int) throws(UnrollError) {
    try block.expect(signature)
    try block.expect(version: 0)
    guard try block.address() == address, try block.integer(offsetSize) == start else {
      throw block.damage("it belongs to another heap")
    }
  }

  // MARK: Objects too large for blocks

  private func hugeObject(_ id: inout Cursor) throws(UnrollError) -> Cursor {
    let sizes = file.sizes
    // Identifiers with room for it say where the object is.
    if idLength > sizes.offset + sizes.length {
      guard let address = try id.address() else { throw id.damage("an object without an address") }
      return try file.read("a large heap object", at: address, try id.length())
    }
    let key = try id.unsigned(min(id.left, 8))
    if huge == nil { huge = try hugeObjects() }
    guard let found = huge?[key] else { throw id.damage("an object without an address") }
    return try file.read("a large heap object", at: found.address, found.count)
  }

  private func hugeObjects() throws(UnrollError) -> [UInt64: (address: Int, count: Int)] {
    guard let hugeTree else { throw damage("it has no index of large objects") }
    var objects: [UInt64: (address: Int, count: Int)] = [:]
    try BTree2.walk(file, at: hugeTree, .hugeObjects) { (record) throws(UnrollError) in
      guard let address = try record.address() else { throw record.damage("an object without an address") }
      let count = try record.length()
      objects[try record.unsigned(file.sizes.length)] = (address, count)
    }
    return objects
  }
}
