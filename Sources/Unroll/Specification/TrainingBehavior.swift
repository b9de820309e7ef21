extension LayerConfig {
  /// Whether the layer computes something else in training.
  public var actsInTraining: Bool {
    switch self {
    case .dropout(let noise), .spatialDropout1D(let noise), .gaussianNoise(let noise), .gaussianDropout(let noise): noise.rate > 0
    case .batchNormalization: true
    case .attention(let config): config.dropout > 0
    case .recurrent(let config): config.draws
    case .stackedRNN(let config): config.cells.contains { $0.draws }
    case .bidirectional(let config): config.forward.config.actsInTraining || config.backward?.config.actsInTraining ?? false
    case .timeDistributed(let inner): inner.config.actsInTraining
    case .model(let model): model.layers.contains { $0.config.actsInTraining }
    default: false
    }
  }
}

extension RecurrentConfig {
  fileprivate var draws: Bool { dropout > 0 || recurrentDropout > 0 }
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
