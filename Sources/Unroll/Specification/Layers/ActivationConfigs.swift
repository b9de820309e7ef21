import KernelAPI

/// An activation with its parameters: `alpha` is the negative slope of
/// leakyRelu and the scale of elu.
public struct ActivationSpec: Sendable, Equatable {
  public var function: Activation
  public var alpha: Double
  public init(_ function: Activation, alpha: Double? = nil) {
    self.function = function
    self.alpha = alpha ?? (function == .leakyRelu ? 0.2 : 1)
  }
  public static let linear = ActivationSpec(.linear)
  public static let tanh = ActivationSpec(.tanh)
  public static let sigmoid = ActivationSpec(.sigmoid)
}

extension ActivationSpec: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Activation": .linear] }
  public var className: String { "Activation" }
  public var members: [LayerMember<Self>] { [.init("activation", .activation(\.self))] }
  public var passesMask: Bool { true }
  public var layerConfig: LayerConfig { .activation(self) }
}

public struct ActivationLayerConfig: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable { case relu = "ReLU", leakyRelu = "LeakyReLU", elu = "ELU", softmax = "Softmax" }
  public var kind: Kind
  /// negative_slope of ReLU and LeakyReLU, alpha of ELU.
  public var slope: Double
  public var maxValue: Double?
  public var threshold = 0.0
  /// Softmax only.
  public var axis = -1
  public init(_ kind: Kind, slope: Double? = nil) {
    self.kind = kind
    self.slope = slope ?? (kind == .leakyRelu ? 0.3 : kind == .elu ? 1 : 0)
  }
}

extension ActivationLayerConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0.rawValue, Self($0)) }) }
  public var className: String { kind.rawValue }

  public var members: [LayerMember<Self>] {
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

  public var passesMask: Bool { true }
  public var layerConfig: LayerConfig { .activationLayer(self) }
}

public struct PReLUConfig: Sendable, Equatable {
  public var initializer = Initializer.zeros
  public var regularizer: Regularizer?
  public var constraint: Constraint?
  /// Axes (1 = first after the batch) that share one slope.
  public var sharedAxes: [Int] = []
  public init() {}
}

extension PReLUConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["PReLU": Self()] }
  public var className: String { "PReLU" }

  public var members: [LayerMember<Self>] {
    [
      .init("alpha_initializer", .initializer(\.initializer), old: "init"),
      .init("alpha_regularizer", .regularizer(\.regularizer)),
      .init("alpha_constraint", .constraint(\.constraint)),
      .init("shared_axes", .integers(\.sharedAxes)),
    ]
  }

  public var weights: [WeightDeclaration] { [WeightDeclaration("alpha", initializer, regularizer, constraint)] }
  public var passesMask: Bool { true }
  public var layerConfig: LayerConfig { .prelu(self) }
}
