import ByteInput
import HDF5Reader
import Unroll

/// An array in a file, found and measured but not read.
struct SourceArray {
  let path: String
  let shape: [Int]
  /// The type in the file, "float32".
  var element = "float32"
  /// Bytes it takes once read.
  private(set) var byteCount: Int
  /// The bytes of it that are stored uncompressed in the file.
  private(set) var plainByteCount: Int
  let read: () throws(UnrollError) -> ArrayValues
  /// Whether it is a placeholder for an array that the file does not have.
  private(set) var isAbsent = false

  private init(
    path: String, shape: [Int], byteCount: Int, plainByteCount: Int,
    read: @escaping () throws(UnrollError) -> ArrayValues
  ) {
    self.path = path
    self.shape = shape
    self.byteCount = byteCount
    self.plainByteCount = plainByteCount
    self.read = read
  }

  init(_ dataset: H5Dataset) {
    self.init(
      path: dataset.path, shape: dataset.shape, byteCount: dataset.memoryByteCount, plainByteCount: dataset.plainByteCount
    ) { () throws(UnrollError) in
      let type: ElementType =
        switch dataset.memoryType {
        case .float32: .float32
        case .float64: .float64
        case .int64: .int64
        }
      return try ArrayValues(type, count: dataset.count, for: dataset.path) { (target) throws(UnrollError) in
        try dataset.read(into: target)
      }
    }
    element = dataset.elementName
  }

  /// A placeholder for an array of this form.
  var absent: SourceArray { with(absent: true) }

  private func with(absent isAbsent: Bool) -> SourceArray {
    var result = self
    result.isAbsent = isAbsent
    return result
  }

  /// The same elements with other axes.
  func reshaped(_ shape: [Int]) -> SourceArray {
    SourceArray(path: path, shape: shape, byteCount: byteCount, plainByteCount: plainByteCount, read: read).with(absent: isAbsent)
  }

  /// The elements changed by `transform`.
  func mapped(
    _ shape: [Int], _ transform: @escaping (ArrayValues) throws(UnrollError) -> ArrayValues
  ) -> SourceArray {
    let read = self.read
    return SourceArray(path: path, shape: shape, byteCount: byteCount, plainByteCount: plainByteCount) {
      () throws(UnrollError) in try transform(try read())
    }.with(absent: isAbsent)
  }

  /// Joins matrices with equal numbers of rows, or vectors, side by side.
  static func joinedColumns(_ sources: [SourceArray]) throws(UnrollError) -> SourceArray {
    guard let first = sources.first else { throw UnrollError(.format, "no arrays to join") }
    let rows = first.shape.count == 2 ? first.shape[0] : 1
    for source in sources where source.shape != first.shape || source.shape.isEmpty || source.shape.count > 2 {
      throw UnrollError(.format, "\(source.path): shape \(source.shape) beside \(first.path) of shape \(first.shape); expected equal shapes")
    }
    let columns = first.shape[first.shape.count - 1]
    let width = try checkedProduct([columns, sources.count], first.path)
    let shape = first.shape.count == 2 ? [rows, width] : [width]
    let count = try checkedProduct([rows, width], first.path)
    return SourceArray(
      path: first.path, shape: shape, byteCount: sources.reduce(0) { $0 + $1.byteCount },
      plainByteCount: sources.reduce(0) { $0 + $1.plainByteCount }
    ) { () throws(UnrollError) in
      try ArrayValues(.float64, count: count, for: first.path) { (target) throws(UnrollError) in
        let joined = target.bindMemory(to: Double.self)
        for (position, source) in sources.enumerated() {
          let part = try source.read()
          for row in 0..<rows {
            for column in 0..<columns { joined[row * width + position * columns + column] = part.double(row * columns + column) }
          }
        }
      }
    }.with(absent: sources.contains { $0.isAbsent })
  }
}
