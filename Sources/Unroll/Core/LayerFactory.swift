import KernelAPI

/// The engine's layer for a specification.
func makeLayer<S: Scalar>(_ spec: LayerSpec) throws(UnrollError) -> Layer<S> {
  switch spec.config {
  case .input(let config): return InputLayer(spec, config)
  case .dense(let config): return DenseLayer(spec, config)
  case .recurrent(let config): return RecurrentLayer(spec, config)
  case .stackedRNN(let config): return try StackedRNNLayer(spec, config)
  case .embedding(let config): return EmbeddingLayer(spec, config)
  case .activation(let config): return ActivationLayer(spec, config)
  case .activationLayer(let config): return AdvancedActivationLayer(spec, config)
  case .prelu(let config): return PReLULayer(spec, config)
  case .noise(let config):
    switch config.kind {
    case .dropout: return DropoutLayer(spec, config)
    case .spatialDropout1D: return DropoutLayer(spec, config, isSpatial: true)
    case .gaussianNoise: return GaussianLayer(spec, config, isMultiplicative: false)
    case .alphaDropout: return AlphaDropoutLayer(spec, config)
    case .gaussianDropout: return GaussianLayer(spec, config, isMultiplicative: true)
    }
  case .timeDistributed(let inner): return try TimeDistributedLayer(spec, inner)
  case .bidirectional(let config): return try BidirectionalLayer(spec, config)
  case .masking(let config): return MaskingLayer(spec, value: config.value)
  case .flatten: return FlattenLayer(spec)
  case .reshape(let config): return ReshapeLayer(spec, config.shape)
  case .permute(let config): return PermuteLayer(spec, config.axes)
  case .repeatVector(let config): return RepeatVectorLayer(spec, config.count)
  case .layerNormalization(let config): return LayerNormalizationLayer(spec, config)
  case .batchNormalization(let config): return BatchNormalizationLayer(spec, config)
  case .unitNormalization(let config): return UnitNormalizationLayer(spec, axis: config.axis)
  case .groupNormalization(let config): return GroupNormalizationLayer(spec, config)
  case .rmsNormalization(let config): return RMSNormalizationLayer(spec, config)
  case .normalization(let config): return NormalizationLayer(spec, config)
  case .conv1D(let config): return Conv1DLayer(spec, config)
  case .pooling1D(let config): return Pooling1DLayer(spec, config)
  case .globalPooling1D(let config): return GlobalPooling1DLayer(spec, config)
  case .zeroPadding1D(let config): return ResamplingLayer(spec, .padding(left: config.left, right: config.right))
  case .cropping1D(let config): return ResamplingLayer(spec, .cropping(left: config.left, right: config.right))
  case .upSampling1D(let config): return ResamplingLayer(spec, .repeating(config.size))
  case .identity, .activityRegularization: return IdentityLayer(spec)
  case .rescaling(let config): return RescalingLayer(spec, scale: config.scale, offset: config.offset)
  case .concatenate(let config): return ConcatenateLayer(spec, axis: config.axis)
  case .merge(let kind): return MergeLayer(spec, kind)
  case .dot(let config): return DotLayer(spec, config)
  case .attention(let config): return AttentionLayer(spec, config)
  case .model(let model): return NestedModelLayer(spec, model)
  }
}
