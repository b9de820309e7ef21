import HDF5Writer
import Unroll

extension ModelSample {
  func write(to group: H5OutputGroup) throws(UnrollError) {
    for (index, input) in inputs.enumerated() { try write(input, to: group, at: "input_\(index)") }
    for (index, output) in outputs.enumerated() { try write(output, to: group, at: "output_\(index)") }
  }

  private func write(_ stored: Stored, to group: H5OutputGroup, at name: String) throws(UnrollError) {
    let type: H5OutputType =
      switch stored.values.type {
      case .float32: .float32
      case .float64: .float64
      default: .int64
      }
    try group.write(type, shape: stored.shape, at: name) { stored.values.copyBytes(to: $0) }
  }

  /// An archive's member.
  func file() throws(UnrollError) -> H5OutputFile {
    let file = try H5OutputFile(expecting: (inputs + outputs).reduce(1 << 16) { $0 + $1.values.count * 8 })
    try write(to: file.root)
    return file
  }
}
