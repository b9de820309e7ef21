import UnrollErrors

/// Turns elements as the file holds them into those of the memory type.
struct ElementConversion {
  let element: H5Element
  let isBigEndian: Bool

  /// Whether the file's bytes are the memory type's.
  var isIdentity: Bool {
    #if _endian(little)
      return !isBigEndian && [.float32, .float64, .int64].contains(element)
    #else
      return isBigEndian && [.float32, .float64, .int64].contains(element)
    #endif
  }

  /// Converts `count` elements; neither side needs to be aligned.
  func convert(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, count: Int
  ) throws(UnrollError) {
    guard count >= 0, count <= source.count / element.byteCount, count <= target.count / element.memoryType.byteCount else {
      throw UnrollError(.format, "\(count) elements do not fit \(source.count) bytes")
    }
    switch element {
    case .float16: each(source, target, count) { (bits: UInt16) in Self.float32(half: bits) }
    case .bfloat16: each(source, target, count) { (bits: UInt16) in UInt32(bits) << 16 }
    case .float32: each(source, target, count) { (bits: UInt32) in bits }
    case .float64, .int64: each(source, target, count) { (bits: UInt64) in bits }
    case .int8: each(source, target, count) { (bits: Int8) in Int64(bits) }
    case .uint8: each(source, target, count) { (bits: UInt8) in Int64(bits) }
    case .int16: each(source, target, count) { (bits: Int16) in Int64(bits) }
    case .uint16: each(source, target, count) { (bits: UInt16) in Int64(bits) }
    case .int32: each(source, target, count) { (bits: Int32) in Int64(bits) }
    case .uint32: each(source, target, count) { (bits: UInt32) in Int64(bits) }
    case .uint64:
      var all: UInt64 = 0
      each(source, target, count) { (bits: UInt64) in
        all |= bits
        return bits
      }
      guard all <= UInt64(Int64.max) else {
        throw UnrollError(.unsupported, "an element above \(Int64.max); expected signed 64-bit integers")
      }
    }
  }

  @inline(__always)
  private func each<Stored: FixedWidthInteger, Result: FixedWidthInteger>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ count: Int, _ body: (Stored) -> Result
  ) {
    for index in 0..<count {
      let bits = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
      let value = isBigEndian ? Stored(bigEndian: bits) : Stored(littleEndian: bits)
      target.storeBytes(of: body(value), toByteOffset: index * MemoryLayout<Result>.size, as: Result.self)
    }
  }

  /// binary16 to binary32, exactly, by bits: no processor or runtime library needed.
  static func float32(half: UInt16) -> UInt32 {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10 & 0x1F), mantissa = UInt32(half & 0x3FF)
    switch exponent {
    case 0x1F: return sign | 0x7F80_0000 | mantissa << 13
    case 0:
      // Subnormal: a multiple of 2^-24, and a normal number in binary32.
      let magnitude = Float(mantissa) * 0x1p-24
      return sign | magnitude.bitPattern
    default: return sign | (exponent + 112) << 23 | mantissa << 13
    }
  }
}
