import Glibc

extension LearningRate {
  /// The rate of the update after `step` updates.
  func rate(at step: Int) -> Double {
    let step = Double(step)
    switch self {
    case .constant(let rate): return rate
    case .inverseTime(let initial, let decay, let decaySteps, let staircase):
      let passed = step / decaySteps
      return initial / (1 + decay * (staircase ? passed.rounded(.down) : passed))
    case .exponentialDecay(let initial, let decaySteps, let decayRate, let staircase):
      let exponent = step / Double(decaySteps)
      return initial * pow(decayRate, staircase ? exponent.rounded(.down) : exponent)
    case .cosineDecay(let initial, let decaySteps, let alpha, let warmupTarget, let warmupSteps):
      let total = Double(decaySteps), warmup = Double(warmupSteps)
      guard let target = warmupTarget else { return Self.cosine(min(step, total) / total, from: initial, alpha) }
      if step < warmup { return initial + (target - initial) * step / warmup }
      return Self.cosine((min(step, total + warmup) - warmup) / total, from: target, alpha)
    case .piecewiseConstant(let boundaries, let values):
      for (boundary, value) in zip(boundaries, values) where step <= Double(boundary) { return value }
      return values.last ?? 0
    }
  }

  private static func cosine(_ fraction: Double, from rate: Double, _ alpha: Double) -> Double {
    rate * ((1 - alpha) * 0.5 * (1 + cos(.pi * fraction)) + alpha)
  }

  /// False when files store no learning rate because a schedule gives it.
  public var isConstant: Bool { if case .constant = self { true } else { false } }

  func validate() throws(UnrollError) {
    func rate(_ value: Double, _ name: String = "learning_rate") throws(UnrollError) {
      guard value.isFinite, value >= 0 else {
        throw UnrollError(.invalidArgument, "\(name) must be a finite number, at least 0, found \(shown(value))")
      }
    }
    func steps(_ value: Int) throws(UnrollError) {
      guard value > 0 else { throw UnrollError(.invalidArgument, "decay_steps must be at least 1, found \(value)") }
    }
    switch self {
    case .constant(let value): try rate(value)
    case .inverseTime(let initial, let decay, let decaySteps, _):
      try rate(initial)
      try rate(decay, "decay")
      guard decaySteps > 0, decaySteps.isFinite else {
        throw UnrollError(.invalidArgument, "decay_steps must be a number above 0, found \(shown(decaySteps))")
      }
    case .exponentialDecay(let initial, let decaySteps, let decayRate, _):
      try rate(initial)
      try steps(decaySteps)
      try rate(decayRate, "decay_rate")
    case .cosineDecay(let initial, let decaySteps, let alpha, let target, let warmupSteps):
      try rate(initial)
      try steps(decaySteps)
      try rate(alpha, "alpha")
      try rate(target ?? 0, "warmup_target")
      guard warmupSteps >= 0 else {
        throw UnrollError(.invalidArgument, "warmup_steps must not be negative, found \(warmupSteps)")
      }
    case .piecewiseConstant(let boundaries, let values):
      guard values.count == boundaries.count + 1 else {
        throw UnrollError(
          .invalidArgument,
          "a piecewise constant rate needs one value more than boundaries, found \(values.count) values and \(boundaries.count) boundaries")
      }
      for value in values { try rate(value) }
      guard zip(boundaries, boundaries.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw UnrollError(.invalidArgument, "the boundaries of a piecewise constant rate must increase, found \(boundaries)")
      }
    }
  }
}
