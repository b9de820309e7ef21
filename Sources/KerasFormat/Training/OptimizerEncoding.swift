import Unroll

/// Writes an optimizer's configuration.
enum OptimizerEncoder {
  static func className(_ spec: OptimizerSpec) -> String {
    switch spec.algorithm {
    case .sgd: "SGD"
    case .rmsprop: "RMSprop"
    case .adam: "Adam"
    case .adamw: "AdamW"
    case .adagrad: "Adagrad"
    case .adamax: "Adamax"
    case .nadam: "Nadam"
    case .lion: "Lion"
    case .adadelta: "Adadelta"
    case .ftrl: "Ftrl"
    }
  }

  /// As given, or Keras 3's for the class: "rm_sprop".
  private static func name(_ spec: OptimizerSpec) -> String {
    spec.name.isEmpty ? LayerConfig.snakeCase(className(spec)) : spec.name
  }

  static func config(_ spec: OptimizerSpec) -> JSONObject {
    var config: JSONObject = ["name": .string(name(spec)), "learning_rate": learningRate(spec.learningRate)]
    // AdamW without the member would decay by its default.
    if spec.weightDecay > 0 || className(spec) == "AdamW" { config["weight_decay"] = .double(spec.weightDecay) }
    if spec.clipValue > 0 { config["clipvalue"] = .double(spec.clipValue) }
    if spec.clipNorm > 0 { config["clipnorm"] = .double(spec.clipNorm) }
    if spec.globalClipNorm > 0 { config["global_clipnorm"] = .double(spec.globalClipNorm) }
    func adam(_ beta1: Double, _ beta2: Double, _ epsilon: Double) {
      config["beta_1"] = .double(beta1)
      config["beta_2"] = .double(beta2)
      config["epsilon"] = .double(epsilon)
    }
    switch spec.algorithm {
    case .sgd(let momentum, let nesterov):
      config["momentum"] = .double(momentum)
      config["nesterov"] = .bool(nesterov)
    case .rmsprop(let rho, let momentum, let epsilon, let centered, _):
      config["rho"] = .double(rho)
      config["momentum"] = .double(momentum)
      config["epsilon"] = .double(epsilon)
      config["centered"] = .bool(centered)
    case .adam(let beta1, let beta2, let epsilon, let amsgrad), .adamw(let beta1, let beta2, let epsilon, let amsgrad):
      adam(beta1, beta2, epsilon)
      config["amsgrad"] = .bool(amsgrad)
    case .adagrad(let initial, let epsilon, _):
      config["initial_accumulator_value"] = .double(initial)
      config["epsilon"] = .double(epsilon)
    case .adamax(let beta1, let beta2, let epsilon), .nadam(let beta1, let beta2, let epsilon, _): adam(beta1, beta2, epsilon)
    case .lion(let beta1, let beta2):
      config["beta_1"] = .double(beta1)
      config["beta_2"] = .double(beta2)
    case .adadelta(let rho, let epsilon):
      config["rho"] = .double(rho)
      config["epsilon"] = .double(epsilon)
    case .ftrl(let initial, let power, let l1, let l2, let l2Shrinkage, let beta):
      config["initial_accumulator_value"] = .double(initial)
      config["learning_rate_power"] = .double(power)
      config["l1_regularization_strength"] = .double(l1)
      config["l2_regularization_strength"] = .double(l2)
      config["l2_shrinkage_regularization_strength"] = .double(l2Shrinkage)
      config["beta"] = .double(beta)
    }
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
