import ByteInput
import UnrollErrors

/// One open file: its bytes from the superblock on, what has been parsed of
/// it, and how much may still be parsed.
final class FileContext {
  let source: ByteSource
  let sizes: FieldSizes
  private var allowance: Int
  private var objects: [Int: FileObject] = [:]
  private var heaps: [Int: GlobalHeapCollection] = [:]

  /// `source` begins at the superblock, where addresses count from.
  init(_ source: ByteSource, _ sizes: FieldSizes) {
    self.source = source
    self.sizes = sizes
    // Structures of a sound file do not overlap and each is parsed once; names
    // and strings in them are taken out once more.
    let (four, overflow) = source.count.multipliedReportingOverflow(by: 4)
    allowance = overflow ? Int.max : four + 1 << 20
  }

  /// To be called before anything is parsed: what a file makes us do stays in
  /// proportion to its size, however its structures point at each other.
  func charge(_ bytes: Int) throws(UnrollError) {
    guard bytes <= allowance else {
      throw UnrollError(.format, "the file's structures overlap or form a cycle; the file is damaged")
    }
    allowance -= max(bytes, 16)
  }

  /// What is done again is not charged again.
  func withoutCharge<R>(_ body: () throws(UnrollError) -> R) throws(UnrollError) -> R {
    let before = allowance
    defer { allowance = before }
    return try body()
  }

  // MARK: Parts of the file

  func holds(_ count: Int, at address: Int) -> Bool {
    address >= 0 && count >= 0 && address <= source.count && count <= source.count - address
  }

  func read(_ what: StaticString, at address: Int, _ count: Int) throws(UnrollError) -> Cursor {
    guard holds(count, at: address) else {
      throw UnrollError(
        .format, "\(what) at byte \(address) takes \(count) bytes in a file of \(source.count); the file is damaged or truncated")
    }
    try charge(count)
    return try load(what, at: address, count)
  }

  /// `count` bytes or what the file has of them, for structures that say in
  /// their beginning how long they are; those charge for themselves.
  func glance(_ what: StaticString, at address: Int, upTo count: Int) throws(UnrollError) -> Cursor {
    guard holds(1, at: address) else {
      throw UnrollError(.format, "\(what) at byte \(address) lies outside the file of \(source.count) bytes; the file is damaged or truncated")
    }
    return try load(what, at: address, min(count, source.count - address))
  }

  /// A structure that ends with its checksum.
  func readChecksummed(_ what: StaticString, at address: Int, _ count: Int) throws(UnrollError) -> Cursor {
    var cursor = try read(what, at: address, count)
    try cursor.verifyChecksum()
    return cursor
  }

  private func load(_ what: StaticString, at address: Int, _ count: Int) throws(UnrollError) -> Cursor {
    let buffer = try HeapBuffer(count: count, for: "\(what)")
    try source.read(into: buffer.mutableBytes, at: address)
    return Cursor(buffer, at: address, sizes, what)
  }

  // MARK: What is parsed once

  func object(at address: Int) throws(UnrollError) -> FileObject {
    if let known = objects[address] { return known }
    let object = FileObject(try ObjectHeader(self, at: address))
    objects[address] = object
    return object
  }

  func heap(at address: Int) throws(UnrollError) -> GlobalHeapCollection {
    if let known = heaps[address] { return known }
    let heap = try GlobalHeapCollection(self, at: address)
    heaps[address] = heap
    return heap
  }
}
