/// Bob Jenkins' lookup3 (hashlittle with seed 0), the checksum of HDF5's
/// newer structures.
func lookup3(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  func rotated(_ x: UInt32, _ k: UInt32) -> UInt32 { x << k | x >> (32 - k) }
  func word(_ at: Int) -> UInt32 { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
  /// The bytes behind the last whole word.
  func rest(_ at: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<max(0, min(4, bytes.count - at)) { value |= UInt32(bytes[at + index]) << UInt32(8 * index) }
    return value
  }
  var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count), b = a, c = a
  var at = 0
  while bytes.count - at > 12 {
    a &+= word(at)
    b &+= word(at + 4)
    c &+= word(at + 8)
    a &-= c; a ^= rotated(c, 4); c &+= b
    b &-= a; b ^= rotated(a, 6); a &+= c
    c &-= b; c ^= rotated(b, 8); b &+= a
    a &-= c; a ^= rotated(c, 16); c &+= b
    b &-= a; b ^= rotated(a, 19); a &+= c
    c &-= b; c ^= rotated(b, 4); b &+= a
    at += 12
  }
  if at == bytes.count { return UInt64(c) }
  a &+= rest(at)
  b &+= rest(at + 4)
  c &+= rest(at + 8)
  c ^= b; c &-= rotated(b, 14)
  a ^= c; a &-= rotated(c, 11)
  b ^= a; b &-= rotated(a, 25)
  c ^= b; c &-= rotated(b, 16)
  a ^= c; a &-= rotated(c, 4)
  b ^= a; b &-= rotated(a, 14)
  c ^= b; c &-= rotated(b, 24)
  return UInt64(c)
}
