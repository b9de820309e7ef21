import CUnroll
import Unroll

/// The members of the header's struct for the options of metrics.

/// nil for an unknown number.
private func metric(_ number: unroll_metric_kind) -> MetricDescriptor? {
  kindNumbered(number.rawValue).map { MetricDescriptor.of($0) }
}

extension unroll_metric_options: RuleStruct {
  static var kindName: String { "unroll_metric_kind" }

  static let members: [OptionMember<Self, MetricFunction>] = [.init(.threshold, \.threshold)]

  static let optionsOfKinds = MetricDescriptor.all.map(\.options)

  static func defaults(of kind: unroll_metric_kind) -> Self? {
    guard let descriptor = metric(kind) else { return nil }
    var options: Self = blank()
    options.kind = kind
    options.output = -1
    options.setDefaults(of: descriptor.options)
    return options
  }
}

/// The metrics of compile, and those that use weights.
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
    plain.append(MetricSpec(try readKind(value, "options->metrics[\(index)]").function))
  }
  return (plain, weighted)
}

private func readMetric(_ value: unroll_metric_options, _ name: String) throws(UnrollError) -> MetricSpec {
  let descriptor = try readKind(value.kind, "\(name).kind")
  var function = descriptor.function
  try value.read(descriptor.options, into: &function, "\(name).", "a metric")
  let output: Int? =
    value.output == -1 ? nil : try checkedCount(Int(value.output), "\(name).output", from: 0, to: Int.max)
  return MetricSpec(function, name: value.name == nil ? nil : try readText(value.name, "\(name).name"), output: output)
}

private func readKind(_ kind: unroll_metric_kind, _ name: String) throws(UnrollError) -> MetricDescriptor {
  guard let descriptor = metric(kind) else { throw unknown(kind.rawValue, unroll_metric_options.kindName, name) }
  return descriptor
}
