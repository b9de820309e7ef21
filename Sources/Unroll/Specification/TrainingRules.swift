/// The rules for training, where versions of Keras differ, and for what they compute
/// differently in prediction too.
package enum TrainingRules: String, Sendable, Equatable, CaseIterable {
  /// Keras 1 and 2 up to 2.11: as `keras2`, but the moments of BatchNormalization
  /// include masked steps.
  case keras2Unmasked = "2.11"
  /// The loss includes the regularizers of frozen weights. TimeDistributed makes one
  /// batch of all steps, with one set of moments and its layer's activity regularizer,
  /// and calls a model inside twice. RootMeanSquaredError leaves out masked steps.
  /// BatchNormalization of images (samples of rank 3 or 4) in float32 is TensorFlow's
  /// fused operation, which ignores masks and uses an unbiased moving variance.
  /// Binary cross-entropy adds epsilon to probabilities that no sigmoid has made.
  /// UnitNormalization is that of `keras35`.
  case keras2 = "2.12"
  /// Keras 3.0 to 3.5: UnitNormalization bounds the square of a length at 1e-12, in
  /// prediction too; since 3.6 it bounds the length.
  case keras35 = "3.5"
  /// Keras 3.6 and later, and models built in code.
  case keras3 = "3"

  /// Whether they are those of a version before Keras 3.
  package var areOfKeras2: Bool { self == .keras2 || self == .keras2Unmasked }
}
