import HDF5Reader
import Unroll

/// The arrays of a checkpoint: found and measured, not yet read.
struct StoredArrays {
  let name: String
  let kind: CheckpointFile.Kind
  let version: KerasVersion?
  let root: H5Group
  let weights: H5Group
  let byteCount: Int
  /// The sample stored with the model.
  let sample: H5Group?

  /// One array for each parameter of `spec`, in the engine's order.
  func match(_ spec: ModelSpec, _ context: DecodingContext) throws(UnrollError) -> [SourceArray] {
    switch kind {
    case .fullH5, .legacyWeights: return try legacy(context).match(spec)
    case .v3Weights, .archive:
      return try V3Weights(root: try WeightGroup(root: weights), context: context, walk: GroupWalk(byteCount: byteCount)).match(spec)
    }
  }

  func optimizerArrays() throws(UnrollError) -> [SourceArray] {
    switch kind {
    case .fullH5: return try LegacyWeights.optimizer(in: root, byteCount: byteCount)
    case .v3Weights, .archive: return try V3Weights.optimizer(in: try WeightGroup(root: weights))
    case .legacyWeights: return []
    }
  }

  /// What the optimizer's arrays belong to, in a file whose weights fit the model.
  func stateLayout(of model: Model, _ context: DecodingContext) throws(UnrollError) -> StateLayout {
    switch kind {
    case .fullH5, .legacyWeights: return try StateLayout(legacy(context), model.spec)
    case .v3Weights, .archive: return try StateLayout(model)
    }
  }

  /// Names and arrays by layer as the file stores them, for files without a configuration.
  func layers() throws(UnrollError) -> [(name: String, arrays: [SourceArray])] {
    switch kind {
    case .fullH5, .legacyWeights:
      return try legacy(DecodingContext(version: version ?? .unknown)).layers().map { ($0.name, $0.arrays) }
    case .v3Weights, .archive:
      let weights = try WeightGroup(root: weights)
      var found = try weights.group("layers")
      if found == nil { found = try weights.group(V3Weights.oldListPath) }
      guard let list = found else { return [] }
      var result: [(name: String, arrays: [SourceArray])] = []
      let walk = GroupWalk(byteCount: byteCount)
      for name in try list.childNames() {
        guard let group = try list.group(name) else { continue }
        let arrays = try V3Weights.arrays(below: group, walk)
        if !arrays.isEmpty { result.append((name, arrays)) }
      }
      return result
    }
  }

  private func legacy(_ context: DecodingContext) -> LegacyWeights {
    LegacyWeights(group: weights, context: context, byteCount: byteCount)
  }
}
