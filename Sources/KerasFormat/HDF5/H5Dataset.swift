import CHDF5
import Unroll

/// A dataset whose type, shape and storage have been found sound. Nothing is
/// allocated for its elements before `read()`.
struct H5Dataset {
  enum Element: Equatable { case float(bytes: Int), bfloat16, integer(bytes: Int) }

  let identifier: H5Identifier
  let path: String
  let shape: [Int]
  let element: Element
  let count: Int
  let attributes: H5Attributes

  init(_ identifier: H5Identifier, path: String, source: H5Source) throws(UnrollError) {
    self.identifier = identifier
    self.path = path
    attributes = H5Attributes(owner: identifier, path: path, source: source)
    let type = try H5Identifier.type(H5Dget_type(identifier.id), "\(path): unreadable type")
    element = try Self.element(of: type, path: path, attributes: attributes)
    let space = try H5Identifier.space(H5Dget_space(identifier.id), "\(path): unreadable shape")
    shape = try h5Extent(of: space, path) ?? [0]
    count = try checkedProduct(shape, path)
    try Self.checkStorage(identifier, path: path, declared: try checkedProduct([count, H5Tget_size(type.id)], path), source)
  }

  var elementName: String {
    switch element {
    case .float(let bytes): return "float\(bytes * 8)"
    case .bfloat16: return "bfloat16"
    case .integer(let bytes): return "int\(bytes * 8)"
    }
  }

  private static func element(
    of type: H5Identifier, path: String, attributes: H5Attributes
  ) throws(UnrollError) -> Element {
    let size = H5Tget_size(type.id)
    if unroll_h5t_is_ieee(type.id) != 0 { return .float(bytes: size) }
    if unroll_h5t_is_integer(type.id) != 0, [1, 2, 4, 8].contains(size) {
      if size == 2, try attributes.string("dtype") == "bfloat16" { return .bfloat16 }
      return .integer(bytes: size)
    }
    // ml_dtypes' bfloat16 has no HDF5 type: two opaque bytes and an attribute.
    if unroll_h5t_is_opaque(type.id) != 0, size == 2, try attributes.string("dtype") == "bfloat16" { return .bfloat16 }
    throw UnrollError(
      .unsupported, "\(path): the element type is not one of float16, bfloat16, float32, float64 or an integer")
  }

  /// Refuses data kept elsewhere, unknown filters, and sizes the file cannot hold.
  private static func checkStorage(
    _ identifier: H5Identifier, path: String, declared: Int, _ source: H5Source
  ) throws(UnrollError) {
    switch unroll_h5d_is_plain(identifier.id) {
    case 1: break
    case 0: throw UnrollError(.unsupported, "\(path): data in external files or virtual datasets is not read")
    case -1:
      throw UnrollError(.unsupported, "\(path): unknown compression filter; gzip, shuffle and fletcher32 are read")
    default: throw hdf5Error(.format, "\(path): unreadable dataset")
    }
    guard declared > 0, source.byteCount > 0 else { return }
    let chunkElements = unroll_h5d_chunk_elements(identifier.id)
    let stored = Int(exactly: H5Dget_storage_size(identifier.id)) ?? 0
    if chunkElements == 0 {
      guard declared <= source.byteCount else {
        throw UnrollError(
          .format, "\(path): declares \(declared) bytes in a file of \(source.byteCount); the file is damaged or truncated")
      }
      // Nothing stored is a dataset that was never written: zeros. HDF5 1.10
      // copies what the shape says out of a header that holds less.
      guard stored >= declared || (stored == 0 && unroll_h5d_is_compact(identifier.id) == 0) else {
        throw UnrollError(.format, "\(path): declares \(declared) bytes but stores \(stored); the file is damaged")
      }
      return
    }
    guard stored <= source.byteCount, !source.isBomb(declared: declared, stored: stored),
      chunkElements < 1 << 32
    else {
      throw UnrollError(.format, "\(path): declares \(declared) bytes but stores \(stored); refused")
    }
  }

  /// Reads all elements, widening float16 and bfloat16.
  func read() throws(UnrollError) -> H5Values {
    switch element {
    case .float(let bytes) where bytes == 8:
      return .float64(try readAll(unroll_h5t_native_double(), zero: 0.0))
    case .float:
      return .float32(try readAll(unroll_h5t_native_float(), zero: Float(0)))
    case .integer:
      return .int64(try readAll(unroll_h5t_native_int64(), zero: Int64(0)))
    case .bfloat16:
      let type = try H5Identifier.type(H5Dget_type(identifier.id), "\(path): unreadable type")
      let halves = try readAll(type.id, zero: UInt16(0))
      return .float32(halves.map { Float(bitPattern: UInt32($0) << 16) })
    }
  }

  private func readAll<T>(_ type: hid_t, zero: T) throws(UnrollError) -> [T] {
    if count == 0 { return [] }
    _ = try checkedProduct([count, MemoryLayout<T>.stride], path)
    // Zeroed first: chunks that were never written stay defined.
    var values = [T](repeating: zero, count: count)
    let status = values.withUnsafeMutableBytes { unroll_h5d_read(identifier.id, type, $0.baseAddress) }
    guard status >= 0 else { throw hdf5Error(.format, "\(path): cannot read the data; the file is damaged or truncated") }
    return values
  }
}
