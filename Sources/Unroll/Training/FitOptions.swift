/// How `Model.fit` runs. Defaults are Keras'.
package struct FitOptions {
  package var epochs = 1
  /// The number of the first epoch, from 0: a run resumed from a checkpoint that was
  /// written after epoch k begins at k and ends at `epochs`.
  package var initialEpoch = 0
  package var batchSize = 32
  package var shuffle = true
  /// The fraction of the samples, at the end and before shuffling, that is held out for
  /// validation. Ignored if `validationData` is given.
  package var validationSplit = 0.0
  package var validationData: TrainingData?
  /// nil: `batchSize`.
  package var validationBatchSize: Int?
  /// Validate after every n-th epoch.
  package var validationFrequency = 1
  /// The weight of the samples of each class; 1 for classes that are not given.
  /// Cannot be combined with sample weights, as in Keras.
  package var classWeights: [Int: Double] = [:]
  /// Seed of shuffling and dropout; nil: the model's. The same seed, data and
  /// initial state (weights, optimizer) give the same weights, bit for bit, with any
  /// number of threads.
  package var seed: UInt64?
  /// 0: one for every processor this process may use.
  package var threads = 0
  package var nonFiniteLoss = NonFiniteLoss.fail

  package var earlyStopping: EarlyStopping?
  package var checkpoint: ModelCheckpoint?
  package var reduceOnPlateau: ReduceLearningRateOnPlateau?
  /// Called before each epoch with its number and the learning rate; returns
  /// the rate to use (Keras' LearningRateScheduler).
  package var learningRateScheduler: ((_ epoch: Int, _ rate: Double) throws(UnrollError) -> Double)?
  package var csvLogger: CSVLogger?
  /// Called for the batches of each validation, like the callback of `evaluate`.
  package var validationCallback: FitCallback?

  package init() {}
}

/// What to do if the loss of a batch is NaN or infinite.
package enum NonFiniteLoss: Sendable {
  /// `fit` throws `.notFinite`; the weights are those before that batch.
  case fail
  /// Training ends there, and `History.message` says why (Keras' TerminateOnNaN).
  case stop
  /// Training continues, as in Keras by default.
  case ignore
}

/// The events at which the host is called during a fit, an evaluation or a prediction.
package enum FitEvent: Sendable {
  case trainBegin, epochBegin, batchBegin, batchEnd, epochEnd, trainEnd
  case testBegin, testBatchBegin, testBatchEnd, testEnd
  case predictBegin, predictBatchBegin, predictBatchEnd, predictEnd
}

/// What the host requests after an event.
package enum FitAction: Sendable {
  case proceed
  /// End normally after this batch or epoch, with a history. A validation is completed
  /// first; an evaluation returns the values of the batches so far.
  case stop
  /// Cancel: `fit` throws `.cancelled`; the weights stay as they are.
  case cancel
}

/// The progress of a fit. At `batchEnd` and `testBatchEnd` the values are Keras'
/// running means so far; at `epochEnd` they include validation values, named `val_...`.
package struct FitProgress: Sendable {
  package internal(set) var epoch = 0
  package internal(set) var epochs = 0
  /// Number of the batch in its epoch, from 0.
  package internal(set) var batch = 0
  package internal(set) var batches = 0
  /// "loss", then, with several outputs, one loss per output, then metrics.
  package internal(set) var names: [String] = []
  package internal(set) var values: [Double] = []

  package subscript(name: String) -> Double? {
    names.firstIndex(of: name).flatMap { values.indices.contains($0) ? values[$0] : nil }
  }
}

/// Called on the thread that called `fit`, never under a lock. It may read and
/// write weights, predict, evaluate, save, and set the learning rate.
package typealias FitCallback = (FitEvent, FitProgress) -> FitAction

/// What `fit` returns: one value per name and epoch.
package struct History: Sendable, Equatable {
  package internal(set) var epochs: [Int] = []
  package internal(set) var names: [String] = []
  /// `values[i]` belongs to `names[i]`; NaN if an epoch had no such value.
  package internal(set) var values: [[Double]] = []
  package enum End: Sendable, Equatable { case epochs, earlyStopping, callback, notFinite }
  /// Why training ended.
  package private(set) var end = End.epochs
  /// A sentence that explains it; empty if all epochs were completed.
  package private(set) var message = ""

  mutating func end(_ reason: End, _ message: String) {
    end = reason
    self.message = message
  }

  package subscript(name: String) -> [Double]? { names.firstIndex(of: name).map { values[$0] } }

  mutating func append(epoch: Int, _ progress: FitProgress) {
    for name in progress.names where !names.contains(name) {
      names.append(name)
      values.append([Double](repeating: .nan, count: epochs.count))
    }
    epochs.append(epoch)
    for (index, name) in names.enumerated() { values[index].append(progress[name] ?? .nan) }
  }
}
