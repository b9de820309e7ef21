import Unroll

/// Turns a model's Keras configuration into a `ModelSpec`.
struct ModelDecoder {
  let context: DecodingContext

  /// A whole document: {"class_name": "Sequential", "config": ...}.
  static func decode(_ document: JSON, version: KerasVersion?) throws(UnrollError) -> (ModelSpec, DecodingContext) {
    guard let object = document.object, let className = object["class_name"]?.string else {
      throw UnrollError(.format, "the model configuration: expected an object with class_name and config, found \(document.kind)")
    }
    let context = DecodingContext(version: version ?? Self.version(of: document))
    var spec = try ModelDecoder(context: context).model(className, object["config"] ?? .null, fallbackName: "", object)
    spec.dtype = try dtype(context)
    spec.simplifyMaskUse()
    spec.trainable = trainable(spec, object["config"], context.version)
    if context.version.major < 3 { spec.freezeInsideFrozen() }
    spec.trainingRules = object[ModelEncoder.rulesMark]?.string.flatMap { TrainingRules(rawValue: $0) } ?? context.version.trainingRules
    return (spec, context)
  }

  /// A model's own flag, as far as Keras keeps it: that of a Functional model, since version 3.
  static func trainable(_ spec: ModelSpec, _ config: JSON?, _ version: KerasVersion) -> Bool {
    spec.isSequential || version.major < 3 ? true : config?["trainable"]?.bool ?? true
  }

  /// The version of Keras that wrote a configuration without a file: the one it states,
  /// otherwise inferred from what only one generation writes.
  static func version(of document: JSON) -> KerasVersion {
    if let text = document["keras_version"]?.string { return KerasVersion(text) }
    if document["module"] != nil { return KerasVersion.unknown }
    guard let layers = document["config"]?.array ?? document["config"]?["layers"]?.array else { return KerasVersion.unknown }
    if layers.contains(where: { $0["module"] != nil || $0["config"]?["batch_shape"] != nil }) { return KerasVersion.unknown }
    let isOld = layers.contains { layer in
      ["batch_input_shape", "implementation", "time_major", "consume_less"].contains { layer["config"]?[$0] != nil }
    }
    return isOld ? KerasVersion(2, 4) : KerasVersion.unknown
  }

  private static func dtype(_ context: DecodingContext) throws(UnrollError) -> DType {
    let types = context.dtypes
    let type: DType = types.contains("float64") ? .float64 : .float32
    for other in types.sorted() where other != type.rawValue {
      context.note("the layers' type \(other) is widened to \(type.rawValue), in which the whole model computes")
    }
    return type
  }

  func model(
    _ className: String, _ config: JSON, fallbackName: String, _ entry: JSONObject
  ) throws(UnrollError) -> ModelSpec {
    switch className {
    case "Sequential": return try sequential(config, fallbackName, entry)
    case "Functional", "Model":
      guard let object = config.object else {
        throw UnrollError(.format, "a model of class \(className): expected a config, found \(config.kind)")
      }
      return try FunctionalDecoder(context: context).decode(object, fallbackName: fallbackName)
    default:
      // A subclass keeps the functional configuration if it was made functionally.
      if let object = config.object, object["layers"] != nil, object["input_layers"] != nil {
        context.note("the model's class \(className) is unknown; it is read as the Functional model it describes")
        return try FunctionalDecoder(context: context).decode(object, fallbackName: fallbackName)
      }
      throw UnrollError(
        .unsupported, "models of class \(className) are not supported; expected Sequential or Functional (Model)")
    }
  }

  func sequential(_ config: JSON, _ fallbackName: String, _ entry: JSONObject) throws(UnrollError) -> ModelSpec {
    let name = config["name"]?.string ?? (fallbackName.isEmpty ? "sequential" : fallbackName)
    guard let entries = config.array ?? config["layers"]?.array else {
      throw UnrollError(.format, "\(name) (Sequential): layers: expected a list, found \(config["layers"]?.kind ?? config.kind)")
    }
    if Self.beginsWithMerge(entries) { return try merged(entries, name: name) }
    if config.array != nil { context.note("\(name): a Sequential model as a list of layers, the form of Keras 1 to 2.2") }
    var layers: [LayerSpec] = []
    for entry in entries { layers.append(try LayerDecoder(context: context).layer(entry)) }
    if let first = layers.first, !first.config.isInput,
      let input = try declaredInput(first, entries[0], config, entry, name)
    {
      layers.insert(LayerSpec(name: input.0, .input(input.1)), at: 0)
    }
    return ModelSpec(sequential: layers, name: name).treatingMasks(as: context.version)
  }

  /// The input of a Sequential model without an InputLayer: on its first layer
  /// (Keras 1 and 2), in what Keras 3 was built with, or the inner model's own.
  private func declaredInput(
    _ first: LayerSpec, _ entry: JSON, _ config: JSON, _ outer: JSONObject, _ name: String
  ) throws(UnrollError) -> (String, InputConfig)? {
    let isInteger = if case .embedding = first.config { true } else { false }
    let inputName = "\(first.name.isEmpty ? first.config.snakeName : first.name)_input"
    if case .model(let inner) = first.config {
      // A model with layers of its own knows its input.
      guard let reference = inner.inputs.first, inner.nodes.indices.contains(reference.node),
        inner.layers.indices.contains(inner.nodes[reference.node].layer),
        case .input(let input) = inner.layers[inner.nodes[reference.node].layer].config
      else { return nil }
      return (inputName, input)
    }
    if let object = entry["config"]?.object {
      let reader = ConfigReader(object, owner: inputName, context)
      if let (batch, shape) = try LayerDecoder.batchShape(reader) {
        return (inputName, InputConfig(shape: shape, batchSize: batch, isInteger: isInteger))
      }
      // Wrappers of Keras 1 and 2 may carry it on the layer inside.
      if let inner = object["layer"]?["config"]?.object, case .bidirectional = first.config,
        let (batch, shape) = try LayerDecoder.batchShape(ConfigReader(inner, owner: inputName, context))
      {
        return (inputName, InputConfig(shape: shape, batchSize: batch))
      }
      if let shape = keras1Shape(first, reader) { return (inputName, InputConfig(shape: shape, isInteger: isInteger)) }
    }
    for found in [config["build_input_shape"], outer["build_config"]?["input_shape"]] {
      guard let list = found?.array, !list.isEmpty else { continue }
      let reader = ConfigReader(["batch_shape": .array(list)], owner: name, context)
      guard let (batch, shape) = try LayerDecoder.batchShape(reader) else { continue }
      return (inputName, InputConfig(shape: shape, batchSize: batch, isInteger: isInteger))
    }
    return nil
  }

  /// Keras 1: input_dim (features) and, for sequences, input_length.
  private func keras1Shape(_ first: LayerSpec, _ reader: ConfigReader) -> Shape? {
    let length = reader.value("input_length")?.int
    switch first.config {
    case .embedding: return length != nil || context.version.major < 3 ? Shape([length]) : nil
    case .recurrent, .conv1D, .timeDistributed:
      return (reader.value("input_dim")?.int).map { Shape([length, $0]) }
    case .dense: return (reader.value("input_dim")?.int).map { Shape([$0]) }
    default: return nil
    }
  }
}

extension ModelSpec {
  /// Calls without mask arguments, as in that version.
  func treatingMasks(as version: KerasVersion) -> ModelSpec {
    var result = self
    for (index, node) in nodes.enumerated() {
      result.nodes[index].maskUse = MaskRules(version).use(layers[node.layer].config, hasStates: false, isGivenMask: false)
    }
    return result
  }
}
