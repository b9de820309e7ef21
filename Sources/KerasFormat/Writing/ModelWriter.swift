import ByteInput
import HDF5Writer
import Unroll

/// The bytes of a model in each format.
struct ModelWriter {
  private let model: Model
  private let spec: ModelSpec
  private let values: [OutputArray]
  private let sample: ModelSample?

  init(_ model: Model, sample: ModelSample? = nil) throws(UnrollError) {
    self.model = model
    self.sample = sample
    values = try OutputArray.parameters(of: model)
    spec = model.spec.namedApartFromMasks()
    try Self.checkNames(spec)
  }

  /// A layer's name becomes a group's name; with slashes, as TensorFlow's
  /// scopes gave them, groups inside groups.
  private static func checkNames(_ spec: ModelSpec) throws(UnrollError) {
    var seen: Set<String> = []
    for layer in spec.layers {
      let parts = layer.name.split(separator: "/", omittingEmptySubsequences: false)
      guard !layer.name.utf8.contains(0), parts.allSatisfy({ !$0.isEmpty && $0 != "." }) else {
        throw UnrollError(
          .unsupported, "the layer name \"\(layer.name)\" cannot be stored: neither it nor a part between slashes may be empty or \".\"")
      }
      guard seen.insert(layer.name).inserted else {
        throw UnrollError(.unsupported, "two layers are named \"\(layer.name)\"; Keras needs different names")
      }
    }
  }

  func h5(includeOptimizer: Bool, calls: CallForm) throws(UnrollError) -> HeapBuffer {
    let file = try H5OutputFile(expecting: expectedBytes(includeOptimizer: includeOptimizer))
    let root = file.root
    let version = try HardSigmoidUse(self.spec).version(default: "2.15.0")
    try root.setAttribute("keras_version", to: version)
    try root.setAttribute("backend", to: "tensorflow")
    // No Keras 2 keeps a model's own flag.
    let spec = self.spec.withFlagsInLayers
    let config = JSONWriter.write(.object(try ModelEncoder.encode(spec, .legacy, calls)))
    try root.setAttribute("model_config", to: config)
    if !model.metadata.isEmpty { try root.setAttribute(CheckpointFile.metadataName, to: metadata) }
    try LegacyWeights.write(spec, values, to: try root.makeGroup("model_weights"), version: version)
    if let sample { try sample.write(to: try root.makeGroup(ModelSample.name)) }
    if includeOptimizer, let compiled = model.compileSpec {
      let training = CompileEncoder.encode(
        compiled, of: model, .legacy, namesAreFinal: KerasVersion(version).major < 3, isForKeras2: calls == .keras2)
      try root.setAttribute("training_config", to: JSONWriter.write(.object(training)))
      let state = try OptimizerState.legacyValues(of: model)
      let group = try root.makeGroup("optimizer_weights")
      try group.setAttribute("weight_names", to: state.map(\.name))
      for (name, array) in state { try array.write(to: group, at: name) }
    }
    return try file.image()
  }

  func legacyWeights() throws(UnrollError) -> HeapBuffer {
    let file = try H5OutputFile(expecting: expectedBytes(includeOptimizer: false))
    try LegacyWeights.write(
      spec, values, to: file.root, version: try HardSigmoidUse(spec).version(default: "2.15.0"))
    return try file.image()
  }

  func v3Weights(includeOptimizer: Bool) throws(UnrollError) -> HeapBuffer {
    try v3File(includeOptimizer: includeOptimizer).image()
  }

  private func v3File(includeOptimizer: Bool) throws(UnrollError) -> H5OutputFile {
    let file = try H5OutputFile(expecting: expectedBytes(includeOptimizer: includeOptimizer))
    try V3Weights.write(spec, values, to: file.root)
    if includeOptimizer, model.compileSpec != nil {
      try V3Weights.writeOptimizer(try OptimizerState.values(of: model).map(\.array), to: file.root)
    }
    return file
  }

  func archive(includeOptimizer: Bool) throws(UnrollError) -> HeapBuffer {
    for layer in spec.layers where layer.name.contains("/") {
      throw UnrollError(
        .unsupported, "the layer name \"\(layer.name)\" contains \"/\", which Keras 3 refuses in .keras; save as .h5")
    }
    // Nor does Keras 3 of a Sequential model.
    let spec = self.spec.isSequential ? self.spec.withFlagsInLayers : self.spec
    var config = try ModelEncoder.encode(spec, .archive, .objects)
    if includeOptimizer, let compiled = model.compileSpec {
      config["compile_config"] = .object(CompileEncoder.encode(compiled, of: model, .archive))
      config = config.merged(CompileEncoder.marks(compiled))
    }
    var archive = ZipWriter()
    func add(_ name: String, _ file: H5OutputFile) throws(UnrollError) {
      archive.add(name, count: try file.byteCount()) { (target) throws(UnrollError) in try file.copyBytes(to: target) }
    }
    archive.add("metadata.json", JSONWriter.write(["keras_version": .string(Dialect.keras3Version)]))
    archive.add("config.json", JSONWriter.write(.object(config)))
    try add("model.weights.h5", try v3File(includeOptimizer: includeOptimizer))
    if !model.metadata.isEmpty { archive.add("\(CheckpointFile.metadataName).json", metadata) }
    if let sample { try add("\(ModelSample.name).h5", try sample.file()) }
    return try archive.finish()
  }

  private var metadata: String {
    var object = JSONObject()
    for (key, value) in model.metadata.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
    return JSONWriter.write(.object(object))
  }

  /// About as many as an HDF5 file of the model takes.
  private func expectedBytes(includeOptimizer: Bool) throws(UnrollError) -> Int {
    var arrays = values.map(\.shape)
    if includeOptimizer, model.compileSpec != nil { arrays += try model.optimizerVariables().map(\.shape) }
    // A dataset with its groups and names takes a few KB more than its elements.
    var bytes = 64 << 10
    for shape in arrays { bytes += 2048 + shape.reduce(spec.dtype.byteCount, *) }
    return bytes
  }
}
