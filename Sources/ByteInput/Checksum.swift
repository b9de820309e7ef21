import CZlib
import UnrollErrors

public enum Checksum {
  /// CRC-32 of ZIP and gzip.
  public static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 { crc32(bytes, after: 0) }

  /// The same of all bytes of `source`, piece by piece.
  public static func crc32(_ source: ByteSource) throws(UnrollError) -> UInt32 {
    let piece = try HeapBuffer(count: min(source.count, 1 << 18), for: source.name)
    var sum: UInt32 = 0, position = 0
    while position < source.count {
      let part = UnsafeMutableRawBufferPointer(rebasing: piece.mutableBytes[..<min(piece.count, source.count - position)])
      try source.read(into: part, at: position)
      sum = crc32(UnsafeRawBufferPointer(part), after: sum)
      position += part.count
    }
    return sum
  }

  private static func crc32(_ bytes: UnsafeRawBufferPointer, after sum: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(UInt(sum), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
