/// The rules for training, where versions of Keras differ.
package enum TrainingRules: String, Sendable, Equatable, CaseIterable {
  /// Keras 1 and 2 up to 2.11: as `keras2`, but the moments of BatchNormalization
  /// include masked steps.
  case keras2Unmasked = "2.11"
  /// The loss includes the regularizers of frozen weights. TimeDistributed makes one
  /// batch of all steps, with one set of moments and its layer's activity regularizer,
  /// and calls a model inside twice. RootMeanSquaredError leaves out masked steps.
  /// BatchNormalization of images (samples of rank 3 or 4) in float32 is TensorFlow's
  /// fused operation, which ignores masks and uses an unbiased moving variance.
  case keras2 = "2.12"
  /// Keras 3, and models built in code.
  case keras3 = "3"

  /// Whether they are those of a version before Keras 3.
  package var areOfKeras2: Bool { self != .keras3 }
}
