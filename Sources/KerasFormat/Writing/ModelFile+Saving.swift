import ByteInput
import HDF5Writer
import Unroll

extension ModelFile {
  /// Saves a whole model. With a `sample` (one array for each input) its output is stored
  /// too, and every load checks that it is still the same. Without one, the sample of the
  /// file that the model was loaded from is kept, as long as the model still gives that
  /// output.
  package static func save(
    _ model: Model, path: FilePath, format: FileFormat = .automatic, includeOptimizer: Bool = true, sample: [ArrayView]? = nil
  ) throws(UnrollError) {
    try path.check()
    let format = try format.resolved(for: path, weightsOnly: false)
    let bytes = try encode(model, format: format, includeOptimizer: includeOptimizer, sample: sample)
    try bytes.withBytes { (bytes) throws(UnrollError) in try writeAtomically(bytes, to: path) }
  }

  /// The same bytes in memory. `.automatic` is a `.keras` archive.
  package static func encode(
    _ model: Model, format: FileFormat = .automatic, includeOptimizer: Bool = true, sample: [ArrayView]? = nil
  ) throws(UnrollError) -> HeapBuffer {
    let format = format.resolvedInMemory(weightsOnly: false)
    var stored: ModelSample?
    if let sample {
      stored = try ModelSample(sample, of: model)
    } else if let loaded = model.attachment as? ModelSample, (try? loaded.check(model)) != nil {
      stored = loaded
    }
    let keep = stored
    return try withHDF5 { () throws(UnrollError) -> HeapBuffer in
      switch format {
      case .h5: return try ModelWriter(model, sample: keep).h5(includeOptimizer: includeOptimizer, calls: .lists)
      case .h5Keras2: return try ModelWriter(model, sample: keep).h5(includeOptimizer: includeOptimizer, calls: .keras2)
      case .keras: return try ModelWriter(model, sample: keep).archive(includeOptimizer: includeOptimizer)
      case .h5Weights, .weightsH5, .automatic:
        throw UnrollError(.invalidArgument, "this format is for weights only; save the model as h5 or keras, or save its weights")
      }
    }
  }

  /// Saves only the weights.
  package static func saveWeights(
    _ model: Model, path: FilePath, format: FileFormat = .automatic
  ) throws(UnrollError) {
    try path.check()
    let format = try format.resolved(for: path, weightsOnly: true)
    try encodeWeights(model, format: format).withBytes { (bytes) throws(UnrollError) in try writeAtomically(bytes, to: path) }
  }

  /// The same bytes in memory. `.automatic` is Keras 3's `.weights.h5`.
  package static func encodeWeights(_ model: Model, format: FileFormat = .automatic) throws(UnrollError) -> HeapBuffer {
    let format = format.resolvedInMemory(weightsOnly: true)
    return try withHDF5 { () throws(UnrollError) -> HeapBuffer in
      switch format {
      case .h5Weights: return try ModelWriter(model).legacyWeights()
      case .weightsH5: return try ModelWriter(model).v3Weights(includeOptimizer: false)
      case .h5, .h5Keras2, .keras, .automatic:
        throw UnrollError(.invalidArgument, "this format is for whole models; save weights as h5Weights or weightsH5, or save the model")
      }
    }
  }
}
