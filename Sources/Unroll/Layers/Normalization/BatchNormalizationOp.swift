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

/// Shards meet to add up their moments, and backward two sums.
final class BatchNormalizationOp<S: Scalar>: MeetingOp<S> {
  private let layer: BatchNormalizationLayer<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let movingMean: Parameter<S>
  private let movingVariance: Parameter<S>
  let usesBatch: Bool
  private let rules: BatchMoments
  private let rows: ChannelRows<S>
  private let channels: Int
  private let groups: Int
  /// The groups in the order in which they update the statistics: the steps of the
  /// innermost TimeDistributed run first, and are last in memory.
  private let order: AlignedBuffer<Int>
  /// `[groups][channels]` each: mean, sum of squares, number of elements, the two sums of
  /// the backward pass, and 1 / sqrt(variance + epsilon).
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
    groups = max(steps.reduce(1, *), 1)
    order = try AlignedBuffer(count: groups) { visit in
      var (rest, group, outer) = (visit, 0, max(steps.reduce(1, *), 1))
      for count in steps.reversed() {
        outer /= max(count, 1)
        group += rest % max(count, 1) * outer
        rest /= max(count, 1)
      }
      return group
    }
    channels = mean.count
    rows = try ChannelRows(x, axis: axis, channels: channels, groups: groups, mask: usesBatch && rules.heedsMasks ? x.mask : nil)
    moments = try AlignedBuffer<Double>(count: try checkedProduct([6, groups, channels], "\(layer.name): the moments"))
  }

  private var total: Int { groups * channels }
  private var means: UnsafeMutablePointer<Double> { moments.pointer }
  private var squares: UnsafeMutablePointer<Double> { moments.pointer + total }
  private var counts: UnsafeMutablePointer<Double> { moments.pointer + 2 * total }
  private var sums: UnsafeMutablePointer<Double> { moments.pointer + 3 * total }
  private var products: UnsafeMutablePointer<Double> { moments.pointer + 4 * total }
  private var inverses: UnsafeMutablePointer<Double> { moments.pointer + 5 * total }

  override var contribution: UnsafePointer<Double> { UnsafePointer(moments.pointer) }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func gather(_ pass: Pass, _ run: RunContext<S>) {
    switch pass {
    case .forward: if usesBatch { takeMoments(run) }
    case .backward: takeSums(run)
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func finish(_ pass: Pass, _ run: RunContext<S>) {
    switch pass {
    case .forward: normalize(run)
    case .backward: spread(run)
    }
  }

  // MARK: what the shards have in common

  /// Chan et al. (1979): the moments of two sets together.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func absorb(_ pass: Pass, _ other: UnsafePointer<Double>) {
    if pass == .backward {
      for i in 3 * total..<5 * total { moments.pointer[i] += other[i] }
      return
    }
    let means = means, squares = squares, counts = counts, total = total
    for i in 0..<total {
      let more = other[2 * total + i], all = counts[i] + more
      if more == 0 { continue }
      let apart = other[i] - means[i]
      means[i] += apart * more / all
      squares[i] += other[total + i] + apart * apart * counts[i] * more / all
      counts[i] = all
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func adopt(_ pass: Pass, _ other: UnsafePointer<Double>) { moments.pointer.update(from: other, count: 6 * total) }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func conclude(_ pass: Pass, _ run: RunContext<S>) {
    if pass == .forward { concludeMoments(moving: run.mode == .training) }
  }

  /// mean = sum(w x) / n, variance = sum(w (x - mean)^2) / n; with a mask Keras 3
  /// divides by n + 1e-7. Prediction changes no weights, so the statistics stay as they are.
  @inline(__always)
  private func concludeMoments(moving: Bool) {
    let means = means, squares = squares, counts = counts, inverses = inverses
    for visit in 0..<groups {
      for c in 0..<channels {
        let i = order.pointer[visit] * channels + c
        guard usesBatch else {
          means[i] = Double(movingMean.value[c])
          inverses[i] = 1 / (Double(movingVariance.value[c]) + layer.config.epsilon).squareRoot()
          continue
        }
        // All rows of a channel may be masked: the moments are then 0.
        if rows.mask != nil {
          let exact = means[i], n = counts[i]
          counts[i] = n > 0 ? n + rules.maskedEpsilon : 1
          means[i] = exact * n / counts[i]
          squares[i] += n * (exact - means[i]) * (exact - means[i])
        }
        let variance = squares[i] / counts[i]
        let moved = rules.movesUnbiased ? squares[i] / max(counts[i] - 1, 1) : variance
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

  // MARK: the rows of this shard

  @inline(__always)
  private func takeMoments(_ run: RunContext<S>) {
    let means = means, squares = squares, counts = counts, total = total, features = x.features
    for i in 0..<3 * total { means[i] = 0 }
    rows.forEachRun(
      prepare: { _ in },
      body: { _, count, columns, isValid in
        if isValid { for f in 0..<features { counts[columns.moment(f)] += Double(count) } }
      })
    rows.add(to: means, isMasked: false, centers: nil) { row, count, _, sums in
      run.kernels.addColumnSums(count, features, x.data + row * features, features, sums)
    }
    for i in 0..<total where counts[i] > 0 { means[i] /= counts[i] }
    rows.add(to: squares, isMasked: false, centers: means) { row, count, center, sums in
      run.kernels.addColumnSquares(count, features, x.data + row * features, center, sums)
    }
    // The centers were rounded.
    for i in 0..<total {
      let apart = means[i] - Double(S(means[i]))
      squares[i] = max(squares[i] - counts[i] * apart * apart, 0)
    }
  }

  @inline(__always)
  private func normalize(_ run: RunContext<S>) {
    let gamma = layer.gamma?.value, beta = layer.beta?.value
    let means = means, inverses = inverses, features = x.features, channels = channels
    let center = rows.columns(0), scale = rows.columns(1), shift = rows.columns(2)
    rows.forEachRun(
      prepare: { columns in
        for f in 0..<features {
          let i = columns.moment(f), c = columns.channel(f, channels)
          center[f] = S(means[i])
          scale[f] = S(inverses[i]) * (gamma.map { $0[c] } ?? 1)
          shift[f] = beta.map { $0[c] } ?? 0
        }
      },
      body: { row, count, _, _ in
        let first = row * features
        run.kernels.normalize(count, features, x.data + first, center, scale, shift, y.data + first)
      })
  }

  /// Unscaled by gamma: dbeta and dgamma follow from the same sums.
  @inline(__always)
  private func takeSums(_ run: RunContext<S>) {
    let sums = sums, products = products, features = x.features
    for i in 0..<2 * total { sums[i] = 0 }
    guard let dy = y.gradient else { return }
    rows.add(to: sums, isMasked: true, centers: nil) { row, count, _, sums in
      run.kernels.addColumnSums(count, features, dy + row * features, features, sums)
    }
    rows.add(to: products, isMasked: true, centers: means) { row, count, center, sums in
      run.kernels.addColumnProducts(count, features, dy + row * features, x.data + row * features, center, sums)
    }
    for i in 0..<total {
      // The centers were rounded.
      products[i] -= sums[i] * (means[i] - Double(S(means[i])))
      if let gamma = layer.gamma, gamma.isTrainable { run.gradient(of: gamma)[i % channels] += S(products[i] * inverses[i]) }
      if let beta = layer.beta, beta.isTrainable { run.gradient(of: beta)[i % channels] += S(sums[i]) }
    }
  }

  /// With g = dy gamma, r = 1 / sqrt(variance + epsilon), u = x - mean and n
  /// valid rows: dx = r g, and for valid rows further
  /// - (r sum(g) + u r^3 sum(g u)) / n.
  @inline(__always)
  private func spread(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    let gamma = layer.gamma?.value
    let means = means, inverses = inverses, counts = counts, sums = sums, products = products
    let features = x.features, channels = channels, usesBatch = usesBatch
    let center = rows.columns(0), scale = rows.columns(1), shift = rows.columns(2), slope = rows.columns(3), zeros = rows.columns(4)
    rows.forEachRun(
      prepare: { columns in
        for f in 0..<features {
          let i = columns.moment(f), r = inverses[i]
          let factor = r * (gamma.map { Double($0[columns.channel(f, channels)]) } ?? 1)
          center[f] = S(means[i])
          scale[f] = S(factor)
          shift[f] = usesBatch ? S(factor * sums[i] / counts[i]) : 0
          slope[f] = usesBatch ? S(factor * r * r * products[i] / counts[i]) : 0
          zeros[f] = 0
        }
      },
      body: { row, count, _, isValid in
        let first = row * features
        if isValid, usesBatch {
          run.kernels.normalizeBackward(count, features, dy + first, x.data + first, center, scale, slope, shift, dx + first)
        } else {
          run.kernels.normalize(count, features, dy + first, zeros, scale, zeros, dx + first)
        }
      })
  }
}
