/// How a parameter gets its initial values (Keras' initializers).
package enum Initializer: Sendable, Equatable {
  package enum FanMode: String, Sendable { case fanIn = "fan_in", fanOut = "fan_out", fanAvg = "fan_avg" }
  package enum Distribution: String, Sendable {
    case uniform, normal = "untruncated_normal", truncatedNormal = "truncated_normal"
  }

  case zeros
  case ones
  case constant(Double)
  case randomNormal(mean: Double, stddev: Double)
  case randomUniform(minimum: Double, maximum: Double)
  case truncatedNormal(mean: Double, stddev: Double)
  case varianceScaling(scale: Double, mode: FanMode, distribution: Distribution)
  /// Saxe et al. 2014, arXiv:1312.6120.
  case orthogonal(gain: Double)
  case identity(gain: Double)
  /// Named in a file but unknown here. This is harmless if the file has weights;
  /// without them the values stay zero.
  case unknown(String)

  /// Glorot & Bengio 2010.
  package static let glorotUniform = varianceScaling(scale: 1, mode: .fanAvg, distribution: .uniform)
  package static let glorotNormal = varianceScaling(scale: 1, mode: .fanAvg, distribution: .truncatedNormal)
  /// He et al. 2015, arXiv:1502.01852.
  package static let heUniform = varianceScaling(scale: 2, mode: .fanIn, distribution: .uniform)
  package static let heNormal = varianceScaling(scale: 2, mode: .fanIn, distribution: .truncatedNormal)
  package static let lecunUniform = varianceScaling(scale: 1, mode: .fanIn, distribution: .uniform)
  package static let lecunNormal = varianceScaling(scale: 1, mode: .fanIn, distribution: .truncatedNormal)
  /// Keras' "uniform", the default of Embedding.
  package static let uniform = randomUniform(minimum: -0.05, maximum: 0.05)
  /// Keras' "normal".
  package static let normal = randomNormal(mean: 0, stddev: 0.05)
}

/// A penalty on a parameter, added to the loss: l1 * sum|w| + l2 * sum w^2.
package struct Regularizer: Sendable, Equatable {
  package var l1: Double
  package var l2: Double
  package init(l1: Double = 0, l2: Double = 0) {
    self.l1 = l1
    self.l2 = l2
  }
}
