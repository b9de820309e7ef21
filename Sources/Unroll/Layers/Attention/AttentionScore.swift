import KernelAPI

/// Computes how well a query step fits a key step; the scores of one row are `[Tq][Tv]`.
class AttentionScore<S: Scalar> {
  let query: Tensor<S>
  let key: Tensor<S>

  init(query: Tensor<S>, key: Tensor<S>) {
    self.query = query
    self.key = key
  }

  var queries: Int { query.dimensions[0] }
  var keys: Int { key.dimensions[0] }
  /// The number of scalars of `scratch` that the two functions may use.
  var scratchCount: Int { 0 }

  func forward(_ run: RunContext<S>, row: Int, _ scores: UnsafeMutablePointer<S>, _ scratch: UnsafeMutablePointer<S>) {}
  /// Adds to `dQuery` and `dKey` (laid out as the tensors) and to the
  /// parameters; `dScores` may be changed.
  func backward(
    _ run: RunContext<S>, row: Int, _ dScores: UnsafeMutablePointer<S>, _ scratch: UnsafeMutablePointer<S>,
    dQuery: UnsafeMutablePointer<S>?, dKey: UnsafeMutablePointer<S>?
  ) {}
}

/// score = scale (query . key)
final class DotProductScore<S: Scalar>: AttentionScore<S> {
  private let scale: Parameter<S>?
  private let packedCount: Int

  init(_ layer: AttentionLayer<S>, query: Tensor<S>, key: Tensor<S>, _ planner: Planner<S>) {
    scale = layer.scale
    let (n, d) = (key.dimensions[0], key.features)
    packedCount = max(planner.kernels.packedCount(d, n), planner.kernels.packedCount(n, d))
    super.init(query: query, key: key)
  }

  override var scratchCount: Int { packedCount + queries * keys }

  /// scores = query key^T
  @inline(__always)
  private func product(
    _ run: RunContext<S>, _ row: Int, _ scores: UnsafeMutablePointer<S>, _ scratch: UnsafeMutablePointer<S>
  ) {
    let d = query.features, stride = query.rows * d
    run.kernels.pack(d, keys, key.data + row * d, 1, stride, scratch, nil)
    run.kernels.gemm(
      MatrixProduct(
        m: queries, n: keys, k: d, a: query.data + row * d, lda: stride, packedB: scratch, c: scores, ldc: keys))
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(
    _ run: RunContext<S>, row: Int, _ scores: UnsafeMutablePointer<S>, _ scratch: UnsafeMutablePointer<S>
  ) {
    product(run, row, scores, scratch)
    if let scale { run.kernels.scale(queries * keys, Double(scale.value[0]), scores, scores) }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(
    _ run: RunContext<S>, row: Int, _ dScores: UnsafeMutablePointer<S>, _ scratch: UnsafeMutablePointer<S>,
    dQuery: UnsafeMutablePointer<S>?, dKey: UnsafeMutablePointer<S>?
  ) {
    let d = query.features, stride = query.rows * d, at = row * d
    if let scale {
      if scale.isTrainable {
        let products = scratch + packedCount
        product(run, row, products, scratch)
        var sum: S = 0
        for i in 0..<queries * keys { sum += dScores[i] * products[i] }
        run.gradient(of: scale)[0] += sum
      }
      run.kernels.scale(queries * keys, Double(scale.value[0]), dScores, dScores)
    }
    if let dQuery {
      run.kernels.pack(keys, d, key.data + at, stride, 1, scratch, nil)
      run.kernels.gemm(
        MatrixProduct(
          m: queries, n: d, k: keys, a: dScores, lda: keys, packedB: scratch, c: dQuery + at, ldc: stride, accumulate: true))
    }
    if let dKey {
      run.kernels.gemmTransposed(
        TransposedProduct(
          m: keys, n: d, k: queries, a: dScores, lda: keys, b: query.data + at, ldb: stride, c: dKey + at, ldc: stride))
    }
  }
}

/// score = sum over features of v tanh(c (query + key)): v is (D) and c = 1 for
/// AdditiveAttention; v and c are scalars for Attention's "concat" score.
final class AdditiveScore<S: Scalar>: AttentionScore<S> {
  private let weight: Parameter<S>?
  private let inner: Parameter<S>?
  /// 1 if `weight` has an element for every feature.
  private let weightStep: Int

  init(_ layer: AttentionLayer<S>, query: Tensor<S>, key: Tensor<S>, _ planner: Planner<S>) {
    let isAdditive = layer.config.isAdditive
    weight = isAdditive ? layer.scale : layer.concatWeight
    inner = isAdditive ? nil : layer.scale
    weightStep = isAdditive ? 1 : 0
    super.init(query: query, key: key)
  }

  override var scratchCount: Int { keys * query.features }

  /// tanh(c (query_t + key_s)) of one query step, `[Tv][D]`.
  @inline(__always)
  private func tangents(_ run: RunContext<S>, _ row: Int, _ step: Int, _ scratch: UnsafeMutablePointer<S>) {
    let d = query.features, factor = inner.map { $0.value[0] } ?? 1
    let q = query.data + (step * query.rows + row) * d
    for s in 0..<keys {
      let k = key.data + (s * key.rows + row) * d
      for f in 0..<d { scratch[s * d + f] = factor * (q[f] + k[f]) }
    }
    run.kernels.tanh(keys * d, scratch, scratch)
  }

  @inline(__always)
  private func weight(_ f: Int) -> S { weight.map { $0.value[f * weightStep] } ?? 1 }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(
    _ run: RunContext<S>, row: Int, _ scores: UnsafeMutablePointer<S>, _ scratch: UnsafeMutablePointer<S>
  ) {
    let d = query.features
    for step in 0..<queries {
      tangents(run, row, step, scratch)
      for s in 0..<keys {
        var sum: S = 0
        for f in 0..<d { sum += weight(f) * scratch[s * d + f] }
        scores[step * keys + s] = sum
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(
    _ run: RunContext<S>, row: Int, _ dScores: UnsafeMutablePointer<S>, _ scratch: UnsafeMutablePointer<S>,
    dQuery: UnsafeMutablePointer<S>?, dKey: UnsafeMutablePointer<S>?
  ) {
    let d = query.features, factor = inner.map { $0.value[0] } ?? 1
    let dWeight = weight.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    let dInner = inner.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    for step in 0..<queries {
      tangents(run, row, step, scratch)
      let atQuery = (step * query.rows + row) * d
      for s in 0..<keys {
        let atKey = (s * key.rows + row) * d
        let g = dScores[step * keys + s]
        for f in 0..<d {
          let t = scratch[s * d + f]
          if let dWeight { dWeight[f * weightStep] += g * t }
          // d score / d (c (q + k))
          let slope = g * weight(f) * (1 - t * t)
          if let dInner { dInner[0] += slope * (query.data[atQuery + f] + key.data[atKey + f]) }
          if let dQuery { dQuery[atQuery + f] += slope * factor }
          if let dKey { dKey[atKey + f] += slope * factor }
        }
      }
    }
  }
}
