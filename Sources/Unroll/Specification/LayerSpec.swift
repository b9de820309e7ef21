import KernelAPI

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
