/// An optimizer's update: one of Keras 3's formulas, with its numbers. Numbers that a kind
/// does not have are ignored; `Kernels/Optimizers.swift` has the formulas.
public struct OptimizerRule: Sendable, Equatable {
  /// By Keras' class names.
  public enum Kind: String, Sendable, CaseIterable {
    case sgd = "SGD"
    case rmsprop = "RMSprop"
    case adam = "Adam"
    /// The same as `adam`; the name under which Keras decays weights by default.
    case adamw = "AdamW"
    case adagrad = "Adagrad"
    case adamax = "Adamax"
    case nadam = "Nadam"
    case lion = "Lion"
    case adadelta = "Adadelta"
    case ftrl = "Ftrl"
  }

  public let kind: Kind
  public var momentum = 0.0
  public var nesterov = false
  public var rho = 0.9
  public var beta1 = 0.9
  public var beta2 = 0.999
  public var epsilon = 1e-7
  public var centered = false
  public var amsgrad = false
  public var initialAccumulator = 0.1
  /// Keras' `learning_rate_power`, at most 0.
  public var power = -0.5
  public var l1 = 0.0
  public var l2 = 0.0
  public var l2Shrinkage = 0.0
  public var beta = 0.0
  /// RMSprop, Adagrad: false is sqrt(d) + epsilon, as Keras computed it before tf.keras 2.11.
  public var epsilonInRoot = true
  /// Nadam: u_t = beta1 (1 - 0.96^(t `scheduleDecay`) / 2); 0.004 before tf.keras 2.11.
  public var scheduleDecay = 1.0

  public init(_ kind: Kind) { self.kind = kind }
}

/// The description of one of Keras' optimizers, which files, checks and the C
/// interface use; its formula is in `Kernels/Optimizers.swift`.
package struct OptimizerDescriptor: Sendable {
  package let kind: OptimizerRule.Kind
  /// Its older names, in lower case.
  package var oldNames: [String] = []
  package var learningRate = 0.001
  package var weightDecay = 0.0
  /// In the order of Keras' configuration.
  package let options: [OptimizerOption]
  /// Keras' names for the arrays that it keeps for each weight, in the order of the
  /// kernel's slots. Keras stores them one group after another, and within a group one
  /// weight after another.
  package let slots: @Sendable (OptimizerRule) -> [[String]]
  /// Whether the first slot begins with `initialAccumulator` instead of zeros.
  package var accumulates = false

  /// With Keras 3's defaults.
  package var rule: OptimizerRule {
    var rule = OptimizerRule(kind)
    for option in options { option.setUsual(in: &rule) }
    return rule
  }

  package static let all: [OptimizerDescriptor] = [
    .init(
      kind: .sgd, oldNames: ["momentum"], learningRate: 0.01, options: [.momentum, .nesterov],
      slots: { $0.momentum != 0 ? [["momentum"]] : [] }),
    .init(
      kind: .rmsprop, options: [.rho, .momentum, .epsilon, .centered],
      slots: { [["velocity"]] + ($0.momentum > 0 ? [["momentum"]] : []) + ($0.centered ? [["average_gradient"]] : []) }),
    .init(kind: .adam, options: [.beta1, .beta2, .epsilon, .amsgrad], slots: moments),
    .init(kind: .adamw, weightDecay: 0.004, options: [.beta1, .beta2, .epsilon, .amsgrad], slots: moments),
    .init(kind: .adagrad, options: [.initialAccumulator, .epsilon], slots: { _ in [["accumulator"]] }, accumulates: true),
    .init(kind: .adamax, options: [.beta1, .beta2, .epsilon], slots: { _ in [["momentum", "norm"]] }),
    .init(kind: .nadam, options: [.beta1, .beta2, .epsilon], slots: { _ in [["momentum", "velocity"]] }),
    .init(
      // Without beta_1 only the sign of the last gradient would matter.
      kind: .lion, options: [.beta1.within(.aboveZeroToOne), .beta2.within(.fraction).usually(0.99)], slots: { _ in [["momentum"]] }),
    .init(kind: .adadelta, options: [.rho.usually(0.95), .epsilon], slots: { _ in [["accumulated_grad", "accumulated_delta_var"]] }),
    .init(
      kind: .ftrl, options: [.power, .initialAccumulator, .l1, .l2, .l2Shrinkage, .beta], slots: { _ in [["accumulator", "linear"]] },
      accumulates: true),
  ]

  private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })
  private static let moments: @Sendable (OptimizerRule) -> [[String]] = { [["momentum", "velocity"]] + ($0.amsgrad ? [["velocity_hat"]] : []) }

  package static func of(_ kind: OptimizerRule.Kind) -> OptimizerDescriptor {
    byKind[kind] ?? .init(kind: kind, options: [], slots: { _ in [] })
  }

  /// The optimizer with any of these names, in lower case.
  package static func named(_ name: String) -> OptimizerDescriptor? {
    all.first { $0.kind.rawValue.lowercased() == name || $0.oldNames.contains(name) }
  }
}

package typealias OptimizerOption = RuleOption<OptimizerRule>

extension RuleOption where Rule == OptimizerRule {
  package static var momentum: Self { Self("momentum", \.momentum, 0, .fraction) }
  package static var nesterov: Self { Self("nesterov", \.nesterov) }
  package static var rho: Self { Self("rho", \.rho, 0.9, .fraction) }
  package static var centered: Self { Self("centered", \.centered) }
  // 1 would make the bias correction divide by zero.
  package static var beta1: Self { Self("beta_1", \.beta1, 0.9, .belowOne) }
  package static var beta2: Self { Self("beta_2", \.beta2, 0.999, .belowOne) }
  package static var epsilon: Self { Self("epsilon", \.epsilon, 1e-7, .notNegative) }
  package static var amsgrad: Self { Self("amsgrad", \.amsgrad) }
  package static var initialAccumulator: Self { Self("initial_accumulator_value", \.initialAccumulator, 0.1, .notNegative) }
  package static var power: Self { Self("learning_rate_power", \.power, -0.5, .notPositive) }
  package static var l1: Self { Self("l1_regularization_strength", \.l1, 0, .notNegative) }
  package static var l2: Self { Self("l2_regularization_strength", \.l2, 0, .notNegative) }
  package static var l2Shrinkage: Self { Self("l2_shrinkage_regularization_strength", \.l2Shrinkage, 0, .notNegative) }
  package static var beta: Self { Self("beta", \.beta, 0, .notNegative) }
}
