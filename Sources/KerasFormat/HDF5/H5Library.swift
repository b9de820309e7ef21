import CHDF5
import Unroll

/// Runs `body` with HDF5's own error printing switched off for this thread,
/// and puts the host's handler back afterwards. Every entry of this module
/// that touches HDF5 goes through here.
func withHDF5<Result: ~Copyable>(_ body: () throws(UnrollError) -> Result) throws(UnrollError) -> Result {
  let hostHandler = unroll_h5e_silence()
  defer { unroll_h5e_restore(hostHandler) }
  return try body()
}

/// An error of kind `code` with what HDF5 says about its last failure.
func hdf5Error(_ code: UnrollError.Code, _ message: String) -> UnrollError {
  let cause = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer -> String in
    guard let base = buffer.baseAddress else { return "" }
    base.initialize(repeating: 0, count: buffer.count)
    unroll_h5e_message(base, buffer.count)
    return String(cString: base)
  }
  return UnrollError(code, cause.isEmpty ? message : "\(message) (HDF5: \(cause))")
}

/// An open HDF5 identifier, closed with its last reference.
final class H5Identifier {
  let id: hid_t
  private let close: (hid_t) -> herr_t

  init(_ id: hid_t, close: @escaping (hid_t) -> herr_t) {
    self.id = id
    self.close = close
  }

  deinit { _ = close(id) }

  static func type(_ id: hid_t, _ what: @autoclosure () -> String) throws(UnrollError) -> H5Identifier {
    guard id >= 0 else { throw hdf5Error(.format, what()) }
    return H5Identifier(id, close: H5Tclose)
  }

  static func space(_ id: hid_t, _ what: @autoclosure () -> String) throws(UnrollError) -> H5Identifier {
    guard id >= 0 else { throw hdf5Error(.format, what()) }
    return H5Identifier(id, close: H5Sclose)
  }
}

/// The extent of a dataspace; nil for a null space.
func h5Extent(of space: H5Identifier, _ what: @autoclosure () -> String) throws(UnrollError) -> [Int]? {
  if unroll_h5s_is_null(space.id) != 0 { return nil }
  let rank = H5Sget_simple_extent_ndims(space.id)
  guard rank >= 0, rank <= unroll_h5s_max_rank() else { throw hdf5Error(.format, "\(what()): unreadable shape") }
  var extent = [hsize_t](repeating: 0, count: Int(rank))
  guard H5Sget_simple_extent_dims(space.id, &extent, nil) >= 0 else {
    throw hdf5Error(.format, "\(what()): unreadable shape")
  }
  var shape: [Int] = []
  for length in extent {
    guard let value = Int(exactly: length) else {
      throw UnrollError(.format, "\(what()): an axis of \(length) elements is more than this machine can address")
    }
    shape.append(value)
  }
  return shape
}

/// A dataspace of `shape`; rank 0 is a scalar.
func h5Space(_ shape: [Int]) throws(UnrollError) -> H5Identifier {
  if shape.isEmpty { return try .space(unroll_h5s_scalar(), "cannot create a scalar dataspace") }
  let extent = shape.map { hsize_t($0) }
  return try .space(H5Screate_simple(Int32(shape.count), extent, nil), "cannot create a dataspace of shape \(shape)")
}
