import KernelAPI

/// Single batches, and evaluation without training.
extension Trainer {
  func trainOnBatch(
    _ data: TrainingData, classWeights: [Int: Double], seed: UInt64, threads: Int
  ) throws(UnrollError) -> [Double] {
    guard !isFitting else { throw UnrollError(.invalidState, "the model is being trained; a callback cannot train it too") }
    let bound = try bind(data, batchSize: data.rows)
    try checkClassWeights(classWeights, data)
    let workers = try workers(threads, bound, rows: bound.rows, training: true)
    let source = try DataBatches(
      self, bound, batchSize: bound.rows, training: true, workers: workers, seed: seed, classWeights: classWeights)
    return try withPool(workers) { pool throws(UnrollError) in
      let loop = TrainingLoop(self, source, pool)
      guard try loop.run(0..<1) else {
        throw UnrollError(.notFinite, "the loss of this batch is \(shown(loop.outcome.loss)); the weights were not changed. \(nonFiniteAdvice)")
      }
      var values = RunningValues(source.runner.metrics)
      values.add(loop.outcome)
      return values.values
    }
  }

  func evaluate(_ data: TrainingData, batchSize: Int, threads: Int, callback: FitCallback?) throws(UnrollError) -> [Double] {
    guard batchSize > 0 else { throw UnrollError(.invalidArgument, "batch_size must be at least 1, found \(batchSize)") }
    let bound = try bind(data, batchSize: batchSize)
    let workers = try workers(threads, bound, rows: min(batchSize, bound.rows), training: false)
    let source = try DataBatches(self, bound, batchSize: batchSize, training: false, workers: workers, seed: modelSeed)
    var report = BatchReport(callback, batches: source.count, names: valueNames, "evaluation")
    return try withPool(workers) { pool throws(UnrollError) in try evaluate(source, pool, &report) }
  }

  /// The host may end a separate evaluation; during a fit it ends the training instead.
  func evaluate(
    _ source: DataBatches<S>, _ pool: WorkerPool, _ report: inout BatchReport, inFit: Bool = false
  ) throws(UnrollError) -> [Double] {
    guard network.isStateful else { return try evaluateBatches(source, pool, &report, inFit: inFit) }
    let before = CarriedState(network)
    try before.save()
    do throws(UnrollError) { return try evaluateBatches(source, pool, &report, inFit: inFit) } catch {
      before.restore()
      throw error
    }
  }

  private func evaluateBatches(
    _ source: DataBatches<S>, _ pool: WorkerPool, _ report: inout BatchReport, inFit: Bool
  ) throws(UnrollError) -> [Double] {
    try report.tell(.testBegin)
    var averages = RunningValues(source.runner.metrics), outcome = BatchOutcome(source.runner.metrics)
    for index in 0..<source.count where inFit || !report.isStopped {
      try report.tell(.testBatchBegin, batch: index)
      try run(try source.batch(index, draw: network.nextDraw()), source.runner, pool, into: &outcome)
      averages.add(outcome)
      try report.tell(.testBatchEnd, averages.values)
    }
    try report.tell(.testEnd, averages.values)
    return averages.values
  }

  func checkClassWeights(_ weights: [Int: Double], _ data: TrainingData) throws(UnrollError) {
    guard !weights.isEmpty else { return }
    guard data.sampleWeights.isEmpty else {
      throw UnrollError(.invalidArgument, "class weights and sample weights cannot be combined; multiply them into the sample weights")
    }
    guard trainedOutputs.count == 1 else {
      throw UnrollError(.invalidArgument, "class weights are for models with one output, this one has \(trainedOutputs.count)")
    }
    for (label, weight) in weights where !weight.isFinite || weight < 0 {
      throw UnrollError(.invalidArgument, "the weight of class \(label) must be a finite number, at least 0, found \(shown(weight))")
    }
  }
}
