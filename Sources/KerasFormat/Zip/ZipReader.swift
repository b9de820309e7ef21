import ByteInput
import Unroll

/// A strict, bounded reader of ZIP archives: stored and deflated members, ZIP64
/// sizes, checksums. Only the directory and the members asked for are read.
struct ZipReader {
  struct Member: Equatable {
    let name: String
    let method: Int
    let flags: Int
    let crc: UInt32
    let compressedSize: Int
    let size: Int
    let headerOffset: Int
    /// Where the next member or the directory begins.
    var limit = 0
  }

  private let source: ByteSource
  let members: [Member]

  static func isZip(_ start: some Collection<UInt8>) -> Bool { start.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  init(_ source: ByteSource) throws(UnrollError) {
    self.source = source
    members = try ZipDirectory(source).members()
  }

  func member(_ memberName: String) -> Member? { members.first { $0.name == memberName } }

  /// Deflate cannot expand one byte to more than about this.
  private static let largestRatio = 1032

  /// The contents of a member, checked against its checksum: a part of the archive if it
  /// is stored, otherwise memory. More than `limit` bytes are refused before any are
  /// allocated.
  func read(_ member: Member, limit: Int) throws(UnrollError) -> ByteSource {
    let name = "\(source.name): \(member.name)"
    guard member.flags & 1 == 0 else { throw UnrollError(.unsupported, "\(name) is encrypted") }
    guard member.method == 0 || member.method == 8 else {
      throw UnrollError(.unsupported, "\(name) is compressed by method \(member.method); stored (0) and deflate (8) are read")
    }
    guard member.size <= limit, member.size / Self.largestRatio <= member.compressedSize else {
      throw UnrollError(
        .format, "\(name) declares \(member.size) bytes from \(member.compressedSize); at most \(limit) are expected here")
    }
    let data = try compressed(member, name)
    let contents: ByteSource
    if member.method == 0 {
      guard member.size == member.compressedSize else {
        throw UnrollError(.format, "\(name) is stored as it is, but declares \(member.size) bytes and holds \(member.compressedSize)")
      }
      contents = data
    } else {
      let output = try HeapBuffer(count: member.size, for: name)
      let made = try data.contents().withBytes { (bytes) throws(UnrollError) in
        try Inflate.decode(bytes, into: output.mutableBytes, .none, name: name)
      }
      guard made == member.size else {
        throw UnrollError(.format, "\(name) declares \(member.size) bytes and holds \(made)")
      }
      contents = ByteSource(output, name: name)
    }
    guard try Checksum.crc32(contents) == member.crc else {
      throw UnrollError(.format, "\(name) is damaged: its checksum does not match")
    }
    return contents
  }

  /// The bytes that stand for a member in the archive.
  private func compressed(_ member: Member, _ name: String) throws(UnrollError) -> ByteSource {
    // The local header repeats the directory's fields, with an extra field of its own length.
    let header = try source.read(30, at: member.headerOffset)
    let nameLength = Int(header[26]) | Int(header[27]) << 8
    let start = member.headerOffset + 30 + nameLength + (Int(header[28]) | Int(header[29]) << 8)
    guard header.starts(with: [0x50, 0x4B, 0x03, 0x04]), nameLength == member.name.utf8.count,
      try source.read(nameLength, at: member.headerOffset + 30).elementsEqual(member.name.utf8)
    else {
      throw UnrollError(.format, "\(source.name): the ZIP archive is damaged: \(member.name) is not where its directory says")
    }
    guard start <= member.limit, member.compressedSize <= member.limit - start else {
      throw UnrollError(.format, "\(source.name): the ZIP archive is damaged: \(member.name) overlaps what follows it")
    }
    return try source.slice(start, member.compressedSize, name: name)
  }
}
