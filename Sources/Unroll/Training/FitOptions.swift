/// How `Model.fit` runs. Defaults are Keras'.
public struct FitOptions {
  public var epochs = 1
  /// Number of the first epoch, from 0: a run resumed from a checkpoint made
  /// after epoch k begins at k and ends at `epochs`.
  public var initialEpoch = 0
  public var batchSize = 32
  public var shuffle = true
  /// The last fraction of the samples, taken before shuffling, is kept for
  /// validation. Ignored when `validationData` is given.
  public var validationSplit = 0.0
  public var validationData: TrainingData?
  /// nil: `batchSize`.
  public var validationBatchSize: Int?
  /// Validate after every n-th epoch.
  public var validationFrequency = 1
  /// Weight of the samples of each class; classes not named have weight 1.
  /// Cannot be combined with sample weights, as in Keras.
  public var classWeights: [Int: Double] = [:]
  /// Seed of shuffling and dropout; nil: the model's. The same seed, data and
  /// initial state (weights, optimizer) give the same weights to the bit, for
  /// every number of threads.
  public var seed: UInt64?
  /// 0: one for every processor this process may use.
  public var threads = 0
  public var nonFiniteLoss = NonFiniteLoss.fail

  public var earlyStopping: EarlyStopping?
  public var checkpoint: ModelCheckpoint?
  public var reduceOnPlateau: ReduceLearningRateOnPlateau?
  /// Called before each epoch with its number and the learning rate; returns
  /// the rate to use (Keras' LearningRateScheduler).
  public var learningRateScheduler: ((_ epoch: Int, _ rate: Double) throws(UnrollError) -> Double)?
  public var csvLogger: CSVLogger?
  /// Told of the batches of each validation, as `evaluate` tells its callback.
  public var validationCallback: FitCallback?

  public init() {}
}

/// What happens when a batch's loss is NaN or infinite.
public enum NonFiniteLoss: Sendable {
  /// `fit` throws `.notFinite`; the weights are those before that batch.
  case fail
  /// Training ends there, `History.message` says why (Keras' TerminateOnNaN).
  case stop
  /// Training goes on, as Keras does by default.
  case ignore
}

/// When the host is called during a fit, an evaluation or a prediction.
public enum FitEvent: Sendable {
  case trainBegin, epochBegin, batchBegin, batchEnd, epochEnd, trainEnd
  case testBegin, testBatchBegin, testBatchEnd, testEnd
  case predictBegin, predictBatchBegin, predictBatchEnd, predictEnd
}

/// What the host wants after an event.
public enum FitAction: Sendable {
  case proceed
  /// End normally: after this batch or epoch, with a history. A validation runs
  /// to its end before; an evaluation ends with what it has seen.
  case stop
  /// Give up: `fit` throws `.cancelled`; the weights stay as they are.
  case cancel
}

/// Where a fit stands. At `batchEnd` and `testBatchEnd` the values are Keras'
/// running means so far; at `epochEnd` validation values follow, named `val_...`.
public struct FitProgress: Sendable {
  public internal(set) var epoch = 0
  public internal(set) var epochs = 0
  /// Number of the batch in its epoch, from 0.
  public internal(set) var batch = 0
  public internal(set) var batches = 0
  /// "loss", then, with several outputs, one loss per output, then metrics.
  public internal(set) var names: [String] = []
  public internal(set) var values: [Double] = []

  public subscript(name: String) -> Double? {
    names.firstIndex(of: name).flatMap { values.indices.contains($0) ? values[$0] : nil }
  }
}

/// Called on the thread that called `fit`, never under a lock. It may read and
/// write weights, predict, evaluate, save, and set the learning rate.
public typealias FitCallback = (FitEvent, FitProgress) -> FitAction

/// What `fit` returns: one value per name and epoch.
public struct History: Sendable, Equatable {
  public internal(set) var epochs: [Int] = []
  public internal(set) var names: [String] = []
  /// `values[i]` belongs to `names[i]`; NaN where an epoch had no such value.
  public internal(set) var values: [[Double]] = []
  public enum End: Sendable, Equatable { case epochs, earlyStopping, callback, notFinite }
  /// Why training ended.
  public private(set) var end = End.epochs
  /// A sentence about it; empty if all epochs were made.
  public private(set) var message = ""

  mutating func end(_ reason: End, _ message: String) {
    end = reason
    self.message = message
  }

  public subscript(name: String) -> [Double]? { names.firstIndex(of: name).map { values[$0] } }

  mutating func append(epoch: Int, _ progress: FitProgress) {
    for name in progress.names where !names.contains(name) {
      names.append(name)
      values.append([Double](repeating: .nan, count: epochs.count))
    }
    epochs.append(epoch)
    for (index, name) in names.enumerated() { values[index].append(progress[name] ?? .nan) }
  }
}
