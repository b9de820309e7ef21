import KernelAPI

/// What there is to know of one of Keras' optimizers. Files, checks and the C
/// interface go by it; its formula stands in `Kernels/Optimizers.swift`.
public struct OptimizerDescriptor: Sendable {
  public let kind: OptimizerRule.Kind
  /// What it was called besides, in lower case.
  public var oldNames: [String] = []
  public var learningRate = 0.001
  public var weightDecay = 0.0
  /// In the order of Keras' configuration.
  public let options: [OptimizerOption]
  /// Keras' names of the arrays that it keeps for each weight, in the order of
  /// the kernel's slots. Keras stores them group after group, and within one
  /// group weight after weight.
  let slots: @Sendable (OptimizerRule) -> [[String]]
  /// Whether the first slot begins with `initialAccumulator` instead of zeros.
  var accumulates = false

  /// With Keras 3's defaults.
  public var rule: OptimizerRule {
    var rule = OptimizerRule(kind)
    for option in options { option.set(option.usual, in: &rule) }
    return rule
  }

  public static let all: [OptimizerDescriptor] = [
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
      // Without beta_1 only the last gradient's sign would count.
      kind: .lion, options: [.beta1.within(.aboveZeroToOne), .beta2.within(.fraction).usually(0.99)], slots: { _ in [["momentum"]] }),
    .init(kind: .adadelta, options: [.rho.usually(0.95), .epsilon], slots: { _ in [["accumulated_grad", "accumulated_delta_var"]] }),
    .init(
      kind: .ftrl, options: [.power, .initialAccumulator, .l1, .l2, .l2Shrinkage, .beta], slots: { _ in [["accumulator", "linear"]] },
      accumulates: true),
  ]

  private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })
  private static let moments: @Sendable (OptimizerRule) -> [[String]] = { [["momentum", "velocity"]] + ($0.amsgrad ? [["velocity_hat"]] : []) }

  public static func of(_ kind: OptimizerRule.Kind) -> OptimizerDescriptor {
    byKind[kind] ?? .init(kind: kind, options: [], slots: { _ in [] })
  }

  /// Keras' class by any of its names, in lower case.
  public static func named(_ name: String) -> OptimizerDescriptor? {
    all.first { $0.kind.rawValue.lowercased() == name || $0.oldNames.contains(name) }
  }

  func validate(_ rule: OptimizerRule) throws(UnrollError) {
    for option in options {
      let value = option.value(in: rule)
      guard option.domain.contains(value) else {
        throw UnrollError(.invalidArgument, "the optimizer's \(option.name) must \(option.domain.words), found \(shown(value))")
      }
    }
  }
}

/// A number or a flag of an optimizer's formula.
public struct OptimizerOption: Sendable {
  public enum Domain: Sendable {
    case flag, fraction, belowOne, aboveZeroToOne, notNegative, notPositive

    func contains(_ value: Double) -> Bool {
      switch self {
      case .flag: true
      case .fraction: value >= 0 && value <= 1
      case .belowOne: value >= 0 && value < 1
      case .aboveZeroToOne: value > 0 && value <= 1
      case .notNegative: value >= 0 && value.isFinite
      case .notPositive: value <= 0 && value.isFinite
      }
    }

    var words: String {
      switch self {
      case .flag: "be true or false"
      case .fraction: "lie between 0 and 1"
      case .belowOne: "be at least 0 and less than 1"
      case .aboveZeroToOne: "be greater than 0 and at most 1"
      case .notNegative: "be a finite number, at least 0"
      case .notPositive: "be a finite number, at most 0"
      }
    }
  }

  private enum Place: Sendable {
    case number(WritableKeyPath<OptimizerRule, Double> & Sendable)
    case flag(WritableKeyPath<OptimizerRule, Bool> & Sendable)
  }

  /// Keras' name.
  public let name: String
  /// Keras 3's default; a flag is 1 or 0.
  public private(set) var usual: Double
  public private(set) var domain: Domain
  private let place: Place

  public var isFlag: Bool { domain == .flag }

  public func value(in rule: OptimizerRule) -> Double {
    switch place {
    case .number(let path): rule[keyPath: path]
    case .flag(let path): rule[keyPath: path] ? 1 : 0
    }
  }

  public func set(_ value: Double, in rule: inout OptimizerRule) {
    switch place {
    case .number(let path): rule[keyPath: path] = value
    case .flag(let path): rule[keyPath: path] = value != 0
    }
  }

  func usually(_ value: Double) -> Self {
    var option = self
    option.usual = value
    return option
  }

  func within(_ domain: Domain) -> Self {
    var option = self
    option.domain = domain
    return option
  }

  private init(_ name: String, _ path: WritableKeyPath<OptimizerRule, Double> & Sendable, _ usual: Double, _ domain: Domain) {
    self.name = name
    self.usual = usual
    self.domain = domain
    place = .number(path)
  }

  private init(_ name: String, _ path: WritableKeyPath<OptimizerRule, Bool> & Sendable) {
    self.name = name
    usual = 0
    domain = .flag
    place = .flag(path)
  }

  public static let momentum = Self("momentum", \.momentum, 0, .fraction)
  public static let nesterov = Self("nesterov", \.nesterov)
  public static let rho = Self("rho", \.rho, 0.9, .fraction)
  public static let centered = Self("centered", \.centered)
  // 1 would make the bias correction divide by zero.
  public static let beta1 = Self("beta_1", \.beta1, 0.9, .belowOne)
  public static let beta2 = Self("beta_2", \.beta2, 0.999, .belowOne)
  public static let epsilon = Self("epsilon", \.epsilon, 1e-7, .notNegative)
  public static let amsgrad = Self("amsgrad", \.amsgrad)
  public static let initialAccumulator = Self("initial_accumulator_value", \.initialAccumulator, 0.1, .notNegative)
  public static let power = Self("learning_rate_power", \.power, -0.5, .notPositive)
  public static let l1 = Self("l1_regularization_strength", \.l1, 0, .notNegative)
  public static let l2 = Self("l2_regularization_strength", \.l2, 0, .notNegative)
  public static let l2Shrinkage = Self("l2_shrinkage_regularization_strength", \.l2Shrinkage, 0, .notNegative)
  public static let beta = Self("beta", \.beta, 0, .notNegative)
}
