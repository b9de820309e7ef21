import CUnroll
import KernelAPI
import Unroll

/// The header's numbers of optimizers, and where its struct has their options.

private let kinds: [(number: unroll_optimizer_kind, kind: OptimizerRule.Kind)] = [
  (UNROLL_OPTIMIZER_SGD, .sgd), (UNROLL_OPTIMIZER_RMSPROP, .rmsprop), (UNROLL_OPTIMIZER_ADAM, .adam),
  (UNROLL_OPTIMIZER_ADAMW, .adamw), (UNROLL_OPTIMIZER_ADAGRAD, .adagrad), (UNROLL_OPTIMIZER_ADAMAX, .adamax),
  (UNROLL_OPTIMIZER_NADAM, .nadam), (UNROLL_OPTIMIZER_LION, .lion), (UNROLL_OPTIMIZER_ADADELTA, .adadelta),
  (UNROLL_OPTIMIZER_FTRL, .ftrl),
]

/// nil for a number that is none.
func optimizer(_ kind: unroll_optimizer_kind) -> OptimizerDescriptor? {
  kinds.first { $0.number == kind }.map { OptimizerDescriptor.of($0.kind) }
}

private struct Member: Sendable {
  let name: String
  let option: OptimizerOption
  let place: Place

  enum Place: Sendable {
    case number(WritableKeyPath<unroll_optimizer_options, Double> & Sendable)
    case flag(WritableKeyPath<unroll_optimizer_options, Int32> & Sendable)
  }

  init(_ name: String, _ option: OptimizerOption, _ path: WritableKeyPath<unroll_optimizer_options, Double> & Sendable) {
    (self.name, self.option, place) = (name, option, .number(path))
  }

  init(_ name: String, _ option: OptimizerOption, _ path: WritableKeyPath<unroll_optimizer_options, Int32> & Sendable) {
    (self.name, self.option, place) = (name, option, .flag(path))
  }

  func value(in options: unroll_optimizer_options) -> Double {
    switch place {
    case .number(let path): options[keyPath: path]
    case .flag(let path): options[keyPath: path] == 0 ? 0 : 1
    }
  }

  func set(_ value: Double, in options: inout unroll_optimizer_options) {
    switch place {
    case .number(let path): options[keyPath: path] = value
    case .flag(let path): options[keyPath: path] = value == 0 ? 0 : 1
    }
  }

  static let all = [
    Member("momentum", .momentum, \.momentum), Member("nesterov", .nesterov, \.nesterov), Member("rho", .rho, \.rho),
    Member("centered", .centered, \.centered), Member("beta_1", .beta1, \.beta_1), Member("beta_2", .beta2, \.beta_2),
    Member("epsilon", .epsilon, \.epsilon), Member("amsgrad", .amsgrad, \.amsgrad),
    Member("initial_accumulator", .initialAccumulator, \.initial_accumulator),
    Member("learning_rate_power", .power, \.learning_rate_power), Member("l1_regularization", .l1, \.l1_regularization),
    Member("l2_regularization", .l2, \.l2_regularization),
    Member("l2_shrinkage_regularization", .l2Shrinkage, \.l2_shrinkage_regularization), Member("beta", .beta, \.beta),
  ]

  /// The option as one kind has it.
  func option(of descriptor: OptimizerDescriptor) -> OptimizerOption? { descriptor.options.first { $0.name == option.name } }

  /// What some kind has by default.
  var usual: [Double] { [option.usual] + OptimizerDescriptor.all.compactMap { option(of: $0)?.usual } }
}

extension unroll_optimizer_options: DescribingStruct {
  static var kindName: String { "unroll_optimizer_kind" }

  static func defaults(of kind: unroll_optimizer_kind) -> Self? {
    guard let descriptor = optimizer(kind) else { return nil }
    var options: Self = blank()
    options.kind = kind
    options.learning_rate = descriptor.learningRate
    options.weight_decay = descriptor.weightDecay
    options.schedule = UNROLL_SCHEDULE_CONSTANT
    for member in Member.all { member.set((member.option(of: descriptor) ?? member.option).usual, in: &options) }
    return options
  }
}

/// The rule that a caller described. A member that was set for a kind without
/// it is refused, as it would do nothing (see UnusedOptions).
func rule(_ options: unroll_optimizer_options) throws(UnrollError) -> OptimizerRule {
  guard let descriptor = optimizer(options.kind) else { throw unknown(options.kind.rawValue, "unroll_optimizer_kind", "optimizer->kind") }
  var rule = descriptor.rule
  for member in Member.all {
    let value = member.value(in: options), option = member.option(of: descriptor)
    try refuse(value, "optimizer->\(member.name)", usual: member.usual, unless: option != nil, "an optimizer of kind \(options.kind.rawValue)")
    option?.set(value, in: &rule)
  }
  return rule
}
