/// CRC-32 of ZIP and gzip (polynomial 0xEDB88320, reflected), eight bytes a turn.
enum CRC32 {
  /// tables[k][b]: the CRC of byte b followed by k zero bytes.
  private static let tables: [[UInt32]] = {
    var first = [UInt32](repeating: 0, count: 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
      first[byte] = value
    }
    var all = [first]
    for _ in 1..<8 {
      let last = all[all.count - 1]
      all.append(last.map { $0 >> 8 ^ first[Int($0 & 255)] })
    }
    return all
  }()

  static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
    let flat = tables.flatMap { $0 }
    return flat.withUnsafeBufferPointer { table in
      bytes.withContiguousStorageIfAvailable { checksum($0, table) } ?? Array(bytes).withUnsafeBufferPointer {
        checksum($0, table)
      }
    }
  }

  private static func checksum(_ bytes: UnsafeBufferPointer<UInt8>, _ table: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    var index = 0
    while index + 8 <= bytes.count {
      var next: UInt32 = 0
      for k in 0..<4 {
        let low = UInt8(truncatingIfNeeded: crc >> UInt32(8 * k)) ^ bytes[index + k]
        next ^= table[(7 - k) * 256 + Int(low)] ^ table[(3 - k) * 256 + Int(bytes[index + 4 + k])]
      }
      crc = next
      index += 8
    }
    while index < bytes.count {
      crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])]
      index += 1
    }
    return ~crc
  }
}
