import KernelAPI

/// One call of `fit`: its epochs, its callbacks, its history.
struct FitSession<S: Scalar> {
  private let trainer: Trainer<S>
  private let options: FitOptions
  private let callback: FitCallback?
  private let source: DataBatches<S>
  private let loop: TrainingLoop<S>
  private let validation: DataBatches<S>?
  private let pool: WorkerPool
  private var averages: RunningValues
  private var callbacks: CallbackStates<S>
  private var progress = FitProgress()
  private var history = History()
  private var isStopping = false

  init(
    _ trainer: Trainer<S>, _ data: BoundData, _ validation: BoundData?, _ options: FitOptions, workers: Int, _ pool: WorkerPool,
    _ callback: FitCallback?
  ) throws(UnrollError) {
    self.trainer = trainer
    self.options = options
    self.callback = callback
    self.pool = pool
    source = try DataBatches(
      trainer, data, batchSize: options.batchSize, training: true, workers: workers, seed: options.seed ?? trainer.modelSeed,
      classWeights: options.classWeights)
    self.validation = try validation.map { data throws(UnrollError) in
      try DataBatches(
        trainer, data, batchSize: options.validationBatchSize ?? options.batchSize, training: false, workers: workers, seed: trainer.modelSeed)
    }
    loop = TrainingLoop(trainer, source, pool, ignoresNonFinite: options.nonFiniteLoss == .ignore)
    averages = RunningValues(source.runner.metrics)
    callbacks = CallbackStates(options, trainer)
    progress.epochs = options.epochs
    progress.batches = source.count
    progress.names = trainer.valueNames
    progress.values = averages.values
  }

  mutating func run() throws(UnrollError) -> History {
    try notify(.trainBegin)
    var epoch = options.initialEpoch
    while epoch < options.epochs, !isStopping {
      try runEpoch(epoch)
      epoch += 1
    }
    try callbacks.end()
    try notify(.trainEnd)
    return history
  }

  private mutating func runEpoch(_ epoch: Int) throws(UnrollError) {
    progress.epoch = epoch
    progress.batch = 0
    progress.names = trainer.valueNames
    averages.reset()
    progress.values = averages.values
    if let schedule = options.learningRateScheduler {
      let rate = trainer.learningRate
      try trainer.setLearningRate(try callHost { () throws(UnrollError) in try schedule(epoch, rate) })
    }
    try notify(.epochBegin)
    // The order depends on the seed and the number of updates before it, so that a
    // resumed run continues with the order it would have had.
    if options.shuffle { try source.shuffle(stream: 1 << 32 &+ UInt64(trainer.iteration)) }
    let isFinite = try loop.run(
      0..<source.count, before: { (batch) throws(UnrollError) in try begin(batch) }, after: { (_) throws(UnrollError) in try endBatch() })
    if !isFinite { try endAtLoss() }
    progress.values = averages.values
    if let validation, (epoch + 1) % options.validationFrequency == 0 {
      var report = BatchReport(
        options.validationCallback, progress, batches: validation.count, names: trainer.valueNames, "training")
      progress.values += try trainer.evaluate(validation, pool, &report, inFit: true)
      if report.isStopped { stop() }
      progress.names += trainer.valueNames.map { "val_\($0)" }
    }
    if options.learningRateScheduler != nil || options.reduceOnPlateau != nil {
      progress.names.append("learning_rate")
      progress.values.append(trainer.learningRate)
    }
    if let reason = try callbacks.epochEnd(progress) {
      isStopping = true
      history.end(.earlyStopping, reason)
    }
    history.append(epoch: epoch, progress)
    try notify(.epochEnd)
  }

  /// Whether to run the next batch.
  private mutating func begin(_ batch: Int) throws(UnrollError) -> Bool {
    if isStopping { return false }
    progress.batch = batch
    try notify(.batchBegin)
    return true
  }

  private mutating func endBatch() throws(UnrollError) {
    averages.add(loop.outcome)
    for value in averages.values.indices { progress.values[value] = averages.values[value] }
    try notify(.batchEnd)
  }

  /// Ends training after a batch whose loss is NaN or infinite.
  private mutating func endAtLoss() throws(UnrollError) {
    let loss = shown(loop.outcome.loss)
    let what =
      "the loss of epoch \(progress.epoch + 1), batch \(progress.batch + 1) is \(loss); the weights are those before that batch. \(nonFiniteAdvice)"
    if options.nonFiniteLoss == .fail { throw UnrollError(.notFinite, what) }
    isStopping = true
    history.end(.notFinite, what)
    averages.add(loop.outcome)
  }

  private mutating func stop() {
    if !isStopping { history.end(.callback, "stopped by the callback") }
    isStopping = true
  }

  private mutating func notify(_ event: FitEvent) throws(UnrollError) {
    guard let callback else { return }
    switch callHost({ callback(event, progress) }) {
    case .proceed: return
    case .stop: stop()
    case .cancel:
      throw UnrollError(.cancelled, "training was cancelled in epoch \(progress.epoch + 1), batch \(progress.batch + 1)")
    }
  }
}
