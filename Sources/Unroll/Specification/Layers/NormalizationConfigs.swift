public struct LayerNormalizationConfig: Sendable, Equatable {
  /// Negative axes count from the end, 0 is the batch.
  public var axes: [Int] = [-1]
  public var epsilon = 1e-3
  public var center = true
  public var scale = true
  public var rmsScaling = false
  public var betaInitializer = Initializer.zeros
  public var gammaInitializer = Initializer.ones
  public var betaRegularizer: Regularizer?
  public var betaConstraint: Constraint?
  public var gammaRegularizer: Regularizer?
  public var gammaConstraint: Constraint?
  public init() {}
}

extension LayerNormalizationConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["LayerNormalization": Self()] }
  public var className: String { "LayerNormalization" }

  public var members: [LayerMember<Self>] {
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

  public var weights: [WeightDeclaration] {
    (scale || rmsScaling ? [WeightDeclaration("gamma", gammaInitializer, gammaRegularizer, gammaConstraint)] : [])
      + (center && !rmsScaling ? [WeightDeclaration("beta", betaInitializer, betaRegularizer, betaConstraint)] : [])
  }

  public var passesMask: Bool { true }
  public var layerConfig: LayerConfig { .layerNormalization(self) }
}

public struct BatchNormalizationConfig: Sendable, Equatable {
  public var axis = -1
  public var momentum = 0.99
  public var epsilon = 1e-3
  public var center = true
  public var scale = true
  public var betaInitializer = Initializer.zeros
  public var gammaInitializer = Initializer.ones
  public var movingMeanInitializer = Initializer.zeros
  public var movingVarianceInitializer = Initializer.ones
  public var betaRegularizer: Regularizer?
  public var betaConstraint: Constraint?
  public var gammaRegularizer: Regularizer?
  public var gammaConstraint: Constraint?
  public init() {}
}

extension BatchNormalizationConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["BatchNormalization": Self()] }
  public var className: String { "BatchNormalization" }

  public var members: [LayerMember<Self>] {
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

  public var weights: [WeightDeclaration] {
    (scale ? [WeightDeclaration("gamma", gammaInitializer, gammaRegularizer, gammaConstraint)] : [])
      + (center ? [WeightDeclaration("beta", betaInitializer, betaRegularizer, betaConstraint)] : [])
      + [
        WeightDeclaration("moving_mean", movingMeanInitializer, isWeight: false),
        WeightDeclaration("moving_variance", movingVarianceInitializer, isWeight: false),
      ]
  }

  public var passesMask: Bool { true }
  public var actsInTraining: Bool { true }
  public var layerConfig: LayerConfig { .batchNormalization(self) }
}

public struct UnitNormalizationConfig: Sendable, Equatable {
  public var axis: Int
  public init(axis: Int = -1) { self.axis = axis }
}

extension UnitNormalizationConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["UnitNormalization": Self()] }
  public var className: String { "UnitNormalization" }
  public var members: [LayerMember<Self>] { [.init("axis", .axis(\.axis))] }
  public var passesMask: Bool { true }
  public var layerConfig: LayerConfig { .unitNormalization(self) }
}
