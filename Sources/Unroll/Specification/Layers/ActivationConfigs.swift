import KernelAPI

/// An activation with its parameters: `alpha` is the negative slope of
/// leakyRelu and the scale of elu.
package struct ActivationSpec: Sendable, Equatable {
  package var function: Activation
  package var alpha: Double
  package init(_ function: Activation, alpha: Double? = nil) {
    self.function = function
    self.alpha = alpha ?? (function == .leakyRelu ? 0.2 : 1)
  }
  package static let linear = ActivationSpec(.linear)
  package static let tanh = ActivationSpec(.tanh)
  package static let sigmoid = ActivationSpec(.sigmoid)
}

extension ActivationSpec: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Activation": .linear] }
  package var className: String { "Activation" }
  package var members: [LayerMember<Self>] { [.init("activation", .activation(\.self))] }
  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .activation(self) }
}

package struct ActivationLayerConfig: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable { case relu = "ReLU", leakyRelu = "LeakyReLU", elu = "ELU", softmax = "Softmax" }
  package var kind: Kind
  /// negative_slope of ReLU and LeakyReLU, alpha of ELU.
  package var slope: Double
  package var maxValue: Double?
  package var threshold = 0.0
  /// Softmax only.
  package var axis = -1
  package init(_ kind: Kind, slope: Double? = nil) {
    self.kind = kind
    self.slope = slope ?? (kind == .leakyRelu ? 0.3 : kind == .elu ? 1 : 0)
  }
}

extension ActivationLayerConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0.rawValue, Self($0)) }) }
  package var className: String { kind.rawValue }

  package var members: [LayerMember<Self>] {
    switch kind {
    case .relu:
      [
        .init("max_value", .optionalNumber(\.maxValue)), .init("negative_slope", .number(\.slope)),
        .init("threshold", .number(\.threshold)),
      ]
    case .leakyRelu: [.init("negative_slope", .number(\.slope), old: "alpha", portable: "alpha")]
    case .elu: [.init("alpha", .number(\.slope))]
    case .softmax: [.init("axis", .axis(\.axis))]
    }
  }

  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .activationLayer(self) }
}

package struct PReLUConfig: Sendable, Equatable {
  package var initializer = Initializer.zeros
  package var regularizer: Regularizer?
  package var constraint: Constraint?
  /// Axes (1 = first after the batch) that share one slope.
  package var sharedAxes: [Int] = []
  package init() {}
}

extension PReLUConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["PReLU": Self()] }
  package var className: String { "PReLU" }

  package var members: [LayerMember<Self>] {
    [
      .init("alpha_initializer", .initializer(\.initializer), old: "init"),
      .init("alpha_regularizer", .regularizer(\.regularizer)),
      .init("alpha_constraint", .constraint(\.constraint)),
      .init("shared_axes", .integers(\.sharedAxes)),
    ]
  }

  package var weights: [WeightDeclaration] { [WeightDeclaration("alpha", initializer, regularizer, constraint)] }
  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .prelu(self) }
}
