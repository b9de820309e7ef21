import Unroll

/// Reads `training_config` (`.h5`) and `compile_config` (`.keras`).
///
/// What is not understood never fails a load: the model then comes without
/// optimizer and losses, and a note says why.
struct CompileDecoder {
  let context: DecodingContext
  /// Names of the outputs' layers, for losses given by name.
  let outputNames: [String]

  func decode(_ config: JSONObject) -> CompileSpec? {
    do throws(UnrollError) {
      guard let optimizer = config["optimizer_config"] ?? config["optimizer"], !optimizer.isNull else {
        // Keras 3 loses it when a model is saved as .h5 first, then as .keras.
        context.note("the file has a training configuration without an optimizer; the model is not compiled")
        return nil
      }
      let lossValue = config["loss"] ?? .null
      guard !lossValue.isNull else {
        context.note("the file has an optimizer but no loss; the model is not compiled")
        return nil
      }
      let losses = try self.losses(lossValue)
      var spec = CompileSpec(optimizer: try OptimizerDecoder(context: context).optimizer(optimizer), losses: losses)
      spec.optimizer.algorithm = marked(spec.optimizer.algorithm, config)
      spec.metrics = metrics(config["metrics"] ?? .null)
      if let weights = config["loss_weights"], !weights.isNull {
        let list = byOutput(weights)
        let numbers = list.compactMap(\.double)
        if numbers.count == list.count, numbers.count == outputNames.count {
          spec.lossWeights = numbers
        } else {
          context.note("the loss weights are not understood and left out")
        }
      }
      return spec
    } catch {
      context.note("the training configuration was not restored: \(error.message)")
      return nil
    }
  }

  /// What our own members say beyond Keras' (see CompileEncoder).
  private func marked(_ algorithm: OptimizerSpec.Algorithm, _ config: JSONObject) -> OptimizerSpec.Algorithm {
    switch algorithm {
    case .rmsprop(let rho, let momentum, let epsilon, let centered, _) where config[CompileEncoder.epsilonMark] == false:
      return .rmsprop(rho: rho, momentum: momentum, epsilon: epsilon, centered: centered, epsilonInRoot: false)
    case .adagrad(let initial, let epsilon, _) where config[CompileEncoder.epsilonMark] == false:
      return .adagrad(initialAccumulator: initial, epsilon: epsilon, epsilonInRoot: false)
    case .nadam(let beta1, let beta2, let epsilon, _):
      guard let decay = config[CompileEncoder.scheduleMark]?.double, decay.isFinite, decay > 0 else { return algorithm }
      return .nadam(beta1: beta1, beta2: beta2, epsilon: epsilon, scheduleDecay: decay)
    default: return algorithm
    }
  }

  /// A list as it is, a dictionary in the order of the outputs, else the value alone.
  private func byOutput(_ value: JSON) -> [JSON] {
    if let list = value.array { return list }
    if let object = value.object, object["class_name"] == nil { return outputNames.map { object[$0] ?? .null } }
    return [value]
  }

  private func losses(_ value: JSON) throws(UnrollError) -> [LossSpec] {
    var result: [LossSpec] = []
    for loss in byOutput(value) { result.append(try self.loss(loss)) }
    return result
  }

  private func loss(_ value: JSON) throws(UnrollError) -> LossSpec {
    let name = value.string ?? value["config"]?.string ?? value["class_name"]?.string ?? value.kind
    let config = value["config"]?.object ?? [:]
    let reader = ConfigReader(config, owner: "the loss \(name)", context)
    let fromLogits = try reader.bool("from_logits", default: false)
    let function: LossSpec.Function
    switch LayerConfig.snakeCase(name.split(separator: ">").last.map(String.init) ?? name) {
    case "mse", "mean_squared_error": function = .meanSquaredError
    case "mae", "mean_absolute_error": function = .meanAbsoluteError
    case "binary_crossentropy": function = .binaryCrossentropy(fromLogits: fromLogits)
    case "categorical_crossentropy": function = .categoricalCrossentropy(fromLogits: fromLogits)
    case "sparse_categorical_crossentropy": function = .sparseCategoricalCrossentropy(fromLogits: fromLogits)
    case "huber", "huber_loss":
      // Keras forgets Huber's delta when it saves; 1 is its default.
      function = .huber(delta: try reader.double("delta", default: 1))
    case "log_cosh", "logcosh": function = .logCosh
    default: throw reader.unsupported("unknown loss")
    }
    if try reader.double("label_smoothing", default: 0) != 0 { throw reader.unsupported("label_smoothing is not supported") }
    if let axis = try reader.optionalInt("axis"), axis != -1 { throw reader.unsupported("axis = \(axis) is not supported") }
    switch reader.value("reduction")?.string ?? "auto" {
    case "auto", "sum_over_batch_size", "mean": return LossSpec(function)
    case "sum": return LossSpec(function, reduction: .sum)
    case let other: throw reader.unsupported("reduction = \(other) is not supported")
    }
  }

  private func metrics(_ value: JSON) -> [MetricSpec] {
    var result: [MetricSpec] = []
    for item in flattened(value) {
      let config = item["config"]?.object
      let name = item.string ?? config?["fn"]?.string ?? config?["name"]?.string ?? item["class_name"]?.string ?? item.kind
      guard let metric = Self.metric(LayerConfig.snakeCase(name)) else {
        context.note("the metric \(name) is unknown and left out")
        continue
      }
      if !result.contains(metric) { result.append(metric) }
    }
    return result
  }

  private func flattened(_ value: JSON) -> [JSON] {
    if value.isNull { return [] }
    if let list = value.array { return list.flatMap(flattened) }
    if let object = value.object, object["class_name"] == nil { return object.members.flatMap { flattened($0.value) } }
    return [value]
  }

  private static func metric(_ name: String) -> MetricSpec? {
    switch name {
    case "mae": .meanAbsoluteError
    case "mse": .meanSquaredError
    case "rmse": .rootMeanSquaredError
    case "acc", "accuracy": .accuracy
    default: MetricSpec(rawValue: name)
    }
  }
}
