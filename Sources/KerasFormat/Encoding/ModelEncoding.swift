import Unroll

/// Writes a model's Keras configuration.
struct ModelEncoder {
  let dialect: Dialect
  let calls: CallForm
  let dtype: DType
  /// Inside a wrapper: TimeDistributed, Bidirectional.
  var isWrapped = false
  /// Whether calls have our marks (see `CallMarks`).
  var marksCalls = false

  /// Our own member beside a model's class and configuration, which Keras ignores: the
  /// rules by which the model trains, if those of the file's Keras differ.
  static let rulesMark = "unroll_training_rules"

  private static func marked(_ config: JSONObject, _ spec: ModelSpec, usual: TrainingRules) -> JSONObject {
    spec.trainingRules == usual ? config : config.merged([rulesMark: .string(spec.trainingRules.rawValue)])
  }

  /// For `to_json`, which this library reads exactly, whatever Keras does with it.
  static func json(_ spec: ModelSpec) throws(UnrollError) -> JSONObject {
    if spec.callInTraining == nil, let written = try? MaskWriting(.keras3, givesMasks: true).written(spec) {
      return marked(try ModelEncoder(dialect: .keras3, calls: .objects, dtype: spec.dtype).model(written), spec, usual: .keras3)
    }
    return marked(
      try ModelEncoder(dialect: .keras3, calls: .objects, dtype: spec.dtype, marksCalls: true).model(spec), spec, usual: .keras3)
  }

  static func encode(_ spec: ModelSpec, _ dialect: Dialect, _ calls: CallForm) throws(UnrollError) -> JSONObject {
    if calls != .keras2, let layer = spec.callInTraining {
      throw UnrollError(
        .unsupported,
        "\(layer): its call sets training, which Keras 2 obeys and Keras 3 ignores; save the model for Keras 2 (h5_keras2), or save only its weights")
    }
    let rules: MaskRules = calls == .keras2 ? .keras2 : .keras3
    let written = try MaskWriting(rules, givesMasks: dialect != .legacy).written(spec)
    var calls = calls
    // Keras 2 cannot read calls that are objects, so it cannot misunderstand them either.
    if calls == .lists, !MaskWriting(.keras2, givesMasks: false).fits(spec, written) {
      guard !spec.isSequential else {
        throw UnrollError(
          .unsupported,
          "\(spec.name): Keras 2 and 3 would treat this model's masks differently, so one .h5 cannot serve both; save it as .keras or for Keras 2 (h5_keras2)"
        )
      }
      calls = .objects
    }
    let usual = dialect == .legacy ? KerasVersion(try HardSigmoidUse(spec).version(default: "2.15.0")).trainingRules : .keras3
    return marked(
      try ModelEncoder(dialect: dialect, calls: calls, dtype: spec.dtype).model(written), spec, usual: usual)
  }

  /// A model used as `layer`, with the name and flag of that layer.
  func model(_ spec: ModelSpec, of layer: LayerSpec) throws(UnrollError) -> JSONObject {
    var named = spec
    named.name = layer.name
    named.trainable = layer.trainable
    return try model(named)
  }

  /// {"class_name", "config"}, for Keras 3 with the module.
  func model(_ spec: ModelSpec) throws(UnrollError) -> JSONObject {
    let className = spec.isSequential ? "Sequential" : "Functional"
    let config = spec.isSequential ? try sequential(spec) : try functional(spec)
    switch dialect {
    case .legacy: return ["class_name": .string(className), "config": .object(config)]
    // Keras exports Sequential by its package name, Functional by its module's only.
    case .keras3, .archive: return Dialect.object(spec.isSequential ? "keras" : "keras.src.models.functional", className, config)
    }
  }

  private var layerEncoder: LayerEncoder { LayerEncoder(dialect: dialect, calls: calls, dtype: dtype, marksCalls: marksCalls) }

  private func sequential(_ spec: ModelSpec) throws(UnrollError) -> JSONObject {
    var layers: [JSON] = []
    for layer in spec.layers { layers.append(.object(try layerEncoder.layer(layer))) }
    guard dialect != .legacy else { return ["name": .string(spec.name), "layers": .array(layers)] }
    // The InputLayer says the shape: a build_input_shape beside it, a list to Keras 3.0, fails its comparison with a tuple.
    return ["name": .string(spec.name), "trainable": .bool(spec.trainable), "dtype": .string(dtype.rawValue), "layers": .array(layers)]
  }

  private func functional(_ spec: ModelSpec) throws(UnrollError) -> JSONObject {
    let encoder = FunctionalEncoder(spec, calls, listsEnds: !isWrapped || calls == .keras2, marksCalls: marksCalls)
    return try encoder.config { (layer) throws(UnrollError) in try layerEncoder.layer(layer) }
  }
}

extension ModelSpec {
  /// A layer whose call has a `training` argument that makes a difference.
  fileprivate var callInTraining: String? {
    for node in nodes where node.training != nil {
      let layer = layers[node.layer]
      if layer.config.actsInTraining { return layer.name }
    }
    for layer in layers { if let found = layer.config.callInTraining { return "\(layer.name)/\(found)" } }
    return nil
  }
}

extension LayerConfig {
  fileprivate var callInTraining: String? {
    switch self {
    case .model(let model): model.callInTraining
    case .timeDistributed(let inner): inner.config.callInTraining
    default: nil
    }
  }
}
