/// Whether smaller or larger values of a monitored quantity are better.
public enum MonitorMode: String, Sendable {
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
public struct EarlyStopping: Sendable {
  public var monitor = "val_loss"
  public var mode = MonitorMode.auto
  /// A smaller change is no improvement.
  public var minDelta = 0.0
  /// Epochs without improvement after which training ends.
  public var patience = 0
  /// A value that must be beaten too before the waiting starts anew.
  public var baseline: Double?
  /// Ends with the weights of the best epoch rather than of the last.
  public var restoreBestWeights = false
  public var startFromEpoch = 0
  public init() {}
}

/// Calls `save` after epochs whose model is worth keeping. Writing files is
/// the caller's: `save` is given the epoch's number and values.
public struct ModelCheckpoint {
  public var monitor = "val_loss"
  public var mode = MonitorMode.auto
  public var saveBestOnly = false
  /// A value that the first save must beat (best only).
  public var initialThreshold: Double?
  /// Every n-th epoch.
  public var frequency = 1
  public var save: (FitProgress) throws(UnrollError) -> Void
  public init(save: @escaping (FitProgress) throws(UnrollError) -> Void) { self.save = save }
}

/// Multiplies the learning rate by `factor` when the monitored value has
/// stopped improving.
public struct ReduceLearningRateOnPlateau: Sendable {
  public var monitor = "val_loss"
  public var mode = MonitorMode.auto
  public var factor = 0.1
  public var patience = 10
  public var minDelta = 1e-4
  /// Epochs after a reduction in which nothing is counted.
  public var cooldown = 0
  public var minimumRate = 0.0
  public init() {}
}

/// Gives each epoch's values as one line of comma-separated text. Writing the
/// file is the caller's: `write` is given whole lines with their line feed.
public struct CSVLogger {
  public var separator = ","
  /// The first line names the columns; false when lines are appended to a file that has them.
  public var writesHeader = true
  public var write: (String) throws(UnrollError) -> Void
  public init(write: @escaping (String) throws(UnrollError) -> Void) { self.write = write }
}
