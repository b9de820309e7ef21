import CHDF5
import UnrollErrors

extension H5OutputGroup {
  /// A variable-length scalar, as h5py writes `bytes`: Keras up to tf.keras 2.3
  /// decodes what it finds, and h5py 2 gives `str` for what is declared UTF-8.
  public func setAttribute(_ name: String, to value: String) throws(UnrollError) {
    let type = try H5Identifier(unroll_h5t_string(0), close: H5Tclose, orSay: "cannot create a string type")
    let attribute = try create(name, type, try H5Identifier.space([]))
    try withExtendedLifetime((attribute, type)) { () throws(UnrollError) in
      let status = value.withCString { pointer -> herr_t in
        var target: UnsafePointer<CChar>? = pointer
        return H5Awrite(attribute.id, type.id, &target)
      }
      guard status >= 0 else { throw hdf5Error("\(displayPath): cannot write the attribute \(name)") }
    }
  }

  /// Fixed-length strings, split as Keras splits arrays over 64 KB; an empty
  /// list is an array of floats of shape (0,), as numpy makes it.
  public func setAttribute(_ name: String, to values: [String]) throws(UnrollError) {
    guard !values.isEmpty else {
      let type = try H5Identifier(H5Tcopy(unroll_h5t_ieee_f64le()), close: H5Tclose, orSay: "cannot create a float type")
      _ = try create(name, type, try H5Identifier.space([0]))
      return
    }
    let limit = 64512
    let width = max(1, values.map(\.utf8.count).max() ?? 1)
    guard width <= limit else {
      throw UnrollError(.unsupported, "\(displayPath): a name of \(width) bytes does not fit an HDF5 attribute")
    }
    if width * values.count <= limit { return try writeFixed(values[...], width: width, name) }
    let perPart = max(1, limit / width)
    for (part, start) in stride(from: 0, to: values.count, by: perPart).enumerated() {
      try writeFixed(values[start..<min(values.count, start + perPart)], width: width, "\(name)\(part)")
    }
  }

  private func writeFixed(_ values: ArraySlice<String>, width: Int, _ name: String) throws(UnrollError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * values.count)
    for value in values {
      bytes += value.utf8
      bytes += repeatElement(0, count: width - value.utf8.count)
    }
    let type = try H5Identifier(unroll_h5t_string(width), close: H5Tclose, orSay: "cannot create a string type")
    let attribute = try create(name, type, try H5Identifier.space([values.count]))
    try withExtendedLifetime((attribute, type)) { () throws(UnrollError) in
      guard H5Awrite(attribute.id, type.id, bytes) >= 0 else {
        throw hdf5Error("\(displayPath): cannot write the attribute \(name)")
      }
    }
  }

  private func create(_ name: String, _ type: H5Identifier, _ space: H5Identifier) throws(UnrollError) -> H5Identifier {
    try withExtendedLifetime((self, type, space)) { () throws(UnrollError) in
      try H5Identifier(
        unroll_h5a_create(identifier.id, name, type.id, space.id), close: H5Aclose,
        orSay: "\(displayPath): cannot create the attribute \(name)")
    }
  }
}
