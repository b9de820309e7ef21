import Unroll

/// Writes an archive of stored members, as Keras does: no compression, no
/// time stamps, so equal models give equal bytes.
struct ZipWriter {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  mutating func add(_ name: String, _ contents: [UInt8]) throws(UnrollError) {
    guard contents.count < 0xFFFF_FFFF, bytes.count < 0xFFFF_FFFF - contents.count else {
      throw UnrollError(.unsupported, "a .keras file over 4 GiB cannot be written; save as .h5 instead")
    }
    let offset = bytes.count
    let crc = CRC32.checksum(contents)
    let nameBytes = Array(name.utf8)
    func common(_ version: [UInt16]) -> [UInt8] {
      // version(s), flags (UTF-8 names), method 0, time 0, date 1 January 1980
      var header: [UInt8] = []
      for value in version + [0x0800, 0, 0, 0x0021] { header.append(littleEndian: value) }
      header.append(littleEndian: crc)
      header.append(littleEndian: UInt32(contents.count))
      header.append(littleEndian: UInt32(contents.count))
      header.append(littleEndian: UInt16(nameBytes.count))
      header.append(littleEndian: UInt16(0))
      return header
    }
    bytes.append(littleEndian: UInt32(0x0403_4B50))
    bytes += common([20])
    bytes += nameBytes
    bytes += contents

    directory.append(littleEndian: UInt32(0x0201_4B50))
    // made by: Unix, version 2.0
    directory += common([0x0314, 20])
    // comment length, disk, internal attributes
    for _ in 0..<3 { directory.append(littleEndian: UInt16(0)) }
    // external attributes: a regular file, rw-r--r--
    directory.append(littleEndian: UInt32(0o100644) << 16)
    directory.append(littleEndian: UInt32(offset))
    directory += nameBytes
    count += 1
  }

  /// The finished archive.
  func finish() -> [UInt8] {
    var result = bytes
    let start = result.count
    result += directory
    result.append(littleEndian: UInt32(0x0605_4B50))
    for value in [0, 0, UInt16(count), UInt16(count)] { result.append(littleEndian: value) }
    result.append(littleEndian: UInt32(directory.count))
    result.append(littleEndian: UInt32(start))
    result.append(littleEndian: UInt16(0))
    return result
  }
}

extension [UInt8] {
  fileprivate mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
    for index in 0..<T.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> T(8 * index))) }
  }
}
