/// One time step of one row with weights from `packStepBlocks`: everything that a step
/// needs, prepared once, so that a call passes one pointer. States, carry and output are
/// whole cache lines: steps store whole vectors.
public struct BlockStep<S: Scalar> {
  public let plan: RecurrentPlan
  public let cut: BlockCut
  public var weights: UnsafePointer<S>
  /// [F]
  public var input: UnsafePointer<S>
  /// The state before a step and the place for the one after it; the call exchanges them.
  public var state: UnsafeMutablePointer<S>
  public var next: UnsafeMutablePointer<S>
  /// LSTM only, updated in place.
  public var carry: UnsafeMutablePointer<S>
  /// A second copy of the new state.
  public var output: UnsafeMutablePointer<S>
  /// Whether the next call takes the blocks in reverse order. The weights read last are
  /// then read first: they are still in the nearest cache.
  public var isReversed = false

  public init(
    _ plan: RecurrentPlan, _ cut: BlockCut, weights: UnsafePointer<S>, input: UnsafePointer<S>,
    state: UnsafeMutablePointer<S>, next: UnsafeMutablePointer<S>, carry: UnsafeMutablePointer<S>,
    output: UnsafeMutablePointer<S>
  ) {
    self.plan = plan
    self.cut = cut
    self.weights = weights
    self.input = input
    self.state = state
    self.next = next
    self.carry = carry
    self.output = output
  }
}

/// The blocks of a layer, one vector of units each, in groups whose sums are in
/// registers at once.
public struct BlockCut: Sendable {
  /// Scalars of all weights; 0 if a plan has no such form.
  public var count = 0
  public var groups = 0
  /// Blocks of a group; the first `larger` groups have one more.
  public var size = 0
  public var larger = 0
  /// Units beyond whole vectors.
  public var tail = 0
  /// Whether all gates of the tail are one vector, which follows those of the last group;
  /// otherwise the tail is a block.
  public var folds = false

  public init() {}
}
