import CUnroll

/// Views of a caller's memory; nothing is read through `data`.

@_cdecl("unroll_array_view_nd") @implementation
public func unroll_array_view_nd(
  _ data: UnsafeRawPointer?, _ dtype: unroll_dtype, _ rank: Int32, _ shape: UnsafePointer<Int64>?
) -> unroll_array {
  var array = unroll_array()
  array.data = UnsafeMutableRawPointer(mutating: data)
  array.dtype = dtype
  guard rank >= 1, rank <= UNROLL_RANK_MAX, let shape else { return array }
  array.rank = rank
  withUnsafeMutableBytes(of: &array.shape) { lengths in
    lengths.copyMemory(from: UnsafeRawBufferPointer(start: shape, count: Int(rank) * MemoryLayout<Int64>.stride))
  }
  return array
}

@_cdecl("unroll_array_view_1d") @implementation
public func unroll_array_view_1d(_ data: UnsafeRawPointer?, _ dtype: unroll_dtype, _ length: Int64) -> unroll_array {
  view(data, dtype, 1, (length, 0, 0))
}

@_cdecl("unroll_array_view_2d") @implementation
public func unroll_array_view_2d(
  _ data: UnsafeRawPointer?, _ dtype: unroll_dtype, _ samples: Int64, _ features: Int64
) -> unroll_array {
  view(data, dtype, 2, (samples, features, 0))
}

@_cdecl("unroll_array_view_3d") @implementation
public func unroll_array_view_3d(
  _ data: UnsafeRawPointer?, _ dtype: unroll_dtype, _ samples: Int64, _ time: Int64, _ features: Int64
) -> unroll_array {
  view(data, dtype, 3, (samples, time, features))
}

private func view(
  _ data: UnsafeRawPointer?, _ dtype: unroll_dtype, _ rank: Int32, _ shape: (Int64, Int64, Int64)
) -> unroll_array {
  var array = unroll_array()
  array.data = UnsafeMutableRawPointer(mutating: data)
  array.dtype = dtype
  array.rank = rank
  (array.shape.0, array.shape.1, array.shape.2) = shape
  return array
}
