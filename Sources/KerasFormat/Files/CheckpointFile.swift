import ByteInput
import HDF5Reader
import Unroll

/// An opened checkpoint, recognised by its content: its documents have been read, its
/// arrays have not.
struct CheckpointFile {
  enum Kind: String { case fullH5 = "h5", legacyWeights = "h5 weights", v3Weights = "weights.h5", archive = "keras" }

  /// For messages: the path, or the caller's name for the bytes.
  let name: String
  let kind: Kind
  /// nil: not in the file.
  let version: KerasVersion?
  let backend: String?
  /// The model's configuration, in files of whole models.
  let config: JSON?
  let training: JSONObject?
  /// Text that this library stored with the model.
  let metadata: [String: String]
  private let arrays: Arrays

  /// Boxed: copying the payloads in place looks at bits that only one of them sets.
  private indirect enum Arrays {
    case hdf5(StoredArrays)
    /// Members that are not yet decompressed.
    case archive(ZipReader, weights: ZipReader.Member, sample: ZipReader.Member?)
  }

  static let metadataName = "unroll_metadata"

  init(_ source: ByteSource) throws(UnrollError) {
    self = try located(source.name) { () throws(UnrollError) in try CheckpointFile(opening: source) }
  }

  private init(opening source: ByteSource) throws(UnrollError) {
    if ZipReader.isZip(try source.read(min(4, source.count), at: 0)) {
      try self.init(archive: source)
    } else {
      try self.init(hdf5: source)
    }
  }

  private init(hdf5 source: ByteSource) throws(UnrollError) {
    guard try H5File.isHDF5(source) else {
      throw UnrollError(.format, "\(source.name) is neither an HDF5 file (.h5, .weights.h5) nor a .keras archive")
    }
    name = source.name
    let root = try H5File(source).root
    var metadata: [String: String] = [:]
    var training: JSONObject?
    var config: JSON?
    let weights: H5Group
    if let document = try root.attributes.string("model_config") {
      guard let group = try root.group("model_weights") else {
        throw UnrollError(.format, "\(source.name): has a model_config but no group model_weights")
      }
      kind = .fullH5
      weights = group
      config = try JSONReader.parse(document, name: "\(source.name): model_config")
      // Advisory: what cannot be read does not matter.
      training = (try? root.attributes.string("training_config")).flatMap { $0 }.flatMap {
        try? JSONReader.parse($0, name: "training_config").object
      }
      if let stored = try root.attributes.string(Self.metadataName) { metadata = Self.strings(try? JSONReader.parse(stored, name: "metadata")) }
    } else if try LegacyWeights.isPresent(in: root) {
      kind = .legacyWeights
      weights = root
    } else if let group = try root.group("model_weights"), try LegacyWeights.isPresent(in: group) {
      kind = .legacyWeights
      weights = group
    } else if try V3Weights.isPresent(in: try WeightGroup(root: root)) {
      kind = .v3Weights
      weights = root
    } else {
      throw UnrollError(
        .format,
        "\(source.name) is an HDF5 file but not a Keras model: expected the attribute model_config or layer_names, or a group layers")
    }
    self.config = config
    self.training = training
    self.metadata = metadata
    func either(_ name: String) throws(UnrollError) -> String? {
      if let found = try root.attributes.string(name) { return found }
      return try weights.attributes.string(name)
    }
    let written = try either("keras_version")
    // Keras 1 did not write its version into files of weights.
    version = kind == .v3Weights ? nil : KerasVersion(written ?? "1")
    backend = try either("backend")
    arrays = .hdf5(
      StoredArrays(
        name: name, kind: kind, version: version, root: root, weights: weights, byteCount: source.count,
        sample: kind == .fullH5 ? try root.group(ModelSample.name) : nil))
  }

  /// More than any model's configuration.
  private static let maximumDocument = 64 << 20

  private init(archive source: ByteSource) throws(UnrollError) {
    name = source.name
    let archive = try ZipReader(source)
    func document(_ name: String) throws(UnrollError) -> JSON? {
      guard let member = archive.member(name) else { return nil }
      return try archive.read(member, limit: Self.maximumDocument).contents().withBytes { (bytes) throws(UnrollError) in
        try JSONReader.parse(bytes.bindMemory(to: UInt8.self), name: "\(source.name): \(name)")
      }
    }
    guard let config = try document("config.json") else {
      throw UnrollError(.format, "\(source.name) is a ZIP archive but not a Keras model: it has no config.json")
    }
    guard let member = archive.member("model.weights.h5") else {
      if archive.member("model.weights.npz") != nil {
        throw UnrollError(.unsupported, "\(source.name): weights as model.weights.npz are not supported; save with model.weights.h5")
      }
      if archive.member("model.weights.json") != nil {
        throw UnrollError(.unsupported, "\(source.name): weights in several shards are not supported; save them as one file")
      }
      throw UnrollError(.format, "\(source.name): the archive has no model.weights.h5")
    }
    kind = .archive
    arrays = .archive(archive, weights: member, sample: archive.member("\(ModelSample.name).h5"))
    let about = try document("metadata.json")
    version = about?["keras_version"]?.string.map { KerasVersion($0) }
    backend = nil
    self.config = config
    var training = config["compile_config"]?.object
    for name in CompileEncoder.allMarks { if let mark = config[name] { training?[name] = mark } }
    self.training = training
    metadata = Self.strings(try document("\(Self.metadataName).json"))
  }

  private static func strings(_ value: JSON?) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in value?.object?.members ?? [] { if let text = value.string { result[key] = text } }
    return result
  }

  /// The arrays, of which compressed ones may have `expected` bytes; nil if
  /// nothing says what to expect.
  func open(expecting expected: Int?) throws(UnrollError) -> StoredArrays {
    try located(name) { () throws(UnrollError) in try openArrays(expecting: expected) }
  }

  private func openArrays(expecting expected: Int?) throws(UnrollError) -> StoredArrays {
    switch arrays {
    case .hdf5(let stored): return stored
    case .archive(let archive, let weights, let sample):
      func limit(_ member: ZipReader.Member, _ expected: Int?) -> Int {
        if member.method == 0 { return Int.max }
        // Numbers hardly ever shrink to a sixteenth; runs of zeros do.
        return max(expected ?? 0, member.compressedSize.multipliedReportingOverflow(by: 16).partialValue, 1 << 20)
      }
      let image = try archive.read(weights, limit: limit(weights, expected))
      let root = try H5File(image).root
      var sampleRoot: H5Group?
      if let sample { sampleRoot = try H5File(try archive.read(sample, limit: limit(sample, nil))).root }
      return StoredArrays(
        name: name, kind: kind, version: version, root: root, weights: root, byteCount: image.count, sample: sampleRoot)
    }
  }
}

/// Puts the file's name before errors about its contents.
func located<Result>(_ name: String, _ body: () throws(UnrollError) -> Result) throws(UnrollError) -> Result {
  do throws(UnrollError) { return try body() } catch {
    if error.message.hasPrefix(name) { throw error }
    throw UnrollError(error.code, "\(name): \(error.message)", systemError: error.systemError)
  }
}
