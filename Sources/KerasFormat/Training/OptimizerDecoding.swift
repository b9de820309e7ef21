import Unroll

/// Reads an optimizer's configuration of any Keras.
struct OptimizerDecoder {
  let context: DecodingContext

  func optimizer(_ value: JSON) throws(UnrollError) -> OptimizerSpec {
    let written = value.string ?? value["class_name"]?.string ?? value.kind
    let name = (written.split(separator: ">").last.map(String.init) ?? written).lowercased()
    let config = value["config"]?.object ?? [:]
    if name == "lossscaleoptimizer" || name == "loss_scale_optimizer" {
      guard let inner = config["inner_optimizer"] ?? config["optimizer"] else {
        throw UnrollError(.format, "the optimizer \(written): its inner optimizer is missing")
      }
      let scaling = ConfigReader(config, owner: "the optimizer \(written)", context)
      for option in ["clipnorm", "clipvalue", "global_clipnorm", "weight_decay", "use_ema", "gradient_accumulation_steps"] {
        if let value = scaling.value(option), value != false, value.double != 0 {
          throw scaling.unsupported("the option \(option) = \(JSONWriter.write(value)) is not supported outside the inner optimizer")
        }
      }
      context.note("the optimizer's loss scaling is left out; it is for float16")
      return try optimizer(inner)
    }
    let reader = ConfigReader(config, owner: "the optimizer \(written)", context)
    // Nadam's is about its momentum.
    let decay = name == "nadam" ? 0 : try reader.double("decay", default: 0)
    var spec = OptimizerSpec(try algorithm(name, reader), learningRate: try learningRate(reader, name, decay))
    if reader.value("learning_rate", "lr")?.object != nil { spec.decay = decay }
    try reader.refuseOptions(besides: Self.common.union(Self.withoutEffect).union(Self.options[name] ?? []))
    if let factor = reader.value("loss_scale_factor") {
      context.note("the optimizer's loss_scale_factor = \(JSONWriter.write(factor)) is left out; it is for float16")
    }
    spec.name = try reader.optionalString("name") ?? ""
    spec.weightDecay = try reader.double("weight_decay", default: name == "adamw" ? 0.004 : 0)
    spec.clipValue = try reader.double("clipvalue", default: 0)
    let norm = try reader.double("clipnorm", default: 0)
    spec.globalClipNorm = try reader.double("global_clipnorm", default: 0)
    if norm > 0, context.version.clipsNormGlobally {
      context.note("clipnorm is that of Keras \(context.version): the norm of all gradients together")
      spec.globalClipNorm = norm
    } else {
      spec.clipNorm = norm
    }
    if try reader.bool("use_ema", default: false) { throw reader.unsupported("use_ema is not supported") }
    if let steps = try reader.optionalInt("gradient_accumulation_steps"), steps > 1 {
      throw reader.unsupported("gradient_accumulation_steps is not supported")
    }
    return spec
  }

  /// What all optimizers of some Keras have.
  private static let common: Set<String> = [
    "name", "learning_rate", "lr", "decay", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema",
    "loss_scale_factor", "gradient_accumulation_steps",
  ]
  /// What no number depends on: `ema_...` without `use_ema`, and how a Keras runs.
  private static let withoutEffect: Set<String> = ["ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer"]
  private static let options: [String: Set<String>] = [
    "sgd": ["momentum", "nesterov"], "momentum": ["momentum", "nesterov"],
    "rmsprop": ["rho", "momentum", "epsilon", "centered"],
    "adam": ["beta_1", "beta_2", "epsilon", "amsgrad"], "adamw": ["beta_1", "beta_2", "epsilon", "amsgrad"],
    "adagrad": ["initial_accumulator_value", "epsilon"], "adamax": ["beta_1", "beta_2", "epsilon"],
    "nadam": ["beta_1", "beta_2", "epsilon", "schedule_decay"], "lion": ["beta_1", "beta_2"], "adadelta": ["rho", "epsilon"],
    "ftrl": [
      "initial_accumulator_value", "learning_rate_power", "l1_regularization_strength", "l2_regularization_strength",
      "l2_shrinkage_regularization_strength", "beta",
    ],
  ]

  private func algorithm(_ name: String, _ reader: ConfigReader) throws(UnrollError) -> OptimizerSpec.Algorithm {
    // In the first versions of Keras 2 the file says 1e-8; null means the backend's 1e-7.
    let epsilon = try reader.double("epsilon", default: 1e-7)
    let beta1 = try reader.double("beta_1", default: 0.9)
    let beta2 = try reader.double("beta_2", default: name == "lion" ? 0.99 : 0.999)
    // Only the optimizers from before 2.11, kept on as `legacy`, write decay.
    let isOld = context.version < KerasVersion(2, 11) || context.version.major < 3 && reader.value("decay") != nil
    switch name {
    case "sgd", "momentum":
      return .sgd(momentum: try reader.double("momentum", default: 0), nesterov: try reader.bool("nesterov", default: false))
    case "rmsprop":
      let momentum = try reader.double("momentum", default: 0)
      // With momentum the old one, too, computes it under the root.
      let outside = isOld && momentum == 0
      if outside {
        context.note("RMSprop of Keras before 2.11: epsilon is added to the square root, not under it")
      }
      return .rmsprop(
        rho: try reader.double("rho", default: 0.9), momentum: momentum, epsilon: epsilon,
        centered: try reader.bool("centered", default: false), epsilonInRoot: !outside)
    case "adam", "adamw":
      let amsgrad = try reader.bool("amsgrad", default: false)
      return name == "adam"
        ? .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, amsgrad: amsgrad)
        : .adamw(beta1: beta1, beta2: beta2, epsilon: epsilon, amsgrad: amsgrad)
    case "adagrad":
      if isOld { context.note("Adagrad of Keras before 2.11: epsilon is added to the square root, not under it") }
      let initial = try reader.double("initial_accumulator_value", default: context.version.startsAdagradAtZero ? 0 : 0.1)
      return .adagrad(initialAccumulator: initial, epsilon: epsilon, epsilonInRoot: !isOld)
    case "adamax": return .adamax(beta1: beta1, beta2: beta2, epsilon: epsilon)
    case "nadam":
      guard isOld else { return .nadam(beta1: beta1, beta2: beta2, epsilon: epsilon) }
      let schedule = try reader.double("schedule_decay", "decay", default: 0.004)
      context.note("Nadam of Keras before 2.11: its momentum follows 0.96 ^ (\(schedule) t)")
      return .nadam(beta1: beta1, beta2: beta2, epsilon: epsilon, scheduleDecay: schedule > 0 ? schedule : 0.004)
    case "lion": return .lion(beta1: beta1, beta2: beta2)
    case "adadelta": return .adadelta(rho: try reader.double("rho", default: 0.95), epsilon: epsilon)
    case "ftrl":
      return .ftrl(
        initialAccumulator: try reader.double("initial_accumulator_value", default: 0.1),
        power: try reader.double("learning_rate_power", default: -0.5),
        l1: try reader.double("l1_regularization_strength", default: 0),
        l2: try reader.double("l2_regularization_strength", default: 0),
        l2Shrinkage: try reader.double("l2_shrinkage_regularization_strength", default: 0),
        beta: try reader.double("beta", default: 0))
    default:
      throw reader.unsupported("there are SGD, RMSprop, Adam, AdamW, Adagrad, Adamax, Nadam, Lion, Adadelta and Ftrl")
    }
  }

  private func learningRate(_ reader: ConfigReader, _ name: String, _ decay: Double) throws(UnrollError) -> LearningRate {
    let found = reader.value("learning_rate", "lr")
    if let schedule = found?.object { return try self.schedule(schedule) }
    guard found == nil || found?.double != nil else { throw reader.wrong("learning_rate", "a number or a schedule", found) }
    let rate = found?.double ?? (name == "sgd" ? 0.01 : 0.001)
    return decay == 0 ? .constant(rate) : .inverseTime(initial: rate, decay: decay)
  }

  private func schedule(_ object: JSONObject) throws(UnrollError) -> LearningRate {
    let className = object["class_name"]?.string ?? "?"
    let reader = ConfigReader(object["config"]?.object ?? [:], owner: "the learning rate schedule \(className)", context)
    guard let options = Self.scheduleOptions[className] else {
      throw reader.unsupported("there are \(Self.scheduleOptions.keys.sorted().joined(separator: ", "))")
    }
    try reader.refuseOptions(besides: options.union(["name"]))
    switch className {
    case "ExponentialDecay":
      return .exponentialDecay(
        initial: try reader.double("initial_learning_rate", default: 0.001), decaySteps: try reader.size("decay_steps"),
        decayRate: try reader.double("decay_rate", default: 1), staircase: try reader.bool("staircase", default: false))
    case "CosineDecay":
      return .cosineDecay(
        initial: try reader.double("initial_learning_rate", default: 0.001), decaySteps: try reader.size("decay_steps"),
        alpha: try reader.double("alpha", default: 0), warmupTarget: try reader.optionalDouble("warmup_target"),
        warmupSteps: try reader.optionalInt("warmup_steps") ?? 0)
    case "PiecewiseConstantDecay":
      let values = reader.value("values")?.array?.compactMap(\.double) ?? []
      guard let boundaries = try reader.ints("boundaries"), values.count == boundaries.count + 1 else {
        throw reader.wrong("values", "one more value than there are boundaries", reader.value("values"))
      }
      return .piecewiseConstant(boundaries: boundaries, values: values)
    default:
      let initial = try reader.double("initial_learning_rate", default: 0.001)
      return .inverseTime(
        initial: initial, decay: try reader.double("decay_rate", default: 0),
        decaySteps: try reader.double("decay_steps", default: 1), staircase: try reader.bool("staircase", default: false))
    }
  }

  private static let scheduleOptions: [String: Set<String>] = [
    "ExponentialDecay": ["initial_learning_rate", "decay_steps", "decay_rate", "staircase"],
    "InverseTimeDecay": ["initial_learning_rate", "decay_steps", "decay_rate", "staircase"],
    "CosineDecay": ["initial_learning_rate", "decay_steps", "alpha", "warmup_target", "warmup_steps"],
    "PiecewiseConstantDecay": ["boundaries", "values"],
  ]
}
