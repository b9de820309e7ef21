import KernelAPI

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, over the features
/// of each row (Ba et al., 2016). With `rmsScaling`, as Keras computes it:
/// y = gamma x / sqrt(variance + epsilon).
final class LayerNormalizationLayer<S: Scalar>: ElementwiseLayer<S> {
  let config: LayerNormalizationConfig
  private(set) var gamma: Parameter<S>?
  private(set) var beta: Parameter<S>?

  init(_ spec: LayerSpec, _ config: LayerNormalizationConfig) {
    self.config = config
    super.init(spec)
  }

  override func build(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    guard config.axes.count == 1, try sampleAxis(config.axes[0], rank: input.rank) == input.rank - 1 else {
      throw UnrollError(
        .unsupported, "\(name): layer normalisation is available over the last axis, found axis \(config.axes)")
    }
    let features = try knownFeatures(input)
    if config.scale || config.rmsScaling {
      gamma = declare("gamma", [features], config.gammaInitializer, config.gammaRegularizer, config.gammaConstraint)
    }
    if config.center && !config.rmsScaling {
      beta = declare("beta", [features], config.betaInitializer, config.betaRegularizer, config.betaConstraint)
    }
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: x.mask)
    let moments = try planner.arena.allocate(2 * x.rows)
    planner.append(LayerNormalizationOp(self, x: x, y: y, moments: moments))
    return [y]
  }
}

private final class LayerNormalizationOp<S: Scalar>: Op<S> {
  private let layer: LayerNormalizationLayer<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// Of each row: the mean, and 1 / sqrt(variance + epsilon).
  private let means: UnsafeMutablePointer<S>
  private let inverses: UnsafeMutablePointer<S>

  init(_ layer: LayerNormalizationLayer<S>, x: Tensor<S>, y: Tensor<S>, moments: UnsafeMutablePointer<S>) {
    self.layer = layer
    self.x = x
    self.y = y
    means = moments
    inverses = moments + x.rows
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let n = x.features, epsilon = layer.config.epsilon
    let gamma = layer.gamma?.value, beta = layer.beta?.value
    for row in 0..<x.rows {
      let from = x.data + row * n, to = y.data + row * n
      let mean = S(run.kernels.sum(n, from) / Double(n))
      for f in 0..<n { to[f] = from[f] - mean }
      let variance = run.kernels.sumOfSquares(n, to) / Double(n)
      let inverse = S(1 / (variance + epsilon).squareRoot())
      means[row] = mean
      inverses[row] = inverse
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
    for row in 0..<x.rows {
      let input = x.data + row * n, d = dy + row * n
      let mean = means[row], r = inverses[row]
      let center = isRMS ? 0 : mean
      if let dGamma { for f in 0..<n { dGamma[f] += d[f] * (input[f] - center) * r } }
      if let dBeta { for f in 0..<n { dBeta[f] += d[f] } }
      guard let dx = x.gradient.map({ $0 + row * n }) else { continue }
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
