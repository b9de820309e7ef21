import Testing
import Unroll

@testable import KerasFormat

@Suite struct ZipTests {
  static func archive() throws -> [UInt8] {
    var writer = ZipWriter()
    writer.add("config.json", "{\"a\": 1}")
    writer.add("empty", "")
    writer.add("data", count: 1000) { target in for index in 0..<1000 { target[index] = UInt8(truncatingIfNeeded: index) } }
    return try writer.finish().array
  }

  static func reader(_ bytes: [UInt8]) throws -> ZipReader {
    let buffer = try HeapBuffer(count: bytes.count, for: "a.zip")
    buffer.mutableBytes.copyBytes(from: bytes)
    return try ZipReader(ByteSource(buffer, name: "a.zip"))
  }

  @Test func whatIsWrittenIsRead() throws {
    let reader = try Self.reader(try Self.archive())
    #expect(reader.members.map(\.name) == ["config.json", "empty", "data"])
    for (name, count) in [("config.json", 8), ("empty", 0), ("data", 1000)] {
      let member = try #require(reader.member(name))
      #expect(try reader.read(member, limit: 1000).count == count)
    }
  }

  @Test func theChecksumIsThatOfTheStandard() throws {
    for (text, sum) in [("123456789", UInt32(0xCBF4_3926)), ("The quick brown fox jumps over the lazy dog", 0x414F_A339)] {
      let bytes = Array(text.utf8)
      #expect(bytes.withUnsafeBytes { Checksum.crc32($0) } == sum)
      let buffer = try HeapBuffer(count: bytes.count, for: "x")
      buffer.mutableBytes.copyBytes(from: bytes)
      #expect(try Checksum.crc32(ByteSource(buffer, name: "x")) == sum)
    }
  }

  @Test func aDamagedMemberIsRefused() throws {
    var bytes = try Self.archive()
    let start = try #require(bytes.firstIndex(of: UInt8(ascii: "{")))
    bytes[start + 1] ^= 1
    let reader = try Self.reader(bytes)
    let member = try #require(reader.member("config.json"))
    #expect(throws: UnrollError(.format, "a.zip: config.json is damaged: its checksum does not match")) {
      try reader.read(member, limit: 1000)
    }
  }

  @Test func mutatedArchivesNeverTrap() throws {
    var random = SeededRandom(seed: 5)
    let archive = try Self.archive()
    for _ in 0..<2000 {
      guard let reader = try? Self.reader(mutate(archive, &random)) else { continue }
      for member in reader.members { _ = try? reader.read(member, limit: 1 << 20) }
    }
  }
}
