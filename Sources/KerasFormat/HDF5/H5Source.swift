import ByteInput
import Unroll

/// What a file consists of, and what it may ask for.
struct H5Source {
  /// nil: a file being written.
  let bytes: ByteSource?
  /// More links in one group than any model has.
  let maximumLinks = 1 << 20
  let maximumStringBytes = 256 << 20

  init(bytes: ByteSource?) { self.bytes = bytes }

  var byteCount: Int { bytes?.count ?? 0 }

  /// A declared size is refused if it is over 4 GiB and over 1000 times what
  /// is stored (Keras' own rule for "shape bombs").
  func isBomb(declared: Int, stored: Int) -> Bool {
    declared > 4 << 30 && declared / 1000 > stored
  }

  /// The bytes from `offset`, or nil if the file does not hold that many.
  func read(_ count: Int, from offset: Int) throws(UnrollError) -> [UInt8]? {
    guard let bytes, count >= 0, offset >= 0, offset <= byteCount, count <= byteCount - offset else { return nil }
    return try bytes.read(count, at: offset)
  }
}
