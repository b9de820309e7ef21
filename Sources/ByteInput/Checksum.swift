import CZlib

public enum Checksum {
  /// CRC-32 of ZIP and gzip.
  public static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
