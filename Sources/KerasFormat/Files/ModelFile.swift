import Unroll

/// Models in files: everything the library reads and writes goes through here.
public enum ModelFile {
  /// Reads a whole model. The format follows from the content. What was
  /// adapted is in the model's `notes`.
  public static func load(path: String, compile: Bool = true) throws(UnrollError) -> Model {
    try withHDF5 { () throws(UnrollError) in try load(try CheckpointFile.open(path), compile: compile) }
  }

  static func load(_ file: CheckpointFile, compile: Bool) throws(UnrollError) -> Model {
    guard let config = file.config else {
      throw UnrollError(
        .unsupported, "\(file.path) holds weights only; build the model and load the weights into it, or load a whole model (.h5, .keras)")
    }
    let (spec, context) = try located(file) { () throws(UnrollError) in try ModelDecoder.decode(config, version: file.version) }
    try located(file) { () throws(UnrollError) in try WeightLoading.checkSizes(spec, storedElements: file.elementBound) }
    let model = try located(file) { () throws(UnrollError) in try Model(spec, initialized: false) }
    guard model.isBuilt else {
      throw UnrollError(.format, "\(file.path): the configuration does not say the model's input shape")
    }
    try loadWeights(file, into: model, context)
    try checkSample(file, model, context)
    if compile, let training = file.training { restoreTraining(file, training, model, context) }
    model.notes = context.notes
    model.metadata = file.metadata
    return model
  }

  /// Prepends the file's name to errors about its contents.
  private static func located<Result>(
    _ file: CheckpointFile, _ body: () throws(UnrollError) -> Result
  ) throws(UnrollError) -> Result {
    do throws(UnrollError) { return try body() } catch { throw UnrollError(error.code, "\(file.path): \(error.message)") }
  }

  private static func loadWeights(
    _ file: CheckpointFile, into model: Model, _ context: DecodingContext
  ) throws(UnrollError) {
    let arrays = try file.match(model.spec, context)
    let types = Set(arrays.map(\.element)).filter { $0 == "float16" || $0 == "bfloat16" || ($0 == "float64" && model.spec.dtype == .float32) }
    for type in types.sorted() { context.note("the weights are stored as \(type) and were converted to \(model.spec.dtype.rawValue)") }
    try located(file) { () throws(UnrollError) in try WeightLoading.load(arrays, into: model) }
  }

  private static func checkSample(
    _ file: CheckpointFile, _ model: Model, _ context: DecodingContext
  ) throws(UnrollError) {
    guard let group = file.sample else { return }
    guard !model.isStateful else {
      context.note("the stored sample was not checked: the model is stateful")
      return
    }
    try located(file) { () throws(UnrollError) in
      let sample = try ModelSample(group)
      try sample.check(model)
      model.companion = sample
    }
  }

  /// Never fails: a model without its optimizer still predicts.
  private static func restoreTraining(
    _ file: CheckpointFile, _ training: JSONObject, _ model: Model, _ context: DecodingContext
  ) {
    let names = model.spec.outputs.compactMap { reference in
      model.spec.nodes.indices.contains(reference.node) ? model.spec.layers[model.spec.nodes[reference.node].layer].name : nil
    }
    guard var spec = CompileDecoder(context: context, outputNames: names).decode(training) else { return }
    do throws(UnrollError) {
      try model.compile(spec)
      let arrays = try file.optimizerArrays()
      guard !arrays.isEmpty else { return }
      let state = OptimizerState(model: model, version: file.version ?? .unknown)
      if try state.hasProductFirst(arrays) {
        spec.optimizer.storesProductFirst = true
        try model.compile(spec)
      }
      try state.apply(try state.read(arrays))
    } catch {
      context.note("the optimizer's state was not restored and starts afresh: \(error.message)")
    }
  }

  /// Puts the weights of any readable file into a built model. Layers are
  /// paired by order; if anything does not fit, the model keeps what it has.
  public static func loadWeights(into model: Model, path: String) throws(UnrollError) {
    try withHDF5 { () throws(UnrollError) in
      _ = try model.parameters()
      let file = try CheckpointFile.open(path)
      let context = DecodingContext(version: file.version ?? .unknown)
      try loadWeights(file, into: model, context)
      model.notes += context.notes.filter { !model.notes.contains($0) }
    }
  }

  // MARK: Saving

  /// Writes a whole model. With a `sample` (one array for each input) its
  /// output is stored too, and every load checks that it is still the same.
  /// Without, the sample of the file it was loaded from goes on with it while
  /// the model still gives that output.
  public static func save(
    _ model: Model, path: String, format: FileFormat = .automatic, includeOptimizer: Bool = true, sample: [ArrayView]? = nil
  ) throws(UnrollError) {
    let format = try format.resolved(for: path, weightsOnly: false)
    var stored: ModelSample?
    if let sample {
      stored = try ModelSample(sample, of: model)
    } else if let loaded = model.companion as? ModelSample, (try? loaded.check(model)) != nil {
      stored = loaded
    }
    let keep = stored
    let bytes = try withHDF5 { () throws(UnrollError) -> [UInt8] in
      switch format {
      case .h5: return try ModelWriter(model, sample: keep).h5(includeOptimizer: includeOptimizer, calls: .lists)
      case .h5Keras2: return try ModelWriter(model, sample: keep).h5(includeOptimizer: includeOptimizer, calls: .keras2)
      case .keras: return try ModelWriter(model, sample: keep).archive(includeOptimizer: includeOptimizer)
      case .h5Weights, .weightsH5, .automatic:
        throw UnrollError(.invalidArgument, "\(path): this format is for weights only; save the model as h5 or keras")
      }
    }
    try writeAtomically(bytes, to: path)
  }

  /// Writes the weights alone.
  public static func saveWeights(
    _ model: Model, path: String, format: FileFormat = .automatic
  ) throws(UnrollError) {
    let format = try format.resolved(for: path, weightsOnly: true)
    let bytes = try withHDF5 { () throws(UnrollError) -> [UInt8] in
      switch format {
      case .h5Weights: return try ModelWriter(model).legacyWeights()
      case .weightsH5: return try ModelWriter(model).v3Weights(includeOptimizer: false)
      case .h5, .h5Keras2, .keras, .automatic:
        throw UnrollError(.invalidArgument, "\(path): this format is for whole models; save weights as h5Weights or weightsH5")
      }
    }
    try writeAtomically(bytes, to: path)
  }

  // MARK: Configurations

  /// A model from Keras' `to_json`, `config.json` or `model_config`, with fresh
  /// weights drawn from `seed`.
  public static func modelFromJSON(_ json: String, seed: UInt64 = 0) throws(UnrollError) -> Model {
    let (spec, context) = try ModelDecoder.decode(try JSONReader.parse(json, name: "the configuration"), version: nil)
    let model = try Model(spec, seed: seed)
    model.notes = context.notes
    return model
  }

  /// A layer from {"class_name", "config"}. Members left out have Keras 3's defaults.
  public static func layerFromJSON(_ json: String) throws(UnrollError) -> LayerSpec {
    let document = try JSONReader.parse(json, name: "the layer's configuration")
    return try LayerDecoder(context: DecodingContext(version: .unknown, isLenient: false)).layer(document)
  }

  /// Keras 3's configuration of a model.
  public static func json(of model: Model) throws(UnrollError) -> String {
    JSONWriter.write(.object(try ModelEncoder.encode(model.spec, .keras3, .objects)))
  }
}
