import CHDF5
import Unroll

/// The attributes of a group or dataset.
struct H5Attributes {
  let owner: H5Identifier
  let path: String
  let source: H5Source

  func has(_ name: String) -> Bool { H5Aexists(owner.id, name) > 0 }

  private struct Opened {
    let attribute: H5Identifier
    let type: H5Identifier
    let space: H5Identifier
    let shape: [Int]
    let count: Int
  }

  private func open(_ name: String) throws(UnrollError) -> Opened? {
    let exists = H5Aexists(owner.id, name)
    guard exists >= 0 else { throw hdf5Error(.format, "\(path): unreadable attributes") }
    guard exists > 0 else { return nil }
    let where_ = "\(path): attribute \(name)"
    let id = unroll_h5a_open(owner.id, name)
    guard id >= 0 else { throw hdf5Error(.format, "\(where_) is unreadable") }
    let attribute = H5Identifier(id, close: H5Aclose)
    let type = try H5Identifier.type(H5Aget_type(id), "\(where_): unreadable type")
    let space = try H5Identifier.space(H5Aget_space(id), "\(where_): unreadable shape")
    let shape = try h5Extent(of: space, where_) ?? [0]
    let count = try checkedProduct(shape, where_)
    let bytes = try checkedProduct([count, max(1, H5Tget_size(type.id))], where_)
    guard bytes <= source.maximumStringBytes else {
      throw UnrollError(.format, "\(where_): \(bytes) bytes; at most \(source.maximumStringBytes) are read")
    }
    return Opened(attribute: attribute, type: type, space: space, shape: shape, count: count)
  }

  /// A scalar (or one-element) string, nil if absent. Bytes that are not
  /// UTF-8 are replaced, never refused.
  func string(_ name: String) throws(UnrollError) -> String? {
    guard let opened = try open(name) else { return nil }
    guard unroll_h5t_is_string(opened.type.id) != 0 else {
      throw UnrollError(.format, "\(path): attribute \(name) is not a string")
    }
    let values = try strings(opened, name)
    guard values.count == 1, let value = values.first else {
      throw UnrollError(.format, "\(path): attribute \(name) holds \(values.count) strings, expected 1")
    }
    return value
  }

  /// An array of strings, joined from `name0, name1, ...` where Keras split it
  /// because it was over 64 KB; nil if there is neither form. An empty list is
  /// stored as floats of shape (0,).
  func stringArray(_ name: String) throws(UnrollError) -> [String]? {
    if let opened = try open(name) { return try stringList(opened, name) }
    var joined: [String] = []
    var part = 0
    while let opened = try open("\(name)\(part)") {
      joined += try stringList(opened, "\(name)\(part)")
      part += 1
    }
    return part == 0 ? nil : joined
  }

  private func stringList(_ opened: Opened, _ name: String) throws(UnrollError) -> [String] {
    if opened.count == 0 { return [] }
    guard unroll_h5t_is_string(opened.type.id) != 0 else {
      throw UnrollError(.format, "\(path): attribute \(name) is not a list of strings")
    }
    return try strings(opened, name)
  }

  private func strings(_ opened: Opened, _ name: String) throws(UnrollError) -> [String] {
    let failure = "\(path): attribute \(name): cannot read the strings"
    if H5Tis_variable_str(opened.type.id) > 0 {
      let base = Int(unroll_h5_base_address(owner.id))
      guard base >= 0 else { throw hdf5Error(.format, failure) }
      guard opened.count <= source.byteCount / Int(UNROLL_HEAP_REFERENCE_SIZE) else {
        throw UnrollError(.format, "\(failure): \(opened.count) of them in a file of \(source.byteCount) bytes")
      }
      var references = [UInt8](repeating: 0, count: Int(UNROLL_HEAP_REFERENCE_SIZE) * opened.count)
      guard unroll_h5a_read_references(opened.attribute.id, opened.type.id, &references) >= 0 else {
        throw hdf5Error(.format, failure)
      }
      var heap = H5GlobalHeap(source: source, baseAddress: base)
      return try heap.strings(references, "\(path): attribute \(name)")
    }
    let size = H5Tget_size(opened.type.id)
    guard size > 0 else { return [String](repeating: "", count: opened.count) }
    var bytes = [UInt8](repeating: 0, count: size * opened.count)
    guard H5Aread(opened.attribute.id, opened.type.id, &bytes) >= 0 else { throw hdf5Error(.format, failure) }
    return (0..<opened.count).map { index in
      String(decoding: bytes[index * size..<(index + 1) * size].prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  // MARK: Writing

  /// A variable-length scalar, as h5py writes `bytes`: Keras up to tf.keras 2.3
  /// decodes what it finds, and h5py 2 gives `str` for what is declared UTF-8.
  func write(_ value: String, _ name: String) throws(UnrollError) {
    let type = try H5Identifier.type(unroll_h5t_string(0, 0), "cannot create a string type")
    let space = try h5Space([])
    let attribute = try create(name, type, space)
    let status = value.withCString { pointer -> herr_t in
      var target: UnsafePointer<CChar>? = pointer
      return H5Awrite(attribute.id, type.id, &target)
    }
    guard status >= 0 else { throw hdf5Error(.io, "\(path): cannot write the attribute \(name)") }
  }

  /// Fixed-length strings, split as Keras splits arrays over 64 KB; an empty
  /// list is an array of floats of shape (0,), as numpy makes it.
  func write(_ values: [String], _ name: String) throws(UnrollError) {
    guard !values.isEmpty else {
      let type = try H5Identifier.type(H5Tcopy(unroll_h5t_ieee_f64le()), "cannot create a float type")
      _ = try create(name, type, try h5Space([0]))
      return
    }
    let limit = 64512
    let width = max(1, values.map(\.utf8.count).max() ?? 1)
    guard width <= limit else {
      throw UnrollError(.unsupported, "\(path): a name of \(width) bytes does not fit an HDF5 attribute")
    }
    if width * values.count <= limit {
      return try writeFixed(values, width: width, name)
    }
    let perPart = max(1, limit / width)
    var part = 0
    var start = 0
    while start < values.count {
      let slice = Array(values[start..<min(values.count, start + perPart)])
      try writeFixed(slice, width: width, "\(name)\(part)")
      start += slice.count
      part += 1
    }
  }

  private func writeFixed(_ values: [String], width: Int, _ name: String) throws(UnrollError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * values.count)
    for value in values {
      let utf8 = Array(value.utf8)
      bytes += utf8
      bytes += [UInt8](repeating: 0, count: width - utf8.count)
    }
    let type = try H5Identifier.type(unroll_h5t_string(width, 0), "cannot create a string type")
    let attribute = try create(name, type, try h5Space([values.count]))
    guard H5Awrite(attribute.id, type.id, bytes) >= 0 else {
      throw hdf5Error(.io, "\(path): cannot write the attribute \(name)")
    }
  }

  private func create(_ name: String, _ type: H5Identifier, _ space: H5Identifier) throws(UnrollError) -> H5Identifier {
    let id = unroll_h5a_create(owner.id, name, type.id, space.id)
    guard id >= 0 else { throw hdf5Error(.io, "\(path): cannot create the attribute \(name)") }
    return H5Identifier(id, close: H5Aclose)
  }
}
