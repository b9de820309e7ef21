import KernelAPI

/// y = dropout(softmax(masked score)) value, row by row of the batch.
final class AttentionOp<S: Scalar>: Op<S> {
  private let layer: AttentionLayer<S>
  private let score: AttentionScore<S>
  private let query: Tensor<S>
  private let value: Tensor<S>
  private let y: Tensor<S>
  /// The softmax of each row, `[B][Tq][Tv]`.
  private let weights: UnsafeMutablePointer<S>
  /// Dropout factors in the same layout, or nil.
  private let factors: UnsafeMutablePointer<S>?
  private let random: (key: UInt64, place: RowPlace)
  private let keyIsValue: Bool
  private let packedCount: Int

  init(
    _ layer: AttentionLayer<S>, _ score: AttentionScore<S>, query: Tensor<S>, value: Tensor<S>, y: Tensor<S>,
    weights: UnsafeMutablePointer<S>, factors: UnsafeMutablePointer<S>?, random: (UInt64, RowPlace), _ planner: Planner<S>,
    keyIsValue: Bool
  ) {
    self.layer = layer
    self.score = score
    self.query = query
    self.value = value
    self.y = y
    self.weights = weights
    self.factors = factors
    self.random = random
    self.keyIsValue = keyIsValue
    let (n, d) = (value.dimensions[0], value.features)
    packedCount = max(planner.kernels.packedCount(n, d), planner.kernels.packedCount(d, n))
    planner.reserveScratch(max(packedCount, score.scratchCount) + 2 * query.dimensions[0] * n)
  }

  private var count: Int { score.queries * score.keys }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let n = score.keys, d = value.features, rows = y.rows
    // Room for the weights after dropout, then for packing.
    let dropped = run.scratch, scratch = run.scratch + 2 * count
    if let factors { draw(run, factors) }
    for row in 0..<rows {
      let w = weights + row * count
      score.forward(run, row: row, w, scratch)
      mask(w, row)
      run.kernels.activate(.softmax, score.queries, n, w, w, nil)
      var used = w
      if let factors {
        run.kernels.multiply(count, w, factors + row * count, dropped)
        used = dropped
      }
      run.kernels.pack(n, d, value.data + row * d, rows * d, 1, scratch, nil)
      run.kernels.gemm(
        MatrixProduct(
          m: score.queries, n: d, k: n, a: used, lda: n, packedB: scratch, c: y.data + row * d, ldc: rows * d))
    }
    zeroMaskedQueries(y.data)
  }

  /// Masked scores are lowered by 1e9, as Keras does: a row without any valid
  /// key attends to all keys.
  @inline(__always)
  private func mask(_ scores: UnsafeMutablePointer<S>, _ row: Int) {
    let n = score.keys, causal = layer.config.useCausalMask
    guard causal || value.mask != nil else { return }
    for t in 0..<score.queries {
      for s in 0..<n {
        let isValid = value.mask.map { $0[s * value.rows + row] != 0 } ?? true
        if !isValid || causal && s > t { scores[t * n + s] -= 1e9 }
      }
    }
  }

  @inline(__always)
  private func zeroMaskedQueries(_ values: UnsafeMutablePointer<S>) {
    guard let mask = query.mask else { return }
    for vector in 0..<y.vectors where mask[vector] == 0 {
      for f in vector * y.features..<(vector + 1) * y.features { values[f] = 0 }
    }
  }

  @inline(__always)
  private func draw(_ run: RunContext<S>, _ factors: UnsafeMutablePointer<S>) {
    let numbers = CounterRandom(seed: run.seed, draw: run.draw, operation: random.key)
    for row in 0..<y.rows {
      let mine = random.place.random(numbers, position: 0, row: row, firstRow: run.firstRow)
      run.kernels.dropoutFactors(count, mine.key, layer.config.dropout, factors + row * count)
    }
  }

  /// dvalue = weights^T dy;  dweights = dy value^T;
  /// dscore = weights (dweights - sum(dweights weights))
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    zeroMaskedQueries(dy)
    let n = score.keys, d = value.features, rows = y.rows
    let dScores = run.scratch, dropped = run.scratch + count, scratch = run.scratch + 2 * count
    let dQuery = query.gradient, dValue = value.gradient
    let dKey = keyIsValue ? dValue : score.key.gradient
    if let dQuery { run.kernels.fill(query.count, 0, dQuery) }
    if let dValue { run.kernels.fill(value.count, 0, dValue) }
    if let dKey, !keyIsValue { run.kernels.fill(score.key.count, 0, dKey) }
    for row in 0..<rows {
      let w = weights + row * count
      var used = w
      if let factors {
        run.kernels.multiply(count, w, factors + row * count, dropped)
        used = dropped
      }
      if let dValue {
        run.kernels.gemmTransposed(
          TransposedProduct(
            m: n, n: d, k: score.queries, a: used, lda: n, b: dy + row * d, ldb: rows * d, c: dValue + row * d, ldc: rows * d))
      }
      run.kernels.pack(d, n, value.data + row * d, 1, rows * d, scratch, nil)
      run.kernels.gemm(
        MatrixProduct(
          m: score.queries, n: n, k: d, a: dy + row * d, lda: rows * d, packedB: scratch, c: dScores, ldc: n))
      if let factors { run.kernels.multiply(count, dScores, factors + row * count, dScores) }
      run.kernels.activateBackward(.softmax, score.queries, n, w, w, dScores, dScores, nil)
      score.backward(run, row: row, dScores, scratch, dQuery: dQuery, dKey: dKey)
    }
  }
}
