import ByteInput
import CHDF5
import UnrollErrors

/// The element types that are written, little endian.
public enum H5OutputType: Sendable {
  case float32, float64, int64

  public var byteCount: Int { self == .float32 ? 4 : 8 }

  var inFile: hid_t {
    switch self {
    case .float32: unroll_h5t_ieee_f32le()
    case .float64: unroll_h5t_ieee_f64le()
    case .int64: unroll_h5t_std_i64le()
    }
  }

  var inMemory: hid_t {
    switch self {
    case .float32: unroll_h5t_native_float()
    case .float64: unroll_h5t_native_double()
    case .int64: unroll_h5t_native_int64()
    }
  }
}

/// A group of a file that is being made.
public struct H5OutputGroup {
  let identifier: H5Identifier
  let path: String

  init(_ identifier: H5Identifier, path: String) {
    self.identifier = identifier
    self.path = path
  }

  /// For messages.
  var displayPath: String { path.isEmpty ? "the root group" : path }

  /// Opens or makes every group on `relativePath`.
  public func makeGroup(_ relativePath: String) throws(UnrollError) -> H5OutputGroup {
    var current = self
    for component in relativePath.split(separator: "/") {
      let name = String(component)
      let childPath = current.path.isEmpty ? name : "\(current.path)/\(name)"
      let next = try withExtendedLifetime(current) { () throws(UnrollError) in
        let parent = current.identifier.id
        let id = unroll_h5l_exists(parent, name) > 0 ? unroll_h5g_open(parent, name) : unroll_h5g_create(parent, name)
        return try H5Identifier(id, close: H5Gclose, orSay: "cannot create the group \(childPath)")
      }
      current = H5OutputGroup(next, path: childPath)
    }
    return current
  }

  /// Writes a new dataset at `relativePath`, making its groups. `fill` puts the
  /// elements into room that is freed when they are written.
  public func write(
    _ type: H5OutputType, shape: [Int], at relativePath: String,
    _ fill: (UnsafeMutableRawBufferPointer) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    var components = relativePath.split(separator: "/").map(String.init)
    guard let name = components.popLast() else { throw UnrollError(.invalidArgument, "a dataset needs a name") }
    let parent = try makeGroup(components.joined(separator: "/"))
    let whole = parent.path.isEmpty ? name : "\(parent.path)/\(name)"
    let count = try checkedProduct(shape, whole)
    let space = try H5Identifier.space(shape)
    let plist = try H5Identifier(unroll_h5p_dataset(), close: H5Pclose, orSay: "cannot create the dataset \(whole)")
    let dataset = try withExtendedLifetime((parent, space, plist)) { () throws(UnrollError) in
      try H5Identifier(
        unroll_h5d_create(parent.identifier.id, name, type.inFile, space.id, plist.id), close: H5Dclose,
        orSay: "cannot create the dataset \(whole)")
    }
    guard count > 0 else { return }
    let elements = try HeapBuffer(count: try checkedProduct([count, type.byteCount], whole), for: whole)
    try fill(elements.mutableBytes)
    try withExtendedLifetime((dataset, elements)) { () throws(UnrollError) in
      guard unroll_h5d_write(dataset.id, type.inMemory, elements.bytes.baseAddress) >= 0 else {
        throw hdf5Error("cannot write the dataset \(whole)")
      }
    }
  }
}
