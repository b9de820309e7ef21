/// Whether smaller or larger values of a monitored quantity are better.
package enum MonitorMode: String, Sendable {
  /// Larger for accuracies, whatever their name; smaller for losses and errors. As in
  /// Keras 3, each metric knows which.
  case auto
  case min, max
}

/// A monitored value, and which of two is better (Keras' MonitorCallback).
struct Monitor {
  let name: String
  private let isLarger: Bool
  private let minDelta: Double

  /// "auto" uses `isAccuracy`.
  init(_ name: String, _ mode: MonitorMode, minDelta: Double, isAccuracy: (String) -> Bool) {
    self.name = name
    isLarger = mode == .max || mode == .auto && isAccuracy(name)
    self.minDelta = abs(minDelta)
  }

  func improves(_ value: Double, over reference: Double?) -> Bool {
    guard let reference else { return true }
    return isLarger ? value - minDelta > reference : value + minDelta < reference
  }

  /// The value after this epoch; nil if the epoch has none (validation may run only
  /// every n-th epoch).
  func value(in progress: FitProgress) -> Double? { progress[name] }
}

/// Ends training when the monitored value has stopped improving.
package struct EarlyStopping: Sendable {
  package var monitor = "val_loss"
  package var mode = MonitorMode.auto
  /// A smaller change is not an improvement.
  package var minDelta = 0.0
  /// Epochs without improvement after which training ends.
  package var patience = 0
  /// A value that must be beaten as well to reset the waiting.
  package var baseline: Double?
  /// Ends with the weights of the best epoch rather than of the last.
  package var restoreBestWeights = false
  package var startFromEpoch = 0
  package init() {}
}

/// Calls `save` after epochs whose model should be kept, with the epoch's number and
/// values; the caller writes the files.
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
