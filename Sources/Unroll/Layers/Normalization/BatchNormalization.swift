import KernelAPI

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta for every channel
/// (Ioffe and Szegedy, 2015). Training uses the mean and variance of the valid rows of
/// the batch and moves the moving statistics towards them; inference, and a layer
/// that is not trainable, uses the moving statistics.
final class BatchNormalizationLayer<S: Scalar>: ElementwiseLayer<S> {
  let config: BatchNormalizationConfig
  private(set) var gamma: Parameter<S>?
  private(set) var beta: Parameter<S>?
  private(set) var movingMean: Parameter<S>?
  private(set) var movingVariance: Parameter<S>?

  init(_ spec: LayerSpec, _ config: BatchNormalizationConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    let input = try onlyInput(inputs, rank: 1...16)
    let axis = try sampleAxis(config.axis, rank: input.rank)
    guard let channels = input.dimensions[axis] else {
      throw UnrollError(.shapeMismatch, "\(name): axis \(config.axis) of its input must be known, found shape \(input)")
    }
    let own = try declare(
      config.weights, ["gamma": [channels], "beta": [channels], "moving_mean": [channels], "moving_variance": [channels]])
    (gamma, beta, movingMean, movingVariance) = (own["gamma"], own["beta"], own["moving_mean"], own["moving_variance"])
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    let found = input.dimensions[try sampleAxis(config.axis, rank: input.rank)]
    if let channels = movingMean?.count, let found, found != channels {
      throw UnrollError(.shapeMismatch, "\(name): expected \(channels) channels on axis \(config.axis), found \(found)")
    }
    return [input]
  }

  override var usesMoments: Bool { isTrainable }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    guard let movingMean, let movingVariance else { throw UnrollError(.invalidState, "\(name): the layer is not built") }
    let axis = try sampleAxis(config.axis, rank: x.rank)
    if isTime(axis, of: x) { try refuseStreaming(planner, "its axis \(config.axis) is time") }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x], mask: x.mask)
    let usesBatch = planner.actsInTraining && isTrainable
    let op = try BatchNormalizationOp(
      self, x: x, y: y, axis: axis, mean: movingMean, variance: movingVariance,
      // TimeDistributed: every step has its own moments, as in Keras 3.
      steps: usesBatch && !planner.trainingRules.areOfKeras2 ? planner.foldedSteps : [], usesBatch: usesBatch,
      moments: moments(of: x, axis: axis, planner))
    if usesBatch { planner.append(meeting: op) } else { planner.append(op) }
    return [y]
  }

  private func moments(of x: Tensor<S>, axis: Int, _ planner: Planner<S>) -> BatchMoments {
    let rules = planner.trainingRules
    guard rules.areOfKeras2 else { return BatchMoments(maskedEpsilon: 1e-7) }
    // Samples of images with channels first or last: tf.keras calls TensorFlow's fused operation, where there is one.
    let isFused = S.self == Float.self && (3...4).contains(x.rank) && (axis == 0 || axis == x.rank - 1)
    return BatchMoments(heedsMasks: rules == .keras2 && !isFused, movesUnbiased: isFused, moves: planner.repetitions)
  }
}
