import Unroll

/// Turns one layer's Keras configuration into a `LayerSpec`.
struct LayerDecoder {
  let context: DecodingContext

  static let supported =
    (LayerConfig.classNames + ["InputLayer", "RNN", "Bidirectional", "TimeDistributed", "Sequential", "Functional"]).joined(separator: ", ")

  /// `entry` is {"class_name", "config", ...}.
  func layer(_ entry: JSON, fallbackName: String = "") throws(UnrollError) -> LayerSpec {
    guard let object = entry.object, let className = object["class_name"]?.string else {
      throw UnrollError(.format, "a layer: expected an object with class_name and config, found \(entry.kind)")
    }
    // Old Sequential models are a bare list of layers.
    if ["Sequential", "Functional", "Model"].contains(className) {
      let model = try ModelDecoder(context: context).model(className, object["config"] ?? .null, fallbackName: fallbackName, object)
      let trainable = ModelDecoder.trainable(model, object["config"], context.version)
      return LayerSpec(name: model.name, trainable: trainable, .model(model))
    }
    guard let config = object["config"]?.object else {
      throw UnrollError(.format, "a layer of class \(className): expected a config, found \(object["config"]?.kind ?? "nothing")")
    }
    let name = config["name"]?.string ?? object["name"]?.string ?? fallbackName
    let reader = ConfigReader(config, owner: name.isEmpty ? className : "\(name) (\(className))", context)
    let decoded = try decode(className, reader)
    try noteType(reader, className)
    var spec = LayerSpec(name: name, trainable: try reader.bool("trainable", default: true), decoded)
    if let penalty = try reader.regularizer("activity_regularizer") { spec.activityRegularizer = penalty }
    try reader.reportUnread()
    return spec
  }

  /// Collects the type of the layer's weights; old embeddings call the type of their input that.
  func noteType(_ reader: ConfigReader, _ className: String) throws(UnrollError) {
    // Keras 1 says it of its first layer's input only.
    let named = reader.value("dtype", old: context.version.major < 2 ? ["input_dtype"] : [])
    guard className != "InputLayer" || context.version.major < 2, let found = named else { return }
    guard let name = found.string ?? found["config"]?["name"]?.string ?? found["config"]?.string else {
      throw reader.unsupported("dtype = \(JSONWriter.write(found)) is not supported; expected float32 or float64")
    }
    // An old Embedding names the type of its indices here.
    if className == "Embedding" || className == "InputLayer", name.hasPrefix("int") { return }
    guard Self.types.contains(name) || context.isLenient && Self.widened.contains(name) else {
      throw reader.unsupported("dtype = \"\(name)\" is not supported; expected float32 or float64")
    }
    // TensorFlow 2.0 and 2.1 left open what it would be: float32.
    context.dtypes.insert(name.hasPrefix("_infer") ? "float32" : name)
  }

  private static let types: Set<String> = ["float32", "float64", "_infer", "_infer_with_float32_vars"]
  /// What weights of a file may be stored for and are computed in float32 here; quantized ones are refused by themselves.
  private static let widened: Set<String> = [
    "float16", "bfloat16", "mixed_float16", "mixed_bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool",
    "string",
  ]

  private func decode(_ className: String, _ reader: ConfigReader) throws(UnrollError) -> LayerConfig {
    switch className {
    case "InputLayer": return .input(try input(reader))
    case "RNN": return .stackedRNN(try stackedRNN(reader))
    case "Bidirectional": return .bidirectional(try bidirectional(reader))
    case "TimeDistributed":
      guard let inner = reader.value("layer") else { throw reader.wrong("layer", "a layer", nil) }
      return .timeDistributed(try child(inner, reader, isCalled: context.version.major < 3))
    case "TimeDistributedDense": return .timeDistributed(LayerSpec(name: "dense", try read(DenseConfig(units: 0), reader)))
    case "Merge": return try keras1Merge(reader)
    default:
      guard let prototype = LayerConfig.prototype(className) else {
        throw UnrollError(
          .unsupported, "\(reader.owner): layers of class \(className) are not supported; the supported classes are \(Self.supported)")
      }
      if let cell = prototype as? RecurrentConfig { return .recurrent(try recurrent(cell, className, reader)) }
      return try read(prototype, reader)
    }
  }

  // Models are nested 64 deep: what reads a single layer stays out of the frames of
  // what reads a model.

  /// A layer that its members describe completely.
  @inline(never)
  private func read<Config: LayerConfiguration>(_ prototype: Config, _ reader: ConfigReader) throws(UnrollError) -> LayerConfig {
    try refuseQuantization(reader)
    var config = prototype
    try reader.read(config.members, into: &config)
    if case .layerNormalization(var normalization) = config.layerConfig, context.version.major >= 3 {
      // Keras 3 sorts them, negative ones first.
      normalization.axes.sort()
      return .layerNormalization(normalization)
    }
    return config.layerConfig
  }

  /// A layer inside another one. `isCalled`: Bidirectional calls its layers,
  /// which penalizes their activity; Keras 3's TimeDistributed computes its own without.
  func child(_ entry: JSON, _ reader: ConfigReader, isCalled: Bool = false) throws(UnrollError) -> LayerSpec {
    var spec = try layer(entry)
    if spec.activityRegularizer != nil, !isCalled {
      context.note("\(reader.owner): the activity_regularizer of the layer inside is left out; it matters only in training")
      spec.activityRegularizer = nil
    }
    return spec
  }

  func input(_ reader: ConfigReader) throws(UnrollError) -> InputConfig {
    guard let (batch, shape) = try Self.batchShape(reader) else {
      throw reader.wrong("batch_shape", "a list of axes", nil)
    }
    let type = reader.value("dtype")?.string ?? "float32"
    if try reader.bool("sparse", default: false) { throw reader.unsupported("sparse inputs are not supported") }
    if try reader.bool("ragged", default: false) { throw reader.unsupported("ragged inputs are not supported") }
    if try reader.bool("optional", default: false) { throw reader.unsupported("optional inputs are not supported") }
    var config = InputConfig(shape: shape, batchSize: batch, isInteger: type.hasPrefix("int") || type.hasPrefix("uint"))
    config.isBoolean = type == "bool"
    return config
  }

  /// batch_shape (Keras 3), batch_input_shape (Keras 2), input_shape, or Keras 1's input_dim and input_length.
  static func batchShape(_ reader: ConfigReader) throws(UnrollError) -> (batch: Int?, shape: Shape)? {
    func axes(_ list: [JSON], _ name: String) throws(UnrollError) -> [Int?] {
      var result: [Int?] = []
      for axis in list {
        if axis.isNull {
          result.append(nil)
          continue
        }
        guard let length = axis.int, length > 0 || length == -1, length <= Int(Int32.max) else {
          throw reader.wrong(name, "axes from 1 to \(Int32.max), or null", axis)
        }
        result.append(length == -1 ? nil : length)
      }
      return result
    }
    for name in ["batch_shape", "batch_input_shape"] {
      guard let found = reader.value(name) else { continue }
      guard let list = found.array, !list.isEmpty else { throw reader.wrong(name, "a list of axes", found) }
      let all = try axes(list, name)
      return (all[0], Shape(Array(all.dropFirst())))
    }
    for name in ["input_shape", "shape"] {
      guard let found = reader.value(name) else { continue }
      guard let list = found.array else { throw reader.wrong(name, "a list of axes", found) }
      return (nil, Shape(try axes(list, name)))
    }
    return nil
  }

  func refuseQuantization(_ reader: ConfigReader) throws(UnrollError) {
    if reader.value("lora_rank") != nil { throw reader.unsupported("LoRA weights are not supported; merge them first") }
    if let mode = reader.value("quantization_config") ?? reader.value("quantization_mode") {
      throw reader.unsupported("quantized weights (\(mode.string ?? "quantization_config")) are not supported")
    }
    // Keras 3.3 to 3.8 say it by the policy alone: "int8_from_float32", or as an object.
    let policy = reader.value("dtype")
    let mode =
      policy?["config"]?["mode"]?.string
      ?? policy?.string.flatMap { $0.contains("_from_") ? String($0.prefix { $0 != "_" }) : nil }
    if let mode { throw reader.unsupported("quantized weights (\(mode)) are not supported") }
  }
}
