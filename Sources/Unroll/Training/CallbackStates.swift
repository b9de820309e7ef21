import KernelAPI

/// The state of the built-in callbacks during one fit.
struct CallbackStates<S: Scalar> {
  private let trainer: Trainer<S>
  private let options: FitOptions
  private var stopping: Watched<EarlyStopping>?
  private var bestWeights: AlignedBuffer<S>?
  private var checkpoint: Watched<ModelCheckpoint>?
  private var plateau: Watched<ReduceLearningRateOnPlateau>?
  private var csvLines: CSVLines?

  /// A rule, the value that it monitors, and its state.
  private struct Watched<Rule> {
    let rule: Rule
    let monitor: Monitor
    var state = MonitorState()
  }

  init(_ options: FitOptions, _ trainer: Trainer<S>) {
    self.trainer = trainer
    self.options = options
    func monitor(_ name: String, _ mode: MonitorMode, _ minDelta: Double) -> Monitor {
      Monitor(name, mode, minDelta: minDelta, isAccuracy: trainer.isAccuracy)
    }
    csvLines = options.csvLogger?.lines
    stopping = options.earlyStopping.map { Watched(rule: $0, monitor: monitor($0.monitor, $0.mode, $0.minDelta)) }
    checkpoint = options.checkpoint.map { Watched(rule: $0, monitor: monitor($0.monitor, $0.mode, 0)) }
    plateau = options.reduceOnPlateau.map { Watched(rule: $0, monitor: monitor($0.monitor, $0.mode, $0.minDelta)) }
  }

  /// Runs all callbacks after an epoch; returns the reason to end training, or nil.
  mutating func epochEnd(_ progress: FitProgress) throws(UnrollError) -> String? {
    try reduceRate(progress)
    try save(progress)
    try log(progress)
    return try stop(progress)
  }

  /// After the last epoch.
  mutating func end() throws(UnrollError) {
    guard let best = bestWeights else { return }
    trainer.network.store.buffer.pointer.update(from: best.pointer, count: best.count)
    try trainer.network.prepare()
  }

  private mutating func stop(_ progress: FitProgress) throws(UnrollError) -> String? {
    guard var watched = stopping, progress.epoch >= watched.rule.startFromEpoch,
      let value = try monitored(watched.monitor, progress, "EarlyStopping")
    else { return nil }
    let verdict = watched.rule.judge(value, epoch: progress.epoch, watched.monitor, &watched.state)
    stopping = watched
    if verdict == .improved, watched.rule.restoreBestWeights { bestWeights = try snapshot(bestWeights) }
    guard verdict == .act else { return nil }
    return "early stopping after epoch \(progress.epoch + 1): \(watched.monitor.name) has not improved for \(watched.state.wait) epoch(s)"
  }

  private func snapshot(_ old: AlignedBuffer<S>?) throws(UnrollError) -> AlignedBuffer<S> {
    let store = trainer.network.store
    let copy: AlignedBuffer<S>
    if let old { copy = old } else { copy = try AlignedBuffer<S>(count: store.count) }
    copy.pointer.update(from: store.buffer.pointer, count: store.count)
    return copy
  }

  private mutating func save(_ progress: FitProgress) throws(UnrollError) {
    guard var watched = checkpoint else { return }
    var value = 0.0
    if watched.rule.saveBestOnly {
      guard let found = try monitored(watched.monitor, progress, "ModelCheckpoint") else { return }
      value = found
    }
    let verdict = watched.rule.judge(value, epoch: progress.epoch, watched.monitor, &watched.state)
    checkpoint = watched
    if verdict == .improved { try watched.rule.save(progress) }
  }

  private mutating func reduceRate(_ progress: FitProgress) throws(UnrollError) {
    guard var watched = plateau, let value = try monitored(watched.monitor, progress, "ReduceLROnPlateau") else { return }
    var rate = trainer.learningRate
    let verdict = watched.rule.judge(value, epoch: progress.epoch, rate: &rate, watched.monitor, &watched.state)
    plateau = watched
    if verdict == .act { try trainer.setLearningRate(rate) }
  }

  /// The first epoch may be one without validation.
  private mutating func log(_ progress: FitProgress) throws(UnrollError) {
    guard let logger = options.csvLogger, var lines = csvLines else { return }
    let later = hasValidation ? trainer.valueNames.map { "val_\($0)" } : []
    try logger.write(try lines.lines(epoch: progress.epoch, names: progress.names, values: progress.values, later: later))
    csvLines = lines
  }

  /// The monitored value; nil in epochs without validation. Throws for a name that can
  /// never appear.
  private func monitored(_ monitor: Monitor, _ progress: FitProgress, _ who: String) throws(UnrollError) -> Double? {
    if let value = monitor.value(in: progress) { return value }
    let possible = trainer.valueNames + trainer.valueNames.map { "val_\($0)" }
    if possible.contains(monitor.name), monitor.name.hasPrefix("val_"), hasValidation { return nil }
    throw UnrollError(
      .invalidArgument, "\(who) monitors \(monitor.name), which this training does not have; it has \(progress.names.joined(separator: ", "))")
  }

  private var hasValidation: Bool { options.validationData != nil || options.validationSplit > 0 }
}
