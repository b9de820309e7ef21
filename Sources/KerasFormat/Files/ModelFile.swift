import ByteInput
import Unroll

/// Models in files and in memory: everything that the library reads and writes goes
/// through here. A path is opened once; a caller's bytes are read in place and not
/// kept.
package enum ModelFile {
  /// Loads a whole model. The format is recognised by the content. The model's `notes` say
  /// what was adapted.
  package static func load(path: FilePath, compile: Bool = true) throws(UnrollError) -> Model {
    try load(ByteSource(path: path), compile: compile)
  }

  /// The same from memory. `name` is used in messages in place of the path.
  package static func load(
    bytes: UnsafeRawBufferPointer, name: String = "the data", compile: Bool = true
  ) throws(UnrollError) -> Model {
    try load(source(bytes, name), compile: compile)
  }

  /// Loads the weights of any readable file into a built model. Layers are matched by
  /// order; if anything does not fit, the model keeps its weights.
  package static func loadWeights(into model: Model, path: FilePath) throws(UnrollError) {
    // A model that cannot take weights is reported before the file is opened.
    _ = try model.parameters()
    try loadWeights(into: model, ByteSource(path: path))
  }

  /// The same from memory.
  package static func loadWeights(
    into model: Model, bytes: UnsafeRawBufferPointer, name: String = "the data"
  ) throws(UnrollError) {
    _ = try model.parameters()
    try loadWeights(into: model, source(bytes, name))
  }

  static func source(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(UnrollError) -> ByteSource {
    guard !bytes.isEmpty else { throw UnrollError(.format, "\(name) is empty") }
    return ByteSource(borrowing: bytes, name: name)
  }

  // MARK: Loading

  private static func load(_ source: ByteSource, compile: Bool) throws(UnrollError) -> Model {
    try load(try CheckpointFile(source), compile: compile)
  }

  static func load(_ file: CheckpointFile, compile: Bool) throws(UnrollError) -> Model {
    guard let config = file.config else {
      throw UnrollError(
        .unsupported, "\(file.name) holds weights only; build the model and load the weights into it, or load a whole model (.h5, .keras)")
    }
    let (spec, context) = try located(file.name) { () throws(UnrollError) in try ModelDecoder.decode(config, version: file.version) }
    guard spec.declaresInputs else {
      throw UnrollError(.format, "\(file.name): the configuration does not have the model's input shape")
    }
    // Everything is compared before anything of the model's size is allocated.
    let parameters = try located(file.name) { () throws(UnrollError) in try spec.declaredParameters() }
    let stored = try file.open(expecting: expectedBytes(parameters))
    let arrays = try matched(stored, spec, parameters, context)
    let model = try located(file.name) { () throws(UnrollError) in
      let model = try Model(spec, initialized: false)
      try WeightLoading.fill(model, from: arrays)
      return model
    }
    try checkSample(stored, model, context)
    if compile, let training = file.training { try restoreTraining(stored, training, model, context) }
    model.notes = context.notes
    model.metadata = file.metadata
    return model
  }

  private static func loadWeights(into model: Model, _ source: ByteSource) throws(UnrollError) {
    let file = try CheckpointFile(source)
    let context = DecodingContext(version: file.version ?? .unknown)
    let parameters = try model.parameters()
    let stored = try file.open(expecting: expectedBytes(parameters))
    let arrays = try matched(stored, model.spec, parameters, context)
    try located(file.name) { () throws(UnrollError) in try WeightLoading.replace(in: model, by: arrays) }
    let known = Set(model.notes)
    model.notes += context.notes.filter { !known.contains($0) }
  }

  /// The most bytes that an HDF5 file with these parameters can have: in float64, with an
  /// optimizer's state and averages, and some KB of groups for each.
  private static func expectedBytes(_ parameters: [ParameterInfo]) -> Int {
    let most = 1 << 50
    var elements = 0
    for parameter in parameters {
      elements = min(most, elements + min(most, (try? checkedProduct(parameter.shape, parameter.name)) ?? most))
    }
    return elements * 8 * 6 + (parameters.count + 64) << 14
  }

  /// One array for each parameter, all of the right shape and no more than the file can hold.
  private static func matched(
    _ file: StoredArrays, _ spec: ModelSpec, _ parameters: [ParameterInfo], _ context: DecodingContext
  ) throws(UnrollError) -> [SourceArray] {
    try located(file.name) { () throws(UnrollError) in
      let arrays = try file.match(spec, context)
      let types = Set(arrays.map(\.element)).filter { $0 == "float16" || $0 == "bfloat16" || ($0 == "float64" && spec.dtype == .float32) }
      for type in types.sorted() { context.note("the weights are stored as \(type) and were converted to \(spec.dtype.rawValue)") }
      try WeightLoading.check(arrays, parameters)
      try WeightLoading.checkBudget(arrays, fileBytes: file.byteCount)
      return arrays
    }
  }

  private static func checkSample(
    _ file: StoredArrays, _ model: Model, _ context: DecodingContext
  ) throws(UnrollError) {
    guard let group = file.sample else { return }
    guard !model.isStateful else {
      context.note("the stored sample was not checked: the model is stateful")
      return
    }
    try located(file.name) { () throws(UnrollError) in
      let sample = try ModelSample(group, for: model, fileBytes: file.byteCount)
      try sample.check(model)
      model.attachment = sample
    }
  }

  /// Fails only if memory runs out: a model without its optimizer can still predict.
  private static func restoreTraining(
    _ file: StoredArrays, _ training: JSONObject, _ model: Model, _ context: DecodingContext
  ) throws(UnrollError) {
    guard var spec = CompileDecoder(context: context, outputNames: model.spec.outputNames).decode(training) else { return }
    do throws(UnrollError) {
      try model.compile(spec)
      let arrays = try file.optimizerArrays()
      guard !arrays.isEmpty else {
        if training["optimizer"]?["module"]?.string == "keras.optimizers.legacy" {
          context.note("Keras 2 stores no state of its legacy optimizers in .keras: the optimizer starts without a state, as in Keras")
        }
        return
      }
      let layout = try file.stateLayout(of: model, context)
      let state = OptimizerState(model: model, version: file.version ?? .unknown, layout: layout)
      if try state.hasProductFirst(arrays) {
        spec.optimizer.storesProductFirst = true
        try model.compile(spec)
      }
      try state.apply(try state.match(arrays))
    } catch {
      if error.code == .outOfMemory { throw error }
      // Some of it may have been set.
      if model.compileSpec != nil { try model.compile(spec) }
      context.note("the optimizer's state was not restored: \(error.message)")
    }
  }
}
