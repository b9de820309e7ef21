package struct GroupNormalizationConfig: Sendable, Equatable {
  /// -1: one for each channel.
  package var groups = 32
  package var axis = -1
  package var epsilon = 1e-3
  package var center = true
  package var scale = true
  package var betaInitializer = Initializer.zeros
  package var gammaInitializer = Initializer.ones
  package var betaRegularizer: Regularizer?
  package var betaConstraint: Constraint?
  package var gammaRegularizer: Regularizer?
  package var gammaConstraint: Constraint?
  package init() {}
}

extension GroupNormalizationConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["GroupNormalization": Self()] }
  package var className: String { "GroupNormalization" }

  package var members: [LayerMember<Self>] {
    [
      .init("groups", .integer(\.groups)),
      .init("axis", .axis(\.axis)),
      .init("epsilon", .number(\.epsilon)),
      .init("center", .flag(\.center)),
      .init("scale", .flag(\.scale)),
      .init("beta_initializer", .initializer(\.betaInitializer)),
      .init("gamma_initializer", .initializer(\.gammaInitializer)),
      .init("beta_regularizer", .regularizer(\.betaRegularizer)),
      .init("gamma_regularizer", .regularizer(\.gammaRegularizer)),
      .init("beta_constraint", .constraint(\.betaConstraint)),
      .init("gamma_constraint", .constraint(\.gammaConstraint)),
    ]
  }

  package var weights: [WeightDeclaration] {
    (scale ? [WeightDeclaration("gamma", gammaInitializer, gammaRegularizer, gammaConstraint)] : [])
      + (center ? [WeightDeclaration("beta", betaInitializer, betaRegularizer, betaConstraint)] : [])
  }

  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .groupNormalization(self) }
}

package struct RMSNormalizationConfig: Sendable, Equatable {
  package var axes: [Int] = [-1]
  package var epsilon = 1e-6
  package init() {}
}

extension RMSNormalizationConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["RMSNormalization": Self()] }
  package var className: String { "RMSNormalization" }
  package var members: [LayerMember<Self>] { [.init("axis", .axes(\.axes)), .init("epsilon", .number(\.epsilon))] }
  package var weights: [WeightDeclaration] { [WeightDeclaration("scale", .ones)] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .rmsNormalization(self) }
}

package struct NormalizationConfig: Sendable, Equatable {
  /// The axes that have statistics of their own; none: one mean and variance for all.
  package var axes: [Int] = [-1]
  /// The statistics; nil: weights, which `adapt` sets.
  package var mean: [Double]?
  package var variance: [Double]?
  package var invert = false
  package init() {}
}

extension NormalizationConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Normalization": Self()] }
  package var className: String { "Normalization" }

  package var members: [LayerMember<Self>] {
    [
      .init("axis", .axes(\.axes)), .init("mean", .optionalNumbers(\.mean)), .init("variance", .optionalNumbers(\.variance)),
      // Keras before 2.11 has none.
      .init("invert", .flag(\.invert), writing: .ifChanged),
    ]
  }

  package var weights: [WeightDeclaration] {
    mean != nil
      ? []
      : [
        WeightDeclaration("mean", .zeros, isWeight: false), WeightDeclaration("variance", .ones, isWeight: false),
        WeightDeclaration("count", .zeros, isWeight: false),
      ]
  }

  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .normalization(self) }
}
