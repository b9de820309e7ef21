import KernelAPI

/// Single batches, and evaluation without learning.
extension Trainer {
  func trainOnBatch(
    _ data: TrainingData, classWeights: [Int: Double], seed: UInt64, threads: Int
  ) throws(UnrollError) -> [Double] {
    guard !isFitting else { throw UnrollError(.invalidState, "the model is being trained; a callback cannot train it too") }
    let bound = try bind(data, batch: data.rows)
    try checkClassWeights(classWeights, data)
    let runner = try batchRunner()
    let workers = try workers(threads, bound, batch: bound.rows)
    let layout = try layout(bound, rows: bound.rows, training: true, workers: workers)
    var averages = RunningValues<S>(runner)
    return try withPool(workers) { pool throws(UnrollError) in
      let step = BatchRunner<S>.Step(
        order: nil, firstRow: 0, isTraining: true, seed: seed, step: UInt64(iteration), classWeights: classWeights)
      let loss = try runBatch(layout, bound, step, runner, pool, into: &averages.outcome)
      guard loss.isFinite else {
        undoBatch()
        throw UnrollError(.notFinite, "the loss of this batch is \(shown(loss)); the weights were not changed. \(nonFiniteAdvice)")
      }
      try update(runner, pool)
      averages.add(loss: loss, rows: bound.rows)
      return averages.values
    }
  }

  func evaluate(_ data: TrainingData, batchSize: Int, threads: Int, callback: FitCallback?) throws(UnrollError) -> [Double] {
    guard batchSize > 0 else { throw UnrollError(.invalidArgument, "batch_size must be at least 1, found \(batchSize)") }
    let bound = try bind(data, batch: batchSize)
    let workers = try workers(threads, bound, batch: min(batchSize, bound.rows))
    var report = BatchReport(callback, batches: batches(bound, batchSize), names: valueNames, "evaluation")
    return try withPool(workers) { pool throws(UnrollError) in
      try evaluate(bound, batchSize: batchSize, workers: workers, pool, &report)
    }
  }

  func batches(_ data: BoundData, _ batchSize: Int) -> Int { (data.rows + batchSize - 1) / batchSize }

  /// The host may end an evaluation of its own; in a fit it ends the training.
  func evaluate(
    _ data: BoundData, batchSize: Int, workers: Int, _ pool: WorkerPool, _ report: inout BatchReport, inFit: Bool = false
  ) throws(UnrollError) -> [Double] {
    guard network.isStateful else {
      return try evaluateBatches(data, batchSize: batchSize, workers: workers, pool, &report, inFit: inFit)
    }
    let before = CarriedState(network)
    try before.save()
    do throws(UnrollError) { return try evaluateBatches(data, batchSize: batchSize, workers: workers, pool, &report, inFit: inFit) } catch {
      before.restore()
      throw error
    }
  }

  private func evaluateBatches(
    _ data: BoundData, batchSize: Int, workers: Int, _ pool: WorkerPool, _ report: inout BatchReport, inFit: Bool
  ) throws(UnrollError) -> [Double] {
    let runner = try batchRunner()
    try report.tell(.testBegin)
    var averages = RunningValues<S>(runner)
    var first = 0
    // Asked for once for all full batches: the question allocates.
    var kept = try layout(data, rows: min(batchSize, data.rows), training: false, workers: workers)
    while first < data.rows, inFit || !report.isStopped {
      let count = min(batchSize, data.rows - first)
      try report.tell(.testBatchBegin, batch: first / batchSize)
      if kept.rows != count { kept = try layout(data, rows: count, training: false, workers: workers) }
      let layout = kept
      let step = BatchRunner<S>.Step(order: nil, firstRow: first, isTraining: false, seed: modelSeed, step: network.nextDraw())
      let loss = try runBatch(layout, data, step, runner, pool, into: &averages.outcome)
      averages.add(loss: loss, rows: count)
      try report.tell(.testBatchEnd, averages.values)
      first += count
    }
    try report.tell(.testEnd, averages.values)
    return averages.values
  }

  func checkClassWeights(_ weights: [Int: Double], _ data: TrainingData) throws(UnrollError) {
    guard !weights.isEmpty else { return }
    guard data.sampleWeights.isEmpty else {
      throw UnrollError(.invalidArgument, "class weights and sample weights cannot be combined; multiply them into the sample weights")
    }
    guard heads.count == 1 else {
      throw UnrollError(.invalidArgument, "class weights are for models with one output, this one has \(heads.count)")
    }
    for (label, weight) in weights where !weight.isFinite || weight < 0 {
      throw UnrollError(.invalidArgument, "the weight of class \(label) must be a finite number, at least 0, found \(shown(weight))")
    }
  }
}
