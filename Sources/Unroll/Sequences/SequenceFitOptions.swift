/// How `Model.fitSequences` runs.
public struct SequenceFitOptions: Sendable {
  /// Updates to make, one sequence each.
  public var iterations = 1
  /// Number of the first iteration: training that goes on where another ended
  /// takes the sequences from there.
  public var firstIteration = 0
  /// What the model reads before the first symbol; nil: zeros for one-hot
  /// models, the end symbol (or, without one, nothing) for models that read
  /// indices.
  public var start: SequenceStart?
  /// Predicted after the last symbol of every sequence; nil: nothing is.
  public var endSymbol: Int?
  /// Iteration j takes sequence `order[j % order.count]`; empty: every
  /// sequence once a pass, shuffled anew for each pass or in order.
  public var order: [Int] = []
  public var shuffle = true
  /// Seed of shuffling and dropout; nil: the model's.
  public var seed: UInt64?
  /// The smoothed loss is `smoothing` times itself plus the rest times the
  /// iteration's loss.
  public var smoothing = 0.999
  /// What the smoothed loss begins with; nil: the loss of even guessing over a
  /// sequence of mean length.
  public var initialLoss: Double?
  /// The callback is called after every iteration whose number is a multiple
  /// of this, and after the last.
  public var callbackEvery = 1
  public init() {}
}

/// Where `Model.fitSequences` stands.
public struct SequenceProgress: Sendable, Equatable {
  public internal(set) var iteration = 0
  /// The iteration's loss, with the reduction that `compile` was given.
  public internal(set) var loss = 0.0
  public internal(set) var smoothedLoss = 0.0
}

/// Called on the thread that called `fitSequences`, never under a lock. It may
/// generate, predict, save and set the learning rate.
public typealias SequenceCallback = (SequenceProgress) -> FitAction
