import KernelAPI

/// A model input whose numbers an embedding looks up unchanged: they can be
/// checked before anything is computed.
struct IndexInput: Sendable {
  let input: Int
  let layer: String
  /// Valid values are 0..<limit, truncated towards zero.
  let limit: Int

  func outside(_ value: Double) -> UnrollError { RunFault(layer: layer, value: value, limit: limit).error }

  /// Throws if an index in the plan's copy is out of range.
  @inline(__always)
  func check<S: Scalar>(_ values: UnsafePointer<S>, _ count: Int) throws(UnrollError) {
    let low: S = -1, high = S(limit)
    // False for NaN too.
    for index in 0..<count where !(values[index] > low && values[index] < high) {
      throw outside(Double(values[index]))
    }
  }

  /// Throws if a number in the host's array is out of range after conversion to the
  /// model's type `S`.
  func check<S: Scalar>(_ view: ArrayView, _: S.Type) throws(UnrollError) {
    let value: S? =
      switch view.type {
      case .float32: view.first(of: Float.self, outside: limit) { S($0) }
      case .float64: view.first(of: Double.self, outside: limit) { S($0) }
      case .int32: view.first(of: Int32.self, outside: limit) { S($0) }
      case .int64: view.first(of: Int64.self, outside: limit) { S($0) }
      case .uint8: view.first(of: UInt8.self, outside: limit) { S($0) }
      }
    if let value { throw outside(Double(value)) }
  }
}

extension ArrayView {
  /// The first element that, converted, is not in 0..<limit.
  @inline(__always)
  fileprivate func first<E: BitwiseCopyable, S: Scalar>(
    of _: E.Type, outside limit: Int, _ convert: (E) -> S
  ) -> S? {
    guard count > 0 else { return nil }
    let low: S = -1, high = S(limit)
    let inner = shape.last ?? 1, innerStride = strides.last ?? 0
    let outerAxes = 0..<max(shape.count - 1, 0)
    for block in 0..<count / inner {
      var rest = block
      var source = base
      for axis in outerAxes.reversed() {
        source += (rest % shape[axis]) * strides[axis]
        rest /= shape[axis]
      }
      for index in 0..<inner {
        let value = convert(source.loadUnaligned(fromByteOffset: index * innerStride, as: E.self))
        if !(value > low && value < high) { return value }
      }
    }
    return nil
  }
}

extension Network {
  /// Throws if an input has an index outside an embedding's table. `inputs` has one
  /// array per model input.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func check(_ indexInputs: [IndexInput], of inputs: [ArrayView]) throws(UnrollError) {
    for index in indexInputs { try index.check(inputs[index.input], S.self) }
  }
}
