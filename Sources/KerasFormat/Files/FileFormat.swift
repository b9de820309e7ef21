import ByteInput
import Unroll

/// The file formats that Keras and this library exchange.
package enum FileFormat: String, Sendable, CaseIterable {
  /// Chosen by the extension when saving to a file; in memory a `.keras` archive, or Keras
  /// 3's `.weights.h5` for weights.
  case automatic
  /// HDF5 with configuration, weights and optimizer: Keras 2's format, which Keras 3 reads too.
  case h5
  /// The same only for Keras 2, where the two versions differ: initial states between
  /// layers cannot be written in a way that both read.
  case h5Keras2
  /// HDF5 with weights only, in Keras 2's layout.
  case h5Weights
  /// Keras 3's archive.
  case keras
  /// Keras 3's weights.
  case weightsH5

  /// The format to write to `path`.
  func resolved(for path: FilePath, weightsOnly: Bool) throws(UnrollError) -> FileFormat {
    guard self == .automatic else { return self }
    let name = path.description.lowercased()
    if name.hasSuffix(".weights.h5") {
      guard weightsOnly else {
        throw UnrollError(
          .invalidArgument, "\(path): .weights.h5 is for weights only; save a model as .h5 or .keras, or save its weights")
      }
      return .weightsH5
    }
    if name.hasSuffix(".h5") || name.hasSuffix(".hdf5") { return weightsOnly ? .h5Weights : .h5 }
    if name.hasSuffix(".keras"), !weightsOnly { return .keras }
    let endings = weightsOnly ? ".weights.h5, .h5 or .hdf5" : ".h5, .hdf5 or .keras"
    throw UnrollError(.invalidArgument, "cannot tell the format of \(path) from its extension; expected \(endings), or a format")
  }

  /// The format to write in memory.
  func resolvedInMemory(weightsOnly: Bool) -> FileFormat {
    self == .automatic ? (weightsOnly ? .weightsH5 : .keras) : self
  }
}
