/// The configuration of a layer with a kernel and a bias.
package protocol KernelConfiguration: LayerConfiguration {
  var useBias: Bool { get set }
  var kernelInitializer: Initializer { get set }
  var biasInitializer: Initializer { get set }
  var kernelRegularizer: Regularizer? { get set }
  var kernelConstraint: Constraint? { get set }
  var biasRegularizer: Regularizer? { get set }
  var biasConstraint: Constraint? { get set }
}

extension KernelConfiguration {
  /// Keras' members for the two; the old names of `use_bias` depend on the layer.
  static var kernelMembers: [LayerMember<Self>] {
    [
      .init("kernel_initializer", .initializer(\.kernelInitializer), old: "init"),
      .init("bias_initializer", .initializer(\.biasInitializer)),
      .init("kernel_regularizer", .regularizer(\.kernelRegularizer), old: "W_regularizer"),
      .init("bias_regularizer", .regularizer(\.biasRegularizer), old: "b_regularizer"),
      .init("kernel_constraint", .constraint(\.kernelConstraint), old: "W_constraint"),
      .init("bias_constraint", .constraint(\.biasConstraint), old: "b_constraint"),
    ]
  }

  /// Kernel and bias, with the weights between them.
  func kernelWeights(_ between: [WeightDeclaration] = []) -> [WeightDeclaration] {
    [WeightDeclaration("kernel", kernelInitializer, kernelRegularizer, kernelConstraint)] + between
      + (useBias ? [WeightDeclaration("bias", biasInitializer, biasRegularizer, biasConstraint)] : [])
  }
}
