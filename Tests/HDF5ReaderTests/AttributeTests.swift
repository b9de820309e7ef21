import Testing
import UnrollErrors

@testable import HDF5Reader

@Suite struct AttributeTests {
  typealias Make = (FileBuilder) -> [FileBuilder.Message]

  /// A group with the attributes that `make` gives.
  static func attributes(_ make: Make) throws -> H5Attributes {
    let builder = FileBuilder()
    let messages = make(builder)
    return try open(builder.finish(root: builder.group([], messages))).root.attributes
  }

  static func names(_ builder: FileBuilder, _ strings: [String], name: String = "names") -> FileBuilder.Message {
    let heap = builder.heap(strings.map { Array($0.utf8) })
    return FileBuilder.attribute(
      name, FileBuilder.variableText, [strings.count],
      strings.enumerated().flatMap { FileBuilder.reference($1.utf8.count, heap, $0 + 1) })
  }

  @Test func stringsOfBothKindsAreRead() throws {
    let attributes = try Self.attributes { builder in
      [
        FileBuilder.attribute("fixed", FileBuilder.text(4), [2], Array("ab\0\0cdef".utf8)),
        FileBuilder.attribute("spaces", FileBuilder.text(4, padding: 2), [2], Array("a b  c  ".utf8)),
        FileBuilder.attribute("scalar", FileBuilder.text(3), [], Array("xyz".utf8)),
        FileBuilder.attribute("none", FileBuilder.float32, [0], []),
        FileBuilder.attribute("number", FileBuilder.float32, [], bits([1])),
        FileBuilder.attribute("broken", FileBuilder.text(3), [], [0x61, 0xFF, 0x62]),
        Self.names(builder, ["", "größe", "b"]),
      ]
    }
    #expect(try attributes.stringArray("fixed") == ["ab", "cdef"])
    #expect(try attributes.stringArray("spaces") == ["a b", " c"])
    #expect(try attributes.string("scalar") == "xyz")
    #expect(try attributes.stringArray("none") == [])
    #expect(try attributes.stringArray("names") == ["", "größe", "b"])
    #expect(try attributes.string("broken") == "a\u{FFFD}b")
    #expect(try attributes.string("absent") == nil)
    #expect(try attributes.stringArray("absent") == nil)
    #expect(try attributes.has("number"))
    #expect(try !attributes.has("absent"))
    #expect(try attributes.names() == ["broken", "fixed", "names", "none", "number", "scalar", "spaces"])
    expectError(.format, "the root group: attribute number: expected strings, found float32") { _ = try attributes.string("number") }
    expectError(.format, "the root group: attribute names: it holds 3 strings, expected 1") { _ = try attributes.string("names") }
  }

  /// Keras splits lists of names over 64 KB.
  @Test func splitListsAreJoined() throws {
    let attributes = try Self.attributes { builder in
      [Self.names(builder, ["a", "b"], name: "names0"), Self.names(builder, ["c"], name: "names1"), Self.names(builder, ["z"], name: "names3")]
    }
    #expect(try attributes.stringArray("names") == ["a", "b", "c"])
    #expect(try !attributes.has("names"))
  }

  @Test func anAttributeShorterThanItsShapeIsAnError() throws {
    let attributes = try Self.attributes { _ in
      [
        FileBuilder.attribute("short", FileBuilder.text(4), [3], Array("abcdefgh".utf8)),
        FileBuilder.attribute("huge", FileBuilder.text(4), [1 << 62, 4], Array("abcd".utf8)),
        FileBuilder.attribute("many", FileBuilder.variableText, [1 << 40], []),
      ]
    }
    expectError(.format, "attribute short: declares 12 bytes but stores 8") { _ = try attributes.stringArray("short") }
    for name in ["huge", "many"] { #expect(throws: UnrollError.self) { try attributes.stringArray(name) } }
  }

  @Test func anAttributeWhosePartsDoNotFitIsAnError() throws {
    for (at, value) in [(2, 200), (4, 200), (6, 200)] {
      var (type, flags, body) = FileBuilder.attribute("a", FileBuilder.text(4), [], Array("abcd".utf8))
      body[at] = UInt8(value)
      let attributes = try Self.attributes { _ in [(type, flags, body)] }
      expectError(.format, "the object header") { _ = try attributes.has("a") }
      (type, flags) = (0, 0)
    }
  }

  @Test func aCommittedTypeIsRefusedByName() throws {
    var message = FileBuilder.attribute("a", FileBuilder.text(4), [], Array("abcd".utf8))
    message.body[1] = 1
    let attributes = try Self.attributes { _ in [message] }
    #expect(try attributes.has("a"))
    expectError(.unsupported, "attribute a: its element type is a committed datatype") { _ = try attributes.string("a") }
  }

  // MARK: Heaps of strings

  /// One heap after the other was read again for every string: over a minute.
  @Test(.timeLimit(.minutes(5))) func stringsThatAlternateBetweenTwoHeapsAreReadInLinearTime() throws {
    let count = 4000
    let attributes = try Self.attributes { builder in
      let long = [UInt8](repeating: 0x78, count: 4 << 20)
      let heaps = [builder.heap([[0x61], long]), builder.heap([[0x62], long])]
      return [FileBuilder.attribute("names", FileBuilder.variableText, [count], (0..<count).flatMap { FileBuilder.reference(1, heaps[$0 % 2], 1) })]
    }
    let names = try attributes.stringArray("names")
    #expect(names == (0..<count).map { $0 % 2 == 0 ? "a" : "b" })
  }

  /// 4,000 references to 1 MiB would be 4 GB of text.
  @Test(.timeLimit(.minutes(5))) func aStringThatIsReferredToOftenIsMadeOnce() throws {
    let count = 4000, length = 1 << 20
    func attributes(_ length: (Int) -> Int) throws -> H5Attributes {
      try Self.attributes { builder in
        let heap = builder.heap([[UInt8](repeating: 0x78, count: 1 << 20)])
        return [FileBuilder.attribute("names", FileBuilder.variableText, [count], (0..<count).flatMap { FileBuilder.reference(length($0), heap, 1) })]
      }
    }
    let names = try attributes { _ in length }.stringArray("names")
    #expect(names?.count == count)
    #expect(names?.last?.utf8.count == length)
    // With a length of its own each would be a string of its own.
    expectError(.format, "overlap") { _ = try attributes { length - $0 }.stringArray("names") }
  }

  @Test func damagedHeapsAndReferencesAreErrors() throws {
    func string(_ reference: (Int) -> [UInt8], _ damage: (FileBuilder, Int) -> Void = { _, _ in }) throws -> String? {
      try Self.attributes { builder in
        let heap = builder.heap([Array("first".utf8), Array("second".utf8)])
        damage(builder, heap)
        return [FileBuilder.attribute("a", FileBuilder.variableText, [], reference(heap))]
      }.string("a")
    }
    let second = { FileBuilder.reference(6, $0, 2) }
    #expect(try string(second) == "second")
    #expect(try string { FileBuilder.reference(0, $0, 9) } == "")
    #expect(try string { _ in FileBuilder.reference(5, 0, 1) } == "")
    expectError(.format, "a string has 7 bytes, but only 6 are stored") { _ = try string { FileBuilder.reference(7, $0, 2) } }
    expectError(.format, "string 3 is missing") { _ = try string { FileBuilder.reference(6, $0, 3) } }
    expectError(.format, "does not begin with GCOL") { _ = try string { FileBuilder.reference(6, $0 + 8, 1) } }
    expectError(.format, "attribute a: the heap of strings") { _ = try string { _ in FileBuilder.reference(6, 1 << 50, 1) } }
    for size in [UInt64.max, UInt64(Int64.max), 8, 0] {
      #expect(throws: UnrollError.self) { try string(second) { $0.replace(at: $1 + 8, le(size, 8)) } }
      // Object 1's size: 2 lies behind it.
      if size > 8 { #expect(throws: UnrollError.self) { try string(second) { $0.replace(at: $1 + 24, le(size, 8)) } } }
    }
  }

  @Test func aHeapOfEmptyObjectsEnds() throws {
    let attributes = try Self.attributes { builder in
      let heap = builder.add(Array("GCOL".utf8) + [1, 0, 0, 0] + le(16 + 16 * 1000, 8) + (0..<1000).flatMap { _ in le(1, 16) })
      return [FileBuilder.attribute("a", FileBuilder.variableText, [], FileBuilder.reference(1, heap, 1))]
    }
    expectError(.format, "a string has 1 bytes, but only 0 are stored") { _ = try attributes.string("a") }
  }
}
