/// Whose rules count in training, where versions of Keras differ.
package enum TrainingRules: String, Sendable, Equatable, CaseIterable {
  /// Keras 1 and 2 up to 2.11: as `keras2`, but BatchNormalization takes its
  /// moments of masked steps too.
  case keras2Unmasked = "2.11"
  /// The loss counts the regularizers of frozen weights. TimeDistributed makes
  /// one batch of all steps, with one set of moments and with its layer's
  /// activity regularizer, and calls a model inside twice. RootMeanSquaredError leaves masked steps out.
  /// BatchNormalization of images (samples of rank 3 or 4) is TensorFlow's fused
  /// one in float32, which knows no masks and moves an unbiased variance.
  case keras2 = "2.12"
  /// Keras 3, and what is built in code.
  case keras3 = "3"

  /// Whether they are those of any Keras before 3.
  package var areOfKeras2: Bool { self != .keras3 }
}
