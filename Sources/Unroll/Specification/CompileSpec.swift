/// The arguments of `compile`: optimizer, losses and metrics, in Keras' terms.
package struct CompileSpec: Sendable, Equatable {
  package var optimizer: OptimizerSpec
  /// One loss per model output; a single loss is used for all.
  package var losses: [LossSpec]
  /// Weight of each loss in the total; empty means 1 for all.
  package var lossWeights: [Double] = []
  package var metrics: [MetricSpec] = []
  /// Metrics that use sample and class weights; `metrics` do not, as in Keras.
  package var weightedMetrics: [MetricSpec] = []

  /// The metrics of one output in the order in which they are reported.
  package func metrics(of output: Int) -> [(metric: MetricSpec, isWeighted: Bool)] {
    func mine(_ all: [MetricSpec]) -> [MetricSpec] { all.filter { $0.output == nil || $0.output == output } }
    return mine(metrics).map { ($0, false) } + mine(weightedMetrics).map { ($0, true) }
  }

  /// The names under which the metrics of each output are reported.
  package func metricNames(outputs: [String]) -> [[String]] { ValueNames(self, outputs: outputs).metrics }

  package init(optimizer: OptimizerSpec, losses: [LossSpec], metrics: [MetricSpec] = []) {
    self.optimizer = optimizer
    self.losses = losses
    self.metrics = metrics
  }
}
