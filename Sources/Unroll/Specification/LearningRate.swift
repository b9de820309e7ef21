/// The step size as a function of the number of updates made so far.
public enum LearningRate: Sendable, Equatable {
  case constant(Double)
  /// initial / (1 + decay * step / decaySteps), of whole steps with `staircase`;
  /// Keras 2's `decay` with `decaySteps` 1.
  case inverseTime(initial: Double, decay: Double, decaySteps: Double = 1, staircase: Bool = false)
  case exponentialDecay(initial: Double, decaySteps: Int, decayRate: Double, staircase: Bool)
  case cosineDecay(initial: Double, decaySteps: Int, alpha: Double, warmupTarget: Double?, warmupSteps: Int)
  /// values.count == boundaries.count + 1.
  case piecewiseConstant(boundaries: [Int], values: [Double])
}
