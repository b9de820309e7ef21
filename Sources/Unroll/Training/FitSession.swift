import KernelAPI

/// One call of `fit`: its epochs, its callbacks, its history.
struct FitSession<S: Scalar> {
  private let trainer: Trainer<S>
  private let options: FitOptions
  private let callback: FitCallback?
  private let data: BoundData
  private let validation: BoundData?
  private let validationBatch: Int
  private let workers: Int
  private let pool: WorkerPool
  private let runner: BatchRunner<S>
  private let fullLayout: BatchLayout<S>
  private let lastLayout: BatchLayout<S>
  private let batch: Int
  private let batches: Int
  private let seed: UInt64
  private let order: AlignedBuffer<Int>
  private var averages: RunningValues<S>
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
    self.data = data
    self.validation = validation
    self.workers = workers
    self.pool = pool
    batch = min(options.batchSize, data.rows)
    batches = (data.rows + batch - 1) / batch
    validationBatch = options.validationBatchSize ?? options.batchSize
    runner = try trainer.batchRunner()
    fullLayout = try trainer.layout(data, rows: batch, training: true, workers: workers)
    lastLayout = try trainer.layout(data, rows: data.rows - (batches - 1) * batch, training: true, workers: workers)
    seed = options.seed ?? trainer.modelSeed
    order = try AlignedBuffer<Int>(count: data.rows)
    averages = RunningValues(runner)
    callbacks = CallbackStates(options, trainer)
    progress.epochs = options.epochs
    progress.batches = batches
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
    shuffle()
    for index in 0..<batches {
      if isStopping { break }
      try runBatch(index)
    }
    progress.values = averages.values
    if let validation, (epoch + 1) % options.validationFrequency == 0 {
      var report = BatchReport(
        options.validationCallback, progress, batches: trainer.batches(validation, validationBatch), names: trainer.valueNames, "training")
      progress.values += try trainer.evaluate(
        validation, batchSize: validationBatch, workers: workers, pool, &report, inFit: true)
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

  /// The order of an epoch follows from the seed and the number of updates
  /// before it, so that a resumed run takes up the very order it would have had.
  private func shuffle() {
    for row in 0..<order.count { order.pointer[row] = row }
    guard options.shuffle else { return }
    var random = RandomGenerator(seed: seed, stream: 1 << 32 &+ UInt64(trainer.iteration))
    random.shuffle(order.pointer, count: order.count)
  }

  private mutating func runBatch(_ index: Int) throws(UnrollError) {
    progress.batch = index
    try notify(.batchBegin)
    let layout = index == batches - 1 ? lastLayout : fullLayout
    let step = BatchRunner<S>.Step(
      order: order.pointer, firstRow: 0, isTraining: true, seed: seed, step: UInt64(trainer.iteration),
      classWeights: options.classWeights)
    var offsetStep = step
    offsetStep.firstRow = index * batch
    let loss = try trainer.runBatch(layout, data, offsetStep, runner, pool, into: &averages.outcome)
    if !loss.isFinite, options.nonFiniteLoss != .ignore {
      trainer.undoBatch()
      let what =
        "the loss of epoch \(progress.epoch + 1), batch \(index + 1) is \(shown(loss)); the weights are those before that batch. \(nonFiniteAdvice)"
      if options.nonFiniteLoss == .fail { throw UnrollError(.notFinite, what) }
      isStopping = true
      history.end(.notFinite, what)
      averages.add(loss: loss, rows: layout.rows)
      return
    }
    try trainer.update(runner, pool)
    averages.add(loss: loss, rows: layout.rows)
    for value in averages.values.indices { progress.values[value] = averages.values[value] }
    try notify(.batchEnd)
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

extension Trainer {
  func fit(_ data: TrainingData, _ options: FitOptions, callback: FitCallback?) throws(UnrollError) -> History {
    try beginFit()
    defer { endFit() }
    try check(options)
    try checkClassWeights(options.classWeights, data)
    var training = data, held = options.validationData
    if held == nil, options.validationSplit > 0 {
      let split = Int((Double(data.rows) * (1 - options.validationSplit)).rounded(.down))
      guard split > 0, split < data.rows else {
        throw UnrollError(
          .invalidArgument,
          "validation_split \(options.validationSplit) of \(data.rows) samples leaves \(split) for training and \(data.rows - split) for validation")
      }
      // Checked before it is cut: arrays of other lengths would be cut wrongly.
      _ = try bind(data, batch: options.batchSize, isCut: true)
      training = data.rows(0..<split)
      held = data.rows(split..<data.rows)
    }
    var validation: BoundData?
    if let held { validation = try bind(held, batch: options.validationBatchSize ?? options.batchSize) }
    let bound = try bind(training, batch: options.batchSize)
    if let validation, network.isStateful {
      let mine = min(options.batchSize, bound.rows), other = min(options.validationBatchSize ?? options.batchSize, validation.rows)
      guard mine == other else {
        throw UnrollError(
          .shapeMismatch, "a stateful model needs batches of one size: those of the training have \(mine) samples, of the validation \(other)")
      }
    }
    let workers = try workers(options.threads, bound, batch: min(options.batchSize, bound.rows))
    return try withPool(workers) { pool throws(UnrollError) in
      var session = try FitSession(self, bound, validation, options, workers: workers, pool, callback)
      return try session.run()
    }
  }

  private func check(_ options: FitOptions) throws(UnrollError) {
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
