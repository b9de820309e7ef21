package struct LayerNormalizationConfig: Sendable, Equatable {
  /// Negative axes count from the end; 0 is the batch.
  package var axes: [Int] = [-1]
  package var epsilon = 1e-3
  package var center = true
  package var scale = true
  package var rmsScaling = false
  package var betaInitializer = Initializer.zeros
  package var gammaInitializer = Initializer.ones
  package var betaRegularizer: Regularizer?
  package var betaConstraint: Constraint?
  package var gammaRegularizer: Regularizer?
  package var gammaConstraint: Constraint?
  package init() {}
}

extension LayerNormalizationConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["LayerNormalization": Self()] }
  package var className: String { "LayerNormalization" }

  package var members: [LayerMember<Self>] {
    [
      .init("axis", .axes(\.axes)),
      .init("epsilon", .number(\.epsilon)),
      .init("center", .flag(\.center)),
      .init("scale", .flag(\.scale)),
      .init("rms_scaling", .flag(\.rmsScaling), writing: .ifChanged),
      .init("beta_initializer", .initializer(\.betaInitializer)),
      .init("gamma_initializer", .initializer(\.gammaInitializer)),
      .init("beta_regularizer", .regularizer(\.betaRegularizer)),
      .init("gamma_regularizer", .regularizer(\.gammaRegularizer)),
      .init("beta_constraint", .constraint(\.betaConstraint)),
      .init("gamma_constraint", .constraint(\.gammaConstraint)),
    ]
  }

  package var weights: [WeightDeclaration] {
    (scale || rmsScaling ? [WeightDeclaration("gamma", gammaInitializer, gammaRegularizer, gammaConstraint)] : [])
      + (center && !rmsScaling ? [WeightDeclaration("beta", betaInitializer, betaRegularizer, betaConstraint)] : [])
  }

  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .layerNormalization(self) }
}

package struct BatchNormalizationConfig: Sendable, Equatable {
  package var axis = -1
  package var momentum = 0.99
  package var epsilon = 1e-3
  package var center = true
  package var scale = true
  package var betaInitializer = Initializer.zeros
  package var gammaInitializer = Initializer.ones
  package var movingMeanInitializer = Initializer.zeros
  package var movingVarianceInitializer = Initializer.ones
  package var betaRegularizer: Regularizer?
  package var betaConstraint: Constraint?
  package var gammaRegularizer: Regularizer?
  package var gammaConstraint: Constraint?
  package init() {}
}

extension BatchNormalizationConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["BatchNormalization": Self()] }
  package var className: String { "BatchNormalization" }

  package var members: [LayerMember<Self>] {
    [
      .init("axis", .axis(\.axis)),
      .init("momentum", .number(\.momentum)),
      .init("epsilon", .number(\.epsilon)),
      .init("center", .flag(\.center)),
      .init("scale", .flag(\.scale)),
      .init("beta_initializer", .initializer(\.betaInitializer), old: "beta_init"),
      .init("gamma_initializer", .initializer(\.gammaInitializer), old: "gamma_init"),
      .init("moving_mean_initializer", .initializer(\.movingMeanInitializer)),
      .init("moving_variance_initializer", .initializer(\.movingVarianceInitializer)),
      .init("beta_regularizer", .regularizer(\.betaRegularizer)),
      .init("gamma_regularizer", .regularizer(\.gammaRegularizer)),
      .init("beta_constraint", .constraint(\.betaConstraint)),
      .init("gamma_constraint", .constraint(\.gammaConstraint)),
      .init("renorm", .off, writing: .never),
      .init("mode", .off, writing: .never),
      .init("virtual_batch_size", .trainingOnly, writing: .never),
      .init("synchronized", .trainingOnly, writing: .never),
    ]
  }

  package var weights: [WeightDeclaration] {
    (scale ? [WeightDeclaration("gamma", gammaInitializer, gammaRegularizer, gammaConstraint)] : [])
      + (center ? [WeightDeclaration("beta", betaInitializer, betaRegularizer, betaConstraint)] : [])
      + [
        WeightDeclaration("moving_mean", movingMeanInitializer, isWeight: false),
        WeightDeclaration("moving_variance", movingVarianceInitializer, isWeight: false),
      ]
  }

  package var passesMask: Bool { true }
  package var actsInTraining: Bool { true }
  package var layerConfig: LayerConfig { .batchNormalization(self) }
}

package struct UnitNormalizationConfig: Sendable, Equatable {
  package var axis: Int
  package init(axis: Int = -1) { self.axis = axis }
}

extension UnitNormalizationConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["UnitNormalization": Self()] }
  package var className: String { "UnitNormalization" }
  package var members: [LayerMember<Self>] { [.init("axis", .axis(\.axis))] }
  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .unitNormalization(self) }
}
