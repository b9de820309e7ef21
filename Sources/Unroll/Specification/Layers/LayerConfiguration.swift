/// The description of a layer class, apart from its arithmetic, which files, checks
/// and the engine use.
package protocol LayerConfiguration: Sendable, Equatable {
  /// The defaults of the layer, by Keras' class names, including old ones.
  static var prototypes: [String: Self] { get }
  /// Its class in Keras 3.
  var className: String { get }
  /// The members of its Keras configuration, except name and flags.
  var members: [LayerMember<Self>] { get }
  /// Its own weights in Keras' order, moving statistics last; the layer defines their
  /// shapes.
  var weights: [WeightDeclaration] { get }
  /// Whether its output has the mask of its only input; `MaskRules` has everything else
  /// that layers do with masks.
  var passesMask: Bool { get }
  /// Whether it computes something different in training.
  var actsInTraining: Bool { get }
  var layerConfig: LayerConfig { get }
}

extension LayerConfiguration {
  package var weights: [WeightDeclaration] { [] }
  package var actsInTraining: Bool { false }
}

/// A weight, except for what depends on the input.
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
