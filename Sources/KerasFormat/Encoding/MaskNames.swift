import Unroll

extension ModelSpec {
  /// The model with other names where Keras 3 could not open it: when it computes masks it
  /// names operations (concatenate, any, ...), and it refuses a graph with two equal
  /// names.
  func namedApartFromMasks() -> ModelSpec {
    var result = self
    for index in layers.indices {
      if case .model(let inner) = layers[index].config { result.layers[index].config = .model(inner.namedApartFromMasks()) }
    }
    guard !isSequential, makesMasks else { return result }
    var names = Set(layers.map(\.name))
    let joins = layers.contains { if case .concatenate = $0.config { true } else { false } }
    for index in layers.indices where Self.mayBeMaskOperation(layers[index].name, joins: joins) {
      var name = "\(layers[index].name)_layer"
      while !names.insert(name).inserted { name += "_" }
      result.layers[index].name = name
      if case .model(var inner) = result.layers[index].config {
        inner.name = name
        result.layers[index].config = .model(inner)
      }
    }
    return result
  }

  private static let always: Set<String> = ["not_equal", "any", "logical_or", "convert_to_tensor"]
  /// Created where masks pass through a Concatenate.
  private static let joining: Set<String> = ["concatenate", "all", "expand_dims", "broadcast_to", "zeros_like", "ones_like"]

  /// "concatenate", "concatenate_3".
  private static func mayBeMaskOperation(_ name: String, joins: Bool) -> Bool {
    func isOne(_ name: String) -> Bool { always.contains(name) || joins && joining.contains(name) }
    if isOne(name) { return true }
    guard let mark = name.lastIndex(of: "_"), Int(name[name.index(after: mark)...]) != nil else { return false }
    return isOne(String(name[..<mark]))
  }
}
