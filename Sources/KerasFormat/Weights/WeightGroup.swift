import HDF5Reader
import Unroll

/// A group of the `.weights.h5` layout. On Windows tf.keras 2.12 to 2.15 separated the names in a path
/// by backslashes, which HDF5 takes as parts of one name: `layers\lstm\cell` is a child of the root group. Here
/// it is found as `layers/lstm/cell`, too.
struct WeightGroup {
  /// The group itself; nil if there are only names that begin with its path.
  private let group: H5Group?
  private let flat: FlatNames?
  /// The path in the file, with backslashes.
  private let prefix: String

  init(root: H5Group) throws(UnrollError) {
    self.init(group: root, flat: try FlatNames(root), prefix: "")
  }

  private init(group: H5Group?, flat: FlatNames?, prefix: String) {
    self.group = group
    self.flat = flat
    self.prefix = prefix
  }

  /// For messages.
  var displayPath: String { group?.displayPath ?? prefix }
  func path(to child: String) -> String { group?.path(to: child) ?? prefix + "\\" + child }
  var path: String { group?.path ?? prefix }

  /// By bytes, as in HDF5, those of flat names last.
  func childNames() throws(UnrollError) -> [String] {
    var own: [String] = []
    if let group { own = try group.childNames() }
    guard let flat else { return own }
    let more = flat.components(after: prefix)
    // At the root these are the flat names themselves.
    let known = Set(more)
    return own.filter { !$0.utf8.contains(FlatNames.separator) && !known.contains($0) } + more
  }

  func has(_ name: String) throws(UnrollError) -> Bool {
    if try child(name) != nil { return true }
    guard let group else { return false }
    return try group.has(name)
  }

  func group(_ name: String) throws(UnrollError) -> WeightGroup? {
    if let found = try child(name) { return found }
    guard let group, let inner = try group.group(name) else { return nil }
    return WeightGroup(group: inner, flat: nil, prefix: "")
  }

  /// One of the flat names, or what they begin with.
  private func child(_ name: String) throws(UnrollError) -> WeightGroup? {
    guard let flat else { return nil }
    let path = prefix.isEmpty ? name : prefix + "\\" + name
    let hasMore = flat.hasNames(after: path), isName = flat.names.contains(path)
    guard hasMore || isName else { return nil }
    var own: H5Group?
    if isName { own = try flat.root.group(path) }
    return WeightGroup(group: own, flat: hasMore ? flat : nil, prefix: path)
  }

  func dataset(_ name: String) throws(UnrollError) -> H5Dataset? {
    guard let group else { return nil }
    return try group.dataset(name)
  }

  func isDataset(_ name: String) throws(UnrollError) -> Bool {
    guard let group, try child(name) == nil else { return false }
    return try group.isDataset(name)
  }
}

/// The children of a root group whose names have backslashes.
private final class FlatNames {
  static let separator = UInt8(ascii: "\\")
  let root: H5Group
  let names: Set<String>
  /// The components that follow each path.
  private var children: [String: [String]] = [:]

  /// nil if there are none.
  init?(_ root: H5Group) throws(UnrollError) {
    let names = try root.childNames().filter { $0.utf8.contains(Self.separator) }
    guard !names.isEmpty else { return nil }
    self.root = root
    self.names = Set(names)
    var seen: Set<String> = []
    for name in names {
      let parts = name.split(separator: "\\", omittingEmptySubsequences: false)
      // No path of Keras is longer, and a hostile one must not cost the square of its length.
      guard parts.count <= 64, name.utf8.count <= 1024, !parts.contains("") else {
        throw UnrollError(.format, "\(name.prefix(80)): expected the path of a layer's weights")
      }
      var path = ""
      for part in parts {
        let next = path.isEmpty ? String(part) : path + "\\" + part
        if seen.insert(next).inserted { children[path, default: []].append(String(part)) }
        path = next
      }
    }
  }

  func components(after path: String) -> [String] { children[path] ?? [] }
  func hasNames(after path: String) -> Bool { children[path] != nil }
}
