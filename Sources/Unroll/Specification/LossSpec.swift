/// A loss as `compile` is given it.
public struct LossSpec: Sendable, Equatable {
  public enum Function: Sendable, Equatable {
    case meanSquaredError, meanAbsoluteError
    /// With `labelSmoothing` s a target y becomes y (1 - s) + s / 2.
    case binaryCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0)
    /// With `labelSmoothing` s over n classes a target y becomes y (1 - s) + s / n.
    case categoricalCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0)
    case sparseCategoricalCrossentropy(fromLogits: Bool)
    case huber(delta: Double)
    case logCosh
  }
  public enum Reduction: String, Sendable {
    /// Mean over the batch (and time), Keras' "sum_over_batch_size".
    case mean = "sum_over_batch_size"
    case sum
  }
  public var function: Function
  public var reduction: Reduction
  /// As it was given, for files: "mse", "mean_squared_error"; "" is the function's own.
  public var name: String
  public init(_ function: Function, reduction: Reduction = .mean, name: String = "") {
    self.function = function
    self.reduction = reduction
    self.name = name
  }
}
