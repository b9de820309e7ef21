import KernelAPI

extension ModelSpec {
  /// The layer that computes a value; for a model, the layer inside.
  func layer(of value: TensorRef) -> LayerSpec? {
    guard nodes.indices.contains(value.node), layers.indices.contains(nodes[value.node].layer) else { return nil }
    let layer = layers[nodes[value.node].layer]
    guard case .model(let inner) = layer.config else { return layer }
    return inner.outputs.indices.contains(value.output) ? inner.layer(of: inner.outputs[value.output]) : nil
  }
}

extension LayerSpec {
  /// The layer that makes each step's output where TimeDistributed wraps it.
  var ofEachStep: LayerSpec? {
    switch config {
    case .timeDistributed(let inner): inner.ofEachStep
    case .model(let model): model.outputs.first.flatMap { model.layer(of: $0)?.ofEachStep }
    default: self
    }
  }
}

extension LayerConfig {
  /// The activation whose values are a layer's output, if it ends in one.
  var outputActivation: Activation? {
    switch self {
    case .dense(let config): config.activation.function
    case .conv1D(let config): config.activation.function
    case .activation(let spec): spec.function
    case .activationLayer(let config): config.kind == .softmax && config.axis == -1 ? .softmax : nil
    default: nil
    }
  }
}
