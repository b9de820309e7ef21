import Unroll

/// Writes a model's Keras configuration.
struct ModelEncoder {
  let dialect: Dialect
  let dtype: DType

  static func encode(_ spec: ModelSpec, _ dialect: Dialect) throws(UnrollError) -> JSONObject {
    try ModelEncoder(dialect: dialect, dtype: spec.dtype).model(spec, name: spec.name)
  }

  /// {"class_name", "config"}, for Keras 3 with the module.
  func model(_ spec: ModelSpec, name: String) throws(UnrollError) -> JSONObject {
    let className = spec.isSequential ? "Sequential" : "Functional"
    let config = spec.isSequential ? try sequential(spec, name) : try functional(spec, name)
    switch dialect {
    case .legacy: return ["class_name": .string(className), "config": .object(config)]
    // Keras exports Sequential by its public name, Functional by its module's only.
    case .keras3, .archive: return Dialect.object(spec.isSequential ? "keras" : "keras.src.models.functional", className, config)
    }
  }

  private var layerEncoder: LayerEncoder { LayerEncoder(dialect: dialect, dtype: dtype) }

  private func sequential(_ spec: ModelSpec, _ name: String) throws(UnrollError) -> JSONObject {
    var layers: [JSON] = []
    for layer in spec.layers { layers.append(.object(try layerEncoder.layer(layer))) }
    guard dialect != .legacy else { return ["name": .string(name), "layers": .array(layers)] }
    var config: JSONObject = [
      "name": .string(name), "trainable": true, "dtype": .string(dtype.rawValue), "layers": .array(layers),
    ]
    if case .input(let input) = spec.layers.first?.config { config["build_input_shape"] = .batchShape(input) }
    return config
  }

  private func functional(_ spec: ModelSpec, _ name: String) throws(UnrollError) -> JSONObject {
    let calls = FunctionalCalls(spec)
    var layers: [JSON] = []
    for (index, layer) in spec.layers.enumerated() {
      var entry = try layerEncoder.layer(layer)
      entry["name"] = .string(layer.name)
      var nodes: [JSON] = []
      if !layer.config.isInput {
        for node in calls.nodes[index] { nodes.append(try call(spec, node, layer, calls)) }
      }
      entry["inbound_nodes"] = .array(nodes)
      layers.append(.object(entry))
    }
    func ends(_ references: [ModelSpec.TensorRef], areOutputs: Bool) throws(UnrollError) -> JSON {
      var list: [JSON] = []
      for reference in references {
        var tensor = try calls.tensor(spec, reference)
        // Keras counts a Functional model's own call here, and only here.
        if areOutputs, case .model(let inner) = spec.layers[spec.nodes[reference.node].layer].config, !inner.isSequential {
          tensor.node += 1
        }
        list.append([.string(tensor.name), .int(tensor.node), .int(reference.output)])
      }
      return .array(list)
    }
    return [
      "name": .string(name), "trainable": true, "layers": .array(layers),
      "input_layers": try ends(spec.inputs, areOutputs: false), "output_layers": try ends(spec.outputs, areOutputs: true),
    ]
  }

  private func call(
    _ spec: ModelSpec, _ node: ModelSpec.Node, _ layer: LayerSpec, _ calls: FunctionalCalls
  ) throws(UnrollError) -> JSON {
    var tensors: [JSON] = []
    for reference in node.inputs {
      let tensor = try calls.tensor(spec, reference)
      tensors.append([.string(tensor.name), .int(tensor.node), .int(reference.output)])
    }
    let takesStates =
      switch layer.config {
      case .recurrent, .stackedRNN, .bidirectional: node.inputs.count > 1
      default: false
      }
    let isCausal = if case .attention(let config) = layer.config { config.useCausalMask } else { false }
    // Initial states and models called twice need Keras 3's form: the older one cannot say them in a way Keras 3 reads.
    guard dialect != .legacy || takesStates || isCausal || calls.callsModelTwice else {
      return .array(
        tensors.map { tensor in
          guard let list = tensor.array else { return tensor }
          return .array(list + [[:]])
        })
    }
    let full = tensors.map(Self.kerasTensor)
    let arguments: [JSON]
    var keywords: JSONObject = [:]
    if takesStates {
      arguments = [full[0]]
      keywords["initial_state"] = .array(Array(full.dropFirst()))
    } else {
      let takesList =
        switch layer.config {
        case .merge, .concatenate, .dot, .attention: true
        default: full.count > 1
        }
      arguments = takesList ? [.array(full)] : full
    }
    if isCausal { keywords["use_causal_mask"] = true }
    return ["args": .array(arguments), "kwargs": .object(keywords)]
  }

  private static func kerasTensor(_ history: JSON) -> JSON {
    // Keras replaces the tensor by the one its history names; the shape is not looked at.
    let config: JSONObject = ["shape": [nil], "dtype": "float32", "keras_history": history]
    return .object(["class_name": "__keras_tensor__", "config": .object(config)])
  }
}

/// Keras numbers the calls of each layer; the engine numbers all calls.
struct FunctionalCalls {
  /// For each layer its calls in order.
  let nodes: [[ModelSpec.Node]]
  /// For each node its number among its layer's calls.
  let number: [Int]
  let callsModelTwice: Bool

  init(_ spec: ModelSpec) {
    var nodes = [[ModelSpec.Node]](repeating: [], count: spec.layers.count)
    var number: [Int] = []
    for node in spec.nodes {
      number.append(nodes[node.layer].count)
      nodes[node.layer].append(node)
    }
    self.nodes = nodes
    self.number = number
    callsModelTwice = zip(spec.layers, nodes).contains { layer, calls in
      if case .model = layer.config { calls.count > 1 } else { false }
    }
  }

  func tensor(_ spec: ModelSpec, _ reference: ModelSpec.TensorRef) throws(UnrollError) -> (name: String, node: Int) {
    guard spec.nodes.indices.contains(reference.node) else {
      throw UnrollError(.invalidState, "model \(spec.name): node \(reference.node) does not exist")
    }
    return (spec.layers[spec.nodes[reference.node].layer].name, number[reference.node])
  }
}
