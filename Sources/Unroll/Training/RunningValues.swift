import KernelAPI

/// Keras' running means: losses weighted by the rows of their batches,
/// metrics by their own counts.
struct RunningValues<S: Scalar> {
  var outcome: BatchRunner<S>.Outcome
  private let rules: [[MetricRule]]
  private var rows = 0.0
  private var losses: [Double]
  private var metrics: [Double]
  private(set) var values: [Double]

  init(_ runner: BatchRunner<S>) {
    outcome = runner.makeOutcome()
    rules = runner.metrics
    // The total, then each output's loss if there are several.
    losses = [Double](repeating: 0, count: rules.count == 1 ? 1 : 1 + rules.count)
    metrics = [Double](repeating: 0, count: outcome.metrics.count)
    values = [Double](repeating: 0, count: losses.count + metrics.count / 2)
  }

  mutating func reset() {
    rows = 0
    for index in losses.indices { losses[index] = 0 }
    for index in metrics.indices { metrics[index] = 0 }
  }

  /// Adds the batch whose sums are in `outcome`.
  mutating func add(loss: Double, rows count: Int) {
    rows += Double(count)
    losses[0] += loss * Double(count)
    for index in 1..<losses.count { losses[index] += outcome.losses[index - 1] * Double(count) }
    for index in metrics.indices { metrics[index] += outcome.metrics[index] }
    for index in losses.indices { values[index] = losses[index] / rows }
    var slot = 0
    for rule in rules {
      for metric in rule {
        values[losses.count + slot / 2] = metric.value(sum: metrics[slot], count: metrics[slot + 1])
        slot += 2
      }
    }
  }
}
