import Unroll

/// The weights that an optimizer has arrays for, as the file stores them: one
/// for each gate in Keras 1, in CuDNN's layout, or as the engine has them. The
/// optimizer's arrays have the same form, and are converted alike.
struct StateLayout {
  struct Weight {
    /// "lstm_1/kernel:0"
    let name: String
    let shape: [Int]
  }

  /// In the order of the file's weights, without those that are not trained.
  let weights: [Weight]
  /// From an array for each of `weights`, nil where the file has none, to one for
  /// each of the model's parameters; those of parameters that are not trained
  /// have no meaning.
  let parameters: ([SourceArray?]) throws(UnrollError) -> [SourceArray]

  /// For files whose optimizer uses the engine's order.
  init(_ model: Model) throws(UnrollError) {
    let infos = try model.parameters()
    let trained = infos.indices.filter { infos[$0].isTrainable }
    weights = trained.map { Weight(name: infos[$0].name, shape: infos[$0].shape) }
    parameters = { (arrays) throws(UnrollError) in
      guard let any = arrays.lazy.compactMap({ $0 }).first else { return [] }
      var result = [SourceArray](repeating: any, count: infos.count)
      for (index, array) in zip(trained, arrays) { result[index] = array ?? any.absent }
      return result
    }
  }

  /// For a whole `.h5` file, whose weights fit `spec`.
  init(_ file: LegacyWeights, _ spec: ModelSpec) throws(UnrollError) {
    let layers = try file.layers()
    let trees = WeightTree.elements(of: spec).map(\.tree).filter { $0.count > 0 }
    var weights: [Weight] = []
    var trained: [[Bool]] = []
    for (tree, layer) in zip(trees, layers) {
      let flags = tree.trainability(of: layer.arrays.count)
      trained.append(flags)
      for (index, array) in layer.arrays.enumerated() where flags[index] {
        weights.append(Weight(name: layer.weightNames[index], shape: array.shape))
      }
    }
    self.weights = weights
    let context = file.context
    parameters = { (arrays) throws(UnrollError) in
      var rest = arrays[...]
      var result: [SourceArray] = []
      for (index, tree) in trees.enumerated() {
        var stored = layers[index].arrays
        for position in stored.indices where trained[index][position] {
          if let array = rest.popFirst() { stored[position] = array ?? stored[position].absent }
        }
        result += try LegacyConversion(layer: layers[index].name, tree: tree, context: context, isState: true).convert(stored)
      }
      return result
    }
  }
}

extension WeightTree {
  /// For each of `count` arrays in a file's order, whether it is trained.
  func trainability(of count: Int) -> [Bool] {
    let slots = self.slots
    if count == slots.count { return legacyOrder.map { slots[$0].isTrainable } }
    var result: [Bool] = []
    appendGates(true, to: &result)
    // If something does not fit, the weights have already been refused.
    return result.count == count ? result : [Bool](repeating: true, count: count)
  }

  /// In the form of Keras 1: the gates one after another.
  private func appendGates(_ parent: Bool, to result: inout [Bool]) {
    let trainable = parent && isTrainable
    for _ in 0..<kind.gates {
      for index in own.indices { result.append(trainable && index < own.count - statistics) }
    }
    for part in parts { part.tree.appendGates(trainable, to: &result) }
    for element in list { element.tree.appendGates(trainable, to: &result) }
  }
}
