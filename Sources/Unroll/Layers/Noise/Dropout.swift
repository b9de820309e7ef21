import KernelAPI

/// Dropout (Srivastava et al., 2014), scaled while training: y = x m / (1 - rate),
/// m = 0 with probability `rate`, else 1. Inference passes its input on.
///
/// SpatialDropout1D draws one m for a whole feature of a sequence; with a
/// noise_shape, elements along any axes share one m.
final class DropoutLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: NoiseConfig
  private let isSpatial: Bool

  init(_ spec: LayerSpec, _ config: NoiseConfig, isSpatial: Bool = false) {
    self.config = config
    self.isSpatial = isSpatial
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    guard config.rate >= 0, config.rate <= 1 else {
      throw UnrollError(.invalidArgument, "\(name): rate must be between 0 and 1, found \(shown(config.rate))")
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: isSpatial ? 2...2 : 0...16)
    let noise = config.noiseShape
    if !noise.isEmpty {
      var fits = noise.count == input.rank + 1
      for (length, own) in zip(noise.dropFirst(), input.dimensions) {
        if let length, let own, length != 1, length != own { fits = false }
      }
      guard fits else {
        let shown = noise.map { $0.map { "\($0)" } ?? "None" }.joined(separator: ", ")
        throw UnrollError(
          .shapeMismatch,
          "\(name): noise_shape must have 1 or the input's length for each axis, the batch included, found (\(shown)) for an input of shape \(input)")
      }
    }
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    guard planner.actsInTraining, config.rate > 0 else { return [x] }
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: x.mask)
    let key = planner.randomKey() ^ UInt64(truncatingIfNeeded: config.seed ?? 0) << 32
    if !config.noiseShape.isEmpty {
      let factors = try planner.arena.allocate(x.count)
      planner.append(
        try SharedDropoutOp(x: x, y: y, factors: factors, noise: config.noiseShape, rate: config.rate, key: key, place: RowPlace(planner)))
      return [y]
    }
    let factors = try planner.arena.allocate(isSpatial ? x.rows * x.features : x.count)
    planner.append(
      DropoutOp(x: x, y: y, factors: factors, isSpatial: isSpatial, rate: config.rate, key: key, place: RowPlace(planner)))
    return [y]
  }
}

private final class DropoutOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// 0 or 1 / (1 - rate), for every element, or of one step if spatial.
  private let factors: UnsafeMutablePointer<S>
  private let isSpatial: Bool
  private let rate: Double
  private let key: UInt64
  private let place: RowPlace

  init(
    x: Tensor<S>, y: Tensor<S>, factors: UnsafeMutablePointer<S>, isSpatial: Bool, rate: Double, key: UInt64, place: RowPlace
  ) {
    self.x = x
    self.y = y
    self.factors = factors
    self.isSpatial = isSpatial
    self.rate = rate
    self.key = key
    self.place = place
  }

  @inline(__always)
  private var drawnPositions: Int { isSpatial ? 1 : x.positions }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let random = CounterRandom(seed: run.seed, draw: run.draw, operation: key)
    let features = x.features
    var factor = factors
    for position in 0..<drawnPositions {
      for row in 0..<x.rows {
        let numbers = place.random(random, position: position, row: row, firstRow: run.firstRow)
        run.kernels.dropoutFactors(features, numbers.key, rate, factor)
        factor += features
      }
    }
    multiply(run.kernels, x.data, y.data)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    multiply(run.kernels, dy, dx)
  }

  @inline(__always)
  private func multiply(_ kernels: KernelTable<S>, _ from: UnsafePointer<S>, _ to: UnsafeMutablePointer<S>) {
    let block = x.rows * x.features
    for position in 0..<x.positions {
      let at = position * block
      kernels.multiply(block, from + at, factors + (isSpatial ? 0 : at), to + at)
    }
  }
}
