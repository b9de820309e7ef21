public struct InputConfig: Sendable, Equatable {
  public var shape: Shape
  /// A declared batch size; enforced only by stateful models.
  public var batchSize: Int?
  /// True for indices (int32 in Keras), false for real numbers.
  public var isInteger: Bool
  /// True for masks (bool in Keras), which are 0 and 1 here.
  public var isBoolean = false
  public init(shape: Shape, batchSize: Int? = nil, isInteger: Bool = false) {
    self.shape = shape
    self.batchSize = batchSize
    self.isInteger = isInteger
  }
}
