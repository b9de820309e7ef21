public struct DenseConfig: Sendable, Equatable {
  public var units: Int
  public var activation = ActivationSpec.linear
  public var useBias = true
  public var kernelInitializer = Initializer.glorotUniform
  public var biasInitializer = Initializer.zeros
  public var kernelRegularizer: Regularizer?
  public var kernelConstraint: Constraint?
  public var biasRegularizer: Regularizer?
  public var biasConstraint: Constraint?
  public init(units: Int) { self.units = units }
}

extension DenseConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Dense": Self(units: 0)] }
  public var className: String { "Dense" }

  public var members: [LayerMember<Self>] {
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

  public var weights: [WeightDeclaration] {
    let kernel = WeightDeclaration("kernel", kernelInitializer, kernelRegularizer, kernelConstraint)
    return useBias ? [kernel, WeightDeclaration("bias", biasInitializer, biasRegularizer, biasConstraint)] : [kernel]
  }

  public var passesMask: Bool { true }
  public var layerConfig: LayerConfig { .dense(self) }
}
