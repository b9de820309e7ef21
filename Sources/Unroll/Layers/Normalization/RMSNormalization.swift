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
    let axes = try axes(rank: input.rank), lengths = axes.compactMap { input.dimensions[$0] }
    guard lengths.count == axes.count else {
      throw UnrollError(.shapeMismatch, "\(name): the axes \(config.axes) of its input must be known, found shape \(input)")
    }
    scale = try declare(config.weights, ["scale": lengths])["scale"]
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    let found = try axes(rank: input.rank).map { input.dimensions[$0] }
    if let known = scale?.shape, !zip(known, found).allSatisfy({ $1 == nil || $0 == $1 }) {
      throw UnrollError(.shapeMismatch, "\(name): expected the axes \(config.axes) to have the lengths \(known), found shape \(input)")
    }
    return [input]
  }

  /// The axes of a sample, in ascending order.
  private func axes(rank: Int) throws(UnrollError) -> [Int] {
    var axes: [Int] = []
    for axis in config.axes { axes.append(try sampleAxis(axis, rank: rank)) }
    guard !axes.isEmpty, Set(axes).count == axes.count else {
      throw UnrollError(.invalidArgument, "\(name): expected one or several different axes, found \(config.axes)")
    }
    return axes.sorted()
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let axes = try axes(rank: x.rank)
    for axis in axes where isTime(axis, of: x) { try refuseStreaming(planner, "its axis \(axis + 1) is time") }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x])
    planner.append(try GroupedNormalizationOp(self, gamma: scale, epsilon: config.epsilon, .squares, x: x, y: y, over: axes))
    return [y]
  }
}
