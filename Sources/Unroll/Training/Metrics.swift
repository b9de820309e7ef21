import KernelAPI

/// A metric resolved for one output: "accuracy" has become one of three.
///
/// It has running sums: the sums of a batch's shards, and then of an epoch's batches, are
/// added up, and its value is computed from them.
struct MetricRule {
  let function: MetricFunction
  /// For messages.
  let name: String
  /// Whether it uses sample and class weights (Keras' `weighted_metrics`).
  let isWeighted: Bool
  private let heedsMasks: Bool

  init(_ metric: MetricSpec, features: Int, sparseTargets: Bool, isWeighted: Bool, rules: TrainingRules = .keras3) {
    name = metric.name
    self.isWeighted = isWeighted
    function = metric.function.resolved(features: features, classNumbers: sparseTargets)
    heedsMasks = rules.areOfKeras2 || function.descriptor.heedsMasksInKeras3
  }

  /// The number of sums: of weight x value over the vectors, and of the weights.
  var sumCount: Int { 2 }

  /// Writes the sums of these vectors.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func evaluate<S: Scalar>(_ data: ShardPredictions<S>, into sums: UnsafeMutablePointer<Double>) {
    var data = data
    if !isWeighted { data.weights = nil }
    if !heedsMasks { data.mask = nil }
    (sums[0], sums[1]) = mean(data)
  }

  @inline(__always)
  private func mean<S: Scalar>(_ data: ShardPredictions<S>) -> (sum: Double, count: Double) {
    let n = data.features
    switch function.kind {
    case .meanAbsoluteError: return overElements(data) { abs($0 - $1) }
    case .meanSquaredError, .rootMeanSquaredError: return overElements(data) { ($0 - $1) * ($0 - $1) }
    case .binaryAccuracy:
      let threshold = S(function.threshold)
      return overElements(data) { p, y in (p > threshold ? 1 : 0) == y ? 1 : 0 }
    case .equality: return overElements(data) { p, y in p == y ? 1 : 0 }
    case .accuracy, .categoricalAccuracy:
      return overVectors(data) { p, y in largest(p, n) == largest(y, n) ? 1 : 0 }
    case .sparseCategoricalAccuracy:
      return overVectors(data) { p, y in S(largest(p, n)) == y[0] ? 1 : 0 }
    }
  }

  /// The value to report, from its sums, which begin at `first`.
  func value(of sums: [Double], at first: Int) -> Double {
    let sum = sums[first], count = sums[first + 1]
    guard count != 0 else { return 0 }
    return function.kind == .rootMeanSquaredError ? (sum / count).squareRoot() : sum / count
  }
}

@inline(__always)
private func overElements<S: Scalar>(_ data: ShardPredictions<S>, _ term: (S, S) -> S) -> (Double, Double) {
  let n = data.features
  return overVectors(data) { p, y in
    var sum: S = 0
    for i in 0..<n { sum += term(p[i], y[i]) }
    return sum / S(n)
  }
}

@inline(__always)
private func overVectors<S: Scalar>(
  _ data: ShardPredictions<S>, _ term: (UnsafePointer<S>, UnsafePointer<S>) -> S
) -> (Double, Double) {
  var sum = 0.0, count = 0.0
  for vector in 0..<data.vectors {
    let weight = data.weight(vector)
    if weight == 0 { continue }
    sum += Double(weight * term(data.output + vector * data.features, data.target + vector * data.targetFeatures))
    count += Double(weight)
  }
  return (sum, count)
}

/// The index of the first of the largest elements, as argmax.
@inline(__always)
private func largest<S: Scalar>(_ x: UnsafePointer<S>, _ n: Int) -> Int {
  var best = 0
  for i in 1..<max(n, 1) where x[i] > x[best] { best = i }
  return best
}
