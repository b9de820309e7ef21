import UnrollErrors

/// The messages that are read. Others are left out where that is harmless.
enum MessageType: Int {
  case dataspace = 0x01, linkInformation, datatype, oldFillValue, fillValue, link, externalFiles, layout
  case filters = 0x0B, attribute = 0x0C
  case continuation = 0x10, symbolTable = 0x11, driverInformation = 0x14, attributeInformation = 0x15
  case cacheImage = 0x18

  var name: String {
    switch self {
    case .dataspace: "shape"
    case .datatype: "element type"
    case .fillValue, .oldFillValue: "fill value"
    case .filters: "list of filters"
    case .attribute: "attribute"
    default: "header message"
    }
  }
}

/// One message, as small as can be: a file may be nothing but messages.
private struct Entry {
  let type: MessageType
  let isShared: Bool
  let count: UInt16
  let block: Int32
  let start: Int
}

/// The messages of a group, dataset or committed type (HDF5 File Format
/// Specification, IV.A).
struct ObjectHeader {
  let address: Int
  private var blocks: [Cursor] = []
  private var entries: [Entry] = []
  private var first: [MessageType: Int] = [:]

  private static let what: StaticString = "the object header"
  /// Types up to here exist; later ones may change what a reader must do.
  private static let lastType = 0x18

  init(_ file: FileContext, at address: Int) throws(UnrollError) {
    self.address = address
    // Most headers are not longer; a second read costs more than the bytes.
    let glance = try file.glance(Self.what, at: address, upTo: 512)
    let isNew = glance.starts(with: "OHDR")
    var tracksOrder = false
    var head = glance
    if isNew {
      try head.skip(4)
      try head.expect(version: 2)
      let flags = try head.byte()
      tracksOrder = flags & 0x04 != 0
      try head.skip((flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0))
      let count = try head.integer(1 << (flags & 0x03))
      let start = glance.left - head.left
      var block = try Self.whole(file, glance, address, start, count, trailing: 4)
      try block.verifyChecksum()
      try block.skip(start)
      blocks.append(block)
    } else {
      try head.expect(version: 1)
      try head.skip(7)
      let count = try head.integer(4)
      var block = try Self.whole(file, glance, address, 16, count, trailing: 0)
      try block.skip(16)
      blocks.append(block)
    }
    let prefix = !isNew ? 8 : tracksOrder ? 6 : 4
    var number = 0
    while number < blocks.count {
      let whole = blocks[number]
      var block = whole
      while block.left >= prefix {
        let type = try block.integer(isNew ? 1 : 2), size = try block.integer(2), flags = try block.byte()
        try block.skip(isNew ? prefix - 4 : 3)
        var body = try block.part(size)
        guard let known = MessageType(rawValue: type) else {
          guard type <= Self.lastType || flags & 0x80 == 0 else {
            throw UnrollError(.unsupported, "the object header at byte \(address) needs a newer reader (message \(type)); \(repack)")
          }
          continue
        }
        guard known == .continuation else {
          if first[known] == nil { first[known] = entries.count }
          entries.append(
            Entry(
              type: known, isShared: flags & 0x02 != 0, count: UInt16(truncatingIfNeeded: size),
              block: Int32(truncatingIfNeeded: number), start: whole.left - block.left - size))
          continue
        }
        guard let next = try body.address() else { throw body.damage("its continuation has no address") }
        let count = try body.length()
        if isNew {
          var more = try file.readChecksummed("the continued object header", at: next, count)
          try more.expect("OCHK")
          blocks.append(more)
        } else {
          blocks.append(try file.read("the continued object header", at: next, count))
        }
      }
      number += 1
    }
  }

  /// The header's first block with all of `start + count + trailing` bytes.
  private static func whole(
    _ file: FileContext, _ glance: Cursor, _ address: Int, _ start: Int, _ count: Int, trailing: Int
  ) throws(UnrollError) -> Cursor {
    guard count <= file.source.count else { throw glance.damage("it declares \(count) bytes in a file of \(file.source.count)") }
    let total = start + count + trailing
    guard total <= glance.left else { return try file.read(what, at: address, total) }
    // However short, a header is kept as an object.
    try file.charge(max(total, 64))
    var glance = glance
    return try glance.part(total)
  }

  func has(_ type: MessageType) -> Bool { first[type] != nil }

  /// The first message of `type`, nil if there is none.
  func message(_ type: MessageType) throws(UnrollError) -> Cursor? {
    guard let index = first[type] else { return nil }
    return try body(entries[index])
  }

  /// Calls `visit` with every message of `type`.
  func forEach(_ type: MessageType, _ visit: (Cursor) throws(UnrollError) -> Void) throws(UnrollError) {
    guard let start = first[type] else { return }
    for entry in entries[start...] where entry.type == type { try visit(try body(entry)) }
  }

  private func body(_ entry: Entry) throws(UnrollError) -> Cursor {
    guard !entry.isShared else { throw Self.shared(entry.type) }
    var block = blocks[Int(entry.block)]
    try block.skip(entry.start)
    return try block.part(Int(entry.count))
  }

  static func shared(_ type: MessageType) -> UnrollError {
    let how = type == .datatype ? "a committed datatype or a shared message" : "a shared message"
    return UnrollError(.unsupported, "its \(type.name) is \(how), which is not read; \(repack)")
  }
}
