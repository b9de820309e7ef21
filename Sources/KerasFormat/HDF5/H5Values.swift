import CHDF5

/// The elements of a dataset or numeric attribute, in the narrowest of the
/// three types that holds them exactly.
enum H5Values: Equatable {
  /// float16, bfloat16 and float32.
  case float32([Float])
  case float64([Double])
  /// Every integer type.
  case int64([Int64])
  /// Written as 32 bits: Keras' iteration counter on some backends.
  case int32([Int64])

  var count: Int {
    switch self {
    case .float32(let values): return values.count
    case .float64(let values): return values.count
    case .int64(let values), .int32(let values): return values.count
    }
  }

  var doubles: [Double] {
    switch self {
    case .float32(let values): return values.map(Double.init)
    case .float64(let values): return values
    case .int64(let values), .int32(let values): return values.map(Double.init)
    }
  }

  var floats: [Float] {
    switch self {
    case .float32(let values): return values
    case .float64(let values): return values.map(Float.init)
    case .int64(let values), .int32(let values): return values.map(Float.init)
    }
  }

  var fileType: hid_t {
    switch self {
    case .float32: return unroll_h5t_ieee_f32le()
    case .float64: return unroll_h5t_ieee_f64le()
    case .int64: return unroll_h5t_std_i64le()
    case .int32: return unroll_h5t_std_i32le()
    }
  }

  var memoryType: hid_t {
    switch self {
    case .float32: return unroll_h5t_native_float()
    case .float64: return unroll_h5t_native_double()
    case .int64, .int32: return unroll_h5t_native_int64()
    }
  }

  func withBytes<Result>(_ body: (UnsafeRawPointer?) -> Result) -> Result {
    switch self {
    case .float32(let values): return values.withUnsafeBytes { body($0.baseAddress) }
    case .float64(let values): return values.withUnsafeBytes { body($0.baseAddress) }
    case .int64(let values), .int32(let values): return values.withUnsafeBytes { body($0.baseAddress) }
    }
  }
}

