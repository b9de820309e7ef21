import ByteInput
import Testing
import UnrollErrors

@testable import HDF5Reader

/// Superblocks and object headers.
@Suite struct FileTests {
  static func small() -> [UInt8] {
    FileBuilder.file { builder in
      [("x", builder.dataset([2], FileBuilder.float32, FileBuilder.contiguous(builder.add(bits([1, 2])), 8)))]
    }
  }

  static func read(_ bytes: [UInt8]) throws -> [Float] { try values(open(bytes).root.dataset("x"), as: Float.self) }

  @Test func aFileIsRead() throws { #expect(try Self.read(Self.small()) == [1, 2]) }

  @Test(arguments: [512, 1024, 2048, 4096, 1 << 16]) func aUserBlockIsPassedOver(size: Int) throws {
    #expect(try Self.read([UInt8](repeating: 7, count: size) + Self.small()) == [1, 2])
  }

  @Test(arguments: [1, 256, 513, 768, 1536]) func aSignatureElsewhereIsNone(size: Int) throws {
    let bytes = [UInt8](repeating: 7, count: size) + Self.small()
    expectError(.format, "no HDF5 signature") { _ = try open(bytes) }
    expectError(.format, "test.h5: ") { _ = try open(bytes) }
  }

  @Test func theCRCOfASuperblockIsChecked() throws {
    var bytes = Self.small()
    bytes[16] ^= 1
    expectError(.format, "the superblock at byte 0 is damaged: its checksum does not match") { _ = try open(bytes) }
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = Self.small()
    for count in 0..<bytes.count { #expect(throws: UnrollError.self) { try Self.read(Array(bytes.prefix(count))) } }
  }

  @Test func aTruncatedFileIsSaidToBeTruncated() throws {
    let bytes = Self.small()
    expectError(.format, "expected \(bytes.count) bytes, found \(bytes.count - 1); the file is truncated") {
      _ = try open(bytes.dropLast())
    }
  }

  @Test func superblocksOfTheFutureAreRefused() throws {
    var bytes = Self.small()
    bytes[8] = 4
    expectError(.unsupported, "superblock version 4") { _ = try open(bytes) }
    bytes[8] = 2
    bytes[9] = 3
    expectError(.unsupported, "sizes of 3 bytes") { _ = try open(bytes) }
  }

  @Test func filesThatKeepMetadataElsewhereAreRefusedByName() throws {
    for (type, text) in [(0x18, "metadata cache image"), (0x14, "file in several parts")] {
      let builder = FileBuilder()
      let superblockExtension = builder.object([(type, 0, [0] + undefined + le(0, 8))]), root = builder.group([])
      _ = builder.finish(root: root)
      var head = Array(builder.bytes[0..<44])
      head.replaceSubrange(20..<28, with: le(superblockExtension, 8))
      builder.replace(at: 0, FileBuilder.summed(head))
      expectError(.unsupported, text) { _ = try open(builder.bytes) }
    }
  }

  // MARK: Object headers

  /// A dataset's header that goes on elsewhere.
  static func continued(_ change: (_ next: Int, _ block: [UInt8]) -> (Int, [UInt8])) -> [UInt8] {
    FileBuilder.file { builder in
      let data = builder.add(bits([1, 2]))
      let rest = FileBuilder.block([(3, 0, FileBuilder.float32), (8, 0, FileBuilder.contiguous(data, 8))])
      let block = FileBuilder.summed(Array("OCHK".utf8) + rest)
      let address = builder.add(block)
      let (next, changed) = change(address, block)
      builder.replace(at: address, changed)
      return [("x", builder.object([(1, 0, FileBuilder.space([2])), (0x10, 0, le(next, 8) + le(block.count, 8))]))]
    }
  }

  @Test func aHeaderGoesOnElsewhere() throws {
    #expect(try Self.read(Self.continued { ($0, $1) }) == [1, 2])
    expectError(.format, "its checksum does not match") {
      _ = try Self.read(Self.continued { ($0, Array($1.dropLast()) + [$1.last.map { $0 ^ 1 } ?? 0]) })
    }
    expectError(.format, "takes 54 bytes in a file of") { _ = try Self.read(Self.continued { (1 << 40, $1) }) }
  }

  @Test func aHeaderThatGoesOnInItselfEnds() throws {
    let builder = FileBuilder()
    // Version 1: no checksum stands in the way.
    let block = builder.add(le(0x10, 2) + le(16, 2) + le(0, 4) + le(0, 16))
    builder.replace(at: block + 8, le(block, 8) + le(24, 8))
    let object = builder.oldObject([(0x10, 0, le(block, 8) + le(24, 8))])
    let bytes = builder.finish(root: builder.group([("x", object)]))
    expectError(.format, "x: the file's structures overlap or form a cycle") { _ = try open(bytes).root.has("x") }
  }

  @Test func messagesThatAReaderMustKnowAreRefused() throws {
    func file(_ type: Int, _ flags: Int) -> [UInt8] {
      FileBuilder.file { builder in
        let data = FileBuilder.compact(bits([1, 2]))
        return [("x", builder.dataset([2], FileBuilder.float32, data, [(type, flags, [1, 2, 3])]))]
      }
    }
    #expect(try Self.read(file(0x30, 0)) == [1, 2])
    #expect(try Self.read(file(0x30, 0x08)) == [1, 2])
    expectError(.unsupported, "x: the object header") { _ = try Self.read(file(0x30, 0x80)) }
  }

  @Test func sharedMessagesAreRefusedByName() throws {
    func file(_ messages: [FileBuilder.Message]) -> [UInt8] {
      FileBuilder.file { [("x", $0.object(messages + [(8, 0, FileBuilder.compact(bits([1, 2])))]))] }
    }
    let space = FileBuilder.space([2]), shared: [UInt8] = [3, 2] + le(48, 8)
    expectError(.unsupported, "x: its element type is a committed datatype or a shared message") {
      _ = try Self.read(file([(1, 0, space), (3, 2, shared)]))
    }
    expectError(.unsupported, "x: its shape is a shared message") {
      _ = try Self.read(file([(1, 2, shared), (3, 0, FileBuilder.float32)]))
    }
  }

  @Test func isHDF5LooksBehindUserBlocks() throws {
    func source(_ bytes: [UInt8]) throws -> ByteSource {
      let buffer = try HeapBuffer(count: bytes.count, for: "a test")
      bytes.withUnsafeBytes { buffer.mutableBytes.copyMemory(from: $0) }
      return ByteSource(buffer, name: "x")
    }
    #expect(try H5File.isHDF5(source(Self.small())))
    #expect(try H5File.isHDF5(source([UInt8](repeating: 0, count: 1024) + Self.small())))
    #expect(try !H5File.isHDF5(source([UInt8](repeating: 0, count: 5000))))
    #expect(try !H5File.isHDF5(source([])))
  }
}
