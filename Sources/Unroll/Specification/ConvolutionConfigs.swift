public enum Padding: String, Sendable { case valid, same, causal }

public struct Conv1DConfig: Sendable, Equatable {
  public var filters: Int
  public var kernelSize: Int
  public var strides = 1
  public var padding = Padding.valid
  public var dilation = 1
  public var groups = 1
  public var activation = ActivationSpec.linear
  public var useBias = true
  public var kernelInitializer = Initializer.glorotUniform
  public var biasInitializer = Initializer.zeros
  public var kernelRegularizer: Regularizer?
  public var kernelConstraint: Constraint?
  public var biasRegularizer: Regularizer?
  public var biasConstraint: Constraint?
  public init(filters: Int, kernelSize: Int) {
    self.filters = filters
    self.kernelSize = kernelSize
  }
}

public enum PoolingKind: String, Sendable { case max = "Max", average = "Average" }

public struct Pooling1DConfig: Sendable, Equatable {
  public var kind: PoolingKind
  public var poolSize = 2
  /// nil: the pool size.
  public var strides: Int?
  public var padding = Padding.valid
  public init(_ kind: PoolingKind) { self.kind = kind }
}

public struct GlobalPooling1DConfig: Sendable, Equatable {
  public var kind: PoolingKind
  public var keepDims = false
  public init(_ kind: PoolingKind) { self.kind = kind }
}
