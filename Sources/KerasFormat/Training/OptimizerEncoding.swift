import KernelAPI
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
    if rate.isConstant { return .double(rate.initial) }
    var config: JSONObject = [:]
    for option in rate.descriptor.options { config[option.name] = option.json(of: rate) }
    return .object(Dialect.object("keras.optimizers.schedules", rate.kind.rawValue, config))
  }
}
