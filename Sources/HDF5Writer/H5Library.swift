import CHDF5
import UnrollErrors

/// Runs `body` with HDF5's own error printing switched off for this thread,
/// and restores the host's handler afterwards. Everything that writes HDF5
/// goes through here.
public func withHDF5<Result: ~Copyable>(_ body: () throws(UnrollError) -> Result) throws(UnrollError) -> Result {
  let hostHandler = unroll_h5e_silence()
  defer { unroll_h5e_restore(hostHandler) }
  return try body()
}

/// What HDF5 says about its last failure. Files are made in memory, so what
/// fails is memory or something HDF5 does not allow.
func hdf5Error(_ message: String) -> UnrollError {
  let (cause, isMemory) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer -> (String, Bool) in
    guard let base = buffer.baseAddress else { return ("", false) }
    base.initialize(repeating: 0, count: buffer.count)
    let isMemory = unroll_h5e_message(base, buffer.count) != 0
    return (String(cString: base), isMemory)
  }
  return UnrollError(isMemory ? .outOfMemory : .io, cause.isEmpty ? message : "\(message) (HDF5: \(cause))")
}

/// An open HDF5 identifier, closed with its last reference. Swift may let go of
/// it after its last use, so whoever hands `id` to HDF5 keeps it alive, and
/// until an error is made of what HDF5 answers: closing forgets the reason.
final class H5Identifier {
  let id: hid_t
  private let close: (hid_t) -> herr_t

  init(_ id: hid_t, close: @escaping (hid_t) -> herr_t, orSay failure: @autoclosure () -> String) throws(UnrollError) {
    guard id >= 0 else { throw hdf5Error(failure()) }
    self.id = id
    self.close = close
  }

  deinit { _ = close(id) }

  /// A dataspace of `shape`; rank 0 is a scalar.
  static func space(_ shape: [Int]) throws(UnrollError) -> H5Identifier {
    let extent = shape.map { hsize_t($0) }
    let id = shape.isEmpty ? unroll_h5s_scalar() : H5Screate_simple(Int32(shape.count), extent, nil)
    return try H5Identifier(id, close: H5Sclose, orSay: "cannot create a dataspace of shape \(shape)")
  }
}
