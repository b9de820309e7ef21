import HDF5Writer
import Unroll

/// An array to be written; its elements are copied from the model when they are
/// written.
struct OutputArray {
  let shape: [Int]
  let type: H5OutputType
  let fill: (UnsafeMutableRawBufferPointer) throws(UnrollError) -> Void

  func write(to group: H5OutputGroup, at path: String) throws(UnrollError) {
    try group.write(type, shape: shape, at: path, fill)
  }

  /// A single number.
  static func scalar<Number: BitwiseCopyable>(_ value: Number, _ type: H5OutputType) -> OutputArray {
    OutputArray(shape: [], type: type) { target in withUnsafeBytes(of: value) { target.copyMemory(from: $0) } }
  }

  /// An array of the model's element type.
  static func ofModel(
    _ model: Model, shape: [Int], _ read: @escaping (UnsafeMutableRawPointer, ElementType) throws(UnrollError) -> Void
  ) -> OutputArray {
    let isDouble = model.spec.dtype == .float64
    return OutputArray(shape: shape, type: isDouble ? .float64 : .float32) { (target) throws(UnrollError) in
      if let base = target.baseAddress { try read(base, isDouble ? .float64 : .float32) }
    }
  }

  /// All parameters of a model in order.
  static func parameters(of model: Model) throws(UnrollError) -> [OutputArray] {
    try model.parameters().enumerated().map { index, info in
      .ofModel(model, shape: info.shape) { bytes, type throws(UnrollError) in try model.readParameter(index, into: bytes, type: type) }
    }
  }
}
