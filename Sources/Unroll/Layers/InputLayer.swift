import KernelAPI

/// Declares a model's input; computes nothing.
final class InputLayer<S: Scalar>: Layer<S> {
  let config: InputConfig

  init(_ spec: LayerSpec, _ config: InputConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    for dimension in config.shape.dimensions {
      if let dimension, dimension < 1 {
        throw UnrollError(.invalidArgument, "\(name): every axis of an input shape must be at least 1, found \(config.shape)")
      }
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] { [config.shape] }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] { inputs }
}
