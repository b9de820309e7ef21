import KernelAPI

/// GaussianNoise: y = x + s n. GaussianDropout: y = x (1 + s n) with
/// s = sqrt(rate / (1 - rate)); n is standard normal. Both act only in training.
final class GaussianLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: NoiseConfig
  private let isMultiplicative: Bool

  init(_ spec: LayerSpec, _ config: NoiseConfig, isMultiplicative: Bool) {
    self.config = config
    self.isMultiplicative = isMultiplicative
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    if isMultiplicative {
      guard config.rate >= 0, config.rate < 1 else {
        throw UnrollError(.invalidArgument, "\(name): rate must be at least 0 and less than 1, found \(shown(config.rate))")
      }
    } else {
      guard config.rate >= 0, config.rate.isFinite else {
        throw UnrollError(.invalidArgument, "\(name): stddev must not be negative, found \(shown(config.rate))")
      }
    }
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    guard planner.actsInTraining, config.rate > 0 else { return [x] }
    let key = planner.randomKey() ^ UInt64(truncatingIfNeeded: config.seed ?? 0) << 32
    var y = try planner.output(x.dimensions, of: self, from: isMultiplicative ? [x] : [], mask: x.mask)
    // Added noise does not change the gradient: both tensors share it.
    if !isMultiplicative { y.gradient = x.gradient }
    let deviation = isMultiplicative ? (config.rate / (1 - config.rate)).squareRoot() : config.rate
    let factors = isMultiplicative ? try planner.arena.allocate(x.count) : nil
    planner.append(GaussianOp(x: x, y: y, factors: factors, deviation: deviation, key: key, place: RowPlace(planner)))
    return [y]
  }
}

private final class GaussianOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// 1 + s n, nil for added noise.
  private let factors: UnsafeMutablePointer<S>?
  private let deviation: Double
  private let key: UInt64
  private let place: RowPlace

  init(x: Tensor<S>, y: Tensor<S>, factors: UnsafeMutablePointer<S>?, deviation: Double, key: UInt64, place: RowPlace) {
    self.x = x
    self.y = y
    self.factors = factors
    self.deviation = deviation
    self.key = key
    self.place = place
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let random = CounterRandom(seed: run.seed, draw: run.draw, operation: key)
    let features = x.features
    var at = 0
    for position in 0..<x.positions {
      for row in 0..<x.rows {
        let numbers = place.random(random, position: position, row: row, firstRow: run.firstRow)
        for f in 0..<features {
          let noise = S(deviation * numbers.normal(f))
          if let factors {
            factors[at] = 1 + noise
            y.data[at] = x.data[at] * factors[at]
          } else {
            y.data[at] = x.data[at] + noise
          }
          at += 1
        }
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let factors, let dy = y.gradient, let dx = x.gradient else { return }
    run.kernels.multiply(x.count, dy, factors, dx)
  }
}
