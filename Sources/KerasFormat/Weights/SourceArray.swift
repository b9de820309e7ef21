import Unroll

/// An array in a file, found and measured but not read.
struct SourceArray {
  let path: String
  let shape: [Int]
  /// The type in the file, "float32".
  var element = "float32"
  let read: () throws(UnrollError) -> H5Values

  init(path: String, shape: [Int], read: @escaping () throws(UnrollError) -> H5Values) {
    self.path = path
    self.shape = shape
    self.read = read
  }

  init(_ dataset: H5Dataset) {
    self.init(path: dataset.path, shape: dataset.shape) { () throws(UnrollError) in try dataset.read() }
    element = dataset.elementName
  }

  var count: Int { shape.reduce(1, *) }

  /// The same elements in other axes.
  func reshaped(_ shape: [Int]) -> SourceArray { SourceArray(path: path, shape: shape, read: read) }

  /// Same count of elements, rearranged by `transform`.
  func mapped(_ shape: [Int], _ transform: @escaping (H5Values) -> H5Values) -> SourceArray {
    let read = self.read
    return SourceArray(path: path, shape: shape) { () throws(UnrollError) in transform(try read()) }
  }

  /// Matrices of equally many rows, or vectors, side by side.
  static func joinedColumns(_ sources: [SourceArray]) throws(UnrollError) -> SourceArray {
    guard let first = sources.first else { throw UnrollError(.format, "no arrays to join") }
    let rows = first.shape.count == 2 ? first.shape[0] : 1
    for source in sources where source.shape != first.shape || source.shape.isEmpty || source.shape.count > 2 {
      throw UnrollError(.format, "\(source.path): shape \(source.shape) beside \(first.path) of shape \(first.shape); expected equal shapes")
    }
    let columns = first.shape[first.shape.count - 1]
    let width = columns * sources.count
    let shape = first.shape.count == 2 ? [rows, width] : [width]
    return SourceArray(path: first.path, shape: shape) { () throws(UnrollError) in
      var parts: [[Double]] = []
      for source in sources { parts.append(try source.read().doubles) }
      var joined: [Double] = []
      joined.reserveCapacity(rows * width)
      for row in 0..<rows { for part in parts { joined += part[row * columns..<(row + 1) * columns] } }
      return .float64(joined)
    }
  }
}

extension H5Values {
  /// result[i] = self[source(i)]
  func gathered(_ source: (Int) -> Int) -> H5Values {
    switch self {
    case .float32(let values): return .float32(values.indices.map { values[source($0)] })
    case .float64(let values): return .float64(values.indices.map { values[source($0)] })
    case .int64(let values): return .int64(values.indices.map { values[source($0)] })
    case .int32(let values): return .int32(values.indices.map { values[source($0)] })
    }
  }
}
