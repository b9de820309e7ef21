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

/// What a loss computes: which of Keras' functions, with its numbers. What a
/// kind does not have is not looked at; `LossKernels.swift` has the formulas.
public struct LossFunction: Sendable, Equatable {
  /// By Keras' names of the functions.
  public enum Kind: String, Sendable, CaseIterable {
    case meanSquaredError = "mean_squared_error"
    case meanAbsoluteError = "mean_absolute_error"
    case binaryCrossentropy = "binary_crossentropy"
    case categoricalCrossentropy = "categorical_crossentropy"
    case sparseCategoricalCrossentropy = "sparse_categorical_crossentropy"
    case huber
    case logCosh = "log_cosh"
  }

  public let kind: Kind
  /// Predictions are logits, not probabilities.
  public var fromLogits = false
  /// s: a target y becomes y (1 - s) + s / 2, over n classes y (1 - s) + s / n.
  public var labelSmoothing = 0.0
  /// Where Huber's turns from quadratic to linear.
  public var delta = 1.0

  public init(_ kind: Kind) { self.kind = kind }

  public static let meanSquaredError = LossFunction(.meanSquaredError)
  public static let meanAbsoluteError = LossFunction(.meanAbsoluteError)
  public static let logCosh = LossFunction(.logCosh)

  public static func binaryCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0) -> Self {
    crossentropy(.binaryCrossentropy, fromLogits, labelSmoothing)
  }

  public static func categoricalCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0) -> Self {
    crossentropy(.categoricalCrossentropy, fromLogits, labelSmoothing)
  }

  public static func sparseCategoricalCrossentropy(fromLogits: Bool) -> Self { crossentropy(.sparseCategoricalCrossentropy, fromLogits) }

  public static func huber(delta: Double) -> Self {
    var function = LossFunction(.huber)
    function.delta = delta
    return function
  }

  private static func crossentropy(_ kind: Kind, _ fromLogits: Bool, _ labelSmoothing: Double = 0) -> Self {
    var function = LossFunction(kind)
    function.fromLogits = fromLogits
    function.labelSmoothing = labelSmoothing
    return function
  }
}
