import ByteInput
import UnrollErrors

/// A part of the file in memory, read front to back. Everything the module
/// knows of a file's structures comes through here, and nothing beyond the
/// part's end does.
struct Cursor {
  private let buffer: HeapBuffer
  /// Where the buffer stands in the file, for messages.
  private let origin: Int
  private var position: Int
  private var end: Int
  private let sizes: FieldSizes
  /// "the object header"
  private let what: StaticString

  init(_ buffer: HeapBuffer, at origin: Int, _ sizes: FieldSizes, _ what: StaticString) {
    self.buffer = buffer
    self.origin = origin
    self.sizes = sizes
    self.what = what
    position = 0
    end = buffer.count
  }

  var left: Int { end - position }

  func damage(_ reason: String) -> UnrollError {
    UnrollError(.format, "\(what) at byte \(origin) is damaged: \(reason)")
  }

  private mutating func advance(_ count: Int) throws(UnrollError) -> Int {
    guard count >= 0, count <= end - position else { throw damage("expected \(count) bytes, but \(end - position) are left") }
    defer { position += count }
    return position
  }

  mutating func skip(_ count: Int) throws(UnrollError) { _ = try advance(count) }

  /// The next `count` bytes as a part of their own.
  mutating func part(_ count: Int) throws(UnrollError) -> Cursor {
    let start = try advance(count)
    var part = self
    part.position = start
    part.end = start + count
    return part
  }

  // MARK: Numbers, little endian

  mutating func unsigned(_ count: Int) throws(UnrollError) -> UInt64 {
    let start = try advance(count)
    var value: UInt64 = 0
    for index in stride(from: start + count - 1, through: start, by: -1) { value = value << 8 | UInt64(buffer.bytes[index]) }
    return value
  }

  mutating func integer(_ count: Int) throws(UnrollError) -> Int {
    let value = try unsigned(count)
    guard let result = Int(exactly: value) else { throw damage("it holds the size \(value)") }
    return result
  }

  mutating func byte() throws(UnrollError) -> Int { Int(buffer.bytes[try advance(1)]) }

  /// A size or count.
  mutating func length() throws(UnrollError) -> Int { try integer(sizes.length) }

  /// A place in the file; nil where the file says there is none.
  mutating func address() throws(UnrollError) -> Int? {
    let value = try unsigned(sizes.offset)
    if value == UInt64.max >> UInt64(64 - 8 * sizes.offset) { return nil }
    guard let result = Int(exactly: value) else { throw damage("it holds the address \(value)") }
    return result
  }

  // MARK: Text

  mutating func expect(_ signature: StaticString) throws(UnrollError) {
    let start = try advance(signature.utf8CodeUnitCount)
    for index in 0..<signature.utf8CodeUnitCount where buffer.bytes[start + index] != signature.utf8Start[index] {
      throw damage("it does not begin with \(signature)")
    }
  }

  func starts(with signature: StaticString) -> Bool {
    var copy = self
    return (try? copy.expect(signature)) != nil
  }

  mutating func expect(version: Int) throws(UnrollError) {
    let found = try byte()
    guard found == version else {
      throw UnrollError(.unsupported, "\(what) at byte \(origin) has version \(found); expected \(version)")
    }
  }

  /// `count` bytes, up to the first NUL.
  mutating func name(_ count: Int) throws(UnrollError) -> [UInt8] {
    let part = try part(count)
    return part.withBytes { Array($0.prefix { $0 != 0 }) }
  }

  /// The bytes from `offset` up to a NUL, which must be there.
  func terminatedName(at offset: Int) throws(UnrollError) -> [UInt8] {
    guard offset >= 0, offset < left else { throw damage("a name at \(offset) of \(left) bytes") }
    let name = withBytes { Array($0.dropFirst(offset).prefix { $0 != 0 }) }
    guard name.count < left - offset else { throw damage("a name that does not end") }
    return name
  }

  /// What is left, lent.
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(buffer) {} }
    return try body(UnsafeRawBufferPointer(rebasing: buffer.bytes[position..<end]))
  }

  // MARK: Checksums

  /// Compares the last four bytes with the rest's checksum and takes them off.
  mutating func verifyChecksum() throws(UnrollError) {
    guard left >= 4 else { throw damage("no room for a checksum") }
    end -= 4
    let found = withBytes { lookup3($0) }
    var stored = self
    stored.position = end
    stored.end = end + 4
    guard try stored.unsigned(4) == found else { throw damage("its checksum does not match") }
  }

  /// The checksum of blocks that hold it in their middle: counted as zeros,
  /// which this copy of the block keeps.
  func verifyChecksum(at offset: Int) throws(UnrollError) {
    var stored = self
    try stored.skip(offset)
    let field = stored.position
    let expected = try stored.unsigned(4)
    for index in field..<field + 4 { buffer.mutableBytes[index] = 0 }
    guard expected == withBytes({ lookup3($0) }) else { throw damage("its checksum does not match") }
  }
}
