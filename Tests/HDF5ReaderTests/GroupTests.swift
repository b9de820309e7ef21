import Testing
import UnrollErrors

@testable import HDF5Reader

@Suite struct GroupTests {
  @Test func childrenComeInHDF5sOrder() throws {
    let names = ["2", "10", "b", "a", "B", "é", "e\u{301}"]
    for old in [false, true] {
      let builder = FileBuilder()
      let leaf = builder.group([]), links = names.map { ($0, leaf) }
      let root = try open(builder.finish(root: old ? builder.oldGroup(links) : builder.group(links))).root
      let expected = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
      #expect(try root.childNames().map { Array($0.utf8) } == expected)
    }
  }

  /// Swift's strings take them for equal, HDF5 does not.
  @Test func namesAreBytes() throws {
    let root = try open(FileBuilder.file { [("é", $0.group([]))] }).root
    #expect(try root.has("é"))
    #expect(try !root.has("e\u{301}"))
  }

  @Test func pathsAreFollowed() throws {
    let bytes = FileBuilder.file { builder in
      let data = builder.dataset([], FileBuilder.float32, FileBuilder.compact(bits([3])))
      return [("a", builder.group([("b", builder.oldGroup([("x", data)]))]))]
    }
    let root = try open(bytes).root
    #expect(try values(root.dataset("a/b/x"), as: Float.self) == [3])
    #expect(try values(root.group("/a/./b/")?.dataset("x"), as: Float.self) == [3])
    #expect(try root.isDataset("a/b/x"))
    #expect(try !root.isDataset("a/b"))
    #expect(try root.group("a/c") == nil)
    #expect(try root.dataset("a/b/x/y") == nil)
    #expect(try root.group("a/b")?.path == "a/b")
    #expect(try root.group("a")?.path(to: "c") == "a/c")
    #expect(root.path(to: "c") == "c")
    #expect(root.displayPath == "the root group")
    expectError(.format, "a/b/x: expected a group") { _ = try root.group("a/b/x") }
    expectError(.format, "a/b: expected a dataset") { _ = try root.group("a")?.dataset("b") }
  }

  @Test func linksThatLeadElsewhereAreRefusedByName() throws {
    func link(_ type: Int, _ value: [UInt8]) -> FileBuilder.Message { (6, 0, [1, 8, UInt8(type), 1] + Array("x".utf8) + value) }
    for (type, text) in [
      (1, "x is a soft link"), (64, "x is an external link"), (70, "x is a user-defined link"), (9, "x is a link of the unknown type 9"),
    ] {
      let builder = FileBuilder()
      let root = try open(builder.finish(root: builder.group([], [link(type, le(2, 2) + [47, 97])]))).root
      #expect(try root.childNames() == ["x"])
      for ask in [{ _ = try root.has("x") }, { _ = try root.group("x/y") }, { _ = try root.isDataset("x") }] {
        expectError(.unsupported, text, ask)
      }
    }
  }

  @Test func softLinksOfOldGroupsAreRefusedByName() throws {
    let builder = FileBuilder()
    let leaf = builder.group([]), root = builder.oldGroup([("x", leaf)])
    let node = try #require(builder.bytes.indices.dropLast(4).first { builder.bytes[$0..<$0 + 4].elementsEqual("SNOD".utf8) })
    // Its place is nowhere, its kind 2.
    builder.replace(at: node + 16, undefined + le(2, 4))
    let file = try open(builder.finish(root: root))
    expectError(.unsupported, "x is a soft link") { _ = try file.root.group("x") }
  }

  @Test func aNameThatOccursTwiceIsAnError() throws {
    let bytes = FileBuilder.file { [("x", $0.group([])), ("x", $0.group([]))] }
    expectError(.format, "the root group: the name x occurs twice") { _ = try open(bytes).root.childNames() }
  }

  /// HDF5 1.10 writes behind its own memory.
  @Test(arguments: [UInt64.max, UInt64(Int64.max), 1 << 40, 1000]) func aLocalHeapLargerThanTheFileIsAnError(size: UInt64) throws {
    let builder = FileBuilder()
    let heap = builder.localHeap(Array("\0\0\0\0\0\0\0\0x\0".utf8), size: size)
    let node = builder.add(Array("SNOD".utf8) + [1, 0] + le(1, 2) + le(8, 8) + le(builder.group([]), 8) + le(0, 24))
    let root = builder.oldObject([(0x11, 0, le(builder.tree([node]), 8) + le(heap, 8))])
    let file = try open(builder.finish(root: root))
    expectError(.format, "the root group: the local heap") { _ = try file.root.childNames() }
  }

  @Test func aNameOutsideItsHeapIsAnError() throws {
    for (offset, text) in [(10, "a name at 10 of 10"), (8, "a name that does not end"), (Int.max, "a name at")] {
      let builder = FileBuilder()
      let heap = builder.localHeap(Array("\0\0\0\0\0\0\0\0xy".utf8))
      let node = builder.add(Array("SNOD".utf8) + [1, 0] + le(1, 2) + le(offset, 8) + le(builder.group([]), 8) + le(0, 24))
      let root = builder.oldObject([(0x11, 0, le(builder.tree([node]), 8) + le(heap, 8))])
      let file = try open(builder.finish(root: root))
      expectError(.format, text) { _ = try file.root.childNames() }
    }
  }

  @Test func aTreeThatLeadsBackToItselfEnds() throws {
    for level in [0, 1, 3] {
      let builder = FileBuilder()
      let heap = builder.localHeap(Array("\0\0\0\0\0\0\0\0x\0".utf8))
      let tree = builder.tree([0, 0], level: level)
      builder.replace(at: tree + 32, le(tree, 8))
      builder.replace(at: tree + 48, le(tree, 8))
      let file = try open(builder.finish(root: builder.oldObject([(0x11, 0, le(tree, 8) + le(heap, 8))])))
      #expect(throws: UnrollError.self) { try file.root.childNames() }
    }
  }

  /// Two children that are one node, forty levels deep: a million million visits.
  @Test(.timeLimit(.minutes(5))) func sharedTreeNodesAreNotVisitedWithoutBound() throws {
    let builder = FileBuilder()
    let heap = builder.localHeap(Array("\0\0\0\0\0\0\0\0x\0".utf8))
    var node = builder.tree([builder.add(Array("SNOD".utf8) + [1, 0, 0, 0])])
    for level in 1...40 { node = builder.tree([node, node], level: level) }
    let file = try open(builder.finish(root: builder.oldObject([(0x11, 0, le(node, 8) + le(heap, 8))])))
    expectError(.format, "overlap or form a cycle") { _ = try file.root.childNames() }
  }

  @Test func aGroupInsideItselfIsRead() throws {
    let builder = FileBuilder()
    let inner = builder.group([("again", 0)])
    let header = FileBuilder.header([FileBuilder.linkInformation, FileBuilder.link(Array("again".utf8), inner)])
    builder.replace(at: inner, header)
    let root = try open(builder.finish(root: builder.group([("a", inner)]))).root
    #expect(try root.group("a/again/again/again")?.childNames() == ["again"])
  }

  /// Looking through all children for each would take minutes.
  @Test(.timeLimit(.minutes(5)), arguments: [false, true]) func manyChildrenAreLookedUpInLinearTime(old: Bool) throws {
    let builder = FileBuilder()
    let leaf = builder.group([])
    let names = (0..<20_000).map { "layer_\($0)" }
    let links = names.map { ($0, leaf) }
    let root = try open(
      builder.finish(
        root: old
          ? builder.oldGroup(links)
          : builder.object(
            [FileBuilder.linkInformation] + links.map { FileBuilder.link(Array($0.0.utf8), $0.1) }))
    ).root
    #expect(try names.allSatisfy { try root.has($0) })
    #expect(try root.childNames().count == names.count)
  }
}
