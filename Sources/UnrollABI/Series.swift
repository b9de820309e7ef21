import CUnroll
import Unroll

private func create(_ options: unroll_scaler_options, _ scaler: UnsafeMutablePointer<OpaquePointer?>?) throws(UnrollError) {
  let scaler = try resultPointer(scaler, "scaler")
  let low = try finite(options.low, "low"), high = try finite(options.high, "high")
  scaler.pointee = handOut(ScalerHandle(try MinMaxScaler(low: low, high: high)))
}

@_cdecl("unroll_scaler_create_ext") @implementation
public func unroll_scaler_create_ext(
  _ options: UnsafePointer<unroll_scaler_options>?, _ scaler: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in try create(try read(options, "options"), scaler) }
}

@_cdecl("unroll_scaler_create") @implementation
public func unroll_scaler_create(
  _ low: Double, _ high: Double, _ scaler: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    var options = unroll_scaler_options.defaults
    options.low = low
    options.high = high
    try create(options, scaler)
  }
}

@_cdecl("unroll_scaler_destroy") @implementation
public func unroll_scaler_destroy(_ scaler: OpaquePointer?) {
  release(scaler, ScalerHandle.self)
}

@_cdecl("unroll_scaler_fit") @implementation
public func unroll_scaler_fit(_ scaler: OpaquePointer?, _ series: UnsafePointer<unroll_array>?) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(scaler, ScalerHandle.self, "scaler")
    let ticket = try handle.use.beginChanging("scaler")
    defer { handle.use.end(ticket) }
    try handle.scaler.fit(try readView(series, "series"))
  }
}

private func scale(
  _ scaler: MinMaxScaler, _ input: UnsafePointer<unroll_array>?, _ output: UnsafePointer<unroll_array>?, inverse: Bool
) throws(UnrollError) {
  let source = try readView(input, "input")
  try scaler.apply(source, to: try readOutput(output, source.shape, "output"), inverse: inverse)
}

@_cdecl("unroll_scaler_transform") @implementation
public func unroll_scaler_transform(
  _ scaler: OpaquePointer?, _ input: UnsafePointer<unroll_array>?, _ output: UnsafePointer<unroll_array>?
) -> unroll_status {
  readingScaler(scaler) { (scaler) throws(UnrollError) in try scale(scaler, input, output, inverse: false) }
}

@_cdecl("unroll_scaler_inverse_transform") @implementation
public func unroll_scaler_inverse_transform(
  _ scaler: OpaquePointer?, _ input: UnsafePointer<unroll_array>?, _ output: UnsafePointer<unroll_array>?
) -> unroll_status {
  readingScaler(scaler) { (scaler) throws(UnrollError) in try scale(scaler, input, output, inverse: true) }
}

@_cdecl("unroll_scaler_get_range") @implementation
public func unroll_scaler_get_range(
  _ scaler: OpaquePointer?, _ column: Int, _ minimum: UnsafeMutablePointer<Double>?,
  _ maximum: UnsafeMutablePointer<Double>?
) -> unroll_status {
  readingScaler(scaler) { (scaler) throws(UnrollError) in
    let minimum = try resultPointer(minimum, "minimum")
    let maximum = try resultPointer(maximum, "maximum")
    let range = try scaler.range(column: column)
    minimum.pointee = range.minimum
    maximum.pointee = range.maximum
  }
}

@_cdecl("unroll_scaler_get_column_count") @implementation
public func unroll_scaler_get_column_count(_ scaler: OpaquePointer?, _ columns: UnsafeMutablePointer<Int>?) -> unroll_status {
  readingScaler(scaler) { (scaler) throws(UnrollError) in
    try resultPointer(columns, "columns").pointee = scaler.columns
  }
}

/// A view of the caller's memory, returned to the caller.
private func cArray(_ view: ArrayView, _ dtype: unroll_dtype) -> unroll_array {
  var array = unroll_array()
  array.data = UnsafeMutableRawPointer(mutating: view.base)
  array.dtype = dtype
  array.rank = Int32(view.shape.count)
  pack(view.shape, into: &array.shape)
  pack(view.strides, into: &array.strides)
  return array
}

@_cdecl("unroll_array_view_windows") @implementation
public func unroll_array_view_windows(
  _ series: UnsafePointer<unroll_array>?, _ options: UnsafePointer<unroll_window_options>?,
  _ inputs: UnsafeMutablePointer<unroll_array>?, _ targets: UnsafeMutablePointer<unroll_array>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let options = try readRequired(options, "options")
    let view = try readView(series, "series")
    guard let dtype = series?.pointee.dtype else { throw missing("series") }
    guard inputs != nil || targets != nil else { throw missing("inputs") }
    let windows = SlidingWindows(
      window: try checkedCount(options.window, "options->window"),
      horizon: try checkedCount(options.horizon, "options->horizon", from: targets == nil ? 0 : 1),
      stride: try checkedCount(options.stride, "options->stride"),
      targetColumn: try checkedCount(options.target_column, "options->target_column", from: 0))
    let (x, y) = try windows.cut(view)
    inputs?.pointee = cArray(x, dtype)
    targets?.pointee = cArray(y, dtype)
  }
}
