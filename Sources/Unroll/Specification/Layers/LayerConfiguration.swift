/// What there is to know of a kind of layer beside its arithmetic: files,
/// checks and the engine go by it.
public protocol LayerConfiguration: Sendable, Equatable {
  /// By the class names of Keras, old ones included, what a layer has whose
  /// configuration says nothing.
  static var prototypes: [String: Self] { get }
  /// The class that Keras of today has for it.
  var className: String { get }
  /// What its Keras configuration says, beside name and flags.
  var members: [LayerMember<Self>] { get }
  /// Its own weights in Keras' order, moving statistics last; their shapes are
  /// the layer's.
  var weights: [WeightDeclaration] { get }
  /// Whether its output carries the mask of its one input; what else layers do
  /// with masks is in `MaskRules`.
  var passesMask: Bool { get }
  /// Whether it computes something else in training.
  var actsInTraining: Bool { get }
  var layerConfig: LayerConfig { get }
}

extension LayerConfiguration {
  public var weights: [WeightDeclaration] { [] }
  public var actsInTraining: Bool { false }
}

/// A weight as far as it does not depend on the input.
public struct WeightDeclaration: Sendable, Equatable {
  /// "recurrent_kernel"
  public let name: String
  public let initializer: Initializer
  public var regularizer: Regularizer?
  public var constraint: Constraint?
  /// False for moving statistics, which gradients never touch.
  public var isWeight = true

  public init(
    _ name: String, _ initializer: Initializer, _ regularizer: Regularizer? = nil, _ constraint: Constraint? = nil, isWeight: Bool = true
  ) {
    self.name = name
    self.initializer = initializer
    self.regularizer = regularizer
    self.constraint = constraint
    self.isWeight = isWeight
  }
}
