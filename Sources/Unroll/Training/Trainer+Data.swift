import CPlatform
import KernelAPI

/// Data and options checked against the network, before anything is computed.
extension Trainer {
  /// Checks data against the network, for batches of at most `batchSize` rows. If it is
  /// still to be split in two (`isCut`), the number of batches does not matter.
  func bind(_ data: TrainingData, batchSize: Int, isCut: Bool = false) throws(UnrollError) -> BoundData {
    guard data.rows > 0 else { throw UnrollError(.invalidArgument, "there are no samples") }
    let dimensions = try network.inputDimensions(data.inputs)
    let outputs = try network.outputDimensions(for: dimensions)
    let bound = try BoundData(data, inputDimensions: dimensions, outputs: outputs, trainedOutputs: trainedOutputs)
    if !isCut { try network.checkBatches(rows: data.rows, of: batchSize) }
    let sparse = bound.targets.map { $0.isSparse }
    if runner == nil || sparse != runnerSparse {
      let metrics = outputs.indices.map { output in
        spec.metrics(of: output).map { metric, isWeighted in
          MetricRule(
            metric, features: outputs[output].last ?? 1, sparseTargets: sparse[output], isWeighted: isWeighted,
            rules: network.graph.spec.trainingRules)
        }
      }
      for (index, rules) in metrics.enumerated() {
        for rule in rules { try checkMetric(rule, bound.targets[index], outputs[index].last ?? 1, trainedOutputs[index]) }
      }
      runnerSparse = sparse
      runner = BatchRunner(network, trainedOutputs: trainedOutputs, metrics: metrics)
    }
    return bound
  }

  /// Metrics that compare element by element need targets as wide as the output.
  private func checkMetric(
    _ rule: MetricRule, _ target: BoundData.Target, _ features: Int, _ trained: TrainedOutput
  ) throws(UnrollError) {
    let wanted = rule.function.descriptor.takesClassNumbers ? 1 : features
    guard target.features == wanted else {
      throw UnrollError(
        .invalidArgument,
        "the metric \(rule.name) cannot be computed for output \(trained.name): it needs \(wanted) target value(s), but the loss has \(target.features)"
      )
    }
  }

  func batchRunner() throws(UnrollError) -> BatchRunner<S> {
    guard let runner else { throw UnrollError(.invalidState, "no data was bound") }
    return runner
  }

  /// The number of threads worth using for batches of this many rows: waking one costs
  /// more than a batch of less than about a million multiplications.
  func workers(_ wanted: Int, _ data: BoundData, rows: Int, training: Bool) throws(UnrollError) -> Int {
    guard wanted >= 0 else { throw UnrollError(.invalidArgument, "the number of threads must not be negative, found \(wanted)") }
    if wanted == 1 { return 1 }
    let work = try network.work(for: data.dimensions)
    // An update passes over tables too.
    if work.products * Double(rows) + Double(network.store.count) < 1e6 { return 1 }
    let cut = BatchCut(
      rows: rows, work, isTraining: training, keepsShards: network.sharesMoments(training: training), elementSize: MemoryLayout<S>.stride)
    return max(1, min(cut.threads(wanted == 0 ? Int(cplatform_processor_count()) : wanted), 64))
  }

  func check(_ options: FitOptions) throws(UnrollError) {
    func atLeast(_ least: Int, _ value: Int, _ name: String) throws(UnrollError) {
      guard value >= least else { throw UnrollError(.invalidArgument, "\(name) must be at least \(least), found \(value)") }
    }
    try atLeast(0, options.epochs, "epochs")
    try atLeast(0, options.initialEpoch, "initial_epoch")
    try atLeast(1, options.batchSize, "batch_size")
    try atLeast(1, options.validationBatchSize ?? 1, "validation_batch_size")
    try atLeast(1, options.validationFrequency, "validation_freq")
    guard options.validationSplit >= 0, options.validationSplit < 1 else {
      throw UnrollError(.invalidArgument, "validation_split must be at least 0 and less than 1, found \(shown(options.validationSplit))")
    }
    if let reduce = options.reduceOnPlateau, !(reduce.factor >= 0 && reduce.factor < 1) {
      throw UnrollError(.invalidArgument, "the factor of ReduceLROnPlateau must be at least 0 and less than 1, found \(shown(reduce.factor))")
    }
    if options.reduceOnPlateau != nil || options.learningRateScheduler != nil, !spec.optimizer.learningRate.isConstant {
      throw UnrollError(
        .invalidArgument, "the learning rate follows a schedule of the optimizer; ReduceLROnPlateau and LearningRateScheduler need a constant one")
    }
    try atLeast(1, options.checkpoint?.frequency ?? 1, "the frequency of ModelCheckpoint")
  }
}
