/// One array of an optimizer's state, as files store it.
public struct OptimizerVariable: Sendable, Equatable {
  /// Keras' name of the kind: "momentum", "velocity", "velocity_hat",
  /// "average_gradient", "accumulator", "norm", "accumulated_grad",
  /// "accumulated_delta_var", "linear"; "u_product" for Nadam's scalar.
  public let kind: String
  /// Index into `Model.parameters()` of the parameter it belongs to; nil for a scalar of the optimizer.
  public let parameter: Int?
  /// The parameter's shape.
  public let shape: [Int]
  /// False: no gradient reaches the parameter, so that this stays as it began.
  public let isUpdated: Bool
  public var count: Int { shape.reduce(1, *) }
}
