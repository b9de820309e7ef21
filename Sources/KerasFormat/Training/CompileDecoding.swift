import KernelAPI
import Unroll

/// Reads `training_config` (`.h5`) and `compile_config` (`.keras`).
///
/// Unknown contents never make a load fail: the model is then loaded without optimizer
/// and losses, and a note says why.
struct CompileDecoder {
  let context: DecodingContext
  /// Names of the outputs' layers, for losses given by name.
  let outputNames: [String]

  func decode(_ config: JSONObject) -> CompileSpec? {
    // Keras 3 of a model that was never compiled.
    guard !config.members.isEmpty else { return nil }
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
      takeMarks(config, &spec.optimizer.rule)
      if let decay = config[CompileEncoder.decayMark]?.double, decay.isFinite, decay >= 0 { spec.optimizer.decay = decay }
      let metrics = MetricDecoder(context: context, outputNames: outputNames)
      spec.metrics = metrics.metrics(config["metrics"] ?? .null)
      spec.weightedMetrics = metrics.metrics(config["weighted_metrics"] ?? .null)
      if let weights = config["loss_weights"], !weights.isNull {
        spec.lossWeights = try lossWeights(weights)
        noteSortedWeights(weights, losses: lossValue)
      }
      noteUnknown(config)
      return spec
    } catch {
      context.note("the training configuration was not restored: \(error.message)")
      return nil
    }
  }

  /// Reads our own members, which add to Keras' (see CompileEncoder).
  private func takeMarks(_ config: JSONObject, _ rule: inout OptimizerRule) {
    switch rule.kind {
    case .rmsprop, .adagrad: if config[CompileEncoder.epsilonMark] == false { rule.epsilonInRoot = false }
    case .nadam:
      if let decay = config[CompileEncoder.scheduleMark]?.double, decay.isFinite, decay > 0 { rule.scheduleDecay = decay }
    default: break
    }
  }

  /// A list unchanged, a dictionary in the order of the outputs, otherwise the value itself.
  private func byOutput(_ value: JSON) -> [JSON] {
    if let list = value.array { return list }
    if let object = value.object, object["class_name"] == nil { return outputNames.map { object[$0] ?? .null } }
    return [value]
  }

  private func losses(_ value: JSON) throws(UnrollError) -> [LossSpec] {
    var result: [LossSpec] = []
    for loss in byOutput(value) { result.append(try LossDecoder(context: context).loss(loss)) }
    return result
  }

  /// Other weights would train to other numbers, so they are no matter for a note.
  /// Keras 3 flattens a dictionary by its sorted keys where the losses are a list.
  private func noteSortedWeights(_ weights: JSON, losses: JSON) {
    guard context.version.major >= 3, weights.object != nil, losses.array != nil, outputNames != outputNames.sorted() else { return }
    context.note("loss_weights are matched to outputs by name; if the losses are a list, Keras 3 assigns them in the order of the sorted names")
  }

  private func lossWeights(_ value: JSON) throws(UnrollError) -> [Double] {
    var result: [Double] = []
    for weight in byOutput(value) {
      // Keras 2 lets a dictionary leave outputs out.
      guard let number = weight.isNull ? 1 : weight.double else {
        throw UnrollError(.unsupported, "loss_weights: expected numbers, found \(weight.kind)")
      }
      result.append(number)
    }
    guard result.count == outputNames.count else {
      throw UnrollError(.unsupported, "loss_weights: expected \(outputNames.count) of them, one for each output, found \(result.count)")
    }
    return result
  }

  /// Members that do not change results; the weights show `sample_weight_mode`.
  private static let withoutEffect: Set<String> = [
    "sample_weight_mode", "run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss",
    "pss_evaluation_shards", "from_serialized",
  ]

  private static let known = Set(
    ["optimizer", "optimizer_config", "loss", "loss_weights", "metrics", "weighted_metrics"] + CompileEncoder.allMarks)

  private func noteUnknown(_ config: JSONObject) {
    for (name, value) in config.members where !Self.known.contains(name) && !Self.withoutEffect.contains(name) && !value.isNull {
      context.note("the training configuration's \(name) = \(JSONWriter.write(value)) is unknown and left out")
    }
  }
}
