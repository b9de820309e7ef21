import UnrollErrors

/// A group: named children, and attributes. Only hard links are followed; any other link
/// is an error when it is used.
public struct H5Group {
  private let file: FileContext
  private let object: FileObject
  /// From the root, without a leading slash; the root group's is empty.
  public let path: String

  init(_ file: FileContext, _ object: FileObject, path: String) {
    self.file = file
    self.object = object
    self.path = path
  }

  /// For messages: the path, or "the root group".
  public var displayPath: String { path.isEmpty ? "the root group" : path }

  /// For messages: the path of a child, which need not exist.
  public func path(to child: String) -> String { path.isEmpty ? child : "\(path)/\(child)" }

  public var attributes: H5Attributes { H5Attributes(file, object, path: displayPath) }

  /// The names of the children in HDF5's order, by bytes ("10" before "2").
  public func childNames() throws(UnrollError) -> [String] {
    try at(displayPath) { () throws(UnrollError) in try object.links(in: file).names }
  }

  /// Whether there is an object at `relativePath` ("a/b/c").
  public func has(_ relativePath: String) throws(UnrollError) -> Bool { try open(relativePath) != nil }

  /// The group at `relativePath`, or nil if there is no such object.
  public func group(_ relativePath: String) throws(UnrollError) -> H5Group? {
    guard let (object, path) = try open(relativePath) else { return nil }
    guard object.isGroup else { throw UnrollError(.format, "\(path): expected a group") }
    return H5Group(file, object, path: path)
  }

  /// The dataset at `relativePath`, or nil if there is no such object.
  public func dataset(_ relativePath: String) throws(UnrollError) -> H5Dataset? {
    guard let (object, path) = try open(relativePath) else { return nil }
    guard object.isDataset else { throw UnrollError(.format, "\(path.isEmpty ? displayPath : path): expected a dataset") }
    return try H5Dataset(file, object, path: path)
  }

  /// True if the object at `relativePath` exists and is a dataset.
  public func isDataset(_ relativePath: String) throws(UnrollError) -> Bool { try open(relativePath)?.0.isDataset ?? false }

  /// The object at `relativePath`, or nil if a component is missing.
  private func open(_ relativePath: String) throws(UnrollError) -> (FileObject, String)? {
    var current = object, currentPath = path
    for component in relativePath.split(separator: "/") where component != "." {
      guard current.isGroup else { return nil }
      let links = try at(currentPath.isEmpty ? "the root group" : currentPath) { () throws(UnrollError) in
        try current.links(in: file)
      }
      let name = String(component)
      currentPath = currentPath.isEmpty ? name : "\(currentPath)/\(name)"
      switch links[name] {
      case nil: return nil
      case .other(let kind):
        throw UnrollError(.unsupported, "\(currentPath) is \(kind); a model file must hold its data itself")
      case .hard(let address):
        current = try at(currentPath) { () throws(UnrollError) in try file.object(at: address) }
      }
    }
    return (current, currentPath)
  }
}
