import Testing
import Unroll

@testable import KerasFormat

@Suite struct ZipTests {
  static func archive() throws -> [UInt8] {
    var writer = ZipWriter()
    try writer.add("config.json", Array("{\"a\": 1}".utf8))
    try writer.add("empty", [])
    try writer.add("data", (0..<1000).map { UInt8(truncatingIfNeeded: $0) })
    return writer.finish()
  }

  @Test func whatIsWrittenIsRead() throws {
    let reader = try ZipReader(try Self.archive(), name: "a.zip")
    #expect(reader.members.map(\.name) == ["config.json", "empty", "data"])
    for (name, count) in [("config.json", 8), ("empty", 0), ("data", 1000)] {
      let member = try #require(reader.member(name))
      #expect(try reader.read(member).count == count)
    }
  }

  @Test func theChecksumIsThatOfTheStandard() {
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.checksum(Array("The quick brown fox jumps over the lazy dog".utf8)) == 0x414F_A339)
  }

  /// What zlib makes of "aaaaaaaaaa" (fixed codes) and of 600 bytes (codes of their own).
  @Test func deflateIsDecoded() throws {
    let fixed: [UInt8] = [0x4B, 0x4C, 0x84, 0x01, 0x00]
    #expect(try Inflate.decode(fixed[...], count: 10, name: "x") == [UInt8](repeating: 0x61, count: 10))
    #expect(throws: UnrollError.self) { try Inflate.decode(fixed[...], count: 9, name: "x") }
    #expect(throws: UnrollError.self) { try Inflate.decode(fixed[...], count: 11, name: "x") }
    #expect(throws: UnrollError.self) { try Inflate.decode(fixed[..<3], count: 10, name: "x") }
    let dynamic: [UInt8] = [
      0xED, 0xCF, 0x37, 0x0E, 0xC0, 0x30, 0x0C, 0x43, 0x51, 0x15, 0x57, 0xB9, 0xE8, 0xFE, 0xB7, 0x0D, 0x6C, 0x01, 0x99,
      0x38, 0x66, 0xCC, 0xFC, 0x89, 0x07, 0x90, 0xAC, 0xAB, 0xCC, 0x91, 0xD3, 0x5E, 0xB3, 0x64, 0xDF, 0xAD, 0x32, 0x59,
      0x6F, 0xC2, 0xC3, 0x92, 0xAE, 0x08, 0xB5, 0x90, 0xF7, 0x08, 0x67, 0x7B, 0x43, 0x6C, 0x6F, 0x38, 0xDB, 0x17, 0xA9,
      0x00, 0x29, 0x00, 0xC9, 0x00, 0x49, 0x00, 0x51, 0x80, 0x08, 0x40, 0x18, 0x20, 0x04, 0x10, 0x07, 0xC8, 0x7F, 0xFD,
      0xFB, 0xEB, 0x0F,
    ]
    let expected = (0..<600).map { UInt8($0 * 7919 % 251 & 15) }
    #expect(try Inflate.decode(dynamic[...], count: 600, name: "x") == expected)
  }

  @Test func aDamagedMemberIsRefused() throws {
    var bytes = try Self.archive()
    let start = try #require(bytes.firstIndex(of: UInt8(ascii: "{")))
    bytes[start + 1] ^= 1
    let reader = try ZipReader(bytes, name: "a.zip")
    let member = try #require(reader.member("config.json"))
    #expect(throws: UnrollError(.format, "a.zip: member config.json is damaged: its checksum does not match")) {
      try reader.read(member)
    }
  }

  @Test func mutatedArchivesNeverTrap() throws {
    var random = SeededRandom(seed: 5)
    let archive = try Self.archive()
    for _ in 0..<2000 {
      guard let reader = try? ZipReader(mutate(archive, &random), name: "fuzz") else { continue }
      for member in reader.members { _ = try? reader.read(member) }
    }
  }

  @Test func mutatedDeflateNeverTraps() {
    var random = SeededRandom(seed: 6)
    for _ in 0..<3000 {
      let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = try? Inflate.decode(bytes[...], count: 100, name: "fuzz")
    }
  }
}
