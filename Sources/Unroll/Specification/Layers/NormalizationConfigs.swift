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

extension LayerNormalizationConfig: AffineConfiguration {
  package static var prototypes: [String: Self] { ["LayerNormalization": Self()] }
  package var className: String { "LayerNormalization" }

  package var members: [LayerMember<Self>] {
    [
      .init("axis", .axes(\.axes)),
      .init("epsilon", .number(\.epsilon)),
      .init("rms_scaling", .flag(\.rmsScaling), writing: .ifChanged),
    ] + Self.affineMembers
  }

  package var weights: [WeightDeclaration] { affineWeights(gamma: scale || rmsScaling, beta: center && !rmsScaling) }

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

extension BatchNormalizationConfig: AffineConfiguration {
  package static var prototypes: [String: Self] { ["BatchNormalization": Self()] }
  package var className: String { "BatchNormalization" }

  package var members: [LayerMember<Self>] {
    [
      .init("axis", .axis(\.axis)),
      .init("momentum", .number(\.momentum)),
      .init("epsilon", .number(\.epsilon)),
      .init("moving_mean_initializer", .initializer(\.movingMeanInitializer)),
      .init("moving_variance_initializer", .initializer(\.movingVarianceInitializer)),
      .init("renorm", .off, writing: .never),
      .init("mode", .off, writing: .never),
      .init("virtual_batch_size", .trainingOnly, writing: .never),
      .init("synchronized", .trainingOnly, writing: .never),
    ] + Self.affineMembers
  }

  package var weights: [WeightDeclaration] {
    affineWeights(gamma: scale, beta: center) + [
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

extension GroupNormalizationConfig: AffineConfiguration {
  package static var prototypes: [String: Self] { ["GroupNormalization": Self()] }
  package var className: String { "GroupNormalization" }

  package var members: [LayerMember<Self>] {
    [
      .init("groups", .integer(\.groups)),
      .init("axis", .axis(\.axis)),
      .init("epsilon", .number(\.epsilon)),
    ] + Self.affineMembers
  }

  package var weights: [WeightDeclaration] { affineWeights(gamma: scale, beta: center) }

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
