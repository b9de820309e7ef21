import KernelAPI
import Glibc

/// The step size as a function of the number of updates made so far: one of Keras'
/// schedules, with its numbers. Numbers that a kind does not have are ignored.
package struct LearningRate: Sendable, Equatable {
  /// By Keras' names of the classes.
  package enum Kind: String, Sendable, CaseIterable {
    /// No schedule: a number, which can be set at any time.
    case constant
    case inverseTime = "InverseTimeDecay"
    case exponential = "ExponentialDecay"
    case cosine = "CosineDecay"
    case piecewise = "PiecewiseConstantDecay"
  }

  package let kind: Kind
  package var initial = 0.001
  package var decaySteps = 1.0
  package var decayRate = 1.0
  /// Only whole multiples of `decaySteps` count.
  package var staircase = false
  /// The fraction of the rate that is left at the end.
  package var alpha = 0.0
  package var warmupTarget: Double?
  package var warmupSteps = 0.0
  package var boundaries: [Double] = []
  /// One more value than there are boundaries.
  package var values: [Double] = []

  package init(_ kind: Kind) { self.kind = kind }

  package var descriptor: ScheduleDescriptor { .of(kind) }

  /// False when files store no learning rate because a schedule gives it.
  package var isConstant: Bool { kind == .constant }

  /// The rate of the update after `step` updates.
  func rate(at step: Int) -> Double {
    let step = Double(step)
    switch kind {
    case .constant: return initial
    case .inverseTime:
      let passed = step / decaySteps
      return initial / (1 + decayRate * (staircase ? passed.rounded(.down) : passed))
    case .exponential:
      let exponent = step / decaySteps
      return initial * pow(decayRate, staircase ? exponent.rounded(.down) : exponent)
    case .cosine:
      guard let target = warmupTarget else { return cosine(min(step, decaySteps) / decaySteps, from: initial) }
      if step < warmupSteps { return initial + (target - initial) * step / warmupSteps }
      return cosine((min(step, decaySteps + warmupSteps) - warmupSteps) / decaySteps, from: target)
    case .piecewise:
      for (boundary, value) in zip(boundaries, values) where step <= boundary { return value }
      return values.last ?? 0
    }
  }

  private func cosine(_ fraction: Double, from rate: Double) -> Double {
    rate * ((1 - alpha) * 0.5 * (1 + cos(.pi * fraction)) + alpha)
  }

  package func validate() throws(UnrollError) {
    let owner = kind == .constant ? "the optimizer" : "the schedule \(kind.rawValue)"
    for option in descriptor.options { try option.validate(self, owner) }
    guard kind == .piecewise else { return }
    guard values.count == boundaries.count + 1 else {
      throw UnrollError(
        .invalidArgument, "\(owner) needs one more value than boundaries, found \(values.count) values and \(boundaries.count) boundaries")
    }
    guard zip(boundaries, boundaries.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw UnrollError(.invalidArgument, "the boundaries of \(owner) must increase, found \(boundaries.compactMap { Int(exactly: $0) })")
    }
  }
}

/// The description of one of Keras' schedules, which files, checks and the C interface
/// use; its formula is above.
package struct ScheduleDescriptor: Sendable {
  package let kind: LearningRate.Kind
  /// In the order of Keras' configuration.
  package let options: [ScheduleOption]

  /// With Keras 3's defaults.
  package var rate: LearningRate {
    var rate = LearningRate(kind)
    for option in options { option.setUsual(in: &rate) }
    return rate
  }

  package static let all: [ScheduleDescriptor] = [
    .init(kind: .constant, options: [.learningRate]),
    // Keras 2's `decay` is the same with one step.
    .init(kind: .inverseTime, options: [.initial, .decaySteps.within(.fractionalSteps), .decayRate.usually(0), .staircase]),
    .init(kind: .exponential, options: [.initial, .decaySteps.required, .decayRate, .staircase]),
    .init(kind: .cosine, options: [.initial, .decaySteps.required, .alpha, .warmupTarget, .warmupSteps]),
    .init(kind: .piecewise, options: [.boundaries, .values]),
  ]

  private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })

  package static func of(_ kind: LearningRate.Kind) -> ScheduleDescriptor { byKind[kind] ?? .init(kind: kind, options: []) }

  /// Those that have a class in Keras.
  package static var classes: [ScheduleDescriptor] { all.filter { $0.kind != .constant } }
}

package typealias ScheduleOption = RuleOption<LearningRate>

extension RuleOption where Rule == LearningRate {
  package static var learningRate: Self { Self("learning_rate", \.initial, 0.001, .notNegative) }
  package static var initial: Self { Self("initial_learning_rate", \.initial, 0.001, .notNegative) }
  package static var decaySteps: Self { Self("decay_steps", \.decaySteps, 1, .steps) }
  package static var decayRate: Self { Self("decay_rate", \.decayRate, 1, .notNegative) }
  package static var staircase: Self { Self("staircase", \.staircase) }
  package static var alpha: Self { Self("alpha", \.alpha, 0, .notNegative) }
  package static var warmupTarget: Self { Self("warmup_target", \.warmupTarget, .notNegative) }
  package static var warmupSteps: Self { Self("warmup_steps", \.warmupSteps, 0, .stepsOrNone) }
  package static var boundaries: Self { Self("boundaries", \.boundaries, .whole) }
  package static var values: Self { Self("values", \.values, .notNegative) }
}
