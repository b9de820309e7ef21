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

extension DenseConfig: KernelConfiguration {
  package static var prototypes: [String: Self] { ["Dense": Self(units: 0)] }
  package var className: String { "Dense" }

  package var members: [LayerMember<Self>] {
    [
      .init("units", .size(\.units), old: "output_dim", isRequired: true),
      .init("activation", .activation(\.activation)),
      .init("use_bias", .flag(\.useBias), old: "bias"),
    ] + Self.kernelMembers
  }

  package var weights: [WeightDeclaration] { kernelWeights() }
  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .dense(self) }
}
