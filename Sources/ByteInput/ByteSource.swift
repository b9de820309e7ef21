import UnrollErrors

/// Untrusted bytes behind a bounds check: memory, or one open file read with `pread`,
/// never a mapping, because a file may shrink. Nothing else in the readers touches such
/// bytes; a range outside them is an error.
public struct ByteSource: Sendable {
  /// For messages: the path, or "model.keras: model.weights.h5".
  public let name: String
  public let count: Int
  private let origin: Int
  private let storage: Storage

  private enum Storage: @unchecked Sendable {
    case file(OpenFile)
    case heap(HeapBuffer)
    /// A caller's memory, borrowed for the duration of a call.
    case borrowed(UnsafeRawBufferPointer)
  }

  private init(name: String, storage: Storage, origin: Int, count: Int) {
    self.name = name
    self.storage = storage
    self.origin = origin
    self.count = count
  }

  /// A regular file, opened once: a file that later gets its name is not seen.
  public init(path: FilePath) throws(UnrollError) {
    let file = try OpenFile(path: path)
    self.init(name: path.description, storage: .file(file), origin: 0, count: file.byteCount)
  }

  public init(path: String) throws(UnrollError) { try self.init(path: FilePath(path)) }

  public init(_ buffer: HeapBuffer, name: String) {
    self.init(name: name, storage: .heap(buffer), origin: 0, count: buffer.count)
  }

  /// Memory that outlives the source and every slice of it.
  public init(borrowing bytes: UnsafeRawBufferPointer, name: String) {
    self.init(name: name, storage: .borrowed(bytes), origin: 0, count: bytes.count)
  }

  /// A part as a separate source, without a copy.
  public func slice(_ offset: Int, _ count: Int, name: String) throws(UnrollError) -> ByteSource {
    try check(offset, count)
    return ByteSource(name: name, storage: storage, origin: origin + offset, count: count)
  }

  /// Fills `target` from `offset`.
  public func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws(UnrollError) {
    try check(offset, target.count)
    if target.isEmpty { return }
    switch storage {
    case .file(let file): try file.read(into: target, at: origin + offset)
    case .heap(let buffer): target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[origin + offset..<origin + offset + target.count]))
    case .borrowed(let bytes): target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[origin + offset..<origin + offset + target.count]))
    }
  }

  /// A few bytes, for headers; what is proportional to data goes into a `HeapBuffer`.
  public func read(_ count: Int, at offset: Int) throws(UnrollError) -> [UInt8] {
    try check(offset, count)
    var result = [UInt8](repeating: 0, count: count)
    var failure: UnrollError?
    result.withUnsafeMutableBytes { target in
      do throws(UnrollError) { try read(into: target, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
    return result
  }

  /// A copy of all bytes in memory.
  public func contents() throws(UnrollError) -> HeapBuffer {
    let buffer = try HeapBuffer(count: count, for: name)
    try read(into: buffer.mutableBytes, at: 0)
    return buffer
  }

  private func check(_ offset: Int, _ wanted: Int) throws(UnrollError) {
    guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else {
      throw UnrollError(.format, "\(name): expected \(wanted) bytes at byte \(offset) of \(count); the file is damaged or truncated")
    }
  }
}
