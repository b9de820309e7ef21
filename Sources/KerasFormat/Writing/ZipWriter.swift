import ByteInput
import Unroll

/// Writes an archive of stored members, as Keras does: without compression and time
/// stamps, so that equal models give equal bytes. Members are kept until the archive,
/// whose size is then known, is created in one piece.
struct ZipWriter {
  private struct Member {
    let name: [UInt8]
    let count: Int
    /// Puts the contents into room of `count` bytes.
    let fill: (UnsafeMutableRawBufferPointer) throws(UnrollError) -> Void
  }

  private var members: [Member] = []

  mutating func add(_ name: String, _ text: String) {
    let bytes = Array(text.utf8)
    add(name, count: bytes.count) { (target) throws(UnrollError) in target.copyBytes(from: bytes) }
  }

  mutating func add(
    _ name: String, count: Int, _ fill: @escaping (UnsafeMutableRawBufferPointer) throws(UnrollError) -> Void
  ) {
    members.append(Member(name: Array(name.utf8), count: count, fill: fill))
  }

  private static let localSize = 30, entrySize = 46, endSize = 22

  /// The finished archive.
  func finish() throws(UnrollError) -> HeapBuffer {
    var size = Self.endSize
    for member in members { size += Self.localSize + Self.entrySize + 2 * member.name.count + member.count }
    guard size < 0xFFFF_FFFF else {
      throw UnrollError(.unsupported, "a .keras file over 4 GiB cannot be written; save as .h5 instead")
    }
    let archive = try HeapBuffer(count: size, for: "the .keras archive")
    var output = Output(archive.mutableBytes)
    var headers: [(offset: Int, fields: [UInt8])] = []
    for member in members {
      let offset = output.position
      let start = offset + Self.localSize + member.name.count
      let contents = UnsafeMutableRawBufferPointer(rebasing: archive.mutableBytes[start..<start + member.count])
      try member.fill(contents)
      let fields = Self.fields(member, crc: Checksum.crc32(UnsafeRawBufferPointer(contents)))
      headers.append((offset, fields))
      output.append(UInt32(0x0403_4B50))
      // Version 2.0
      output.append(UInt16(20))
      output.append(fields)
      output.append(member.name)
      output.position += member.count
    }
    let directory = output.position
    for (member, (offset, fields)) in zip(members, headers) {
      output.append(UInt32(0x0201_4B50))
      // made by: Unix, version 2.0
      for value in [UInt16(0x0314), 20] { output.append(value) }
      output.append(fields)
      // comment length, disk, internal attributes
      for _ in 0..<3 { output.append(UInt16(0)) }
      // external attributes: a regular file, rw-r--r--
      output.append(UInt32(0o100644) << 16)
      output.append(UInt32(offset))
      output.append(member.name)
    }
    let end = output.position
    output.append(UInt32(0x0605_4B50))
    for value in [0, 0, UInt16(members.count), UInt16(members.count)] { output.append(value) }
    output.append(UInt32(end - directory))
    output.append(UInt32(directory))
    output.append(UInt16(0))
    return withExtendedLifetime(archive) { archive }
  }

  /// The fields that both headers of a member share.
  private static func fields(_ member: Member, crc: UInt32) -> [UInt8] {
    var result: [UInt8] = []
    func append<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: value.littleEndian) { result.append(contentsOf: $0) }
    }
    // flags (UTF-8 names), method 0, time 0, date 1 January 1980
    for value in [UInt16(0x0800), 0, 0, 0x0021] { append(value) }
    append(crc)
    append(UInt32(member.count))
    append(UInt32(member.count))
    append(UInt16(member.name.count))
    append(UInt16(0))
    return result
  }

  /// Fills memory from its beginning.
  private struct Output {
    private let bytes: UnsafeMutableRawBufferPointer
    var position = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    mutating func append(_ more: [UInt8]) {
      UnsafeMutableRawBufferPointer(rebasing: bytes[position..<position + more.count]).copyBytes(from: more)
      position += more.count
    }

    mutating func append<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: value.littleEndian) { append(Array($0)) }
    }
  }
}
