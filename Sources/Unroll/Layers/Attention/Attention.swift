import KernelAPI

/// Attention (Luong et al., 2015) and AdditiveAttention (Bahdanau et al., 2015).
///
/// Inputs are query (Tq, D), value (Tv, Dv) and optionally key (Tv, D), which
/// defaults to the value: y = softmax(score(query, key)) value. The value's mask
/// excludes steps from the softmax; the query's mask zeroes outputs and is passed on.
final class AttentionLayer<S: Scalar>: Layer<S> {
  let config: AttentionConfig
  /// Scalar for the dot product, (D) for the additive score.
  private(set) var scale: Parameter<S>?
  /// Factor of the "concat" score.
  private(set) var concatWeight: Parameter<S>?

  init(_ spec: LayerSpec, _ config: AttentionConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    guard config.dropout >= 0, config.dropout < 1 else {
      throw UnrollError(.invalidArgument, "\(name): dropout must be at least 0 and less than 1, found \(shown(config.dropout))")
    }
    _ = try outputShapes(inputs)
    var shapes: [String: [Int]] = ["scale": [], "concat_score_weight": []]
    if config.useScale, config.isAdditive { shapes["scale"] = [try knownFeatures(inputs[0])] }
    let own = try declare(config.weights, shapes)
    (scale, concatWeight) = (own["scale"], own["concat_score_weight"])
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    guard inputs.count == 2 || inputs.count == 3 else {
      throw UnrollError(.shapeMismatch, "\(name): attention takes query and value, and optionally key; found \(inputs.count) inputs")
    }
    for shape in inputs where shape.rank != 2 {
      throw UnrollError(.shapeMismatch, "\(name): attention takes inputs of rank 3 (batch, time, features), found shape \(shape)")
    }
    let query = inputs[0], value = inputs[1], key = inputs.count > 2 ? inputs[2] : value
    if let a = query.features, let b = key.features, a != b {
      throw UnrollError(.shapeMismatch, "\(name): query and key must have the same features, found shapes \(query) and \(key)")
    }
    if let a = value.dimensions[0], let b = key.dimensions[0], a != b {
      throw UnrollError(.shapeMismatch, "\(name): value and key must have the same steps, found shapes \(value) and \(key)")
    }
    if let scale, config.isAdditive, query.features != scale.count {
      throw UnrollError(.shapeMismatch, "\(name): expected \(scale.count) features, found shape \(query)")
    }
    return [query.with(features: value.features)]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    try refuseStreaming(planner, "it looks at all steps")
    let dimensions = try outputDimensions(inputs)[0]
    let query = inputs[0], value = inputs[1], key = inputs.count > 2 ? inputs[2] : value
    let y = try planner.output(dimensions, of: self, from: inputs, mask: query.mask)
    let count = try checkedProduct([query.rows, query.dimensions[0], value.dimensions[0]], "\(name): the attention scores")
    let weights = try planner.arena.allocate(count)
    let drops = planner.actsInTraining && config.dropout > 0
    let factors = drops ? try planner.arena.allocate(count) : nil
    let usesTanh = config.isAdditive || config.score == .concat
    let score: AttentionScore<S> =
      usesTanh
      ? AdditiveScore(self, query: query, key: key, planner) : DotProductScore(self, query: query, key: key, planner)
    planner.append(
      AttentionOp(
        self, score, query: query, value: value, y: y, weights: weights, factors: factors,
        random: (drops ? planner.randomKey() ^ UInt64(truncatingIfNeeded: config.seed ?? 0) << 32 : 0, RowPlace(planner)), planner,
        keyIsValue: inputs.count == 2))
    return [y]
  }
}
