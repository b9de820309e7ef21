extension LayerConfig {
  /// Whether the layer computes something different in training.
  package var actsInTraining: Bool {
    switch self {
    case .stackedRNN(let config): config.cells.contains { $0.actsInTraining }
    case .bidirectional(let config): config.forward.config.actsInTraining || config.backward?.config.actsInTraining ?? false
    case .timeDistributed(let inner): inner.config.actsInTraining
    case .model(let model): model.layers.contains { $0.config.actsInTraining }
    default: configuration?.actsInTraining ?? false
    }
  }
}

extension ModelSpec {
  /// Whether a call acts as in training whatever the model does.
  var trainsInInference: Bool {
    nodes.contains { $0.training == true && layers.indices.contains($0.layer) && layers[$0.layer].config.actsInTraining }
      || layers.contains { $0.config.trainsInInference }
  }
}

extension LayerConfig {
  fileprivate var trainsInInference: Bool {
    switch self {
    case .model(let model): model.trainsInInference
    case .timeDistributed(let inner): inner.config.trainsInInference
    default: false
    }
  }
}
