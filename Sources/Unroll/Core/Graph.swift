import KernelAPI

/// Layers and the calls between them: the body of a model, and of a model
/// used as a layer.
final class Graph<S: Scalar> {
  let spec: ModelSpec
  let layers: [Layer<S>]
  /// Output shapes of every node, known after `build`.
  private(set) var shapes: [[Shape]] = []

  init(_ spec: ModelSpec) throws(UnrollError) {
    self.spec = spec
    var layers: [Layer<S>] = []
    for layer in spec.layers { layers.append(try makeLayer(layer)) }
    self.layers = layers
  }

  /// If a model is not trainable, none of its parameters is. What a layer does in
  /// training still depends on its own flag, as in Keras.
  func freezeParameters() {
    for parameter in parameters { parameter.isTrainable = false }
  }

  /// The parameters as hosts and files see them.
  var parameterInfos: [ParameterInfo] {
    layers.enumerated().flatMap { index, layer in
      layer.parameters.map {
        ParameterInfo(name: $0.name, shape: $0.shape, isTrainable: $0.isTrainable, isWeight: $0.isWeight, layer: index)
      }
    }
  }

  /// Parameters in Keras' order.
  var parameters: [Parameter<S>] { layers.flatMap { $0.parameters } }

  var outputShapes: [Shape] { spec.outputs.map { shapes[$0.node][$0.output] } }
  var inputShapes: [Shape] { spec.inputs.map { shapes[$0.node][$0.output] } }

  func build() throws(UnrollError) {
    var built = Set<Int>()
    shapes = []
    for (index, node) in spec.nodes.enumerated() {
      guard layers.indices.contains(node.layer) else {
        throw UnrollError(.format, "model \(spec.name): node \(index) calls layer number \(node.layer) of \(layers.count)")
      }
      let layer = layers[node.layer]
      func shape(_ reference: ModelSpec.TensorRef) throws(UnrollError) -> Shape {
        guard reference.node < index, reference.node >= 0, shapes[reference.node].indices.contains(reference.output) else {
          throw UnrollError(
            .format, "\(layer.name): its input refers to output \(reference.output) of node \(reference.node), which does not come before it")
        }
        return shapes[reference.node][reference.output]
      }
      var inputs: [Shape] = [], masks: [Shape?] = []
      for reference in node.inputs { inputs.append(try shape(reference)) }
      if spec.isSequential, let before = node.inputs.first, shapes[before.node].count > 1 {
        throw UnrollError(
          .shapeMismatch,
          "\(layer.name): the layer before it, \(layers[spec.nodes[before.node].layer].name), has \(shapes[before.node].count) outputs (return_state), but a Sequential model passes on only one; use a Functional model"
        )
      }
      for given in node.masks {
        switch given {
        case .tensor(let reference): masks.append(try shape(reference))
        // Whether its steps are those of the input is known only with the data.
        case .carried(let reference):
          _ = try shape(reference)
          masks.append(nil)
        case nil: masks.append(nil)
        }
      }
      try checkMasks(masks, inputs, layer)
      if built.insert(node.layer).inserted {
        shapes.append(try layer.build(inputs))
      } else {
        shapes.append(try layer.outputShapes(inputs))
      }
    }
    for reference in spec.inputs + spec.outputs
    where !shapes.indices.contains(reference.node) || !shapes[reference.node].indices.contains(reference.output) {
      throw UnrollError(
        .format, "model \(spec.name): an input or output refers to node \(reference.node), output \(reference.output), which does not exist")
    }
  }

  func prepare(_ team: UnsafePointer<KernelTeam>? = nil) throws(UnrollError) {
    for layer in layers { try layer.prepare(team) }
  }

  /// How many times each value is used, including as a model output.
  func consumers() -> [ModelSpec.TensorRef: Int] {
    var count: [ModelSpec.TensorRef: Int] = [:]
    for node in spec.nodes { for reference in node.inputs + node.maskTensors { count[reference, default: 0] += 1 } }
    for reference in spec.outputs { count[reference, default: 0] += 1 }
    return count
  }
}

extension ModelSpec.Node {
  /// The values that the call reads as masks.
  var maskTensors: [ModelSpec.TensorRef] {
    masks.compactMap { if case .tensor(let reference) = $0 { reference } else { nil } }
  }
}
