/// What there is to know of a kind of layer beside its arithmetic: files,
/// checks and the engine go by it.
package protocol LayerConfiguration: Sendable, Equatable {
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
  package var weights: [WeightDeclaration] { [] }
  package var actsInTraining: Bool { false }
}

/// A weight as far as it does not depend on the input.
package struct WeightDeclaration: Sendable, Equatable {
  /// "recurrent_kernel"
  package let name: String
  package let initializer: Initializer
  package var regularizer: Regularizer?
  package var constraint: Constraint?
  /// False for moving statistics, which gradients never touch.
  package var isWeight = true

  package init(
    _ name: String, _ initializer: Initializer, _ regularizer: Regularizer? = nil, _ constraint: Constraint? = nil, isWeight: Bool = true
  ) {
    self.name = name
    self.initializer = initializer
    self.regularizer = regularizer
    self.constraint = constraint
    self.isWeight = isWeight
  }
}
