/// Whether smaller or larger values of a monitored quantity are better.
package enum MonitorMode: String, Sendable {
  /// Larger for accuracies, whatever they are called, smaller for losses and
  /// errors: as in Keras 3 each metric knows.
  case auto
  case min, max
}

/// A monitored value, and which of two is better (Keras' MonitorCallback).
struct Monitor {
  let name: String
  private let isLarger: Bool
  private let minDelta: Double

  /// `isAccuracy` is what "auto" asks.
  init(_ name: String, _ mode: MonitorMode, minDelta: Double, isAccuracy: (String) -> Bool) {
    self.name = name
    isLarger = mode == .max || mode == .auto && isAccuracy(name)
    self.minDelta = abs(minDelta)
  }

  func improves(_ value: Double, over reference: Double?) -> Bool {
    guard let reference else { return true }
    return isLarger ? value - minDelta > reference : value + minDelta < reference
  }

  /// The value after this epoch; nil while the epoch has none (validation
  /// may run every n-th epoch only).
  func value(in progress: FitProgress) -> Double? { progress[name] }
}

/// Ends training when the monitored value has stopped improving.
package struct EarlyStopping: Sendable {
  package var monitor = "val_loss"
  package var mode = MonitorMode.auto
  /// A smaller change is no improvement.
  package var minDelta = 0.0
  /// Epochs without improvement after which training ends.
  package var patience = 0
  /// A value that must be beaten too before the waiting starts anew.
  package var baseline: Double?
  /// Ends with the weights of the best epoch rather than of the last.
  package var restoreBestWeights = false
  package var startFromEpoch = 0
  package init() {}
}

/// Calls `save` after epochs whose model is worth keeping. Writing files is
/// the caller's: `save` is given the epoch's number and values.
package struct ModelCheckpoint {
  package var monitor = "val_loss"
  package var mode = MonitorMode.auto
  package var saveBestOnly = false
  /// A value that the first save must beat (best only).
  package var initialThreshold: Double?
  /// Every n-th epoch.
  package var frequency = 1
  package var save: (FitProgress) throws(UnrollError) -> Void
  package init(save: @escaping (FitProgress) throws(UnrollError) -> Void) { self.save = save }
}

/// Multiplies the learning rate by `factor` when the monitored value has
/// stopped improving.
package struct ReduceLearningRateOnPlateau: Sendable {
  package var monitor = "val_loss"
  package var mode = MonitorMode.auto
  package var factor = 0.1
  package var patience = 10
  package var minDelta = 1e-4
  /// Epochs after a reduction in which nothing is counted.
  package var cooldown = 0
  package var minimumRate = 0.0
  package init() {}
}

/// Gives each epoch's values as one line of comma-separated text. Writing the
/// file is the caller's: `write` is given whole lines with their line feed.
package struct CSVLogger {
  package var separator = ","
  /// The first line names the columns; false when lines are appended to a file that has them.
  package var writesHeader = true
  package var write: (String) throws(UnrollError) -> Void
  package init(write: @escaping (String) throws(UnrollError) -> Void) { self.write = write }
}
