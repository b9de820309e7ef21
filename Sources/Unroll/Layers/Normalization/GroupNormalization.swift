import KernelAPI

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the moments of all positions of a
/// sample and of the channels of one group (Wu and He, 2018).
final class GroupNormalizationLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: GroupNormalizationConfig
  private var gamma: Parameter<S>?
  private var beta: Parameter<S>?

  init(_ spec: LayerSpec, _ config: GroupNormalizationConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    let input = try onlyInput(inputs, rank: 1...16)
    guard config.groups == -1 || config.groups > 0 else {
      throw UnrollError(.invalidArgument, "\(name): groups must be at least 1, or -1 for one for each channel, found \(config.groups)")
    }
    guard let channels = input.dimensions[try sampleAxis(config.axis, rank: input.rank)] else {
      throw UnrollError(.shapeMismatch, "\(name): axis \(config.axis) of its input must be known, found shape \(input)")
    }
    guard config.groups == -1 || channels % config.groups == 0 else {
      throw UnrollError(.invalidArgument, "\(name): \(channels) channels cannot be divided into \(config.groups) groups of equal size")
    }
    let own = try declare(config.weights, ["gamma": [channels], "beta": [channels]])
    (gamma, beta) = (own["gamma"], own["beta"])
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    let found = input.dimensions[try sampleAxis(config.axis, rank: input.rank)]
    if let channels = gamma?.count ?? beta?.count, let found, found != channels {
      throw UnrollError(.shapeMismatch, "\(name): expected \(channels) channels on axis \(config.axis), found \(found)")
    }
    if let found, config.groups > 0, found % config.groups != 0 {
      throw UnrollError(.shapeMismatch, "\(name): \(found) channels cannot be divided into \(config.groups) groups of equal size")
    }
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let axis = try sampleAxis(config.axis, rank: x.rank)
    if x.rank > 1 { try refuseStreaming(planner, "its moments are those of all time steps") }
    let channels = x.dimensions[axis], groups = config.groups == -1 ? channels : config.groups
    let inside = x.dimensions[(axis + 1)...].reduce(1, *), perGroup = max(channels / max(groups, 1), 1)
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x], mask: x.mask)
    planner.append(
      try GroupedNormalizationOp(self, gamma: gamma, beta: beta, epsilon: config.epsilon, .moments, x: x, y: y, groups: groups) {
        let channel = $0 / inside % channels
        return .init(group: channel / perGroup, place: channel)
      })
    return [y]
  }
}
