import HDF5Reader
import Unroll

/// Weights in the layout of Keras 1 and 2's `.h5`: groups for layers, with their order in
/// attributes. Everything is matched by order, nothing by name.
struct LegacyWeights {
  let group: H5Group
  let context: DecodingContext
  /// Every weight takes room in the file, but a list may name one many times.
  let byteCount: Int

  static func isPresent(in group: H5Group) throws(UnrollError) -> Bool {
    for name in ["layer_names", "layer_names0"] where try group.attributes.has(name) { return true }
    return false
  }

  struct StoredLayer {
    let name: String
    let weightNames: [String]
    let arrays: [SourceArray]
  }

  /// The stored arrays layer by layer, without layers that have none.
  func layers() throws(UnrollError) -> [StoredLayer] {
    guard let names = try group.attributes.stringArray("layer_names") else {
      throw UnrollError(.format, "\(group.displayPath): the attribute layer_names is missing")
    }
    var result: [StoredLayer] = []
    // Every object in a file takes at least 16 bytes.
    var left = byteCount / 16
    for name in names {
      left -= 1
      guard let layer = try group.group(name) else {
        throw UnrollError(.format, "\(group.displayPath): the group of the layer \(name) is missing")
      }
      let weightNames = try layer.attributes.stringArray("weight_names") ?? []
      left -= weightNames.count
      guard left >= 0 else {
        throw UnrollError(.format, "\(group.displayPath): more layers and weights are listed than the file can hold")
      }
      var arrays: [SourceArray] = []
      for weight in weightNames {
        guard let dataset = try layer.dataset(weight) else {
          throw UnrollError(.format, "\(layer.path): the weight \(weight) is missing")
        }
        arrays.append(SourceArray(dataset))
      }
      if !arrays.isEmpty { result.append(StoredLayer(name: name, weightNames: weightNames, arrays: arrays)) }
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
        "the model has \(expected.count) layers with weights (\(Self.list(expected.map(\.name)))), the file has \(stored.count) (\(Self.list(stored.map(\.name))))"
      )
    }
    var result: [SourceArray] = []
    for (tree, layer) in zip(expected, stored) {
      result += try LegacyConversion(layer: layer.name, tree: tree, context: context).convert(
        layer.arrays, names: layer.weightNames)
    }
    return result
  }

  static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", ..." : "")
  }

  /// Arrays of `optimizer_weights` in order, with their names.
  static func optimizer(in root: H5Group, byteCount: Int) throws(UnrollError) -> [SourceArray] {
    guard let group = try root.group("optimizer_weights") else { return [] }
    var arrays: [SourceArray] = []
    let names = try group.attributes.stringArray("weight_names") ?? []
    guard names.count <= byteCount / 16 else {
      throw UnrollError(.format, "optimizer_weights: more arrays are listed than the file can hold")
    }
    for name in names {
      guard let dataset = try group.dataset(name) else {
        throw UnrollError(.format, "optimizer_weights: the array \(name) is missing")
      }
      arrays.append(SourceArray(dataset))
    }
    return arrays
  }
}
