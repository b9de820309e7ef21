import Unroll

/// Writes `training_config` (`.h5`) and `compile_config` (`.keras`).
enum CompileEncoder {
  /// Our own members beside Keras', which ignores them, for what later ones
  /// cannot say: false for the RMSprop and Adagrad of Keras before 2.11, and
  /// the exponent's factor of Nadam's schedule then.
  static let epsilonMark = "unroll_epsilon_in_root", scheduleMark = "unroll_nadam_schedule_decay"

  static func marks(_ spec: CompileSpec) -> JSONObject {
    switch spec.optimizer.algorithm {
    case .rmsprop(_, _, _, _, epsilonInRoot: false), .adagrad(_, _, epsilonInRoot: false): [epsilonMark: false]
    case .nadam(_, _, _, let decay) where decay != 1: [scheduleMark: .double(decay)]
    default: [:]
    }
  }

  static func encode(_ spec: CompileSpec, _ dialect: Dialect) -> JSONObject {
    var losses = spec.losses.map(loss)
    var config: JSONObject = [:]
    switch dialect {
    case .legacy:
      config["optimizer_config"] = .object(["class_name": .string(className(spec.optimizer)), "config": .object(optimizer(spec.optimizer))])
    case .keras3, .archive:
      config["optimizer"] = .object(Dialect.object("keras.optimizers", className(spec.optimizer), optimizer(spec.optimizer)))
    }
    config["loss"] = losses.count == 1 ? losses.removeFirst() : .array(losses)
    config["metrics"] = .array(spec.metrics.map { .string($0 == .rootMeanSquaredError ? "RootMeanSquaredError" : $0.rawValue) })
    config["loss_weights"] = spec.lossWeights.isEmpty ? .null : .array(spec.lossWeights.map { .double($0) })
    config["weighted_metrics"] = .null
    // Keras passes every member of a compile_config on: there it has no place.
    return dialect == .archive ? config : config.merged(marks(spec))
  }

  /// By name where the defaults hold, which every version reads.
  private static func loss(_ spec: LossSpec) -> JSON {
    let name: String
    let className: String
    var members: JSONObject = [:]
    switch spec.function {
    case .meanSquaredError: (name, className) = ("mean_squared_error", "MeanSquaredError")
    case .meanAbsoluteError: (name, className) = ("mean_absolute_error", "MeanAbsoluteError")
    case .binaryCrossentropy(let logits):
      (name, className) = ("binary_crossentropy", "BinaryCrossentropy")
      if logits { members["from_logits"] = true }
    case .categoricalCrossentropy(let logits):
      (name, className) = ("categorical_crossentropy", "CategoricalCrossentropy")
      if logits { members["from_logits"] = true }
    case .sparseCategoricalCrossentropy(let logits):
      (name, className) = ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy")
      if logits { members["from_logits"] = true }
    case .huber(let delta):
      (name, className) = ("huber", "Huber")
      if delta != 1 { members["delta"] = .double(delta) }
    case .logCosh: (name, className) = ("log_cosh", "LogCosh")
    }
    if spec.reduction == .sum { members["reduction"] = "sum" }
    if members.isEmpty {
      return .string(name)
    }
    if members["reduction"] == nil { members["reduction"] = "sum_over_batch_size" }
    members["name"] = .string(name)
    return .object(Dialect.object("keras.losses", className, members))
  }

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

  private static func optimizer(_ spec: OptimizerSpec) -> JSONObject {
    var config: JSONObject = ["name": .string(className(spec).lowercased()), "learning_rate": learningRate(spec.learningRate)]
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
    case .inverseTime(let initial, let decay):
      return schedule(
        "InverseTimeDecay",
        ["initial_learning_rate": .double(initial), "decay_steps": 1, "decay_rate": .double(decay), "staircase": false])
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
