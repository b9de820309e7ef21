/// The configuration of a layer: one case per class.
package indirect enum LayerConfig: Sendable, Equatable {
  case input(InputConfig)
  case dense(DenseConfig)
  /// SimpleRNN, LSTM and GRU.
  case recurrent(RecurrentConfig)
  /// RNN over one cell or StackedRNNCells.
  case stackedRNN(StackedRNNConfig)
  case embedding(EmbeddingConfig)
  case activation(ActivationSpec)
  /// ReLU, LeakyReLU, ELU, Softmax: activation layers with parameters of their own.
  case activationLayer(ActivationLayerConfig)
  case prelu(PReLUConfig)
  /// Dropout, SpatialDropout1D, GaussianNoise, GaussianDropout and AlphaDropout.
  case noise(NoiseConfig)
  case timeDistributed(LayerSpec)
  case bidirectional(BidirectionalConfig)
  case masking(MaskingConfig)
  case flatten
  case reshape(ReshapeConfig)
  case permute(PermuteConfig)
  case repeatVector(RepeatVectorConfig)
  case layerNormalization(LayerNormalizationConfig)
  case batchNormalization(BatchNormalizationConfig)
  case unitNormalization(UnitNormalizationConfig)
  case groupNormalization(GroupNormalizationConfig)
  case rmsNormalization(RMSNormalizationConfig)
  /// Statistics of the data, known before training.
  case normalization(NormalizationConfig)
  case conv1D(Conv1DConfig)
  case pooling1D(Pooling1DConfig)
  case globalPooling1D(GlobalPooling1DConfig)
  case zeroPadding1D(ZeroPadding1DConfig)
  case cropping1D(Cropping1DConfig)
  case upSampling1D(UpSampling1DConfig)
  case rescaling(RescalingConfig)
  case identity
  case activityRegularization(ActivityRegularizationConfig)
  case concatenate(ConcatenateConfig)
  case merge(MergeKind)
  case dot(DotConfig)
  case attention(AttentionConfig)
  /// A Sequential or Functional model used as a layer.
  case model(ModelSpec)
}

extension LayerConfig {
  /// The configuration; nil for inputs, wrappers and models, which contain shapes or
  /// other layers.
  package var configuration: (any LayerConfiguration)? {
    switch self {
    case .dense(let config): config
    case .recurrent(let config): config
    case .embedding(let config): config
    case .activation(let config): config
    case .activationLayer(let config): config
    case .prelu(let config): config
    case .noise(let config): config
    case .masking(let config): config
    case .flatten: FlattenConfig()
    case .reshape(let config): config
    case .permute(let config): config
    case .repeatVector(let config): config
    case .layerNormalization(let config): config
    case .batchNormalization(let config): config
    case .unitNormalization(let config): config
    case .groupNormalization(let config): config
    case .rmsNormalization(let config): config
    case .normalization(let config): config
    case .conv1D(let config): config
    case .pooling1D(let config): config
    case .globalPooling1D(let config): config
    case .zeroPadding1D(let config): config
    case .cropping1D(let config): config
    case .upSampling1D(let config): config
    case .rescaling(let config): config
    case .identity: IdentityConfig()
    case .activityRegularization(let config): config
    case .concatenate(let config): config
    case .merge(let config): config
    case .dot(let config): config
    case .attention(let config): config
    case .input, .stackedRNN, .timeDistributed, .bidirectional, .model: nil
    }
  }

  private static let kinds: [any LayerConfiguration.Type] = [
    DenseConfig.self, RecurrentConfig.self, EmbeddingConfig.self, MaskingConfig.self, ActivationSpec.self, ActivationLayerConfig.self,
    PReLUConfig.self, NoiseConfig.self, FlattenConfig.self, ReshapeConfig.self, PermuteConfig.self, RepeatVectorConfig.self,
    LayerNormalizationConfig.self, BatchNormalizationConfig.self, UnitNormalizationConfig.self, Conv1DConfig.self, Pooling1DConfig.self,
    GlobalPooling1DConfig.self, ZeroPadding1DConfig.self, Cropping1DConfig.self, UpSampling1DConfig.self, RescalingConfig.self,
    IdentityConfig.self, ActivityRegularizationConfig.self, GroupNormalizationConfig.self,
    RMSNormalizationConfig.self, NormalizationConfig.self, ConcatenateConfig.self, MergeKind.self, DotConfig.self, AttentionConfig.self,
  ]

  private static let prototypes: [String: any LayerConfiguration] = {
    var result: [String: any LayerConfiguration] = [:]
    for kind in kinds { result.merge(kind.anyPrototypes) { first, _ in first } }
    return result
  }()

  /// The defaults of a layer of this Keras class, current or old.
  package static func prototype(_ className: String) -> (any LayerConfiguration)? { prototypes[className] }

  /// Keras' classes that have a configuration of their own.
  package static let classNames: [String] = Set(prototypes.values.map(\.className)).sorted()
}

extension LayerConfiguration {
  fileprivate static var anyPrototypes: [String: any LayerConfiguration] { prototypes }
}
