import KernelAPI

// Terms used in training: a *row* is one sample. A *batch* is the rows that are
// computed together; in training, those of one update. A *shard* is the part of a
// batch's rows that one plan computes. A *step* is a time step of a row. An *update*
// changes the weights.

/// A batch that is ready to run; it is passed to the threads that share its shards.
struct Batch<S: Scalar> {
  let layout: BatchLayout<S>
  let data: BoundData
  /// Row r is `order[r]` of the data; nil: row `firstRow + r`.
  var order: UnsafePointer<Int>?
  var firstRow = 0
  /// Key and number of its random numbers.
  let seed: UInt64
  let draw: UInt64
  var classWeights: [Int: Double] = [:]

  var isTraining: Bool { layout.isTraining }
}

/// The results of a batch; its memory is allocated once and used for many batches.
struct BatchOutcome {
  /// The weighted losses of all outputs with the regularizers' penalties.
  var loss = 0.0
  var rows = 0
  /// Loss of each output, before its weight.
  var losses: [Double]
  /// The sums of each metric of each output, flattened.
  var metrics: [Double]
  /// The part of the loss from activity regularizers.
  var activityPenalty = 0.0

  /// `metrics`: of each output.
  init(_ metrics: [[MetricRule]]) {
    losses = [Double](repeating: 0, count: metrics.count)
    self.metrics = [Double](repeating: 0, count: metrics.joined().reduce(0) { $0 + $1.sumCount })
  }
}
