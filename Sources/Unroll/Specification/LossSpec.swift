/// A loss as `compile` is given it.
public struct LossSpec: Sendable, Equatable {
  public enum Reduction: String, Sendable {
    /// Mean over the batch (and time), Keras' "sum_over_batch_size".
    case mean = "sum_over_batch_size"
    case sum
  }
  public var function: LossFunction
  public var reduction: Reduction
  /// As it was given, for files: "mse", "mean_squared_error"; "" is the function's own.
  public var name: String
  public init(_ function: LossFunction, reduction: Reduction = .mean, name: String = "") {
    self.function = function
    self.reduction = reduction
    self.name = name
  }
}
