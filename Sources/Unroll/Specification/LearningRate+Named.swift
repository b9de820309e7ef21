/// Creates a learning rate of each kind from its numbers.
extension LearningRate {
  package static func constant(_ rate: Double) -> Self { made(.constant) { $0.initial = rate } }

  package static func inverseTime(initial: Double, decay: Double, decaySteps: Double = 1, staircase: Bool = false) -> Self {
    decaying(.inverseTime, initial, decaySteps, decay, staircase)
  }

  package static func exponentialDecay(initial: Double, decaySteps: Double, decayRate: Double, staircase: Bool = false) -> Self {
    decaying(.exponential, initial, decaySteps, decayRate, staircase)
  }

  package static func cosineDecay(
    initial: Double, decaySteps: Double, alpha: Double = 0, warmupTarget: Double? = nil, warmupSteps: Double = 0
  ) -> Self {
    made(.cosine) {
      $0.initial = initial
      $0.decaySteps = decaySteps
      $0.alpha = alpha
      $0.warmupTarget = warmupTarget
      $0.warmupSteps = warmupSteps
    }
  }

  package static func piecewiseConstant(boundaries: [Double], values: [Double]) -> Self {
    made(.piecewise) {
      $0.boundaries = boundaries
      $0.values = values
    }
  }

  private static func decaying(_ kind: Kind, _ initial: Double, _ steps: Double, _ rate: Double, _ staircase: Bool) -> Self {
    made(kind) {
      $0.initial = initial
      $0.decaySteps = steps
      $0.decayRate = rate
      $0.staircase = staircase
    }
  }

  private static func made(_ kind: Kind, _ change: (inout Self) -> Void) -> Self {
    var rate = LearningRate(kind)
    change(&rate)
    return rate
  }
}
