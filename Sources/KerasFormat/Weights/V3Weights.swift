import HDF5Reader
import Unroll

/// Weights in the layout of Keras 3's `.weights.h5`: groups named by class and
/// number (layers/lstm_1/cell/vars/0), never by the layer's name.
struct V3Weights {
  let root: WeightGroup
  let context: DecodingContext
  let walk: GroupWalk

  /// Keras 2.12 to 2.14 used another name for the list of layers.
  static let oldListPath = "_layer_checkpoint_dependencies"

  static func isPresent(in root: WeightGroup) throws(UnrollError) -> Bool {
    for name in ["layers", oldListPath] where try root.has(name) { return true }
    return false
  }

  func match(_ spec: ModelSpec) throws(UnrollError) -> [SourceArray] {
    try match(WeightTree.of(spec), root, "the model")
  }

  private func match(_ tree: WeightTree, _ group: WeightGroup, _ name: String) throws(UnrollError) -> [SourceArray] {
    var result: [SourceArray] = []
    if !tree.own.isEmpty {
      let variables = try Self.variables(of: group)
      guard variables.count == tree.own.count else {
        throw UnrollError(
          .shapeMismatch,
          "\(name): expected \(tree.own.count) weights (\(tree.own.joined(separator: ", "))), found \(variables.count) in the group \(group.path(to: "vars"))"
        )
      }
      result += try LegacyConversion(layer: name, tree: tree, context: context).convertCells(variables)
    }
    for part in tree.parts where part.tree.count > 0 {
      var found = try group.group(part.path)
      // The CuDNN layers hold their weights themselves.
      if found == nil, part.path == "cell", part.tree.isGated { found = group }
      guard let child = found else {
        throw UnrollError(.format, "\(name): the group \(group.path(to: part.path)) is missing")
      }
      result += try match(part.tree, child, name)
    }
    if tree.list.contains(where: { $0.tree.count > 0 }) { result += try matchList(tree, group, name) }
    return result
  }

  /// Matches the elements of a class to the groups of that class in the order of their
  /// numbers, which may have gaps: Keras 2.12 and 2.13 counted layers twice.
  private func matchList(_ tree: WeightTree, _ group: WeightGroup, _ name: String) throws(UnrollError) -> [SourceArray] {
    var found = try group.group(tree.listPath)
    if found == nil, tree.listPath == "layers" { found = try group.group(Self.oldListPath) }
    guard let list = found else {
      throw UnrollError(.format, "\(name): the group \(group.path(to: tree.listPath)) is missing")
    }
    var groups: [String: [(number: Int, group: WeightGroup)]] = [:]
    for child in try list.childNames() {
      guard let childGroup = try list.group(child), try hasArrays(childGroup) else { continue }
      let (stem, number) = Self.split(child)
      groups[stem, default: []].append((number, childGroup))
    }
    for (stem, fast) in [("lstm", "cu_dnnlstm"), ("gru", "cu_dnngru")] {
      guard let layers = groups.removeValue(forKey: fast) else { continue }
      guard groups.updateValue(layers, forKey: stem) == nil else {
        throw UnrollError(
          .unsupported,
          "\(list.displayPath) has layers of class \(stem) and of class \(fast), whose order is not stored in this format; save the weights as weights-only .h5"
        )
      }
    }
    for stem in groups.keys { groups[stem]?.sort { $0.number < $1.number } }

    var taken: [String: Int] = [:]
    var result: [SourceArray] = []
    for element in tree.list where element.tree.count > 0 {
      let position = taken[element.snake, default: 0]
      taken[element.snake] = position + 1
      guard let candidates = groups[element.snake], candidates.indices.contains(position) else {
        throw UnrollError(
          .shapeMismatch,
          "\(element.tree.name): there are no weights for layer \(position + 1) of class \(element.snake) in \(list.displayPath)")
      }
      result += try match(element.tree, candidates[position].group, element.tree.name)
    }
    for (stem, candidates) in groups.sorted(by: { $0.key < $1.key }) where candidates.count > taken[stem, default: 0] {
      throw UnrollError(
        .shapeMismatch,
        "\(list.displayPath) has \(candidates.count) layers of class \(stem) with weights, the model has \(taken[stem, default: 0])")
    }
    return result
  }

  /// "lstm_12" -> ("lstm", 12); "lstm" -> ("lstm", 0).
  private static func split(_ name: String) -> (stem: String, number: Int) {
    guard let underscore = name.lastIndex(of: "_"), let number = Int(name[name.index(after: underscore)...]), number >= 0,
      name[name.index(after: underscore)...].allSatisfy({ $0.isASCII && $0.isNumber })
    else { return (name, 0) }
    return (String(name[..<underscore]), number)
  }

  private func hasArrays(_ group: WeightGroup, depth: Int = 0) throws(UnrollError) -> Bool {
    for name in try walk.children(of: group, depth: depth) {
      // The states of random generators are no weights.
      if name == "seed_generator" { continue }
      if try group.isDataset(name) { return true }
      if let child = try group.group(name), try hasArrays(child, depth: depth + 1) { return true }
    }
    return false
  }

  /// vars/0, vars/1, ... in numeric order.
  private static func variables(of group: WeightGroup) throws(UnrollError) -> [SourceArray] {
    guard let variables = try group.group("vars") else { return [] }
    var numbered: [(Int, SourceArray)] = []
    for name in try variables.childNames() {
      guard let number = Int(name) else {
        throw UnrollError(.format, "\(variables.path): expected numbered variables, found \(name)")
      }
      guard let dataset = try variables.dataset(name) else { continue }
      numbered.append((number, SourceArray(dataset)))
    }
    return numbered.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Every array below a group, for describing it.
  static func arrays(below group: WeightGroup, depth: Int = 0, _ walk: GroupWalk) throws(UnrollError) -> [SourceArray] {
    var result: [SourceArray] = []
    for name in try walk.children(of: group, depth: depth) {
      if try group.isDataset(name) {
        if let dataset = try group.dataset(name) { result.append(SourceArray(dataset)) }
      } else if let child = try group.group(name) {
        result += try arrays(below: child, depth: depth + 1, walk)
      }
    }
    return result
  }

  static func optimizer(in root: WeightGroup) throws(UnrollError) -> [SourceArray] {
    guard let group = try root.group("optimizer") else { return [] }
    return try variables(of: group)
  }
}
