import Unroll

/// Writes losses.
enum LossEncoder {
  /// Written by name if all options have their defaults, which every version reads.
  static func loss(_ spec: LossSpec, _ dialect: Dialect) -> JSON {
    let descriptor = spec.function.descriptor
    var members: JSONObject = [:]
    for option in descriptor.options where option.value(in: spec.function) != option.usual {
      members[option.name] = option.json(of: spec.function)
    }
    if spec.reduction == .sum { members["reduction"] = "sum" }
    if members.isEmpty, let written = written(spec.name, descriptor, dialect) { return .string(written) }
    if members["reduction"] == nil { members["reduction"] = "sum_over_batch_size" }
    members["name"] = .string(spec.name.isEmpty ? descriptor.name : spec.name)
    return .object(Dialect.object("keras.losses", descriptor.className, members))
  }

  /// The string for a loss without options; nil if it has a custom name.
  private static func written(_ given: String, _ descriptor: LossDescriptor, _ dialect: Dialect) -> String? {
    let name = descriptor.name
    if descriptor.shorthands.contains(given) { return dialect == .legacy ? name : given }
    return ["", name, descriptor.className, name + "_loss"].contains(given) ? name : nil
  }
}
