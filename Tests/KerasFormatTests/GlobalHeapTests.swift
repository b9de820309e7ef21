import Testing
import Unroll

@testable import KerasFormat

/// HDF5 1.10 itself crashes on, or never returns from, most of these files.
@Suite struct GlobalHeapTests {
  static func image(_ strings: [String]) throws -> [UInt8] {
    try withHDF5 { () throws(UnrollError) -> [UInt8] in
      let file = try H5File.create()
      for (index, string) in strings.enumerated() { try file.root.attributes.write(string, "text\(index)") }
      return try file.image().array
    }
  }

  static func read(_ image: [UInt8], _ name: String) throws -> String? {
    try withHDF5 { () throws(UnrollError) in try H5File.open(image: image, name: "x").root.attributes.string(name) }
  }

  static func collection(in image: [UInt8]) -> Int? {
    (0..<image.count - 8).first { image[$0..<$0 + 8].elementsEqual([0x47, 0x43, 0x4F, 0x4C, 1, 0, 0, 0]) }
  }

  @Test func stringsOfEveryLengthAreRead() throws {
    let strings = ["", "a", "größe", String(repeating: "long ", count: 3000), "eight by"]
    let image = try Self.image(strings)
    for (index, string) in strings.enumerated() { #expect(try Self.read(image, "text\(index)") == string) }
  }

  /// Tools put a block of their own before the file: addresses count from its end.
  @Test func aUserBlockShiftsTheHeap() throws {
    let image = [UInt8](repeating: 7, count: 512) + (try Self.image(["after the block"]))
    #expect(try Self.read(image, "text0") == "after the block")
  }

  @Test func aDamagedObjectSizeIsAnErrorAndNotACrash() throws {
    var image = try Self.image(["first", "second"])
    let start = try #require(Self.collection(in: image))
    for byte in 0..<8 { image[start + 16 + 8 + byte] = byte == 7 ? 0x7F : 0xFF }
    #expect(throws: UnrollError.self) { try Self.read(image, "text0") }
    #expect(throws: UnrollError.self) { try Self.read(image, "text1") }
  }

  @Test func aCollectionOfEmptyObjectsEnds() throws {
    var image = try Self.image(["first", "second"])
    let start = try #require(Self.collection(in: image))
    for byte in 0..<8 { image[start + 16 + 8 + byte] = 0 }
    #expect(throws: UnrollError.self) { try Self.read(image, "text0") }
  }

  @Test func anySingleDamagedByteIsReadOrRefused() throws {
    let strings = ["first", "second"]
    let image = try Self.image(strings)
    let start = try #require(Self.collection(in: image))
    // Everything before the heap's free space: superblock, headers, references, objects.
    for position in 0..<min(image.count, start + 96) {
      for value: UInt8 in [0, 1, 0x80, 0xFF] where image[position] != value {
        var damaged = image
        damaged[position] = value
        for name in ["text0", "text1"] { _ = try? Self.read(damaged, name) }
      }
    }
    #expect(try Self.read(image, "text1") == "second")
  }
}
