/// What a layer is, without any weights: enough to build it and to write its
/// Keras configuration. Defaults are Keras 3's.
package struct LayerSpec: Sendable, Equatable {
  package var name: String
  /// Whether its own weights are trained. The flag of a wrapper, or of a model used as a
  /// layer, does not apply to the layers inside, as in Keras 3: they have flags of
  /// their own, which are set together with it.
  package var trainable: Bool
  package var config: LayerConfig
  /// A penalty on the layer's outputs, divided by the batch size.
  package var activityRegularizer: Regularizer?

  package init(name: String = "", trainable: Bool = true, _ config: LayerConfig) {
    self.name = name
    self.trainable = trainable
    self.config = config
    if case .activityRegularization(let own) = config { activityRegularizer = own.penalty }
  }
}
