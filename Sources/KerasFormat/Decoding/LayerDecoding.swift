import Unroll

/// Turns one layer's Keras configuration into a `LayerSpec`.
struct LayerDecoder {
  let context: DecodingContext

  static let supported =
    "InputLayer, Dense, SimpleRNN, LSTM, GRU, CuDNNLSTM, CuDNNGRU, RNN, Bidirectional, TimeDistributed, Embedding, Masking, "
    + "Activation, ReLU, LeakyReLU, ELU, PReLU, Softmax, Dropout, SpatialDropout1D, GaussianNoise, GaussianDropout, Flatten, "
    + "Reshape, Permute, RepeatVector, LayerNormalization, BatchNormalization, UnitNormalization, Conv1D, MaxPooling1D, "
    + "AveragePooling1D, GlobalMaxPooling1D, GlobalAveragePooling1D, ZeroPadding1D, Cropping1D, UpSampling1D, Rescaling, "
    + "Concatenate, Add, Subtract, Multiply, Average, Maximum, Minimum, Dot, Attention, AdditiveAttention, Sequential, Functional"

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
    spec.activityRegularizer = try reader.regularizer("activity_regularizer")
    try reader.reportUnread()
    return spec
  }

  /// Collects the type of the layer's weights; old embeddings call the type of their input that.
  func noteType(_ reader: ConfigReader, _ className: String) throws(UnrollError) {
    // Keras 1 says it of its first layer's input only.
    let named = context.version.major < 2 ? reader.value("dtype", "input_dtype") : reader.value("dtype")
    guard className != "InputLayer" || context.version.major < 2, let found = named else { return }
    guard let name = found.string ?? found["config"]?["name"]?.string ?? found["config"]?.string else {
      throw reader.unsupported("dtype = \(JSONWriter.write(found)) is not supported; there are float32 and float64")
    }
    // An old Embedding names the type of its indices here.
    if className == "Embedding" || className == "InputLayer", name.hasPrefix("int") { return }
    guard Self.types.contains(name) || context.isLenient && Self.widened.contains(name) else {
      throw reader.unsupported("dtype = \"\(name)\" is not supported; there are float32 and float64")
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
    case "Dense", "TimeDistributedDense":
      let dense = LayerConfig.dense(try self.dense(reader))
      return className == "Dense" ? dense : .timeDistributed(LayerSpec(name: "dense", dense))
    case "SimpleRNN", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU": return .recurrent(try recurrent(className, reader))
    case "RNN": return .stackedRNN(try stackedRNN(reader))
    case "Bidirectional": return .bidirectional(try bidirectional(reader))
    case "TimeDistributed":
      guard let inner = reader.value("layer") else { throw reader.wrong("layer", "a layer", nil) }
      return .timeDistributed(try child(inner, reader, isCalled: context.version.major < 3))
    case "Embedding": return .embedding(try embedding(reader))
    case "Masking": return .masking(value: try reader.double("mask_value", default: 0))
    case "Activation": return .activation(try reader.activation("activation", default: .linear))
    case "ReLU", "LeakyReLU", "ELU", "Softmax": return .activationLayer(try activationLayer(className, reader))
    case "PReLU": return .prelu(try prelu(reader))
    case "Dropout", "AlphaDropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout": return try noise(className, reader)
    case "Flatten":
      try reader.require("data_format", isOneOf: ["channels_last"])
      return .flatten
    case "Reshape":
      guard let shape = try reader.ints("target_shape") else { throw reader.wrong("target_shape", "a list of whole numbers", nil) }
      return .reshape(shape)
    case "Permute":
      guard let axes = try reader.ints("dims") else { throw reader.wrong("dims", "a list of whole numbers", nil) }
      return .permute(axes)
    case "RepeatVector": return .repeatVector(try reader.size("n"))
    case "LayerNormalization": return .layerNormalization(try layerNormalization(reader))
    case "BatchNormalization": return .batchNormalization(try batchNormalization(reader))
    case "UnitNormalization":
      guard let axes = try reader.ints("axis") else { return .unitNormalization(axis: -1) }
      guard axes.count == 1 else { throw reader.unsupported("normalization over several axes is not supported") }
      return .unitNormalization(axis: axes[0])
    case "Conv1D", "Convolution1D", "AtrousConvolution1D": return .conv1D(try conv1D(reader))
    case "MaxPooling1D", "MaxPool1D": return .pooling1D(try pooling(.max, reader))
    case "AveragePooling1D", "AvgPool1D": return .pooling1D(try pooling(.average, reader))
    case "GlobalMaxPooling1D", "GlobalMaxPool1D": return .globalPooling1D(try globalPooling(.max, reader))
    case "GlobalAveragePooling1D", "GlobalAvgPool1D": return .globalPooling1D(try globalPooling(.average, reader))
    case "ZeroPadding1D":
      let sides = try sides("padding", reader)
      try reader.require("data_format", isOneOf: ["channels_last"])
      return .zeroPadding1D(left: sides.0, right: sides.1)
    case "Cropping1D":
      let sides = try sides("cropping", reader)
      return .cropping1D(left: sides.0, right: sides.1)
    case "UpSampling1D": return .upSampling1D(size: try reader.size("size", "length", default: 2))
    case "Rescaling":
      guard reader.value("scale")?.array == nil, reader.value("offset")?.array == nil else {
        throw reader.unsupported("a scale or offset for each feature is not supported")
      }
      return .rescaling(scale: try reader.double("scale", default: 1), offset: try reader.double("offset", default: 0))
    case "Concatenate": return .concatenate(axis: try reader.optionalInt("axis") ?? -1)
    case "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum":
      guard let kind = MergeKind(rawValue: className) else { break }
      return .merge(kind)
    case "Merge": return try keras1Merge(reader)
    case "Dot":
      guard let axes = try reader.ints("axes"), axes.count <= 2, let first = axes.first, let last = axes.last else {
        throw reader.wrong("axes", "one or two whole numbers", reader.value("axes"))
      }
      var config = DotConfig(axes: (first, last))
      config.normalize = try reader.bool("normalize", default: false)
      return .dot(config)
    case "Attention", "AdditiveAttention": return .attention(try attention(className, reader))
    default: break
    }
    throw UnrollError(.unsupported, "\(reader.owner): layers of class \(className) are not supported; there are \(Self.supported)")
  }

  /// A layer inside another one. `isCalled`: Bidirectional calls its layers,
  /// which penalizes their activity; Keras 3's TimeDistributed computes its own without.
  func child(_ entry: JSON, _ reader: ConfigReader, isCalled: Bool = false) throws(UnrollError) -> LayerSpec {
    var spec = try layer(entry)
    if spec.activityRegularizer != nil, !isCalled {
      context.note("\(reader.owner): the activity_regularizer of the layer inside is left out; it matters in training only")
      spec.activityRegularizer = nil
    }
    return spec
  }

  // MARK: Single layers

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

  private func dense(_ reader: ConfigReader) throws(UnrollError) -> DenseConfig {
    var config = DenseConfig(units: try reader.size("units", "output_dim"))
    config.activation = try reader.activation("activation", default: .linear)
    config.useBias = try reader.bool("use_bias", "bias", default: true)
    config.kernelInitializer = try reader.initializer("kernel_initializer", "init", default: .glorotUniform)
    config.biasInitializer = try reader.initializer("bias_initializer", default: .zeros)
    config.kernelRegularizer = try reader.regularizer("kernel_regularizer", "W_regularizer")
    config.kernelConstraint = try reader.constraint("kernel_constraint", "W_constraint")
    config.biasRegularizer = try reader.regularizer("bias_regularizer", "b_regularizer")
    config.biasConstraint = try reader.constraint("bias_constraint", "b_constraint")
    try refuseQuantization(reader)
    return config
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

  private func embedding(_ reader: ConfigReader) throws(UnrollError) -> EmbeddingConfig {
    var config = EmbeddingConfig(inputDim: try reader.size("input_dim"), outputDim: try reader.size("output_dim"))
    config.maskZero = try reader.bool("mask_zero", default: false)
    config.initializer = try reader.initializer("embeddings_initializer", "init", default: .uniform)
    config.regularizer = try reader.regularizer("embeddings_regularizer", "W_regularizer")
    config.constraint = try reader.constraint("embeddings_constraint", "W_constraint")
    reader.noteTrainingOnly("dropout")
    try refuseQuantization(reader)
    return config
  }

  private func activationLayer(_ className: String, _ reader: ConfigReader) throws(UnrollError) -> ActivationLayerConfig {
    guard let kind = ActivationLayerConfig.Kind(rawValue: className) else { throw reader.unsupported("unknown activation layer") }
    var config = ActivationLayerConfig(kind)
    switch kind {
    case .relu:
      config.slope = try reader.double("negative_slope", default: 0)
      config.maxValue = try reader.optionalDouble("max_value")
      config.threshold = try reader.double("threshold", default: 0)
    case .leakyRelu: config.slope = try reader.double("negative_slope", "alpha", default: 0.3)
    case .elu: config.slope = try reader.double("alpha", default: 1)
    case .softmax:
      guard let axes = try reader.ints("axis") else { break }
      guard axes.count == 1 else { throw reader.unsupported("softmax over several axes is not supported") }
      config.axis = axes[0]
    }
    return config
  }

  private func prelu(_ reader: ConfigReader) throws(UnrollError) -> PReLUConfig {
    var config = PReLUConfig()
    config.initializer = try reader.initializer("alpha_initializer", "init", default: .zeros)
    config.regularizer = try reader.regularizer("alpha_regularizer")
    config.constraint = try reader.constraint("alpha_constraint")
    config.sharedAxes = try reader.ints("shared_axes") ?? []
    return config
  }

  private func noise(_ className: String, _ reader: ConfigReader) throws(UnrollError) -> LayerConfig {
    let isDeviation = className == "GaussianNoise"
    let rate = isDeviation ? try reader.double("stddev", "sigma", default: 0) : try reader.double("rate", "p", default: 0)
    var noise = NoiseConfig(rate: rate, seed: try reader.optionalInt("seed"))
    switch className {
    case "SpatialDropout1D": return .spatialDropout1D(noise)
    case "GaussianNoise": return .gaussianNoise(noise)
    case "GaussianDropout": return .gaussianDropout(noise)
    case "AlphaDropout":
      throw UnrollError(.unsupported, "\(reader.owner): layers of class AlphaDropout are not supported; there are \(Self.supported)")
    default:
      if let found = reader.value("noise_shape") {
        guard let axes = (found["items"] ?? found).array else { throw reader.wrong("noise_shape", "a list of axes", found) }
        noise.noiseShape = axes.map { $0.int }
      }
      return .dropout(noise)
    }
  }

  private func sides(_ name: String, _ reader: ConfigReader) throws(UnrollError) -> (Int, Int) {
    let values = try reader.ints(name) ?? [1, 1]
    guard let first = values.first, let last = values.last, values.count <= 2, first >= 0, last >= 0 else {
      throw reader.wrong(name, "one or two whole numbers, at least 0", reader.value(name))
    }
    return (first, last)
  }

  private func attention(_ className: String, _ reader: ConfigReader) throws(UnrollError) -> AttentionConfig {
    var config = AttentionConfig(isAdditive: className == "AdditiveAttention")
    config.useScale = try reader.bool("use_scale", default: config.isAdditive)
    config.dropout = try reader.double("dropout", default: 0)
    config.seed = try reader.optionalInt("seed")
    config.useCausalMask = try reader.bool("causal", default: false)
    try reader.require("score_mode", isOneOf: ["dot", "concat"])
    config.concatScore = reader.value("score_mode") == "concat"
    return config
  }
}
