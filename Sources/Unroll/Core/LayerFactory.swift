import KernelAPI

/// The engine's layer for a specification.
func makeLayer<S: Scalar>(_ spec: LayerSpec) throws(UnrollError) -> Layer<S> {
  switch spec.config {
  case .input(let config): return InputLayer(spec, config)
  case .dense(let config): return DenseLayer(spec, config)
  case .activation(let config): return ActivationLayer(spec, config)
  case .recurrent(let config): return RecurrentLayer(spec, config)
  case .embedding(let config): return EmbeddingLayer(spec, config)
  case .dropout(let config): return DropoutLayer(spec, config)
  case .spatialDropout1D(let config): return DropoutLayer(spec, config, isSpatial: true)
  case .timeDistributed(let inner): return try TimeDistributedLayer(spec, inner)
  default:
    throw UnrollError(.unsupported, "\(spec.name): this kind of layer is not available")
  }
}
