package struct DenseConfig: Sendable, Equatable {
  package var units: Int
  package var activation = ActivationSpec.linear
  package var useBias = true
  package var kernelInitializer = Initializer.glorotUniform
  package var biasInitializer = Initializer.zeros
  package var kernelRegularizer: Regularizer?
  package var kernelConstraint: Constraint?
  package var biasRegularizer: Regularizer?
  package var biasConstraint: Constraint?
  package init(units: Int) { self.units = units }
}

extension DenseConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Dense": Self(units: 0)] }
  package var className: String { "Dense" }

  package var members: [LayerMember<Self>] {
    [
      .init("units", .size(\.units), old: "output_dim", isRequired: true),
      .init("activation", .activation(\.activation)),
      .init("use_bias", .flag(\.useBias), old: "bias"),
      .init("kernel_initializer", .initializer(\.kernelInitializer), old: "init"),
      .init("bias_initializer", .initializer(\.biasInitializer)),
      .init("kernel_regularizer", .regularizer(\.kernelRegularizer), old: "W_regularizer"),
      .init("bias_regularizer", .regularizer(\.biasRegularizer), old: "b_regularizer"),
      .init("kernel_constraint", .constraint(\.kernelConstraint), old: "W_constraint"),
      .init("bias_constraint", .constraint(\.biasConstraint), old: "b_constraint"),
    ]
  }

  package var weights: [WeightDeclaration] {
    let kernel = WeightDeclaration("kernel", kernelInitializer, kernelRegularizer, kernelConstraint)
    return useBias ? [kernel, WeightDeclaration("bias", biasInitializer, biasRegularizer, biasConstraint)] : [kernel]
  }

  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .dense(self) }
}
