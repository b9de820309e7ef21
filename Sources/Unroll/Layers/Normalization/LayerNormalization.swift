import KernelAPI

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, over the features
/// of each vector or over other axes of the sample (Ba et al., 2016). With
/// `rmsScaling`, as in Keras: y = gamma x / sqrt(variance + epsilon).
final class LayerNormalizationLayer<S: Scalar>: ElementwiseLayer<S> {
  let config: LayerNormalizationConfig
  private(set) var gamma: Parameter<S>?
  private(set) var beta: Parameter<S>?

  init(_ spec: LayerSpec, _ config: LayerNormalizationConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    let input = try onlyInput(inputs, rank: 1...16)
    _ = try sampleAxes(config.axes, rank: input.rank)
    // As in Keras: the lengths in the order given, the elements in the order of the axes.
    let shape = try lengths(input).compactMap { $0 }
    guard shape.count == config.axes.count else {
      throw UnrollError(.shapeMismatch, "\(name): the axes \(config.axes) of its input must be known, found shape \(input)")
    }
    let own = try declare(config.weights, ["gamma": shape, "beta": shape])
    (gamma, beta) = (own["gamma"], own["beta"])
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    let found = try lengths(input)
    if let known = gamma?.shape ?? beta?.shape, !zip(known, found).allSatisfy({ $1 == nil || $0 == $1 }) {
      throw UnrollError(.shapeMismatch, "\(name): expected the axes \(config.axes) to have the lengths \(known), found shape \(input)")
    }
    return [input]
  }

  /// The lengths of the normalised axes, in the order given.
  private func lengths(_ input: Shape) throws(UnrollError) -> [Int?] {
    var lengths: [Int?] = []
    for axis in config.axes { lengths.append(input.dimensions[try sampleAxis(axis, rank: input.rank)]) }
    return lengths
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let axes = try sampleAxes(config.axes, rank: x.rank)
    for axis in axes where isTime(axis, of: x) { try refuseStreaming(planner, "its axis \(axis + 1) is time") }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x], mask: x.mask)
    guard axes == [x.rank - 1] else {
      planner.append(
        try GroupedNormalizationOp(
          self, gamma: gamma, beta: beta, epsilon: config.epsilon, config.rmsScaling ? .variance : .moments, x: x, y: y, over: axes))
      return [y]
    }
    let moments = try planner.arena.allocate(2 * x.vectors)
    planner.append(LayerNormalizationOp(self, x: x, y: y, moments: moments))
    return [y]
  }
}

private final class LayerNormalizationOp<S: Scalar>: Op<S> {
  private let layer: LayerNormalizationLayer<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// For each vector: the mean, and 1 / sqrt(variance + epsilon).
  private let means: UnsafeMutablePointer<S>
  private let inverses: UnsafeMutablePointer<S>

  init(_ layer: LayerNormalizationLayer<S>, x: Tensor<S>, y: Tensor<S>, moments: UnsafeMutablePointer<S>) {
    self.layer = layer
    self.x = x
    self.y = y
    means = moments
    inverses = moments + x.vectors
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let n = x.features, epsilon = layer.config.epsilon
    let gamma = layer.gamma?.value, beta = layer.beta?.value
    for vector in 0..<x.vectors {
      let from = x.data + vector * n, to = y.data + vector * n
      let mean = S(run.kernels.sum(n, from) / Double(n))
      for f in 0..<n { to[f] = from[f] - mean }
      let variance = run.kernels.sumOfSquares(n, to) / Double(n)
      let inverse = S(1 / (variance + epsilon).squareRoot())
      means[vector] = mean
      inverses[vector] = inverse
      if layer.config.rmsScaling { to.update(from: from, count: n) }
      for f in 0..<n { to[f] *= inverse }
      if let gamma { for f in 0..<n { to[f] *= gamma[f] } }
      if let beta { for f in 0..<n { to[f] += beta[f] } }
    }
  }

  /// With g = dy gamma, r = 1 / sqrt(variance + epsilon), u = x - mean:
  /// dx = r (g - mean(g) - u r^2 mean(g u)), and for rms scaling
  /// dx = r (g - u r^2 mean(g x)).
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    let n = x.features, isRMS = layer.config.rmsScaling
    let gamma = layer.gamma?.value
    let dGamma = layer.gamma.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    let dBeta = layer.beta.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    for vector in 0..<x.vectors {
      let input = x.data + vector * n, d = dy + vector * n
      let mean = means[vector], r = inverses[vector]
      let center = isRMS ? 0 : mean
      if let dGamma { for f in 0..<n { dGamma[f] += d[f] * (input[f] - center) * r } }
      if let dBeta { for f in 0..<n { dBeta[f] += d[f] } }
      guard let dx = x.gradient.map({ $0 + vector * n }) else { continue }
      var sum: S = 0, product: S = 0
      for f in 0..<n {
        let g = gamma.map { d[f] * $0[f] } ?? d[f]
        sum += g
        product += g * (input[f] - center)
      }
      let shift = isRMS ? 0 : sum / S(n)
      let slope = product / S(n) * r * r
      for f in 0..<n {
        let g = gamma.map { d[f] * $0[f] } ?? d[f]
        dx[f] = r * (g - shift - (input[f] - mean) * slope)
      }
    }
  }
}
