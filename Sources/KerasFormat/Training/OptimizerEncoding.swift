import Unroll

/// Writes an optimizer's configuration.
enum OptimizerEncoder {
  /// As given, or Keras 3's for the class: "rm_sprop".
  private static func name(_ spec: OptimizerSpec) -> String {
    spec.name.isEmpty ? LayerConfig.snakeCase(spec.rule.kind.rawValue) : spec.name
  }

  static func config(_ spec: OptimizerSpec) -> JSONObject {
    var config: JSONObject = ["name": .string(name(spec)), "learning_rate": learningRate(spec.learningRate)]
    // Without the member AdamW would decay by its default.
    if spec.weightDecay > 0 || OptimizerDescriptor.of(spec.rule.kind).weightDecay != 0 { config["weight_decay"] = .double(spec.weightDecay) }
    if spec.clipValue > 0 { config["clipvalue"] = .double(spec.clipValue) }
    if spec.clipNorm > 0 { config["clipnorm"] = .double(spec.clipNorm) }
    if spec.globalClipNorm > 0 { config["global_clipnorm"] = .double(spec.globalClipNorm) }
    for option in OptimizerDescriptor.of(spec.rule.kind).options { config[option.name] = option.json(of: spec.rule) }
    return config
  }

  private static func learningRate(_ rate: LearningRate) -> JSON {
    func schedule(_ className: String, _ config: JSONObject) -> JSON {
      .object(Dialect.object("keras.optimizers.schedules", className, config))
    }
    switch rate {
    case .constant(let value): return .double(value)
    // Keras 2's decay as the schedule that computes the same.
    case .inverseTime(let initial, let decay, let steps, let staircase):
      return schedule(
        "InverseTimeDecay",
        [
          "initial_learning_rate": .double(initial), "decay_steps": Int(exactly: steps).map { .int($0) } ?? .double(steps),
          "decay_rate": .double(decay), "staircase": .bool(staircase),
        ])
    case .exponentialDecay(let initial, let steps, let decayRate, let staircase):
      return schedule(
        "ExponentialDecay",
        [
          "initial_learning_rate": .double(initial), "decay_steps": .int(steps), "decay_rate": .double(decayRate),
          "staircase": .bool(staircase),
        ])
    case .cosineDecay(let initial, let steps, let alpha, let target, let warmup):
      return schedule(
        "CosineDecay",
        [
          "initial_learning_rate": .double(initial), "decay_steps": .int(steps), "alpha": .double(alpha),
          "warmup_target": .optional(target), "warmup_steps": .int(warmup),
        ])
    case .piecewiseConstant(let boundaries, let values):
      return schedule(
        "PiecewiseConstantDecay", ["boundaries": .ints(boundaries), "values": .array(values.map { .double($0) })])
    }
  }
}
