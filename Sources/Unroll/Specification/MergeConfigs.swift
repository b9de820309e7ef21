/// Elementwise merges of several inputs of one shape (with broadcasting of axes of length 1).
public enum MergeKind: String, Sendable {
  case add = "Add", subtract = "Subtract", multiply = "Multiply"
  case average = "Average", maximum = "Maximum", minimum = "Minimum"
}

public struct DotConfig: Sendable, Equatable {
  /// The contracted axis of each input, the batch is axis 0.
  public var axes: (Int, Int)
  public var normalize = false
  public init(axes: (Int, Int)) { self.axes = axes }
  public static func == (a: DotConfig, b: DotConfig) -> Bool { a.axes == b.axes && a.normalize == b.normalize }
}

public struct AttentionConfig: Sendable, Equatable {
  /// False: Luong's dot product; true: Bahdanau's additive score (AdditiveAttention).
  public var isAdditive: Bool
  public var useScale: Bool
  /// "concat" instead of "dot" (Attention only); has a learned scale of its own.
  public var concatScore = false
  public var dropout = 0.0
  /// Chooses the random numbers of `dropout`; nil: the model's own.
  public var seed: Int?
  /// Keras before 3 had it as a layer option; Keras 3 as a call argument.
  public var useCausalMask = false
  public init(isAdditive: Bool) {
    self.isAdditive = isAdditive
    useScale = isAdditive
  }
}
