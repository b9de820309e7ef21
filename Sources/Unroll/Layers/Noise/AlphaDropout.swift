import KernelAPI

/// Alpha dropout (Klambauer et al., 2017): a fraction `rate` of the values becomes s = -alpha scale, the value to which
/// selu saturates, and y = a x + b restores mean and variance: a = ((1 - rate) (1 + rate s^2))^-1/2, b = -a s rate.
final class AlphaDropoutLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: NoiseConfig
  /// Draws which values are dropped.
  private let dropout: DropoutLayer<S>

  init(_ spec: LayerSpec, _ config: NoiseConfig) {
    self.config = config
    dropout = DropoutLayer(spec, config)
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    guard config.rate >= 0, config.rate < 1 else {
      throw UnrollError(.invalidArgument, "\(name): rate must be at least 0 and less than 1, found \(shown(config.rate))")
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] { try dropout.outputShapes(inputs) }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    guard planner.actsInTraining, config.rate > 0 else { return [x] }
    let ones = try planner.tensor(x.dimensions, gradient: false)
    ones.data.update(repeating: 1, count: ones.count)
    let kept = try dropout.plan([ones], planner)[0]
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: x.mask)
    planner.append(AlphaDropoutOp(x: x, y: y, kept: kept.data, rate: config.rate))
    return [y]
  }
}

private final class AlphaDropoutOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// 0 for what is dropped.
  private let kept: UnsafePointer<S>
  private let slope: S
  private let offset: S
  /// The output where a value is dropped.
  private let saturated: S

  init(x: Tensor<S>, y: Tensor<S>, kept: UnsafePointer<S>, rate: Double) {
    self.x = x
    self.y = y
    self.kept = kept
    let s = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946
    let a = 1 / ((1 - rate) * (1 + rate * s * s)).squareRoot(), b = -a * s * rate
    (slope, offset, saturated) = (S(a), S(b), S(a * s + b))
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    for i in 0..<x.count { y.data[i] = kept[i] == 0 ? saturated : slope * x.data[i] + offset }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    for i in 0..<x.count { dx[i] = kept[i] == 0 ? 0 : slope * dy[i] }
  }
}
