import CUnroll
import Unroll

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
  var function = LossFunction(descriptor.kind)
  for option in LossOption.all {
    let given = member(option, value), isUsed = descriptor.options.contains { $0.name == option.name }
    // A short form that was set member by member may have 0 for what it does not need.
    try refuse(
      given, "\(name).\(option.name)", usual: [0, option.usual], unless: isUsed, "a loss of kind \(value.kind.rawValue)")
    if isUsed { option.set(given, in: &function) }
  }
  let given = value.name == nil ? "" : try readText(value.name, "\(name).name")
  switch value.reduction {
  case UNROLL_REDUCTION_MEAN: return (LossSpec(function, reduction: .mean, name: given), value.weight)
  case UNROLL_REDUCTION_SUM: return (LossSpec(function, reduction: .sum, name: given), value.weight)
  default: throw unknown(value.reduction.rawValue, "unroll_reduction", "\(name).reduction")
  }
}

private func member(_ option: LossOption, _ value: unroll_loss_options) -> Double {
  switch option.name {
  case LossOption.fromLogits.name: value.from_logits == 0 ? 0 : 1
  case LossOption.labelSmoothing.name: value.label_smoothing
  default: value.delta
  }
}

/// The metrics of compile, and those of them that count weights.
func readMetrics(_ options: unroll_compile_options) throws(UnrollError) -> (plain: [MetricSpec], weighted: [MetricSpec]) {
  var plain: [MetricSpec] = [], weighted: [MetricSpec] = []
  let long = options.metric_options != nil || options.metric_option_count != 0
  try oneForm(
    long, short: options.metrics != nil || options.metric_count != 0, "options->metric_options", "options->metrics")
  for (index, value) in try readAll(options.metric_options, options.metric_option_count, "options->metric_options").enumerated() {
    let spec = try readMetric(value, "options->metric_options[\(index)]")
    if value.weighted != 0 { weighted.append(spec) } else { plain.append(spec) }
  }
  for (index, value) in try elements(options.metrics, options.metric_count, "options->metrics").enumerated() {
    plain.append(MetricSpec(try readFunction(value, "options->metrics[\(index)]")))
  }
  return (plain, weighted)
}

private func readMetric(_ value: unroll_metric_options, _ name: String) throws(UnrollError) -> MetricSpec {
  var function = try readFunction(value.kind, "\(name).kind")
  try refuseUnused(value, name)
  if case .binaryAccuracy = function { function = .binaryAccuracy(threshold: value.threshold) }
  let output: Int? =
    value.output == -1 ? nil : try checkedCount(Int(value.output), "\(name).output", from: 0, to: Int.max)
  return MetricSpec(function, name: value.name == nil ? nil : try readText(value.name, "\(name).name"), output: output)
}

private func readFunction(_ kind: unroll_metric_kind, _ name: String) throws(UnrollError) -> MetricSpec.Function {
  guard let function = metric(kind) else { throw unknown(kind.rawValue, "unroll_metric_kind", name) }
  return function
}
