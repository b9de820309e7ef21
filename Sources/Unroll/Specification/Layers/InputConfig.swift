package struct InputConfig: Sendable, Equatable {
  package var shape: Shape
  /// A declared batch size; enforced only by stateful models.
  package var batchSize: Int?
  /// True for indices (int32 in Keras), false for real numbers.
  package var isInteger: Bool
  /// True for masks (bool in Keras), which are 0 and 1 here.
  package var isBoolean = false
  package init(shape: Shape, batchSize: Int? = nil, isInteger: Bool = false) {
    self.shape = shape
    self.batchSize = batchSize
    self.isInteger = isInteger
  }
}
