import KernelAPI

/// What a layer is, without any weights: enough to build it and to write its
/// Keras configuration. Defaults are Keras 3's.
public struct LayerSpec: Sendable, Equatable {
  public var name: String
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

/// One case per kind of layer, named as Keras names its class.
public indirect enum LayerConfig: Sendable, Equatable {
  case input(InputConfig)
  case dense(DenseConfig)
  /// SimpleRNN, LSTM and GRU.
  case recurrent(RecurrentConfig)
  /// RNN over one cell or StackedRNNCells.
  case stackedRNN(StackedRNNConfig)
  case embedding(EmbeddingConfig)
  case activation(ActivationSpec)
  /// ReLU, LeakyReLU, ELU, Softmax: activation layers with parameters of their own.
  case activationLayer(ActivationLayerConfig)
  case prelu(PReLUConfig)
  case dropout(NoiseConfig)
  case spatialDropout1D(NoiseConfig)
  /// `rate` is the standard deviation.
  case gaussianNoise(NoiseConfig)
  case gaussianDropout(NoiseConfig)
  case timeDistributed(LayerSpec)
  case bidirectional(BidirectionalConfig)
  case masking(value: Double)
  case flatten
  /// One axis may be -1.
  case reshape([Int])
  /// Axes count from 1, the batch is axis 0, as in Keras.
  case permute([Int])
  case repeatVector(Int)
  case layerNormalization(LayerNormalizationConfig)
  case batchNormalization(BatchNormalizationConfig)
  case unitNormalization(axis: Int)
  case conv1D(Conv1DConfig)
  case pooling1D(Pooling1DConfig)
  case globalPooling1D(GlobalPooling1DConfig)
  case zeroPadding1D(left: Int, right: Int)
  case cropping1D(left: Int, right: Int)
  case upSampling1D(size: Int)
  case rescaling(scale: Double, offset: Double)
  case concatenate(axis: Int)
  case merge(MergeKind)
  case dot(DotConfig)
  case attention(AttentionConfig)
  /// A Sequential or Functional model used as a layer.
  case model(ModelSpec)
}

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

public struct DenseConfig: Sendable, Equatable {
  public var units: Int
  public var activation = ActivationSpec.linear
  public var useBias = true
  public var kernelInitializer = Initializer.glorotUniform
  public var biasInitializer = Initializer.zeros
  public var kernelRegularizer: Regularizer?
  public var kernelConstraint: Constraint?
  public var biasRegularizer: Regularizer?
  public var biasConstraint: Constraint?
  public init(units: Int) { self.units = units }
}

public struct RecurrentConfig: Sendable, Equatable {
  public enum Cell: Sendable, Equatable {
    case simple
    case lstm(unitForgetBias: Bool)
    case gru(resetAfter: Bool)
  }
  public var cell: Cell
  public var units: Int
  public var activation = ActivationSpec.tanh
  public var recurrentActivation = ActivationSpec.sigmoid
  public var useBias = true
  public var kernelInitializer = Initializer.glorotUniform
  public var recurrentInitializer = Initializer.orthogonal(gain: 1)
  public var biasInitializer = Initializer.zeros
  public var kernelRegularizer: Regularizer?
  public var kernelConstraint: Constraint?
  public var recurrentRegularizer: Regularizer?
  public var recurrentConstraint: Constraint?
  public var biasRegularizer: Regularizer?
  public var biasConstraint: Constraint?
  public var dropout = 0.0
  public var recurrentDropout = 0.0
  public var returnSequences = false
  public var returnState = false
  public var stateful = false
  public var goBackwards = false
  public var zeroOutputForMask = false
  public var seed: Int?

  public init(cell: Cell, units: Int) {
    self.cell = cell
    self.units = units
  }
  public static func simpleRNN(units: Int) -> RecurrentConfig { .init(cell: .simple, units: units) }
  public static func lstm(units: Int) -> RecurrentConfig { .init(cell: .lstm(unitForgetBias: true), units: units) }
  public static func gru(units: Int) -> RecurrentConfig { .init(cell: .gru(resetAfter: true), units: units) }
}

/// Keras' `RNN(cells)`: the cells' own sequence options are ignored, the
/// wrapper's count.
public struct StackedRNNConfig: Sendable, Equatable {
  public var cells: [RecurrentConfig]
  public var cellNames: [String]
  /// False for RNN(cell), true for RNN(StackedRNNCells([...])), which are stored differently.
  public var isStacked: Bool
  public var returnSequences = false
  public var returnState = false
  public var stateful = false
  public var goBackwards = false
  public var zeroOutputForMask = false
  public init(cells: [RecurrentConfig], cellNames: [String], isStacked: Bool) {
    self.cells = cells
    self.cellNames = cellNames
    self.isStacked = isStacked
  }
}

public struct EmbeddingConfig: Sendable, Equatable {
  public var inputDim: Int
  public var outputDim: Int
  public var maskZero = false
  public var initializer = Initializer.uniform
  public var regularizer: Regularizer?
  public var constraint: Constraint?
  public init(inputDim: Int, outputDim: Int) {
    self.inputDim = inputDim
    self.outputDim = outputDim
  }
}

public struct ActivationLayerConfig: Sendable, Equatable {
  public enum Kind: String, Sendable { case relu = "ReLU", leakyRelu = "LeakyReLU", elu = "ELU", softmax = "Softmax" }
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

public struct PReLUConfig: Sendable, Equatable {
  public var initializer = Initializer.zeros
  public var regularizer: Regularizer?
  public var constraint: Constraint?
  /// Axes (1 = first after the batch) that share one slope.
  public var sharedAxes: [Int] = []
  public init() {}
}

public struct NoiseConfig: Sendable, Equatable {
  /// The fraction dropped, or the standard deviation of GaussianNoise.
  public var rate: Double
  public var seed: Int?
  /// Dropout's noise_shape, the batch first: an axis of 1 shares its numbers,
  /// nil is the input's own length. Empty: every element has its own number.
  public var noiseShape: [Int?] = []
  public init(rate: Double, seed: Int? = nil) {
    self.rate = rate
    self.seed = seed
  }
}

public struct BidirectionalConfig: Sendable, Equatable {
  public enum MergeMode: String, Sendable { case concat, sum, mul, ave, none }
  public var forward: LayerSpec
  /// nil: a copy of `forward` that runs the other way.
  public var backward: LayerSpec?
  public var mergeMode: MergeMode
  /// Of sequences, masked steps give zeros; false: they repeat the output
  /// before, as in Keras up to 2.3.
  public var zeroesMaskedSteps = true
  public init(forward: LayerSpec, backward: LayerSpec? = nil, mergeMode: MergeMode = .concat) {
    self.forward = forward
    self.backward = backward
    self.mergeMode = mergeMode
  }
}

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

/// Elementwise merges of several inputs of one shape (with broadcasting of axes of length 1).
public enum MergeKind: String, Sendable {
  case add = "Add", subtract = "Subtract", multiply = "Multiply"
  case average = "Average", maximum = "Maximum", minimum = "Minimum"
}

public struct DotConfig: Sendable, Equatable {
  /// The contracted axis of each input, the batch is axis 0.
  public var axes: (Int, Int)
  public var normalize = false
  public init(axes: (Int, Int)) { self.axes = axes }
  public static func == (a: DotConfig, b: DotConfig) -> Bool { a.axes == b.axes && a.normalize == b.normalize }
}

public struct AttentionConfig: Sendable, Equatable {
  /// False: Luong's dot product; true: Bahdanau's additive score (AdditiveAttention).
  public var isAdditive: Bool
  public var useScale: Bool
  /// "concat" instead of "dot" (Attention only); has a learned scale of its own.
  public var concatScore = false
  public var dropout = 0.0
  /// Keras before 3 had it as a layer option; Keras 3 as a call argument.
  public var useCausalMask = false
  public init(isAdditive: Bool) {
    self.isAdditive = isAdditive
    useScale = isAdditive
  }
}
