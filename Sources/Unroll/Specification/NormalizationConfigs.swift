public struct LayerNormalizationConfig: Sendable, Equatable {
  /// Negative axes count from the end, 0 is the batch.
  public var axes: [Int] = [-1]
  public var epsilon = 1e-3
  public var center = true
  public var scale = true
  public var rmsScaling = false
  public var betaInitializer = Initializer.zeros
  public var gammaInitializer = Initializer.ones
  public var betaRegularizer: Regularizer?
  public var betaConstraint: Constraint?
  public var gammaRegularizer: Regularizer?
  public var gammaConstraint: Constraint?
  public init() {}
}

public struct BatchNormalizationConfig: Sendable, Equatable {
  public var axis = -1
  public var momentum = 0.99
  public var epsilon = 1e-3
  public var center = true
  public var scale = true
  public var betaInitializer = Initializer.zeros
  public var gammaInitializer = Initializer.ones
  public var movingMeanInitializer = Initializer.zeros
  public var movingVarianceInitializer = Initializer.ones
  public var betaRegularizer: Regularizer?
  public var betaConstraint: Constraint?
  public var gammaRegularizer: Regularizer?
  public var gammaConstraint: Constraint?
  public init() {}
}
