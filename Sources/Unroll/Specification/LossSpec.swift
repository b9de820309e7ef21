/// A loss as passed to `compile`.
package struct LossSpec: Sendable, Equatable {
  package enum Reduction: String, Sendable {
    /// Mean over the batch (and time), Keras' "sum_over_batch_size".
    case mean = "sum_over_batch_size"
    case sum
  }
  package var function: LossFunction
  package var reduction: Reduction
  /// The name as given, for files: "mse", "mean_squared_error"; "" is the function's name.
  package var name: String
  package init(_ function: LossFunction, reduction: Reduction = .mean, name: String = "") {
    self.function = function
    self.reduction = reduction
    self.name = name
  }
}
