import KernelAPI
import Unroll

/// Reads a loss of any version of Keras: a name, an object, or a function by its name.
struct LossDecoder {
  let context: DecodingContext

  func loss(_ value: JSON) throws(UnrollError) -> LossSpec {
    let config = value["config"]?.object ?? [:]
    // A function has its name for a configuration; a wrapper names it inside.
    let isWrapper = value["class_name"] == "LossFunctionWrapper"
    let written =
      value.string ?? value["config"]?.string ?? config["fn"]?.string
      ?? (isWrapper ? config["name"]?.string : nil) ?? value["class_name"]?.string
    guard let written else { throw UnrollError(.unsupported, "the losses: expected a loss for each output, found \(value.kind)") }
    let reader = ConfigReader(config, owner: "the loss \(written)", context)
    let short = LayerConfig.snakeCase(written.split(separator: ">").last.map(String.init) ?? written)
    guard let descriptor = LossDescriptor.named(short) else { throw reader.unsupported("unknown loss") }
    var function = descriptor.function
    if let axis = try reader.optionalInt("axis"), axis != -1 { throw reader.unsupported("axis = \(axis) is not supported") }
    try reader.read(descriptor.options, into: &function, besides: ["name", "fn", "reduction", "axis", "dtype"])
    try reader.requireWideType()
    return LossSpec(function, reduction: try reduction(reader), name: value.string ?? config["name"]?.string ?? "")
  }

  private func reduction(_ reader: ConfigReader) throws(UnrollError) -> LossSpec.Reduction {
    guard let written = reader.object["reduction"] else { return .mean }
    switch written.string {
    case "auto", "sum_over_batch_size", "mean": return .mean
    case "sum": return .sum
    default: throw reader.unsupported("reduction = \(JSONWriter.write(written)) is not supported; expected sum_over_batch_size or sum")
    }
  }
}

extension ConfigReader {
  /// Reads the options of a rule, and refuses all others except `known`.
  func read<Rule>(_ options: [RuleOption<Rule>], into rule: inout Rule, besides known: Set<String>) throws(UnrollError) {
    for option in options { try option.read(self, into: &rule) }
    try refuseOptions(besides: known.union(options.map(\.name)))
  }

  /// Refuses every option that is set and not among `known`.
  func refuseOptions(besides known: Set<String>) throws(UnrollError) {
    for (name, value) in object.members where !known.contains(name) && !value.isNull {
      throw unsupported("the option \(name) = \(JSONWriter.write(value)) is not supported")
    }
  }

  /// Losses and metrics are computed in the model's type or in float64, which
  /// stands for any type that is no coarser than float32.
  func requireWideType() throws(UnrollError) {
    guard let written = value("dtype") else { return }
    let name = written.string ?? written["config"]?["name"]?.string ?? JSONWriter.write(written)
    guard ["float32", "float64"].contains(name) else { throw unsupported("dtype = \(name) is not supported; expected float32 or float64") }
  }
}
