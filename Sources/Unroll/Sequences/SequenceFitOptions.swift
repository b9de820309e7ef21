/// How `Model.fitSequences` runs.
package struct SequenceFitOptions: Sendable {
  /// Updates to make, one sequence each.
  package var iterations = 1
  /// The number of the first iteration: training that continues an earlier one takes
  /// the sequences from there.
  package var firstIteration = 0
  /// What the model reads before the first symbol; nil: zeros for one-hot
  /// models, the end symbol (or, without one, nothing) for models that read
  /// indices.
  package var start: SequenceStart?
  /// Predicted after the last symbol of every sequence; nil: nothing is predicted there.
  package var endSymbol: Int?
  /// Iteration j takes sequence `order[j % order.count]`; empty: every sequence once per
  /// pass, shuffled for each pass or in order.
  package var order: [Int] = []
  package var shuffle = true
  /// Seed of shuffling and dropout; nil: the model's.
  package var seed: UInt64?
  /// The smoothed loss is `smoothing` times itself plus the rest times the
  /// iteration's loss.
  package var smoothing = 0.999
  /// The first smoothed loss; nil: the loss of a uniform guess over a sequence of mean
  /// length.
  package var initialLoss: Double?
  /// The callback is called after every iteration whose number is a multiple
  /// of this, and after the last.
  package var callbackEvery = 1
  package init() {}
}

/// The progress of `Model.fitSequences`.
package struct SequenceProgress: Sendable, Equatable {
  package internal(set) var iteration = 0
  /// The loss of the iteration, with the reduction that was passed to `compile`.
  package internal(set) var loss = 0.0
  package internal(set) var smoothedLoss = 0.0
}

/// Called on the thread that called `fitSequences`, never under a lock. It may
/// generate, predict, save and set the learning rate.
package typealias SequenceCallback = (SequenceProgress) -> FitAction
