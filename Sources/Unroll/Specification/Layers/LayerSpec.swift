/// What a layer is, without any weights: enough to build it and to write its
/// Keras configuration. Defaults are Keras 3's.
public struct LayerSpec: Sendable, Equatable {
  public var name: String
  /// Whether its own weights are trained. The flag of a wrapper, or of a model
  /// used as a layer, says nothing of the layers inside, as in Keras 3: they have
  /// flags of their own, which setting it sets too.
  public var trainable: Bool
  public var config: LayerConfig
  /// A penalty on the layer's outputs, divided by the batch size.
  public var activityRegularizer: Regularizer?

  public init(name: String = "", trainable: Bool = true, _ config: LayerConfig) {
    self.name = name
    self.trainable = trainable
    self.config = config
  }
}
