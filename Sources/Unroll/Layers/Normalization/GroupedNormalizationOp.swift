import KernelAPI

/// Normalisation of groups of elements of each sample:
///
///     y = gamma (x - mean) / sqrt(variance + epsilon) + beta
///
/// with the mean and variance of the element's group.
final class GroupedNormalizationOp<S: Scalar>: Op<S> {
  /// What is subtracted and divided by.
  enum Rule {
    case moments
    /// Keras' rms_scaling: the mean is not subtracted, but the variance is around it.
    case variance
    /// x / sqrt(mean(x^2) + epsilon)
    case squares
  }

  /// Where an element of a sample, `[position][feature]`, belongs: its group, and its place in gamma and beta.
  struct Membership {
    var group: Int
    var place: Int
  }

  private let gamma: Parameter<S>?
  private let beta: Parameter<S>?
  private let epsilon: Double
  private let rule: Rule
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let members: AlignedBuffer<(group: Int32, place: Int32)>
  private let groups: Int
  /// Elements of a group.
  private let size: Double
  /// `[rows][groups]` each: mean, 1 / sqrt(variance + epsilon), and two sums of the backward pass.
  private let moments: AlignedBuffer<Double>

  init(
    _ layer: Layer<S>, gamma: Parameter<S>?, beta: Parameter<S>?, epsilon: Double, _ rule: Rule, x: Tensor<S>, y: Tensor<S>, groups: Int,
    _ membership: (Int) -> Membership
  ) throws(UnrollError) {
    self.gamma = gamma
    self.beta = beta
    self.epsilon = epsilon
    self.rule = rule
    self.x = x
    self.y = y
    self.groups = groups
    let elements = x.positions * x.features
    guard Int32(exactly: elements) != nil else {
      throw UnrollError(.unsupported, "\(layer.name): samples of \(elements) elements are more than normalisation over axes supports")
    }
    size = Double(elements / max(groups, 1))
    members = try AlignedBuffer(count: elements) {
      let found = membership($0)
      return (Int32(truncatingIfNeeded: found.group), Int32(truncatingIfNeeded: found.place))
    }
    moments = try AlignedBuffer<Double>(count: try checkedProduct([4, x.rows, groups], "\(layer.name): the moments"))
  }

  private var means: UnsafeMutablePointer<Double> { moments.pointer }
  private var inverses: UnsafeMutablePointer<Double> { moments.pointer + x.rows * groups }
  private var sums: UnsafeMutablePointer<Double> { moments.pointer + 2 * x.rows * groups }
  private var products: UnsafeMutablePointer<Double> { moments.pointer + 3 * x.rows * groups }

  /// Calls `body(element of the tensor, moment, place in gamma)`.
  @inline(__always)
  private func forEach(_ body: (_ element: Int, _ moment: Int, _ place: Int) -> Void) {
    let features = x.features, rows = x.rows
    for position in 0..<x.positions {
      for row in 0..<rows {
        let first = (position * rows + row) * features
        for f in 0..<features {
          let inSample = position * features + f
          body(first + f, row * groups + Int(members[inSample].group), Int(members[inSample].place))
        }
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let means = means, inverses = inverses, count = x.rows * groups, size = size
    let isCentered = rule == .moments
    for i in 0..<count {
      means[i] = 0
      inverses[i] = 0
    }
    if rule != .squares {
      forEach { element, moment, _ in means[moment] += Double(x.data[element]) }
      for i in 0..<count { means[i] /= size }
    }
    forEach { element, moment, _ in
      let u = Double(x.data[element]) - means[moment]
      inverses[moment] += u * u
    }
    for i in 0..<count { inverses[i] = 1 / (inverses[i] / size + epsilon).squareRoot() }
    let gamma = gamma?.value, beta = beta?.value
    forEach { element, moment, place in
      let center = isCentered ? means[moment] : 0
      let scale = inverses[moment] * (gamma.map { Double($0[place]) } ?? 1)
      y.data[element] = S((Double(x.data[element]) - center) * scale) + (beta.map { $0[place] } ?? 0)
    }
  }

  /// As over the features alone, see `LayerNormalizationOp`.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    let means = means, inverses = inverses, sums = sums, products = products, size = size
    let isCentered = rule == .moments, gammas = gamma, gamma = gamma?.value
    let dGamma = gammas.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    let dBeta = beta.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    for i in 0..<x.rows * groups {
      sums[i] = 0
      products[i] = 0
    }
    forEach { element, moment, place in
      let u = Double(x.data[element]) - (isCentered ? means[moment] : 0)
      let d = Double(dy[element])
      if let dGamma { dGamma[place] += S(d * u * inverses[moment]) }
      if let dBeta { dBeta[place] += dy[element] }
      let g = d * (gamma.map { Double($0[place]) } ?? 1)
      sums[moment] += g
      products[moment] += g * u
    }
    guard let dx = x.gradient else { return }
    forEach { element, moment, place in
      let g = Double(dy[element]) * (gamma.map { Double($0[place]) } ?? 1)
      let r = inverses[moment], u = Double(x.data[element]) - means[moment]
      let shift = isCentered ? sums[moment] / size : 0
      dx[element] = S(r * (g - shift - u * r * r * products[moment] / size))
    }
  }
}
