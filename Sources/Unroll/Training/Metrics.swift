import KernelAPI

/// A metric resolved for one output: "accuracy" has become one of three.
struct MetricRule {
  let function: MetricSpec.Function
  /// For messages.
  let name: String
  /// Counts sample and class weights (Keras' `weighted_metrics`).
  let isWeighted: Bool
  /// Keras 3's RootMeanSquaredError does not look at masks.
  private let heedsMasks: Bool

  /// For an output of `features` and these targets "accuracy" means, by Keras' rule:
  init(_ metric: MetricSpec, features: Int, sparseTargets: Bool, isWeighted: Bool, rules: TrainingRules = .keras3) {
    name = metric.name
    self.isWeighted = isWeighted
    heedsMasks = rules.areOfKeras2 || metric.function != .rootMeanSquaredError
    function =
      if metric.function != .accuracy { metric.function } else if features == 1 { .binaryAccuracy() } else if sparseTargets {
        .sparseCategoricalAccuracy
      } else { .categoricalAccuracy }
  }

  /// Sum of weight x value over the rows, and sum of the weights.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func sums<S: Scalar>(_ data: Judged<S>) -> (sum: Double, count: Double) {
    var data = data
    if !isWeighted { data.weights = nil }
    if !heedsMasks { data.mask = nil }
    let n = data.features
    switch function {
    case .meanAbsoluteError: return overElements(data) { abs($0 - $1) }
    case .meanSquaredError, .rootMeanSquaredError: return overElements(data) { ($0 - $1) * ($0 - $1) }
    case .binaryAccuracy(let threshold):
      let threshold = S(threshold)
      return overElements(data) { p, y in (p > threshold ? 1 : 0) == y ? 1 : 0 }
    case .equality: return overElements(data) { p, y in p == y ? 1 : 0 }
    case .accuracy, .categoricalAccuracy:
      return overRows(data) { p, y in largest(p, n) == largest(y, n) ? 1 : 0 }
    case .sparseCategoricalAccuracy:
      return overRows(data) { p, y in S(largest(p, n)) == y[0] ? 1 : 0 }
    }
  }

  /// Running sums to the reported value.
  func value(sum: Double, count: Double) -> Double {
    guard count != 0 else { return 0 }
    return function == .rootMeanSquaredError ? (sum / count).squareRoot() : sum / count
  }
}

@inline(__always)
private func overElements<S: Scalar>(_ data: Judged<S>, _ term: (S, S) -> S) -> (Double, Double) {
  let n = data.features
  return overRows(data) { p, y in
    var sum: S = 0
    for i in 0..<n { sum += term(p[i], y[i]) }
    return sum / S(n)
  }
}

@inline(__always)
private func overRows<S: Scalar>(
  _ data: Judged<S>, _ term: (UnsafePointer<S>, UnsafePointer<S>) -> S
) -> (Double, Double) {
  var sum = 0.0, count = 0.0
  for row in 0..<data.rows {
    let weight = data.weight(row)
    if weight == 0 { continue }
    sum += Double(weight * term(data.output + row * data.features, data.target + row * data.targetFeatures))
    count += Double(weight)
  }
  return (sum, count)
}

/// The first of the largest elements, as argmax gives it.
@inline(__always)
private func largest<S: Scalar>(_ x: UnsafePointer<S>, _ n: Int) -> Int {
  var best = 0
  for i in 1..<max(n, 1) where x[i] > x[best] { best = i }
  return best
}
