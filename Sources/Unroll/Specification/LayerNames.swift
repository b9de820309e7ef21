extension LayerConfig {
  public var isInput: Bool { if case .input = self { true } else { false } }

  /// Keras' class name of this kind of layer.
  public var className: String {
    switch self {
    case .input: "InputLayer"
    case .dense: "Dense"
    case .recurrent(let config):
      switch config.cell {
      case .simple: "SimpleRNN"
      case .lstm: "LSTM"
      case .gru: "GRU"
      }
    case .stackedRNN: "RNN"
    case .embedding: "Embedding"
    case .activation: "Activation"
    case .activationLayer(let config): config.kind.rawValue
    case .prelu: "PReLU"
    case .dropout: "Dropout"
    case .spatialDropout1D: "SpatialDropout1D"
    case .gaussianNoise: "GaussianNoise"
    case .gaussianDropout: "GaussianDropout"
    case .timeDistributed: "TimeDistributed"
    case .bidirectional: "Bidirectional"
    case .masking: "Masking"
    case .flatten: "Flatten"
    case .reshape: "Reshape"
    case .permute: "Permute"
    case .repeatVector: "RepeatVector"
    case .layerNormalization: "LayerNormalization"
    case .batchNormalization: "BatchNormalization"
    case .unitNormalization: "UnitNormalization"
    case .conv1D: "Conv1D"
    case .pooling1D(let config): "\(config.kind.rawValue)Pooling1D"
    case .globalPooling1D(let config): "Global\(config.kind.rawValue)Pooling1D"
    case .zeroPadding1D: "ZeroPadding1D"
    case .cropping1D: "Cropping1D"
    case .upSampling1D: "UpSampling1D"
    case .rescaling: "Rescaling"
    case .concatenate: "Concatenate"
    case .merge(let kind): kind.rawValue
    case .dot: "Dot"
    case .attention(let config): config.isAdditive ? "AdditiveAttention" : "Attention"
    case .model(let spec): spec.isSequential ? "Sequential" : "Functional"
    }
  }

  /// Keras' default name of a layer: its class in snake case (LSTM -> lstm,
  /// SimpleRNN -> simple_rnn, TimeDistributed -> time_distributed).
  public var snakeName: String { Self.snakeCase(className) }

  /// Keras' `to_snake_case`.
  public static func snakeCase(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (index, letter) in letters.enumerated() {
      guard letter.isLetter || letter.isNumber || letter == "_" else { continue }
      if letter.isUppercase, index > 0 {
        let previous = letters[index - 1]
        let next = index + 1 < letters.count ? letters[index + 1] : nil
        let startsWord = next.map { $0.isLowercase } ?? false
        if previous != "_", previous.isLowercase || previous.isNumber && startsWord || previous.isUppercase && startsWord {
          result += "_"
        }
      }
      result += letter.lowercased()
    }
    return result
  }
}
