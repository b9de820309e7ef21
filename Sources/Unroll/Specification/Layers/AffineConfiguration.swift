/// The configuration of a layer that normalises, then scales by gamma and adds beta.
package protocol AffineConfiguration: LayerConfiguration {
  var center: Bool { get set }
  var scale: Bool { get set }
  var betaInitializer: Initializer { get set }
  var gammaInitializer: Initializer { get set }
  var betaRegularizer: Regularizer? { get set }
  var betaConstraint: Constraint? { get set }
  var gammaRegularizer: Regularizer? { get set }
  var gammaConstraint: Constraint? { get set }
}

extension AffineConfiguration {
  /// Keras' members for the two.
  static var affineMembers: [LayerMember<Self>] {
    [
      .init("center", .flag(\.center)),
      .init("scale", .flag(\.scale)),
      .init("beta_initializer", .initializer(\.betaInitializer), old: "beta_init"),
      .init("gamma_initializer", .initializer(\.gammaInitializer), old: "gamma_init"),
      .init("beta_regularizer", .regularizer(\.betaRegularizer)),
      .init("gamma_regularizer", .regularizer(\.gammaRegularizer)),
      .init("beta_constraint", .constraint(\.betaConstraint)),
      .init("gamma_constraint", .constraint(\.gammaConstraint)),
    ]
  }

  func affineWeights(gamma: Bool, beta: Bool) -> [WeightDeclaration] {
    (gamma ? [WeightDeclaration("gamma", gammaInitializer, gammaRegularizer, gammaConstraint)] : [])
      + (beta ? [WeightDeclaration("beta", betaInitializer, betaRegularizer, betaConstraint)] : [])
  }
}
