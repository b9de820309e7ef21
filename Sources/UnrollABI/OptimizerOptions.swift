import CUnroll
import KernelAPI
import Unroll

/// The members of the header's struct for the options of optimizers.

/// nil for an unknown number.
private func optimizer(_ number: unroll_optimizer_kind) -> OptimizerDescriptor? {
  kindNumbered(number.rawValue).map { OptimizerDescriptor.of($0) }
}

extension unroll_optimizer_options: RuleStruct {
  static var kindName: String { "unroll_optimizer_kind" }

  static let members: [OptionMember<Self, OptimizerRule>] = [
    .init(.momentum, \.momentum), .init(.nesterov, \.nesterov), .init(.rho, \.rho), .init(.centered, \.centered), .init(.beta1, \.beta_1),
    .init(.beta2, \.beta_2), .init(.epsilon, \.epsilon), .init(.amsgrad, \.amsgrad),
    .init(.initialAccumulator, \.initial_accumulator, named: "initial_accumulator"), .init(.power, \.learning_rate_power),
    .init(.l1, \.l1_regularization, named: "l1_regularization"), .init(.l2, \.l2_regularization, named: "l2_regularization"),
    .init(.l2Shrinkage, \.l2_shrinkage_regularization, named: "l2_shrinkage_regularization"), .init(.beta, \.beta),
  ]

  static let optionsOfKinds = OptimizerDescriptor.all.map(\.options)

  static func defaults(of kind: unroll_optimizer_kind) -> Self? {
    guard let descriptor = optimizer(kind) else { return nil }
    var options: Self = blank()
    options.kind = kind
    options.learning_rate = descriptor.learningRate
    options.weight_decay = descriptor.weightDecay
    options.schedule = UNROLL_SCHEDULE_CONSTANT
    options.setDefaults(of: descriptor.options)
    return options
  }
}

/// The rule that a caller described.
func rule(_ options: unroll_optimizer_options) throws(UnrollError) -> OptimizerRule {
  guard let descriptor = optimizer(options.kind) else { throw unknown(options.kind.rawValue, "unroll_optimizer_kind", "optimizer->kind") }
  var rule = descriptor.rule
  try options.read(descriptor.options, into: &rule, "optimizer->", "an optimizer")
  return rule
}
