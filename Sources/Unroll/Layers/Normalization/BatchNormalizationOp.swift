import KernelAPI

/// How the moments of a batch are computed, which differs between versions of Keras.
struct BatchMoments {
  /// Whether masked rows are left out.
  var heedsMasks = true
  /// Added to the number of rows if some are masked.
  var maskedEpsilon = 0.0
  /// Whether the moving variance gets sum(u^2) / (n - 1) instead of sum(u^2) / n.
  var movesUnbiased = false
  /// How many times a batch updates the statistics.
  var moves = 1
}

final class BatchNormalizationOp<S: Scalar>: Op<S> {
  private let layer: BatchNormalizationLayer<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let movingMean: Parameter<S>
  private let movingVariance: Parameter<S>
  private let usesBatch: Bool
  private let rules: BatchMoments
  /// Selects the rows whose moments are computed; nil: all.
  private let mask: UnsafeMutablePointer<UInt8>?
  private let channels: Int
  /// Rows of the batch that share moments.
  private let groupRows: Int
  private let groups: Int
  /// The groups in the order in which they update the statistics: the steps of the
  /// innermost TimeDistributed run first, and are last in memory.
  private let order: AlignedBuffer<Int>
  /// Channel of each position, or empty if the features are the channels.
  private let channelOfPosition: AlignedBuffer<Int>
  /// `[groups][channels]` each: mean, 1 / sqrt(variance + epsilon), number of
  /// rows, and two sums of the backward pass.
  private let moments: AlignedBuffer<Double>

  init(
    _ layer: BatchNormalizationLayer<S>, x: Tensor<S>, y: Tensor<S>, axis: Int, mean: Parameter<S>, variance: Parameter<S>,
    steps: [Int], usesBatch: Bool, moments rules: BatchMoments
  ) throws(UnrollError) {
    self.layer = layer
    self.x = x
    self.y = y
    movingMean = mean
    movingVariance = variance
    self.usesBatch = usesBatch
    self.rules = rules
    mask = rules.heedsMasks ? x.mask : nil
    groups = max(steps.reduce(1, *), 1)
    groupRows = max(x.rows / groups, 1)
    order = try AlignedBuffer(count: groups) { visit in
      var (rest, group, outer) = (visit, 0, max(steps.reduce(1, *), 1))
      for count in steps.reversed() {
        outer /= max(count, 1)
        group += rest % max(count, 1) * outer
        rest /= max(count, 1)
      }
      return group
    }
    let channels = mean.count
    self.channels = channels
    if axis == x.rank - 1 {
      channelOfPosition = try AlignedBuffer(count: 0)
    } else {
      let inner = x.dimensions[(axis + 1)..<(x.rank - 1)].reduce(1, *)
      channelOfPosition = try AlignedBuffer(count: x.positions) { $0 / inner % channels }
    }
    moments = try AlignedBuffer<Double>(count: try checkedProduct([5, groups, channels], "\(layer.name): the moments"))
  }

  private var means: UnsafeMutablePointer<Double> { moments.pointer }
  private var inverses: UnsafeMutablePointer<Double> { moments.pointer + groups * channels }
  private var counts: UnsafeMutablePointer<Double> { moments.pointer + 2 * groups * channels }
  private var sums: UnsafeMutablePointer<Double> { moments.pointer + 3 * groups * channels }
  private var products: UnsafeMutablePointer<Double> { moments.pointer + 4 * groups * channels }

  /// Calls `body(element, moment)` for every element of every row, the
  /// masked rows only on request.
  @inline(__always)
  private func forEach(includingMasked: Bool, _ body: (_ element: Int, _ moment: Int) -> Void) {
    let features = x.features, byFeature = channelOfPosition.count == 0
    for position in 0..<x.positions {
      for b in 0..<x.rows {
        let row = position * x.rows + b
        if !includingMasked, let mask, mask[row] == 0 { continue }
        let first = b / groupRows * channels
        if byFeature {
          for f in 0..<features { body(row * features + f, first + f) }
        } else {
          let moment = first + channelOfPosition[position]
          for f in 0..<features { body(row * features + f, moment) }
        }
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let means = means, inverses = inverses
    if usesBatch {
      takeMoments(moving: run.mode == .training)
    } else {
      for group in 0..<groups {
        for c in 0..<channels {
          means[group * channels + c] = Double(movingMean.value[c])
          inverses[group * channels + c] = 1 / (Double(movingVariance.value[c]) + layer.config.epsilon).squareRoot()
        }
      }
    }
    let gamma = layer.gamma?.value, beta = layer.beta?.value
    let channels = channels
    forEach(includingMasked: true) { element, moment in
      let c = moment % channels
      let scale = S(inverses[moment]) * (gamma.map { $0[c] } ?? 1)
      y.data[element] = (x.data[element] - S(means[moment])) * scale + (beta.map { $0[c] } ?? 0)
    }
  }

  /// mean = sum(w x) / n, variance = sum(w (x - mean)^2) / n; with a mask Keras 3
  /// divides by n + 1e-7. Prediction changes no weights, so the statistics stay as they are.
  @inline(__always)
  private func takeMoments(moving: Bool) {
    let means = means, inverses = inverses, counts = counts
    let total = groups * channels
    for i in 0..<total {
      means[i] = 0
      inverses[i] = 0
      counts[i] = 0
    }
    forEach(includingMasked: false) { element, moment in
      means[moment] += Double(x.data[element])
      counts[moment] += 1
    }
    // All rows of a channel may be masked: the moments are then 0.
    if mask != nil { for i in 0..<total { counts[i] = counts[i] > 0 ? counts[i] + rules.maskedEpsilon : 1 } }
    for i in 0..<total { means[i] /= counts[i] }
    forEach(includingMasked: false) { element, moment in
      let u = Double(x.data[element]) - means[moment]
      inverses[moment] += u * u
    }
    for visit in 0..<groups {
      for c in 0..<channels {
        let i = order.pointer[visit] * channels + c
        let variance = inverses[i] / counts[i]
        let moved = rules.movesUnbiased ? inverses[i] / max(counts[i] - 1, 1) : variance
        if moving { for _ in 0..<rules.moves { move(c, mean: means[i], variance: moved) } }
        inverses[i] = 1 / (variance + layer.config.epsilon).squareRoot()
      }
    }
  }

  @inline(__always)
  private func move(_ c: Int, mean: Double, variance: Double) {
    let momentum = layer.config.momentum
    movingMean.value[c] = S(Double(movingMean.value[c]) * momentum + mean * (1 - momentum))
    movingVariance.value[c] = S(Double(movingVariance.value[c]) * momentum + variance * (1 - momentum))
  }

  /// With g = dy gamma, r = 1 / sqrt(variance + epsilon), u = x - mean and n
  /// valid rows: dx = r g, and for valid rows further
  /// - (r sum(g) + u r^3 sum(g u)) / n.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    let means = means, inverses = inverses, counts = counts, sums = sums, products = products
    let channels = channels
    // Unscaled by gamma: dbeta and dgamma follow from the same sums.
    for i in 0..<groups * channels {
      sums[i] = 0
      products[i] = 0
    }
    forEach(includingMasked: true) { element, moment in
      let d = Double(dy[element])
      sums[moment] += d
      products[moment] += d * (Double(x.data[element]) - means[moment])
    }
    for i in 0..<groups * channels {
      if let gamma = layer.gamma, gamma.isTrainable { run.gradient(of: gamma)[i % channels] += S(products[i] * inverses[i]) }
      if let beta = layer.beta, beta.isTrainable { run.gradient(of: beta)[i % channels] += S(sums[i]) }
    }
    guard let dx = x.gradient else { return }
    let gamma = layer.gamma?.value
    forEach(includingMasked: true) { element, moment in
      let scale = inverses[moment] * (gamma.map { Double($0[moment % channels]) } ?? 1)
      dx[element] = S(Double(dy[element]) * scale)
    }
    guard usesBatch else { return }
    forEach(includingMasked: false) { element, moment in
      let r = inverses[moment], n = counts[moment]
      let factor = gamma.map { Double($0[moment % channels]) } ?? 1
      let u = Double(x.data[element]) - means[moment]
      dx[element] -= S(factor * (r * sums[moment] + u * r * r * r * products[moment]) / n)
    }
  }
}
