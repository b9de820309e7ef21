/// One array of an optimizer's state, as files store it.
package struct OptimizerVariable: Sendable, Equatable {
  /// Keras' name for the kind: "momentum", "velocity", "velocity_hat",
  /// "average_gradient", "accumulator", "norm", "accumulated_grad",
  /// "accumulated_delta_var", "linear"; "u_product" for Nadam's scalar.
  package let kind: String
  /// Index into `Model.parameters()` of the parameter it belongs to; nil for a scalar of the optimizer.
  package let parameter: Int?
  /// The parameter's shape.
  package let shape: [Int]
  /// False: no gradient reaches the parameter, so that this keeps its initial values.
  package let isUpdated: Bool
  package var count: Int { shape.reduce(1, *) }
}
