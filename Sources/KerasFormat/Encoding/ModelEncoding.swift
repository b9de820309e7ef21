import Unroll

/// Writes a model's Keras configuration.
struct ModelEncoder {
  let dialect: Dialect
  let calls: CallForm
  let dtype: DType
  /// Inside a wrapper: TimeDistributed, Bidirectional.
  var isWrapped = false

  static func encode(_ spec: ModelSpec, _ dialect: Dialect, _ calls: CallForm) throws(UnrollError) -> JSONObject {
    try ModelEncoder(dialect: dialect, calls: calls, dtype: spec.dtype).model(spec)
  }

  /// A model used as `layer`, whose name and flag it has.
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
    // Keras exports Sequential by its public name, Functional by its module's only.
    case .keras3, .archive: return Dialect.object(spec.isSequential ? "keras" : "keras.src.models.functional", className, config)
    }
  }

  private var layerEncoder: LayerEncoder { LayerEncoder(dialect: dialect, calls: calls, dtype: dtype) }

  private func sequential(_ spec: ModelSpec) throws(UnrollError) -> JSONObject {
    var layers: [JSON] = []
    for layer in spec.layers { layers.append(.object(try layerEncoder.layer(layer))) }
    guard dialect != .legacy else { return ["name": .string(spec.name), "layers": .array(layers)] }
    // The InputLayer says the shape: a build_input_shape beside it, a list to Keras 3.0, fails its comparison with a tuple.
    return ["name": .string(spec.name), "trainable": .bool(spec.trainable), "dtype": .string(dtype.rawValue), "layers": .array(layers)]
  }

  private func functional(_ spec: ModelSpec) throws(UnrollError) -> JSONObject {
    let encoder = FunctionalEncoder(spec, calls, listsEnds: !isWrapped || calls == .keras2)
    return try encoder.config { (layer) throws(UnrollError) in try layerEncoder.layer(layer) }
  }
}
