/// The state of a callback that monitors a value, from epoch to epoch.
package struct MonitorState: Sendable {
  package var best: Double?
  /// The epoch of the best value.
  package var bestEpoch = 0
  /// The number of epochs counted towards the patience.
  package var wait = 0
  /// The number of remaining epochs that do not count.
  package var cooldown = 0
  package init() {}
}

/// The result of a rule for an epoch's value.
package enum MonitorVerdict: Sendable {
  /// Nothing to do.
  case none
  /// The best so far: weights are kept or saved.
  case improved
  /// Patience has run out: training ends, or the rate is reduced.
  case act
}

// The rules of Keras 3's callbacks, one epoch at a time. A fit applies them to its
// values, and hosts that run callbacks themselves to theirs.

extension EarlyStopping {
  func judge(_ value: Double, epoch: Int, _ monitor: Monitor, _ state: inout MonitorState) -> MonitorVerdict {
    guard epoch >= startFromEpoch else { return .none }
    state.wait += 1
    if monitor.improves(value, over: state.best) {
      state.best = value
      state.bestEpoch = epoch
      if monitor.improves(value, over: baseline) { state.wait = 0 }
      return .improved
    }
    return state.wait >= patience && epoch > 0 ? .act : .none
  }
}

extension ModelCheckpoint {
  /// `.improved` after an epoch whose model is to be saved. `value` is used only to save the best.
  func judge(_ value: Double, epoch: Int, _ monitor: Monitor, _ state: inout MonitorState) -> MonitorVerdict {
    guard (epoch + 1) % frequency == 0 else { return .none }
    if saveBestOnly {
      guard monitor.improves(value, over: state.best ?? initialThreshold) else { return .none }
      state.best = value
      state.bestEpoch = epoch
    }
    return .improved
  }
}

extension ReduceLearningRateOnPlateau {
  /// `.act` when it has reduced `rate`.
  func judge(
    _ value: Double, epoch: Int, rate: inout Double, _ monitor: Monitor, _ state: inout MonitorState
  ) -> MonitorVerdict {
    if state.cooldown > 0 {
      state.cooldown -= 1
      state.wait = 0
    }
    if monitor.improves(value, over: state.best) {
      state.best = value
      state.bestEpoch = epoch
      state.wait = 0
      return .improved
    }
    guard state.cooldown == 0 else { return .none }
    state.wait += 1
    guard state.wait >= patience, rate > minimumRate else { return .none }
    rate = max(rate * factor, minimumRate)
    state.cooldown = cooldown
    state.wait = 0
    return .act
  }
}

extension Model {
  /// Applies a rule to the caller's value for an epoch. Throws `.invalidArgument` if the
  /// mode is `.auto` and the model does not report the monitored name, so that it is
  /// not known which values are better.
  package func judge(
    _ rule: EarlyStopping, _ value: Double, epoch: Int, _ state: inout MonitorState
  ) throws(UnrollError) -> MonitorVerdict {
    rule.judge(value, epoch: epoch, try monitor(rule.monitor, rule.mode, minDelta: rule.minDelta), &state)
  }

  package func judge(
    _ rule: ModelCheckpoint, _ value: Double, epoch: Int, _ state: inout MonitorState
  ) throws(UnrollError) -> MonitorVerdict {
    rule.judge(value, epoch: epoch, try monitor(rule.monitor, rule.saveBestOnly ? rule.mode : .min, minDelta: 0), &state)
  }

  /// `rate` is the current rate, and becomes the reduced rate.
  package func judge(
    _ rule: ReduceLearningRateOnPlateau, _ value: Double, epoch: Int, rate: inout Double, _ state: inout MonitorState
  ) throws(UnrollError) -> MonitorVerdict {
    rule.judge(value, epoch: epoch, rate: &rate, try monitor(rule.monitor, rule.mode, minDelta: rule.minDelta), &state)
  }

  private func monitor(_ name: String, _ mode: MonitorMode, minDelta: Double) throws(UnrollError) -> Monitor {
    guard mode == .auto else { return Monitor(name, mode, minDelta: minDelta) { _ in false } }
    let trainer = try trainer()
    guard trainer.valueNames.contains(name.hasPrefix("val_") ? String(name.dropFirst(4)) : name) else {
      throw UnrollError(
        .invalidArgument,
        "whether smaller or larger values of \(name) are better is not known: the model reports \(trainer.valueNames.joined(separator: ", ")); choose the mode min or max"
      )
    }
    return Monitor(name, mode, minDelta: minDelta, isAccuracy: trainer.isAccuracy)
  }
}
