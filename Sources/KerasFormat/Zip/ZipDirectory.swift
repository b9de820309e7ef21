import ByteInput
import Unroll

/// The central directory at the end of a ZIP archive.
struct ZipDirectory {
  private let source: ByteSource

  static let maximumMembers = 65_536

  init(_ source: ByteSource) { self.source = source }

  private var damaged: UnrollError { UnrollError(.format, "\(source.name): the ZIP archive is damaged or truncated") }

  func members() throws(UnrollError) -> [ZipReader.Member] {
    let (count, start, end) = try extent()
    guard count <= Self.maximumMembers else {
      throw UnrollError(.format, "\(source.name): \(count) members; at most \(Self.maximumMembers) are read")
    }
    guard start <= end, count <= (end - start) / Self.entrySize else { throw damaged }
    let bytes = LittleEndian(try source.slice(start, end - start, name: source.name).contents(), damaged)
    var result: [ZipReader.Member] = []
    var names: Set<String> = []
    var offset = 0
    for _ in 0..<count {
      let (member, next) = try entry(bytes, at: offset)
      guard names.insert(member.name).inserted else {
        throw UnrollError(.format, "\(source.name): two members are named \(member.name)")
      }
      guard member.headerOffset < start else { throw damaged }
      result.append(member)
      offset = next
    }
    return limited(result, start)
  }

  /// No member may reach into another: together they are no larger than the archive.
  private func limited(_ members: [ZipReader.Member], _ directory: Int) -> [ZipReader.Member] {
    var result = members
    var limit = directory
    for index in members.indices.sorted(by: { members[$0].headerOffset > members[$1].headerOffset }) {
      result[index].limit = limit
      limit = members[index].headerOffset
    }
    return result
  }

  private static let entrySize = 46

  /// How many entries there are, and the bytes they stand in.
  private func extent() throws(UnrollError) -> (count: Int, start: Int, end: Int) {
    // The end record is the last thing but for a comment of at most 64 KB.
    let tailStart = max(0, source.count - 22 - 0xFFFF)
    let tail = LittleEndian(try source.slice(tailStart, source.count - tailStart, name: source.name).contents(), damaged)
    var record = tail.count - 22
    while record >= 0, try tail.u32(record) != 0x0605_4B50 { record -= 1 }
    guard record >= 0 else { throw damaged }
    let count = try tail.u16(record + 10), start = try tail.u32(record + 16)
    guard count == 0xFFFF || start == 0xFFFF_FFFF, record >= 20, try tail.u32(record - 20) == 0x0706_4B50 else {
      return (count, start, tailStart + record)
    }
    // ZIP64: a record of its own has the numbers that did not fit.
    let end = try tail.u64(record - 20 + 8)
    guard end <= source.count - 56 else { throw damaged }
    let large = LittleEndian(try source.slice(end, 56, name: source.name).contents(), damaged)
    guard try large.u32(0) == 0x0606_4B50 else { throw damaged }
    return (try large.u64(32), try large.u64(48), end)
  }

  private func entry(_ bytes: LittleEndian, at offset: Int) throws(UnrollError) -> (ZipReader.Member, next: Int) {
    guard try bytes.u32(offset) == 0x0201_4B50 else { throw damaged }
    var compressed = try bytes.u32(offset + 20), size = try bytes.u32(offset + 24), header = try bytes.u32(offset + 42)
    let nameStart = offset + Self.entrySize
    let extraStart = nameStart + (try bytes.u16(offset + 28))
    let extraEnd = extraStart + (try bytes.u16(offset + 30))

    // The extra field 1 carries, in this order, the ZIP64 sizes.
    var field = extraStart
    while field + 4 <= extraEnd {
      let kind = try bytes.u16(field), length = try bytes.u16(field + 2)
      if kind == 1 {
        var value = field + 4
        if size == 0xFFFF_FFFF { size = try bytes.u64(value); value += 8 }
        if compressed == 0xFFFF_FFFF { compressed = try bytes.u64(value); value += 8 }
        if header == 0xFFFF_FFFF { header = try bytes.u64(value) }
      }
      field += 4 + length
    }
    let member = ZipReader.Member(
      name: try bytes.text(nameStart..<extraStart), method: try bytes.u16(offset + 10), flags: try bytes.u16(offset + 8),
      crc: UInt32(truncatingIfNeeded: try bytes.u32(offset + 16)), compressedSize: compressed, size: size, headerOffset: header)
    return (member, extraEnd + (try bytes.u16(offset + 32)))
  }
}

/// Little-endian numbers at checked offsets.
private struct LittleEndian {
  private let buffer: HeapBuffer
  private let damaged: UnrollError

  init(_ buffer: HeapBuffer, _ damaged: UnrollError) {
    self.buffer = buffer
    self.damaged = damaged
  }

  var count: Int { buffer.count }

  private func number(_ offset: Int, _ width: Int) throws(UnrollError) -> UInt64 {
    guard offset >= 0, offset <= count, width <= count - offset else { throw damaged }
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(buffer.bytes[offset + index]) << UInt64(8 * index) }
    return value
  }

  func u16(_ offset: Int) throws(UnrollError) -> Int { Int(try number(offset, 2)) }
  func u32(_ offset: Int) throws(UnrollError) -> Int { Int(try number(offset, 4)) }

  func u64(_ offset: Int) throws(UnrollError) -> Int {
    guard let value = Int(exactly: try number(offset, 8)) else { throw damaged }
    return value
  }

  func text(_ range: Range<Int>) throws(UnrollError) -> String {
    guard range.upperBound <= count else { throw damaged }
    return String(decoding: buffer.bytes[range], as: UTF8.self)
  }
}
