import Unroll

/// Weights in the layout of Keras 1 and 2's `.h5`: groups for layers, with
/// their order in attributes. Everything goes by order, nothing by name.
struct LegacyWeights {
  let group: H5Group
  let context: DecodingContext

  static func isPresent(in group: H5Group) -> Bool {
    group.attributes.has("layer_names") || group.attributes.has("layer_names0")
  }

  /// The stored arrays layer by layer, leaving out layers without any.
  func layers() throws(UnrollError) -> [(name: String, arrays: [SourceArray])] {
    guard let names = try group.attributes.stringArray("layer_names") else {
      throw UnrollError(.format, "\(group.displayPath): the attribute layer_names is missing")
    }
    var result: [(name: String, arrays: [SourceArray])] = []
    for name in names {
      guard let layer = try group.group(name) else {
        throw UnrollError(.format, "\(group.displayPath): the group of the layer \(name) is missing")
      }
      let weightNames = try layer.attributes.stringArray("weight_names") ?? []
      var arrays: [SourceArray] = []
      for weight in weightNames {
        guard let dataset = try layer.dataset(weight) else {
          throw UnrollError(.format, "\(layer.path): the weight \(weight) is missing")
        }
        arrays.append(SourceArray(dataset))
      }
      if !arrays.isEmpty { result.append((name, arrays)) }
    }
    return result
  }

  /// One array for each parameter of `spec`, in the engine's order.
  func match(_ spec: ModelSpec) throws(UnrollError) -> [SourceArray] {
    let stored = try layers()
    let expected = WeightTree.elements(of: spec).map(\.tree).filter { $0.count > 0 }
    guard stored.count == expected.count else {
      throw UnrollError(
        .shapeMismatch,
        "the model has \(expected.count) layers with weights (\(Self.list(expected.map(\.name)))), the file has \(stored.count) (\(Self.list(stored.map(\.name))))")
    }
    var result: [SourceArray] = []
    for (tree, layer) in zip(expected, stored) {
      result += try LegacyConversion(layer: layer.name, tree: tree, context: context).convert(layer.arrays)
    }
    return result
  }

  static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", ..." : "")
  }

  /// Arrays of `optimizer_weights` in order, with their names.
  static func optimizer(in root: H5Group) throws(UnrollError) -> [SourceArray] {
    guard let group = try root.group("optimizer_weights") else { return [] }
    var arrays: [SourceArray] = []
    for name in try group.attributes.stringArray("weight_names") ?? [] {
      guard let dataset = try group.dataset(name) else {
        throw UnrollError(.format, "optimizer_weights: the array \(name) is missing")
      }
      arrays.append(SourceArray(dataset))
    }
    return arrays
  }

  // MARK: Writing

  /// Writes `values`, the parameters in the engine's order, below `group`.
  static func write(
    _ spec: ModelSpec, _ values: [ParameterValues], to group: H5Group, version: String
  ) throws(UnrollError) {
    let elements = WeightTree.elements(of: spec).map(\.tree)
    try group.attributes.write(elements.map(\.name), "layer_names")
    try group.attributes.write("tensorflow", "backend")
    try group.attributes.write(version, "keras_version")
    var start = 0
    for tree in elements {
      let layer = try group.makeGroup(tree.name)
      let slots = tree.slots
      let order = tree.legacyOrder
      try layer.attributes.write(order.map { "\(slots[$0].name):0" }, "weight_names")
      for index in order {
        let value = values[start + index]
        try layer.write(value.values, shape: value.shape, at: "\(slots[index].name):0")
      }
      start += slots.count
    }
  }
}
