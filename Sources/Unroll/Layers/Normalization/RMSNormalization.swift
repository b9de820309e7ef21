import KernelAPI

/// y = scale x / sqrt(mean(x^2) + epsilon), over the given axes (Zhang and Sennrich, 2019).
final class RMSNormalizationLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: RMSNormalizationConfig
  private var scale: Parameter<S>?

  init(_ spec: LayerSpec, _ config: RMSNormalizationConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    let input = try onlyInput(inputs, rank: 1...16)
    let lengths = try knownLengths(try sampleAxes(config.axes, rank: input.rank), of: input)
    scale = try declare(config.weights, ["scale": lengths])["scale"]
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    try checkLengths(try sampleAxes(config.axes, rank: input.rank), of: input, are: scale?.shape)
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let axes = try sampleAxes(config.axes, rank: x.rank)
    for axis in axes where isTime(axis, of: x) { try refuseStreaming(planner, "its axis \(axis + 1) is time") }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x])
    planner.append(try GroupedNormalizationOp(self, gamma: scale, epsilon: config.epsilon, .squares, x: x, y: y, over: axes))
    return [y]
  }
}
