import ByteInput
import Testing
import UnrollErrors

@testable import HDF5Reader

/// Little endian numbers.
func le(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
  let bits = UInt64(truncatingIfNeeded: value)
  return (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) : 0 }
}

let undefined = [UInt8](repeating: 0xFF, count: 8)

/// HDF5 files put together byte by byte, to be wrong in one place.
final class FileBuilder {
  private(set) var bytes = [UInt8](repeating: 0, count: 48)

  /// Appends a structure and gives its address.
  func add(_ block: [UInt8]) -> Int {
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    defer { bytes += block }
    return bytes.count
  }

  func replace(at address: Int, _ block: [UInt8]) { bytes.replaceSubrange(address..<address + block.count, with: block) }

  /// A structure that ends with its checksum.
  static func summed(_ block: [UInt8]) -> [UInt8] { block + le(block.withUnsafeBytes { lookup3($0) }, 4) }

  // MARK: Objects

  typealias Message = (type: Int, flags: Int, body: [UInt8])

  /// An object header of version 2.
  func object(_ messages: [Message], flags: Int = 2) -> Int { add(Self.header(messages, flags: flags)) }

  static func header(_ messages: [Message], flags: Int = 2) -> [UInt8] {
    let body = block(messages)
    return summed(Array("OHDR".utf8) + [2, UInt8(flags)] + le(body.count, 1 << (flags & 3)) + body)
  }

  static func block(_ messages: [Message]) -> [UInt8] {
    messages.flatMap { le($0.type, 1) + le($0.body.count, 2) + le($0.flags, 1) + $0.body }
  }

  /// An object header of version 1.
  func oldObject(_ messages: [Message]) -> Int {
    let body = messages.flatMap { message -> [UInt8] in
      let padded = message.body + [UInt8](repeating: 0, count: (8 - message.body.count % 8) % 8)
      return le(message.type, 2) + le(padded.count, 2) + le(message.flags, 4) + padded
    }
    return add([1, 0] + le(messages.count, 2) + le(1, 4) + le(body.count, 4) + le(0, 4) + body)
  }

  /// A group whose links stand in its header.
  func group(_ links: [(String, Int)], _ others: [Message] = []) -> Int {
    object([Self.linkInformation] + others + links.map { Self.link(Array($0.0.utf8), $0.1) })
  }

  func dataset(_ shape: [Int], _ type: [UInt8], _ layout: [UInt8], _ others: [Message] = []) -> Int {
    object([(1, 0, Self.space(shape)), (3, 0, type), (8, 0, layout)] + others)
  }

  // MARK: Messages

  static let linkInformation: Message = (2, 0, [0, 0] + undefined + undefined)

  static func link(_ name: [UInt8], _ address: Int) -> Message { (6, 0, [1, 1] + le(name.count, 2) + name + le(address, 8)) }

  static func space(_ shape: [Int]) -> [UInt8] { [2, UInt8(shape.count), 0, 1] + shape.flatMap { le($0, 8) } }

  static let float32: [UInt8] = [0x11, 0x20, 31, 0] + le(4, 4) + le(0, 2) + le(32, 2) + [23, 8, 0, 23] + le(127, 4)
  static let bigFloat32: [UInt8] = [0x11, 0x21] + float32.dropFirst(2)
  static func integer(_ size: Int, signed: Bool, big: Bool = false) -> [UInt8] {
    [0x10, (signed ? 8 : 0) | (big ? 1 : 0), 0, 0] + le(size, 4) + le(0, 2) + le(8 * size, 2)
  }
  static func text(_ size: Int, padding: Int = 1) -> [UInt8] { [0x13, UInt8(padding), 0, 0] + le(size, 4) }
  static let variableText: [UInt8] = [0x19, 1, 0, 0] + le(16, 4) + text(1)

  static func contiguous(_ address: Int?, _ count: Int) -> [UInt8] { [3, 1] + (address.map { le($0, 8) } ?? undefined) + le(count, 8) }
  static func compact(_ data: [UInt8]) -> [UInt8] { [3, 0] + le(data.count, 2) + data }

  static func attribute(_ name: String, _ type: [UInt8], _ shape: [Int], _ value: [UInt8]) -> Message {
    let name = Array(name.utf8) + [0], space = space(shape)
    return (0x0C, 0, [3, 0] + le(name.count, 2) + le(type.count, 2) + le(space.count, 2) + [0] + name + type + space + value)
  }

  // MARK: Heaps

  /// A collection of variable-length values, numbered from 1.
  func heap(_ values: [[UInt8]]) -> Int {
    var body: [UInt8] = []
    for (index, value) in values.enumerated() {
      body += le(index + 1, 2) + le(1, 2) + le(0, 4) + le(value.count, 8) + value + [UInt8](repeating: 0, count: (8 - value.count % 8) % 8)
    }
    return add(Array("GCOL".utf8) + [1, 0, 0, 0] + le(16 + body.count, 8) + body)
  }

  static func reference(_ length: Int, _ heap: Int, _ index: Int) -> [UInt8] { le(length, 4) + le(heap, 8) + le(index, 4) }

  // MARK: Groups of older files

  /// A symbol table of one node.
  func oldGroup(_ links: [(String, Int)]) -> Int {
    var names = [UInt8](repeating: 0, count: 8), entries: [UInt8] = []
    for (name, address) in links {
      entries += le(names.count, 8) + le(address, 8) + le(0, 24)
      names += Array(name.utf8) + [0]
    }
    let node = add(Array("SNOD".utf8) + [1, 0] + le(links.count, 2) + entries)
    let heap = localHeap(names)
    return oldObject([(0x11, 0, le(tree([node]), 8) + le(heap, 8))])
  }

  func localHeap(_ names: [UInt8], size: UInt64? = nil) -> Int {
    let data = add(names)
    return add(Array("HEAP".utf8) + [0, 0, 0, 0] + le(size ?? UInt64(names.count), 8) + le(1, 8) + le(data, 8))
  }

  /// A leaf of a group's B-tree.
  func tree(_ children: [Int], level: Int = 0) -> Int {
    add(
      Array("TREE".utf8) + [0, UInt8(level)] + le(children.count, 2) + undefined + undefined + le(0, 8) + children.flatMap { le($0, 8) + le(0, 8) })
  }

  // MARK: The whole

  /// The bytes with a superblock of version 2.
  func finish(root: Int) -> [UInt8] {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    replace(at: 0, Self.summed(signature + [2, 8, 8, 0] + le(0, 8) + undefined + le(bytes.count, 8) + le(root, 8)))
    return bytes
  }

  /// A file whose root group holds what `body` makes.
  static func file(_ body: (FileBuilder) -> [(String, Int)]) -> [UInt8] {
    let builder = FileBuilder()
    let links = body(builder)
    return builder.finish(root: builder.group(links))
  }
}

// MARK: Reading

/// The bytes as an opened file. The source keeps a copy.
func open(_ bytes: [UInt8]) throws -> H5File {
  let buffer = try HeapBuffer(count: bytes.count, for: "a test")
  bytes.withUnsafeBytes { buffer.mutableBytes.copyMemory(from: $0) }
  return try H5File(ByteSource(buffer, name: "test.h5"))
}

/// All elements of a dataset, as `Value`, which must be its memory type's.
func values<Value: BitwiseCopyable>(_ dataset: H5Dataset?, as: Value.Type) throws -> [Value] {
  let dataset = try #require(dataset)
  // Filled with what no test expects, so that nothing left alone goes unseen.
  var bytes = [UInt8](repeating: 0xA5, count: dataset.memoryByteCount)
  try bytes.withUnsafeMutableBytes { try dataset.read(into: $0) }
  return bytes.withUnsafeBytes { raw in
    (0..<dataset.count).map { raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.size, as: Value.self) }
  }
}

func bits(_ values: [Float]) -> [UInt8] { values.flatMap { le($0.bitPattern, 4) } }

/// Expects an error of `code` whose message holds `text`.
func expectError(
  _ code: UnrollError.Code, _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: UnrollError.self, sourceLocation: sourceLocation) { try body() }
  #expect(error?.code == code, "\(error?.message ?? "")", sourceLocation: sourceLocation)
  #expect(error?.message.contains(text) == true, "\(error?.message ?? "")", sourceLocation: sourceLocation)
}
