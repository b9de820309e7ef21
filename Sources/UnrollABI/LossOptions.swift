import CUnroll
import Unroll

/// The members of the header's struct for the options of losses.

/// nil for an unknown number.
private func loss(_ number: unroll_loss_kind) -> LossDescriptor? {
  kindNumbered(number.rawValue).map { LossDescriptor.of($0) }
}

extension unroll_loss_options: RuleStruct {
  static var kindName: String { "unroll_loss_kind" }

  static let members: [OptionMember<Self, LossFunction>] = [
    .init(.fromLogits, \.from_logits), .init(.labelSmoothing, \.label_smoothing), .init(.delta, \.delta),
  ]

  static let optionsOfKinds = LossDescriptor.all.map(\.options)

  static func defaults(of kind: unroll_loss_kind) -> Self? {
    guard let descriptor = loss(kind) else { return nil }
    var options: Self = blank()
    options.kind = kind
    options.reduction = UNROLL_REDUCTION_MEAN
    options.weight = 1
    options.setDefaults(of: descriptor.options)
    return options
  }
}

/// A loss and its weight in the total.
typealias WeightedLoss = (loss: LossSpec, weight: Double)

/// The losses of compile, given in one of three forms.
func readLosses(_ options: unroll_compile_options) throws(UnrollError) -> [WeightedLoss] {
  let usual = unroll_compile_options.defaults.loss
  let changed = !same(options.loss, usual)
  let many = options.losses != nil || options.loss_count != 0
  if options.loss_options != nil || options.loss_option_count != 0 {
    try oneForm(true, short: many, "options->loss_options", "options->losses")
    try oneForm(true, short: changed, "options->loss_options", "options->loss")
    let given = try readAll(options.loss_options, options.loss_option_count, "options->loss_options")
    var result: [WeightedLoss] = []
    for (index, loss) in given.enumerated() { result.append(try readLoss(loss, "options->loss_options[\(index)]")) }
    return result
  }
  let given = many ? try elements(options.losses, options.loss_count, "options->losses") : [options.loss]
  var result: [WeightedLoss] = []
  for (index, loss) in given.enumerated() {
    let name = given.count == 1 ? "options->loss" : "options->losses[\(index)]"
    var long: unroll_loss_options = try kindDefaults(loss.kind, "\(name).kind")
    long.from_logits = loss.from_logits
    long.reduction = loss.reduction
    long.delta = loss.delta
    long.weight = loss.weight
    result.append(try readLoss(long, name))
  }
  return result
}

private func same(_ a: unroll_loss, _ b: unroll_loss) -> Bool {
  a.kind == b.kind && a.from_logits == b.from_logits && a.reduction == b.reduction && a.delta == b.delta && a.weight == b.weight
}

private func readLoss(_ value: unroll_loss_options, _ name: String) throws(UnrollError) -> WeightedLoss {
  guard let descriptor = loss(value.kind) else { throw unknown(value.kind.rawValue, "unroll_loss_kind", "\(name).kind") }
  var function = descriptor.function
  // A short form that was set member by member may have 0 for what it does not need.
  try value.read(descriptor.options, into: &function, "\(name).", "a loss", alsoUsual: [0])
  let given = value.name == nil ? "" : try readText(value.name, "\(name).name")
  switch value.reduction {
  case UNROLL_REDUCTION_MEAN: return (LossSpec(function, reduction: .mean, name: given), value.weight)
  case UNROLL_REDUCTION_SUM: return (LossSpec(function, reduction: .sum, name: given), value.weight)
  default: throw unknown(value.reduction.rawValue, "unroll_reduction", "\(name).reduction")
  }
}
