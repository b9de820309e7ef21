import UnrollErrors

/// Bytes of equal place in their elements stand together: all first ones, all
/// second ones, ...
enum Shuffle {
  /// `output` holds at least as many bytes as `input`.
  static func undo(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, _ elementSize: Int) {
    let count = input.count / elementSize
    for byte in 0..<(count > 0 ? elementSize : 0) {
      let start = byte * count
      for element in 0..<count { output[element * elementSize + byte] = input[start + element] }
    }
    // What does not fill an element stays where it is.
    for index in count * elementSize..<input.count { output[index] = input[index] }
  }
}

/// Fletcher's checksum of 16-bit words, behind the data.
enum Fletcher32 {
  static func verify(_ bytes: UnsafeRawBufferPointer) throws(UnrollError) {
    guard bytes.count >= 4 else { throw UnrollError(.format, "a chunk of \(bytes.count) bytes has no checksum; the file is damaged") }
    let data = UnsafeRawBufferPointer(rebasing: bytes[0..<bytes.count - 4])
    let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: data.count, as: UInt32.self))
    let found = sum(data)
    // HDF5 before 1.6.3 wrote the bytes of each half the other way round.
    let swapped = (found & 0x00FF_00FF) << 8 | (found & 0xFF00_FF00) >> 8
    guard stored == found || stored == swapped else {
      throw UnrollError(.format, "the checksum of a chunk does not match; the file is damaged")
    }
  }

  static func sum(_ data: UnsafeRawBufferPointer) -> UInt32 {
    var first: UInt32 = 0, second: UInt32 = 0
    func fold(_ sum: UInt32) -> UInt32 { sum & 0xFFFF + sum >> 16 }
    let words = data.count / 2
    var word = 0
    while word < words {
      // So many words before the second sum can leave 32 bits.
      let end = min(words, word + 360)
      while word < end {
        first &+= UInt32(data[2 * word]) << 8 | UInt32(data[2 * word + 1])
        second &+= first
        word += 1
      }
      first = fold(first)
      second = fold(second)
    }
    if data.count % 2 == 1 {
      first &+= UInt32(data[data.count - 1]) << 8
      second &+= first
      first = fold(first)
      second = fold(second)
    }
    return fold(second) << 16 | fold(first)
  }
}
