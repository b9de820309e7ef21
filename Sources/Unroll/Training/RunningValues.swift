/// Keras' running means: losses weighted by the rows of their batches,
/// metrics by their own counts.
struct RunningValues {
  private let rules: [[MetricRule]]
  private var rows = 0.0
  private var losses: [Double]
  private var metrics: [Double]
  private(set) var values: [Double]

  /// `rules`: the metrics of each output.
  init(_ rules: [[MetricRule]]) {
    self.rules = rules
    // The total, then each output's loss if there are several.
    losses = [Double](repeating: 0, count: rules.count == 1 ? 1 : 1 + rules.count)
    metrics = [Double](repeating: 0, count: rules.joined().reduce(0) { $0 + $1.sumCount })
    values = [Double](repeating: 0, count: losses.count + rules.joined().count)
  }

  mutating func reset() {
    rows = 0
    for index in losses.indices { losses[index] = 0 }
    for index in metrics.indices { metrics[index] = 0 }
  }

  mutating func add(_ outcome: BatchOutcome) {
    let count = Double(outcome.rows)
    rows += count
    losses[0] += outcome.loss * count
    for index in 1..<losses.count { losses[index] += outcome.losses[index - 1] * count }
    for index in metrics.indices { metrics[index] += outcome.metrics[index] }
    for index in losses.indices { values[index] = losses[index] / rows }
    var slot = 0, index = losses.count
    for rule in rules {
      for metric in rule {
        values[index] = metric.value(of: metrics, at: slot)
        slot += metric.sumCount
        index += 1
      }
    }
  }
}
