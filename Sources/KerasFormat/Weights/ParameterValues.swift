import Unroll

/// A parameter copied out of a model.
struct ParameterValues {
  let shape: [Int]
  let values: H5Values

  /// Room of `count` elements of the model's type, filled by `fill`.
  static func read(
    count: Int, shape: [Int], _ dtype: DType,
    _ fill: (UnsafeMutableRawPointer, ElementType) throws(UnrollError) -> Void
  ) throws(UnrollError) -> ParameterValues {
    func filled<T>(_ zero: T, _ type: ElementType) throws(UnrollError) -> [T] {
      var values = [T](repeating: zero, count: max(count, 1))
      let outcome = values.withUnsafeMutableBytes { buffer -> Result<Void, UnrollError> in
        guard let base = buffer.baseAddress else { return .success(()) }
        do throws(UnrollError) { return .success(try fill(base, type)) } catch { return .failure(error) }
      }
      try outcome.get()
      if count == 0 { values.removeAll() }
      return values
    }
    switch dtype {
    case .float32: return ParameterValues(shape: shape, values: .float32(try filled(Float(0), .float32)))
    case .float64: return ParameterValues(shape: shape, values: .float64(try filled(0.0, .float64)))
    }
  }

  /// All parameters of a model in order.
  static func all(of model: Model) throws(UnrollError) -> [ParameterValues] {
    var result: [ParameterValues] = []
    for (index, info) in try model.parameters().enumerated() {
      result.append(
        try read(count: info.count, shape: info.shape, model.spec.dtype) { bytes, type throws(UnrollError) in
          try model.readParameter(index, into: bytes, type: type)
        })
    }
    return result
  }
}

extension H5Values {
  /// The elements as the engine takes them.
  func withElements(_ body: (UnsafeRawPointer, ElementType) throws(UnrollError) -> Void) throws(UnrollError) {
    let type: ElementType
    switch self {
    case .float32: type = .float32
    case .float64: type = .float64
    case .int64, .int32: type = .int64
    }
    let outcome = withBytes { bytes -> Result<Void, UnrollError> in
      guard let bytes else { return .success(()) }
      do throws(UnrollError) { return .success(try body(bytes, type)) } catch { return .failure(error) }
    }
    try outcome.get()
  }
}
