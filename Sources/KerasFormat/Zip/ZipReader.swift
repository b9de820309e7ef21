import Unroll

/// A strict, bounded reader of ZIP archives held in memory: stored and
/// deflated members, ZIP64 sizes, CRCs checked, bombs refused.
struct ZipReader {
  struct Member: Equatable {
    let name: String
    let method: Int
    let flags: Int
    let crc: UInt32
    let compressedSize: Int
    let size: Int
    let headerOffset: Int
  }

  private let bytes: [UInt8]
  private let name: String
  let members: [Member]

  static func isZip(_ start: some Collection<UInt8>) -> Bool { start.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  init(_ bytes: [UInt8], name: String) throws(UnrollError) {
    self.bytes = bytes
    self.name = name
    members = try Directory(bytes: bytes, name: name).members()
  }

  func member(_ memberName: String) -> Member? { members.first { $0.name == memberName } }

  /// The contents of a member, checked against its CRC.
  func read(_ member: Member) throws(UnrollError) -> [UInt8] {
    let where_ = "\(name): member \(member.name)"
    guard member.flags & 1 == 0 else { throw UnrollError(.unsupported, "\(where_) is encrypted") }
    guard !(member.size > 4 << 30 && member.size / 100 > member.compressedSize) else {
      throw UnrollError(.format, "\(where_) declares \(member.size) bytes from \(member.compressedSize); refused")
    }
    let source = ByteSource(bytes, where_)
    guard try source.u32(member.headerOffset) == 0x0403_4B50 else { throw source.damaged }
    // The local header repeats the directory's fields, with an extra field of its own length.
    let start = member.headerOffset + 30 + (try source.u16(member.headerOffset + 26))
      + (try source.u16(member.headerOffset + 28))
    guard start <= bytes.count, member.compressedSize <= bytes.count - start else { throw source.damaged }
    let data = bytes[start..<start + member.compressedSize]
    let contents: [UInt8]
    switch member.method {
    case 0:
      guard member.size == member.compressedSize else { throw source.damaged }
      contents = Array(data)
    case 8: contents = try Inflate.decode(data, count: member.size, name: where_)
    default:
      throw UnrollError(.unsupported, "\(where_) is compressed by method \(member.method); stored (0) and deflate (8) are read")
    }
    guard CRC32.checksum(contents) == member.crc else {
      throw UnrollError(.format, "\(where_) is damaged: its checksum does not match")
    }
    return contents
  }

  /// Little-endian numbers at checked offsets.
  private struct ByteSource {
    let bytes: [UInt8]
    let where_: String
    init(_ bytes: [UInt8], _ where_: String) {
      self.bytes = bytes
      self.where_ = where_
    }
    var damaged: UnrollError { UnrollError(.format, "\(where_): the ZIP archive is damaged or truncated") }

    func number(_ offset: Int, _ width: Int) throws(UnrollError) -> UInt64 {
      guard offset >= 0, offset <= bytes.count, width <= bytes.count - offset else { throw damaged }
      var value: UInt64 = 0
      for index in 0..<width { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
      return value
    }
    func u16(_ offset: Int) throws(UnrollError) -> Int { Int(try number(offset, 2)) }
    func u32(_ offset: Int) throws(UnrollError) -> Int { Int(try number(offset, 4)) }
    func u64(_ offset: Int) throws(UnrollError) -> Int {
      guard let value = Int(exactly: try number(offset, 8)) else { throw damaged }
      return value
    }
  }

  private struct Directory {
    let source: ByteSource
    init(bytes: [UInt8], name: String) { source = ByteSource(bytes, name) }

    static let maximumMembers = 65_536

    func members() throws(UnrollError) -> [Member] {
      let end = try endRecord()
      var count = try source.u16(end + 10)
      var offset = try source.u32(end + 16)
      if count == 0xFFFF || offset == 0xFFFF_FFFF, end >= 20, try source.u32(end - 20) == 0x0706_4B50 {
        let record = try source.u64(end - 20 + 8)
        guard try source.u32(record) == 0x0606_4B50 else { throw source.damaged }
        count = try source.u64(record + 32)
        offset = try source.u64(record + 48)
      }
      guard count <= Self.maximumMembers else {
        throw UnrollError(.format, "\(source.where_): \(count) members; at most \(Self.maximumMembers) are read")
      }
      var result: [Member] = []
      var names: Set<String> = []
      for _ in 0..<count {
        let (member, next) = try entry(at: offset)
        guard names.insert(member.name).inserted else {
          throw UnrollError(.format, "\(source.where_): two members are named \(member.name)")
        }
        result.append(member)
        offset = next
      }
      return result
    }

    /// The end record is the last thing but for a comment of at most 64 KB.
    private func endRecord() throws(UnrollError) -> Int {
      var offset = source.bytes.count - 22
      let lowest = max(0, offset - 0xFFFF)
      while offset >= lowest {
        if source.bytes[offset] == 0x50, try source.u32(offset) == 0x0605_4B50 { return offset }
        offset -= 1
      }
      throw source.damaged
    }

    private func entry(at offset: Int) throws(UnrollError) -> (Member, next: Int) {
      guard try source.u32(offset) == 0x0201_4B50 else { throw source.damaged }
      var compressed = try source.u32(offset + 20)
      var size = try source.u32(offset + 24)
      var header = try source.u32(offset + 42)
      let nameLength = try source.u16(offset + 28)
      let extraLength = try source.u16(offset + 30)
      let commentLength = try source.u16(offset + 32)
      let nameStart = offset + 46
      let extraStart = nameStart + nameLength
      let next = extraStart + extraLength + commentLength
      guard next <= source.bytes.count else { throw source.damaged }

      // ZIP64: the extra field 1 carries, in this order, what did not fit.
      var field = extraStart
      while field + 4 <= extraStart + extraLength {
        let kind = try source.u16(field)
        let length = try source.u16(field + 2)
        if kind == 1 {
          var value = field + 4
          if size == 0xFFFF_FFFF { size = try source.u64(value); value += 8 }
          if compressed == 0xFFFF_FFFF { compressed = try source.u64(value); value += 8 }
          if header == 0xFFFF_FFFF { header = try source.u64(value) }
        }
        field += 4 + length
      }
      let member = Member(
        name: String(decoding: source.bytes[nameStart..<extraStart], as: UTF8.self), method: try source.u16(offset + 10),
        flags: try source.u16(offset + 8), crc: UInt32(truncatingIfNeeded: try source.u32(offset + 16)),
        compressedSize: compressed, size: size, headerOffset: header)
      return (member, next)
    }
  }
}
