import Unroll

/// Writes `training_config` (`.h5`) and `compile_config` (`.keras`).
enum CompileEncoder {
  /// Our own members beside Keras', which ignores them, for what later ones
  /// cannot say: false for the RMSprop and Adagrad of Keras before 2.11, the
  /// exponent's factor of Nadam's schedule then, and its decay beside a schedule.
  static let epsilonMark = "unroll_epsilon_in_root", scheduleMark = "unroll_nadam_schedule_decay", decayMark = "unroll_decay"
  static let allMarks = [epsilonMark, scheduleMark, decayMark]

  static func marks(_ spec: CompileSpec) -> JSONObject {
    var marks: JSONObject = spec.optimizer.decay == 0 ? [:] : [decayMark: .double(spec.optimizer.decay)]
    if !spec.optimizer.rule.epsilonInRoot { marks[epsilonMark] = false }
    if spec.optimizer.rule.scheduleDecay != 1 { marks[scheduleMark] = .double(spec.optimizer.rule.scheduleDecay) }
    return marks
  }

  /// `namesAreFinal`: see MetricEncoder. `isForKeras2`: Keras 3 will not read it.
  static func encode(
    _ spec: CompileSpec, of model: Model, _ dialect: Dialect, namesAreFinal: Bool = false, isForKeras2: Bool = false
  ) -> JSONObject {
    let outputs = OutputDescription.all(of: model, spec)
    var losses = spec.losses.map { LossEncoder.loss($0, dialect) }
    // Keras 3 requires as many losses as weights.
    if losses.count == 1, outputs.count > 1 { losses = outputs.map { _ in losses[0] } }
    var config: JSONObject = [:]
    switch dialect {
    case .legacy:
      var optimizer = OptimizerEncoder.config(spec.optimizer)
      // The optimizers of tf.keras that know it, and to us say their formulas.
      if !spec.optimizer.hasNewFormula {
        if spec.optimizer.decay != 0 { optimizer["decay"] = .double(spec.optimizer.decay) }
        if isForKeras2, let (rate, decay) = spec.optimizer.plainDecay {
          optimizer["learning_rate"] = .double(rate)
          optimizer["decay"] = .double(decay)
        }
      }
      config["optimizer_config"] = .object(["class_name": .string(spec.optimizer.rule.kind.rawValue), "config": .object(optimizer)])
    case .keras3, .archive:
      config["optimizer"] = .object(
        Dialect.object("keras.optimizers", spec.optimizer.rule.kind.rawValue, OptimizerEncoder.config(spec.optimizer)))
    }
    let metrics = MetricEncoder(spec: spec, outputs: outputs, dialect: dialect, namesAreFinal: namesAreFinal)
    config["loss"] = losses.count == 1 ? losses[0] : .array(losses)
    config["metrics"] = metrics.metrics(weighted: false)
    config["loss_weights"] = spec.lossWeights.isEmpty ? .null : .array(spec.lossWeights.map { .double($0) })
    config["weighted_metrics"] = metrics.metrics(weighted: true)
    // Keras passes every member of a compile_config on: there it has no place.
    return dialect == .archive ? config : config.merged(marks(spec))
  }
}

extension OptimizerSpec {
  /// The current one of the two formulas that changed with tf.keras 2.11.
  fileprivate var hasNewFormula: Bool {
    (rule.kind == .rmsprop || rule.kind == .adagrad) && rule.epsilonInRoot
  }

  /// The initial rate and Keras 2's `decay`, where its optimizers mean this
  /// schedule by it. As a schedule its Adagrad cannot read it; Nadam's `decay` is another.
  fileprivate var plainDecay: (rate: Double, decay: Double)? {
    let rate = learningRate
    guard rule.kind != .nadam, decay == 0, rate.kind == .inverseTime, rate.decaySteps == 1, !rate.staircase else { return nil }
    return (rate.initial, rate.decayRate)
  }
}
