import Unroll

/// An opened checkpoint, recognised by its content; nothing is decoded yet.
struct CheckpointFile {
  enum Kind: String { case fullH5 = "h5", legacyWeights = "h5 weights", v3Weights = "weights.h5", archive = "keras" }

  let path: String
  let kind: Kind
  /// nil: the file does not say.
  let version: KerasVersion?
  let backend: String?
  /// The model's configuration, in files of whole models.
  let config: JSON?
  let training: JSONObject?
  /// Text stored by this library beside the model.
  let metadata: [String: String]
  /// The sample stored with the model, not yet read.
  let sample: H5Group?
  private let hdf5: H5File
  private let weights: H5Group
  private let byteCount: Int

  static let metadataName = "unroll_metadata"

  static func open(_ path: String) throws(UnrollError) -> CheckpointFile {
    let input = try InputFile(path: path)
    let start = try input.start(8)
    if ZipReader.isZip(start) { return try CheckpointFile(archive: input) }
    // An HDF5 file may begin with a block of the user's own.
    if start == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] { return try CheckpointFile(hdf5: input) }
    throw UnrollError(.format, "\(path) is neither an HDF5 file (.h5, .weights.h5) nor a .keras archive")
  }

  private init(hdf5 input: InputFile) throws(UnrollError) {
    path = input.path
    byteCount = input.byteCount
    hdf5 = try H5File.open(input)
    let root = hdf5.root
    func text(_ group: H5Group, _ name: String) throws(UnrollError) -> String? {
      group.attributes.has(name) ? try group.attributes.string(name) : nil
    }
    var metadata: [String: String] = [:]
    var training: JSONObject?
    var config: JSON?
    if let document = try text(root, "model_config") {
      guard let group = try root.group("model_weights") else {
        throw UnrollError(.format, "\(input.path): has a model_config but no group model_weights")
      }
      kind = .fullH5
      weights = group
      config = try JSONReader.parse(document, name: "\(input.path): model_config")
      // Advisory: what cannot be read does not matter.
      training = (try? text(root, "training_config")).flatMap { $0 }.flatMap {
        try? JSONReader.parse($0, name: "training_config").object
      }
      if let stored = try text(root, Self.metadataName) { metadata = Self.strings(try? JSONReader.parse(stored, name: "metadata")) }
    } else if LegacyWeights.isPresent(in: root) {
      kind = .legacyWeights
      weights = root
    } else if let group = try root.group("model_weights"), LegacyWeights.isPresent(in: group) {
      kind = .legacyWeights
      weights = group
    } else if try V3Weights.isPresent(in: root) {
      kind = .v3Weights
      weights = root
    } else {
      throw UnrollError(
        .format,
        "\(input.path) is an HDF5 file but not a Keras model: expected the attribute model_config or layer_names, or a group layers")
    }
    self.config = config
    sample = kind == .fullH5 ? try root.group(ModelSample.name) : nil
    self.training = training
    self.metadata = metadata
    let group = weights
    func either(_ name: String) throws(UnrollError) -> String? {
      if let found = try text(root, name) { return found }
      return try text(group, name)
    }
    let written = try either("keras_version")
    // Keras 1 did not write its version into files of weights.
    version = kind == .v3Weights ? nil : KerasVersion(written ?? "1")
    backend = try either("backend")
  }

  private init(archive input: InputFile) throws(UnrollError) {
    path = input.path
    let archive = try ZipReader(try input.contents(), name: input.path)
    func document(_ name: String) throws(UnrollError) -> JSON? {
      guard let member = archive.member(name) else { return nil }
      return try JSONReader.parse(try archive.read(member), name: "\(input.path): \(name)")
    }
    guard let config = try document("config.json") else {
      throw UnrollError(.format, "\(input.path) is a ZIP archive but not a Keras model: it has no config.json")
    }
    guard let member = archive.member("model.weights.h5") else {
      if archive.member("model.weights.npz") != nil {
        throw UnrollError(.unsupported, "\(input.path): weights as model.weights.npz are not supported; save with model.weights.h5")
      }
      if archive.member("model.weights.json") != nil {
        throw UnrollError(.unsupported, "\(input.path): weights in several shards are not supported; save them as one file")
      }
      throw UnrollError(.format, "\(input.path): the archive has no model.weights.h5")
    }
    kind = .archive
    let image = try archive.read(member)
    byteCount = image.count
    hdf5 = try H5File.open(image: image, name: "\(input.path): model.weights.h5")
    weights = hdf5.root
    let about = try document("metadata.json")
    version = about?["keras_version"]?.string.map { KerasVersion($0) }
    backend = nil
    self.config = config
    var training = config["compile_config"]?.object
    if let mark = config[CompileEncoder.epsilonMark] { training?[CompileEncoder.epsilonMark] = mark }
    if let mark = config[CompileEncoder.scheduleMark] { training?[CompileEncoder.scheduleMark] = mark }
    self.training = training
    let sampleName = "\(ModelSample.name).h5"
    if let member = archive.member(sampleName) {
      sample = try H5File.open(image: try archive.read(member), name: "\(input.path): \(sampleName)").root
    } else {
      sample = nil
    }
    metadata = Self.strings(try document("\(Self.metadataName).json"))
  }

  private static func strings(_ value: JSON?) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in value?.object?.members ?? [] { if let text = value.string { result[key] = text } }
    return result
  }

  /// One array for each parameter of `spec`, in the engine's order.
  func match(_ spec: ModelSpec, _ context: DecodingContext) throws(UnrollError) -> [SourceArray] {
    do throws(UnrollError) {
      switch kind {
      case .fullH5, .legacyWeights: return try LegacyWeights(group: weights, context: context).match(spec)
      case .v3Weights, .archive: return try V3Weights(root: weights, context: context).match(spec)
      }
    } catch {
      throw UnrollError(error.code, "\(path): \(error.message)")
    }
  }

  func optimizerArrays() throws(UnrollError) -> [SourceArray] {
    switch kind {
    case .fullH5: return try LegacyWeights.optimizer(in: hdf5.root)
    case .v3Weights, .archive: return try V3Weights.optimizer(in: weights)
    case .legacyWeights: return []
    }
  }

  /// Names and arrays by layer as the file stores them, for files without a configuration.
  func storedLayers() throws(UnrollError) -> [(name: String, arrays: [SourceArray])] {
    switch kind {
    case .fullH5, .legacyWeights:
      return try LegacyWeights(group: weights, context: DecodingContext(version: version ?? .unknown)).layers()
    case .v3Weights, .archive:
      var found = try weights.group("layers")
      if found == nil { found = try weights.group(V3Weights.oldListPath) }
      guard let list = found else { return [] }
      var result: [(name: String, arrays: [SourceArray])] = []
      var walk = GroupWalk()
      for name in try list.childNames() {
        guard let group = try list.group(name) else { continue }
        let arrays = try V3Weights.arrays(below: group, &walk)
        if !arrays.isEmpty { result.append((name, arrays)) }
      }
      return result
    }
  }

  /// An upper bound of the elements the file can hold, to compare a configuration with.
  var elementBound: Int {
    // Two bytes each at least; compressed data may be a thousand times larger.
    let (bound, overflow) = byteCount.multipliedReportingOverflow(by: 1000)
    return overflow ? Int.max : bound
  }
}
