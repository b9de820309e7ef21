import KernelAPI

/// Element types a host's array may have. Whatever it is, the engine converts
/// to the model's own while it copies rows into a plan.
package enum ElementType: Sendable {
  case float32, float64, int32, int64, uint8
  package var byteCount: Int {
    switch self {
    case .uint8: 1
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }
}

/// A borrowed view of a host's array, batch first. Strides are in bytes and
/// may overlap: sliding windows over a series are a view whose first two
/// strides are equal.
package struct ArrayView: @unchecked Sendable {
  package let base: UnsafeRawPointer
  package let type: ElementType
  package let shape: [Int]
  package let strides: [Int]

  package init(base: UnsafeRawPointer, type: ElementType, shape: [Int], strides: [Int]? = nil) {
    self.base = base
    self.type = type
    self.shape = shape
    if let strides {
      self.strides = strides
    } else {
      var step = type.byteCount
      var contiguous = [Int](repeating: 0, count: shape.count)
      for axis in shape.indices.reversed() {
        contiguous[axis] = step
        step = step &* shape[axis]
      }
      self.strides = contiguous
    }
  }

  /// Number of samples.
  package var rows: Int { shape.first ?? 0 }

  /// Number of elements; 0 for sizes that do not multiply.
  var count: Int { (try? checkedProduct(shape, "")) ?? 0 }

  /// Copies rows `rows[r]` (or `firstRow + r`) to `destination`, which is laid
  /// out `[positions][count][features]`.
  func gather<S: Scalar>(rows: UnsafePointer<Int>?, firstRow: Int, count: Int, into destination: UnsafeMutablePointer<S>) {
    switch type {
    case .float32: gather(Float.self, rows, firstRow, count, destination) { S($0) }
    case .float64: gather(Double.self, rows, firstRow, count, destination) { S($0) }
    case .int32: gather(Int32.self, rows, firstRow, count, destination) { S($0) }
    case .int64: gather(Int64.self, rows, firstRow, count, destination) { S($0) }
    case .uint8: gather(UInt8.self, rows, firstRow, count, destination) { S($0) }
    }
  }

  @inline(__always)
  private func gather<E: BitwiseCopyable, S: Scalar>(
    _: E.Type, _ rows: UnsafePointer<Int>?, _ firstRow: Int, _ count: Int,
    _ destination: UnsafeMutablePointer<S>, _ convert: (E) -> S
  ) {
    let rowStride = strides.first ?? 0
    let features = shape.count > 1 ? shape[shape.count - 1] : 1
    let featureStride = shape.count > 1 ? strides[shape.count - 1] : 0
    // The axes between batch and features, as one list of byte offsets walked
    // odometer-fashion without allocating: rank is small, so recompute.
    let innerAxes = 1..<max(shape.count - 1, 1)
    var positions = 1
    for axis in innerAxes { positions *= shape[axis] }
    // Many positions of nothing.
    if features == 0 || count == 0 { return }
    for position in 0..<positions {
      var rest = position
      var offset = 0
      for axis in innerAxes.reversed() {
        offset += (rest % shape[axis]) * strides[axis]
        rest /= shape[axis]
      }
      var target = destination + position * count * features
      for r in 0..<count {
        let row = rows.map { $0[r] } ?? firstRow + r
        let source = base + row * rowStride + offset
        for feature in 0..<features {
          target[feature] = convert(source.loadUnaligned(fromByteOffset: feature * featureStride, as: E.self))
        }
        target += features
      }
    }
  }
}

/// Copies a plan's `[positions][rows][features]` block to the host's row-major,
/// contiguous array, from row `firstRow` on. The block may be the part from
/// `firstPosition` on of rows of `rowPositions`.
func scatter<S: Scalar>(
  _ source: UnsafePointer<S>, positions: Int, rows: Int, features: Int,
  into destination: UnsafeMutableRawPointer, type: ElementType, firstRow: Int, firstPosition: Int = 0, rowPositions: Int? = nil
) {
  let rowElements = (rowPositions ?? positions) * features
  if features == 0 || positions == 0 { return }
  for row in 0..<rows {
    for position in 0..<positions {
      let from = source + (position * rows + row) * features
      let start = (firstRow + row) * rowElements + (firstPosition + position) * features
      if type == .float64 {
        let to = (destination + start * 8).assumingMemoryBound(to: Double.self)
        for feature in 0..<features { to[feature] = Double(from[feature]) }
      } else {
        let to = (destination + start * 4).assumingMemoryBound(to: Float.self)
        for feature in 0..<features { to[feature] = Float(from[feature]) }
      }
    }
  }
}
