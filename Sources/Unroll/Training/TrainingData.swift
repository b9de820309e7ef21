/// The data for training or evaluation: borrowed views of the host's arrays, batch
/// first. The engine reads them during the call and keeps no reference; strided views
/// (sliding windows over one series) need no copy.
package struct TrainingData: Sendable {
  /// One per model input.
  package var inputs: [ArrayView]
  /// One per model output. For an output of shape (N, ..., F): the same shape,
  /// without the last axis if F is 1, and without it (or with a last axis of
  /// 1) for sparse categorical cross-entropy, which takes class indices. An additional
  /// last axis of length 1 is accepted.
  package var targets: [ArrayView]
  /// Empty for none, one for all outputs, or one per output: shape (N,) or (N, 1),
  /// or (N, T) or (N, T, 1) for an output with a time axis.
  /// nil stands for weights of 1.
  package var sampleWeights: [ArrayView?]

  package init(inputs: [ArrayView], targets: [ArrayView], sampleWeights: [ArrayView?] = []) {
    self.inputs = inputs
    self.targets = targets
    self.sampleWeights = sampleWeights
  }

  /// Number of samples.
  package var rows: Int { inputs.first?.rows ?? 0 }

  /// Samples `range` of every array.
  func rows(_ range: Range<Int>) -> TrainingData {
    TrainingData(
      inputs: inputs.map { $0.rows(range) }, targets: targets.map { $0.rows(range) },
      sampleWeights: sampleWeights.map { $0?.rows(range) })
  }
}

extension ArrayView {
  /// Samples `range`, which lies within `0..<rows`.
  func rows(_ range: Range<Int>) -> ArrayView {
    var part = shape
    if !part.isEmpty { part[0] = range.count }
    return ArrayView(base: base + range.lowerBound * (strides.first ?? 0), type: type, shape: part, strides: strides)
  }

  /// The same elements under another sample shape that differs only by
  /// trailing axes of length 1.
  func with(sampleDimensions dimensions: [Int]) -> ArrayView {
    let wanted = [rows] + dimensions
    if wanted == shape { return self }
    var strides = strides
    while strides.count > wanted.count { strides.removeLast() }
    while strides.count < wanted.count { strides.append(type.byteCount) }
    return ArrayView(base: base, type: type, shape: wanted, strides: strides)
  }
}
