import Unroll

/// What a file consists of, and what it may ask for.
struct H5Source {
  enum Bytes {
    case file(InputFile)
    case image([UInt8])
    /// A file being written.
    case none
  }

  let bytes: Bytes
  /// More links in one group than any model has.
  let maximumLinks = 1 << 20
  let maximumStringBytes = 256 << 20

  init(bytes: Bytes) { self.bytes = bytes }

  var byteCount: Int {
    switch bytes {
    case .file(let input): return input.byteCount
    case .image(let image): return image.count
    case .none: return 0
    }
  }

  /// A declared size is refused if it is over 4 GiB and over 1000 times what
  /// is stored (Keras' own rule for "shape bombs").
  func isBomb(declared: Int, stored: Int) -> Bool {
    declared > 4 << 30 && declared / 1000 > stored
  }

  /// The bytes from `offset`, or nil if the file does not hold that many.
  func read(_ count: Int, from offset: Int) throws(UnrollError) -> [UInt8]? {
    guard count >= 0, offset >= 0, offset <= byteCount, count <= byteCount - offset else { return nil }
    switch bytes {
    case .file(let input):
      let read = try input.read(upTo: count, from: offset)
      return read.count == count ? read : nil
    case .image(let image): return Array(image[offset..<offset + count])
    case .none: return nil
    }
  }
}
