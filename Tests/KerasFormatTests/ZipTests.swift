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

  // MARK: Deflated members

  /// `bytes` as deflate's stored blocks.
  static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    let count = UInt16(bytes.count)
    return [1] + [count, ~count].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } + bytes
  }

  /// An archive of one deflated member that declares `size` bytes.
  static func archive(_ name: String, _ contents: [UInt8], size: Int) throws -> [UInt8] {
    let data = deflated(contents)
    var writer = ZipWriter()
    writer.add(name, count: data.count) { target in target.copyBytes(from: data) }
    var bytes = try writer.finish().array
    func put(_ value: Int, _ width: Int, at offset: Int) {
      for index in 0..<width { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    let directory = 30 + name.utf8.count + data.count
    let sum = Int(contents.withUnsafeBytes { Checksum.crc32($0) })
    for header in [4, directory + 6] {
      put(8, 2, at: header + 4)
      put(sum, 4, at: header + 10)
      put(size, 4, at: header + 18)
    }
    return bytes
  }

  private func refusal(_ bytes: [UInt8], limit: Int) throws -> UnrollError {
    let reader = try Self.reader(bytes)
    return try #require(throws: UnrollError.self) { try reader.read(reader.members[0], limit: limit) }
  }

  @Test func aDeflatedMemberIsRead() throws {
    let contents = Array("some text".utf8)
    let reader = try Self.reader(try Self.archive("a", contents, size: contents.count))
    #expect(try reader.read(reader.members[0], limit: 100).contents().array == contents)
  }

  @Test func aMemberOfMoreThanIsExpectedIsRefusedBeforeItIsMade() throws {
    let contents = Array("some text".utf8)
    let expected = try refusal(try Self.archive("a", contents, size: contents.count), limit: 8)
    #expect(expected.message.contains("at most 8 are expected here"))
    // More than deflate can make of a few bytes.
    #expect(try refusal(try Self.archive("a", contents, size: 1 << 30), limit: Int.max).message.contains("declares 1073741824 bytes from 14"))
    #expect(try refusal(try Self.archive("a", contents, size: 8), limit: 100).message.contains("more than the 8 bytes that were declared"))
    #expect(try refusal(try Self.archive("a", contents, size: 10), limit: 100).message.contains("declares 10 bytes and holds 9"))
  }

  @Test func membersThatReachIntoEachOtherAreRefused() throws {
    var writer = ZipWriter()
    writer.add("a", "first")
    writer.add("b", "second")
    var bytes = try writer.finish().array
    // The first one's size, in both headers, as if the second were part of it.
    let entries = (0..<bytes.count - 4).filter { bytes[$0..<$0 + 4].elementsEqual([0x50, 0x4B, 1, 2]) }
    for offset in [18, 22, entries[0] + 20, entries[0] + 24] { bytes[offset] = 30 }
    #expect(try refusal(bytes, limit: 100).message.contains("a overlaps what follows it"))
  }

  @Test func aMemberIsWhereTheDirectorySays() throws {
    var writer = ZipWriter()
    writer.add("a", "first")
    var bytes = try writer.finish().array
    bytes[30] = UInt8(ascii: "z")
    #expect(try refusal(bytes, limit: 100).message.contains("a is not where its directory says"))
  }

  @Test func encryptedMembersAndOtherMethodsAreNamed() throws {
    for (offset, value, message) in [(8, 1, "is encrypted"), (10, 12, "compressed by method 12")] as [(Int, UInt8, String)] {
      var writer = ZipWriter()
      writer.add("a", "first")
      var bytes = try writer.finish().array
      let entry = try #require((0..<bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual([0x50, 0x4B, 1, 2]) })
      bytes[entry + offset] = value
      let error = try refusal(bytes, limit: 100)
      #expect(error.code == .unsupported)
      #expect(error.message.contains(message), "\(error.message)")
    }
  }
}
