import CHDF5
import Unroll

/// A group: named children, and attributes. Only hard links are followed.
struct H5Group {
  let identifier: H5Identifier
  /// From the root, without a leading slash; for messages.
  let path: String
  let source: H5Source

  init(_ identifier: H5Identifier, path: String, source: H5Source) {
    self.identifier = identifier
    self.path = path
    self.source = source
  }

  var displayPath: String { path.isEmpty ? "the root group" : path }
  var attributes: H5Attributes { H5Attributes(owner: identifier, path: displayPath, source: source) }

  /// The names of the children in HDF5's order ("10" before "2").
  func childNames() throws(UnrollError) -> [String] {
    let count = unroll_h5g_count(identifier.id)
    guard count >= 0 else { throw hdf5Error(.format, "\(displayPath): unreadable group") }
    guard count <= source.maximumLinks else {
      throw UnrollError(.format, "\(displayPath): \(count) children; at most \(source.maximumLinks) are read")
    }
    var names: [String] = []
    for index in 0..<UInt64(count) {
      let length = unroll_h5l_name(identifier.id, index, nil, 0)
      guard length >= 0, length < 1 << 16 else { throw hdf5Error(.format, "\(displayPath): unreadable child \(index)") }
      var buffer = [CChar](repeating: 0, count: length + 1)
      guard unroll_h5l_name(identifier.id, index, &buffer, buffer.count) >= 0 else {
        throw hdf5Error(.format, "\(displayPath): unreadable child \(index)")
      }
      names.append(String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return names
  }

  /// Opens the object at `relativePath` ("a/b/c"), or nil if a component is missing.
  private func open(_ relativePath: String) throws(UnrollError) -> (H5Identifier, String)? {
    var current = identifier
    var currentPath = path
    for component in relativePath.split(separator: "/") where component != "." {
      let name = String(component)
      guard unroll_h5i_is_group(current.id) != 0 else { return nil }
      currentPath = currentPath.isEmpty ? name : "\(currentPath)/\(name)"
      switch unroll_h5l_kind(current.id, name) {
      case Int32(UNROLL_LINK_MISSING): return nil
      case Int32(UNROLL_LINK_HARD): break
      case Int32(UNROLL_LINK_OTHER):
        throw UnrollError(.unsupported, "\(currentPath) is a soft or external link; a model file must hold its data itself")
      default: throw hdf5Error(.format, "\(currentPath): unreadable link")
      }
      let id = unroll_h5o_open(current.id, name)
      guard id >= 0 else { throw hdf5Error(.format, "\(currentPath): unreadable object") }
      current = H5Identifier(id, close: H5Oclose)
    }
    return (current, currentPath)
  }

  func has(_ relativePath: String) throws(UnrollError) -> Bool { try open(relativePath) != nil }

  /// The group at `relativePath`, or nil if there is no such object.
  func group(_ relativePath: String) throws(UnrollError) -> H5Group? {
    guard let (object, objectPath) = try open(relativePath) else { return nil }
    guard unroll_h5i_is_group(object.id) != 0 else { throw UnrollError(.format, "\(objectPath): expected a group") }
    return H5Group(object, path: objectPath, source: source)
  }

  /// The dataset at `relativePath`, or nil if there is no such object.
  func dataset(_ relativePath: String) throws(UnrollError) -> H5Dataset? {
    guard let (object, objectPath) = try open(relativePath) else { return nil }
    guard unroll_h5i_is_dataset(object.id) != 0 else { throw UnrollError(.format, "\(objectPath): expected a dataset") }
    return try H5Dataset(object, path: objectPath, source: source)
  }

  /// True if the object at `relativePath` exists and is a dataset.
  func isDataset(_ relativePath: String) throws(UnrollError) -> Bool {
    guard let (object, _) = try open(relativePath) else { return false }
    return unroll_h5i_is_dataset(object.id) != 0
  }

  // MARK: Writing

  /// Opens or makes every group on `relativePath`.
  func makeGroup(_ relativePath: String) throws(UnrollError) -> H5Group {
    var current = self
    for component in relativePath.split(separator: "/") {
      let name = String(component)
      if let next = try current.group(name) {
        current = next
        continue
      }
      let childPath = current.path.isEmpty ? name : "\(current.path)/\(name)"
      let id = unroll_h5g_create(current.identifier.id, name)
      guard id >= 0 else { throw hdf5Error(.io, "cannot create the group \(childPath)") }
      current = H5Group(H5Identifier(id, close: H5Gclose), path: childPath, source: source)
    }
    return current
  }

  /// Writes a new dataset at `relativePath`, making its groups.
  func write(_ values: H5Values, shape: [Int], at relativePath: String) throws(UnrollError) {
    var components = relativePath.split(separator: "/").map(String.init)
    guard let name = components.popLast() else { throw UnrollError(.invalidArgument, "a dataset needs a name") }
    let parent = try makeGroup(components.joined(separator: "/"))
    let where_ = "\(parent.displayPath)/\(name)"
    let declared = try checkedProduct(shape, where_)
    guard declared == values.count else {
      throw UnrollError(.shapeMismatch, "\(where_): \(values.count) values for the shape \(shape)")
    }
    let space = try h5Space(shape)
    let id = unroll_h5d_create(parent.identifier.id, name, values.fileType, space.id)
    guard id >= 0 else { throw hdf5Error(.io, "cannot create the dataset \(where_)") }
    let dataset = H5Identifier(id, close: H5Dclose)
    guard values.count == 0 || values.withBytes({ unroll_h5d_write(dataset.id, values.memoryType, $0) }) >= 0 else {
      throw hdf5Error(.io, "cannot write the dataset \(where_)")
    }
  }
}
