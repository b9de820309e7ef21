import KernelAPI
import Unroll

/// Reads the configuration of an optimizer of any version of Keras.
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
    guard let descriptor = OptimizerDescriptor.named(name) else {
      throw reader.unsupported("the supported ones are \(OptimizerDescriptor.all.map { $0.kind.rawValue }.joined(separator: ", "))")
    }
    var spec = OptimizerSpec(try rule(descriptor, reader), learningRate: try learningRate(reader, descriptor, decay))
    if reader.value("learning_rate", old: ["lr"])?.object != nil { spec.decay = decay }
    try reader.refuseOptions(
      besides: Self.common.union(Self.withoutEffect).union(descriptor.options.map(\.name)).union(name == "nadam" ? ["schedule_decay"] : []))
    if let factor = reader.value("loss_scale_factor") {
      context.note("the optimizer's loss_scale_factor = \(JSONWriter.write(factor)) is left out; it is for float16")
    }
    spec.name = try reader.optionalString("name") ?? ""
    spec.weightDecay = try reader.double("weight_decay", default: descriptor.weightDecay)
    spec.clipValue = try reader.double("clipvalue", default: 0)
    let norm = try reader.double("clipnorm", default: 0)
    spec.globalClipNorm = try reader.double("global_clipnorm", default: 0)
    if norm > 0, context.version.clipsNormGlobally {
      context.note("clipnorm limits the norm of all gradients together, as in Keras \(context.version)")
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

  /// Options that all optimizers of some version of Keras have.
  private static let common: Set<String> = [
    "name", "learning_rate", "lr", "decay", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema",
    "loss_scale_factor", "gradient_accumulation_steps",
  ]
  /// Options that do not change results: `ema_...` without `use_ema`, and how Keras runs.
  private static let withoutEffect: Set<String> = ["ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer"]

  private func rule(_ descriptor: OptimizerDescriptor, _ reader: ConfigReader) throws(UnrollError) -> OptimizerRule {
    var rule = descriptor.rule
    if descriptor.kind == .adagrad, context.version.startsAdagradAtZero { rule.initialAccumulator = 0 }
    // In the first versions of Keras 2 the file says an epsilon of 1e-8; null means the backend's, the default.
    for option in descriptor.options { try option.read(reader, into: &rule) }
    // Only the optimizers from before 2.11, kept on as `legacy`, write decay.
    if context.version < KerasVersion(2, 11) || context.version.major < 3 && reader.value("decay") != nil { try takeOldFormula(reader, &rule) }
    return rule
  }

  private func takeOldFormula(_ reader: ConfigReader, _ rule: inout OptimizerRule) throws(UnrollError) {
    switch rule.kind {
    // With momentum the old RMSprop, too, computes it under the root.
    case .adagrad,
      .rmsprop where rule.momentum == 0:
      context.note("\(rule.kind.rawValue) of Keras before 2.11: epsilon is added to the square root, not under it")
      rule.epsilonInRoot = false
    case .nadam:
      let schedule = try reader.double("schedule_decay", old: ["decay"], default: 0.004)
      context.note("Nadam of Keras before 2.11: its momentum follows 0.96 ^ (\(schedule) t)")
      rule.scheduleDecay = schedule > 0 ? schedule : 0.004
    default: break
    }
  }

  private func learningRate(_ reader: ConfigReader, _ descriptor: OptimizerDescriptor, _ decay: Double) throws(UnrollError) -> LearningRate {
    let found = reader.value("learning_rate", old: ["lr"])
    if let schedule = found?.object { return try self.schedule(schedule) }
    guard found == nil || found?.double != nil else { throw reader.wrong("learning_rate", "a number or a schedule", found) }
    let rate = found?.double ?? descriptor.learningRate
    return decay == 0 ? .constant(rate) : .inverseTime(initial: rate, decay: decay)
  }

  private func schedule(_ object: JSONObject) throws(UnrollError) -> LearningRate {
    let className = object["class_name"]?.string ?? "?"
    let reader = ConfigReader(object["config"]?.object ?? [:], owner: "the learning rate schedule \(className)", context)
    let classes = ScheduleDescriptor.classes
    guard let descriptor = classes.first(where: { $0.kind.rawValue == className }) else {
      throw reader.unsupported("the supported ones are \(classes.map(\.kind.rawValue).sorted().joined(separator: ", "))")
    }
    var rate = descriptor.rate
    try reader.read(descriptor.options, into: &rate, besides: ["name"])
    try rate.validate()
    return rate
  }
}
