import ByteInput
import Unroll

/// The arrays of a checkpoint: found and measured, not yet read.
struct StoredArrays {
  let name: String
  let kind: CheckpointFile.Kind
  let version: KerasVersion?
  let file: H5File
  let weights: H5Group
  let byteCount: Int
  /// The sample stored with the model.
  let sample: H5Group?

  /// One array for each parameter of `spec`, in the engine's order.
  func match(_ spec: ModelSpec, _ context: DecodingContext) throws(UnrollError) -> [SourceArray] {
    do throws(UnrollError) {
      switch kind {
      case .fullH5, .legacyWeights: return try LegacyWeights(group: weights, context: context).match(spec)
      case .v3Weights, .archive: return try V3Weights(root: weights, context: context).match(spec)
      }
    } catch {
      throw UnrollError(error.code, "\(name): \(error.message)")
    }
  }

  func optimizerArrays() throws(UnrollError) -> [SourceArray] {
    switch kind {
    case .fullH5: return try LegacyWeights.optimizer(in: file.root)
    case .v3Weights, .archive: return try V3Weights.optimizer(in: weights)
    case .legacyWeights: return []
    }
  }

  /// Names and arrays by layer as the file stores them, for files without a configuration.
  func layers() throws(UnrollError) -> [(name: String, arrays: [SourceArray])] {
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
