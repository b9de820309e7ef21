import KernelAPI

/// The state of the built-in callbacks during one fit.
struct CallbackStates<S: Scalar> {
  private let trainer: Trainer<S>
  private let options: FitOptions
  private var stopping: Stopping?
  private var checkpoint: Monitor?
  private var plateau: Plateau?
  private var columns: [String]?

  private struct Stopping {
    let options: EarlyStopping
    var monitor: Monitor
    var wait = 0
    var bestWeights: AlignedBuffer<S>?
  }

  private struct Plateau {
    let options: ReduceLearningRateOnPlateau
    var monitor: Monitor
    var wait = 0
    var cooldown = 0
  }

  init(_ options: FitOptions, _ trainer: Trainer<S>) {
    self.trainer = trainer
    self.options = options
    stopping = options.earlyStopping.map {
      Stopping(options: $0, monitor: Monitor($0.monitor, $0.mode, minDelta: $0.minDelta, isAccuracy: trainer.isAccuracy))
    }
    checkpoint = options.checkpoint.map {
      Monitor($0.monitor, $0.mode, minDelta: 0, best: $0.initialThreshold, isAccuracy: trainer.isAccuracy)
    }
    plateau = options.reduceOnPlateau.map {
      Plateau(options: $0, monitor: Monitor($0.monitor, $0.mode, minDelta: $0.minDelta, isAccuracy: trainer.isAccuracy))
    }
  }

  /// Runs all callbacks after an epoch; returns why training shall end, or nil.
  mutating func epochEnd(_ progress: FitProgress) throws(UnrollError) -> String? {
    try reduceRate(progress)
    try save(progress)
    try log(progress)
    return try stop(progress)
  }

  /// After the last epoch.
  mutating func end() throws(UnrollError) {
    guard let best = stopping?.bestWeights else { return }
    trainer.network.store.buffer.pointer.update(from: best.pointer, count: best.count)
    try trainer.network.prepare()
  }

  private mutating func stop(_ progress: FitProgress) throws(UnrollError) -> String? {
    guard var state = stopping, progress.epoch >= state.options.startFromEpoch,
      let value = try monitored(state.monitor, progress, "EarlyStopping")
    else { return nil }
    defer { stopping = state }
    if state.options.restoreBestWeights, state.bestWeights == nil { state.bestWeights = try snapshot(nil) }
    state.wait += 1
    if state.monitor.improves(value, over: state.monitor.best) {
      state.monitor.record(value)
      if state.options.restoreBestWeights { state.bestWeights = try snapshot(state.bestWeights) }
      if state.monitor.improves(value, over: state.options.baseline) { state.wait = 0 }
      return nil
    }
    guard state.wait >= state.options.patience, progress.epoch > 0 else { return nil }
    return "early stopping after epoch \(progress.epoch + 1): \(state.monitor.name) has not improved for \(state.wait) epoch(s)"
  }

  private func snapshot(_ old: AlignedBuffer<S>?) throws(UnrollError) -> AlignedBuffer<S> {
    let store = trainer.network.store
    let copy: AlignedBuffer<S>
    if let old { copy = old } else { copy = try AlignedBuffer<S>(count: store.count) }
    copy.pointer.update(from: store.buffer.pointer, count: store.count)
    return copy
  }

  private mutating func save(_ progress: FitProgress) throws(UnrollError) {
    guard let checkpoint = options.checkpoint, (progress.epoch + 1) % checkpoint.frequency == 0, var monitor = self.checkpoint else { return }
    if checkpoint.saveBestOnly {
      guard let value = try monitored(monitor, progress, "ModelCheckpoint"), monitor.improves(value, over: monitor.best) else { return }
      monitor.record(value)
      self.checkpoint = monitor
    }
    try checkpoint.save(progress)
  }

  private mutating func reduceRate(_ progress: FitProgress) throws(UnrollError) {
    guard var state = plateau, let value = try monitored(state.monitor, progress, "ReduceLROnPlateau") else { return }
    defer { plateau = state }
    if state.cooldown > 0 {
      state.cooldown -= 1
      state.wait = 0
    }
    if state.monitor.improves(value, over: state.monitor.best) {
      state.monitor.record(value)
      state.wait = 0
    } else if state.cooldown <= 0 {
      state.wait += 1
      let rate = trainer.learningRate
      if state.wait >= state.options.patience, rate > state.options.minimumRate {
        try trainer.setLearningRate(max(rate * state.options.factor, state.options.minimumRate))
        state.cooldown = state.options.cooldown
        state.wait = 0
      }
    }
  }

  /// One line an epoch, in the columns of the first and, where validation
  /// comes later, the columns it will have.
  private mutating func log(_ progress: FitProgress) throws(UnrollError) {
    guard let logger = options.csvLogger else { return }
    let names: [String]
    if let columns {
      names = columns
    } else {
      names = progress.names + (hasValidation ? trainer.valueNames.map { "val_\($0)" }.filter { progress[$0] == nil } : [])
      columns = names
      if logger.writesHeader { try logger.write((["epoch"] + names).joined(separator: logger.separator) + "\n") }
    }
    let values = names.map { progress[$0].map { "\($0)" } ?? "NA" }
    try logger.write((["\(progress.epoch)"] + values).joined(separator: logger.separator) + "\n")
  }

  /// The monitored value, nil in epochs without validation; a name that can
  /// never appear is a mistake to report.
  private func monitored(_ monitor: Monitor, _ progress: FitProgress, _ who: String) throws(UnrollError) -> Double? {
    if let value = monitor.value(in: progress) { return value }
    let possible = trainer.valueNames + trainer.valueNames.map { "val_\($0)" }
    if possible.contains(monitor.name), monitor.name.hasPrefix("val_"), hasValidation { return nil }
    throw UnrollError(
      .invalidArgument, "\(who) monitors \(monitor.name), which this training does not have; it has \(progress.names.joined(separator: ", "))")
  }

  private var hasValidation: Bool { options.validationData != nil || options.validationSplit > 0 }
}
