import KernelAPI

@testable import Unroll

/// The models of Tests/Fixtures/layers/generate.py, by its names.
enum LayerModels {
  static let all: [String: ModelSpec] = {
    var models: [String: ModelSpec] = [:]
    for group in [basic, masks, shapes, normalizations, otherNormalizations, convolutions, merges, attentions, wrappers] {
      models.merge(group) { first, _ in first }
    }
    return models
  }()

  static let (steps, features, units) = (5, 3, 4)

  /// A chain over (5, 3), or over another shape.
  static func chain(_ shape: [Int] = [5, 3], _ layers: LayerConfig...) -> ModelSpec { sequential(shape, layers) }

  // MARK: configurations

  static func configured<T>(_ value: T, _ change: (inout T) -> Void) -> T {
    var copy = value
    change(&copy)
    return copy
  }

  static func dense(_ units: Int, _ function: Activation = .linear, bias: Bool = true) -> LayerConfig {
    .dense(
      configured(DenseConfig(units: units)) {
        $0.activation = ActivationSpec(function)
        $0.useBias = bias
      })
  }

  static func recurrent(_ config: RecurrentConfig, sequences: Bool = false, state: Bool = false, backwards: Bool = false) -> LayerConfig {
    .recurrent(
      configured(config) {
        $0.returnSequences = sequences
        $0.returnState = state
        $0.goBackwards = backwards
      })
  }
  static func lstm(_ units: Int, sequences: Bool = false) -> LayerConfig { recurrent(.lstm(units: units), sequences: sequences) }
  static func gru(_ units: Int, sequences: Bool = false) -> LayerConfig { recurrent(.gru(units: units), sequences: sequences) }
  static func simple(_ units: Int, sequences: Bool = false) -> LayerConfig {
    recurrent(.simpleRNN(units: units), sequences: sequences)
  }
  static func distributed(_ layer: LayerConfig) -> LayerConfig { .timeDistributed(LayerSpec(layer)) }
  static var masking: LayerConfig { .masking(MaskingConfig(value: 0)) }

  // MARK: groups

  static var basic: [String: ModelSpec] {
    var models = [
      "dense": chain([3], dense(4, .tanh)),
      "dense_rank4": chain([2, 5, 3], dense(4, bias: false)),
      "embedding": chain([5], .embedding(EmbeddingConfig(inputDim: 7, outputDim: 3))),
      "embedding_rank3": chain([2, 5], .embedding(EmbeddingConfig(inputDim: 7, outputDim: 3))),
      "time_distributed_dense": chain([5, 3], distributed(dense(4, .relu))),
      "time_distributed_conv1d": chain([2, 5, 3], distributed(.conv1D(Conv1DConfig(filters: 4, kernelSize: 2)))),
      "time_distributed_lstm": chain([2, 5, 3], distributed(lstm(4))),
      "time_distributed_flatten": chain([2, 5, 3], distributed(.flatten)),
      "time_distributed_batch_normalization": chain([5, 3], distributed(.batchNormalization(BatchNormalizationConfig()))),
      "relu": chain(
        [5, 3],
        .activationLayer(
          configured(ActivationLayerConfig(.relu, slope: 0.2)) {
            $0.maxValue = 1.5
            $0.threshold = 0.5
          })),
      "leaky_relu": chain([5, 3], .activationLayer(ActivationLayerConfig(.leakyRelu))),
      "elu": chain([5, 3], .activationLayer(ActivationLayerConfig(.elu, slope: 0.7))),
      "prelu": chain([5, 3], .prelu(PReLUConfig())),
      "prelu_shared": chain([5, 3], .prelu(configured(PReLUConfig()) { $0.sharedAxes = [1] })),
      "prelu_shared_features": chain([5, 3], .prelu(configured(PReLUConfig()) { $0.sharedAxes = [2] })),
      "softmax": chain([5, 3], .activationLayer(ActivationLayerConfig(.softmax))),
      "softmax_axis1": chain([5, 3], .activationLayer(configured(ActivationLayerConfig(.softmax)) { $0.axis = 1 })),
      "dropout": chain(
        [5, 3], .noise(NoiseConfig(.dropout, rate: 0.5)), .noise(NoiseConfig(.spatialDropout1D, rate: 0.5)),
        .noise(NoiseConfig(.gaussianNoise, rate: 0.5)), .noise(NoiseConfig(.gaussianDropout, rate: 0.5))),
      "rescaling": chain([5, 3], .rescaling(RescalingConfig(scale: 2.5, offset: -0.5))),
    ]
    let functions: [(String, Activation)] = [
      ("relu", .relu), ("relu6", .relu6), ("leaky_relu", .leakyRelu), ("elu", .elu), ("selu", .selu), ("gelu", .gelu),
      ("sigmoid", .sigmoid), ("hard_sigmoid", .hardSigmoid), ("tanh", .tanh), ("softplus", .softplus), ("softsign", .softsign),
      ("silu", .silu), ("hard_silu", .hardSilu), ("exponential", .exponential), ("mish", .mish), ("softmax", .softmax),
      ("log_softmax", .logSoftmax), ("linear", .linear),
    ]
    for (name, function) in functions { models["activation_\(name)"] = chain([5, 3], .activation(ActivationSpec(function))) }
    return models
  }

  static var masks: [String: ModelSpec] {
    let zeroMasked = configured(EmbeddingConfig(inputDim: 3, outputDim: 3)) { $0.maskZero = true }
    return [
      "masking": chain([5, 3], masking),
      "masking_lstm": chain([5, 3], masking, lstm(4)),
      "masking_value": chain([5, 3], .masking(MaskingConfig(value: -7)), gru(4)),
      "mask_through": chain(
        [5, 3], masking, dense(4), .noise(NoiseConfig(.dropout, rate: 0.5)), .layerNormalization(LayerNormalizationConfig()),
        .batchNormalization(BatchNormalizationConfig()), .activation(.tanh),
        .activationLayer(ActivationLayerConfig(.relu, slope: 0.5)), .rescaling(RescalingConfig(scale: 2, offset: 0.5)), distributed(dense(3)),
        .unitNormalization(UnitNormalizationConfig(axis: -1)), simple(4, sequences: true), lstm(4)),
      "mask_stops_at_conv1d": chain([5, 3], masking, .conv1D(Conv1DConfig(filters: 4, kernelSize: 2)), lstm(3)),
      "mask_stops_at_reshape": chain([5, 3], masking, .reshape(ReshapeConfig([5, 3])), lstm(4)),
      "mask_stops_at_up_sampling": chain([5, 3], masking, .upSampling1D(UpSampling1DConfig(size: 2)), lstm(4)),
      "embedding_mask_zero": chain([5], .embedding(zeroMasked), lstm(4, sequences: true), gru(3)),
      "embedding_mask_average": chain([5], .embedding(zeroMasked), .globalPooling1D(GlobalPooling1DConfig(.average))),
    ]
  }

  static var shapes: [String: ModelSpec] {
    [
      "flatten": chain([5, 3], .flatten),
      "flatten_rank4": chain([2, 5, 3], .flatten),
      "reshape": chain([6, 4], .reshape(ReshapeConfig([3, 8]))),
      "reshape_open": chain([6, 4], .reshape(ReshapeConfig([2, -1, 3]))),
      "permute": chain([5, 3], .permute(PermuteConfig([2, 1]))),
      "permute_rank4": chain([2, 5, 3], .permute(PermuteConfig([3, 1, 2]))),
      "repeat_vector": chain([3], .repeatVector(RepeatVectorConfig(5))),
      "zero_padding": chain([5, 3], .zeroPadding1D(ZeroPadding1DConfig(left: 1, right: 2))),
      "cropping": chain([5, 3], .cropping1D(Cropping1DConfig(left: 1, right: 2))),
      "up_sampling": chain([5, 3], .upSampling1D(UpSampling1DConfig(size: 3))),
    ]
  }

  static var normalizations: [String: ModelSpec] {
    func layer(_ change: (inout LayerNormalizationConfig) -> Void) -> LayerConfig {
      .layerNormalization(configured(LayerNormalizationConfig(), change))
    }
    func batch(_ change: (inout BatchNormalizationConfig) -> Void) -> LayerConfig {
      .batchNormalization(configured(BatchNormalizationConfig(), change))
    }
    var frozen = chain([5, 3], batch { _ in })
    frozen.layers[1].trainable = false
    return [
      "layer_normalization": chain([5, 3], layer { $0.epsilon = 0.01 }),
      "layer_normalization_plain": chain(
        [5, 3],
        layer {
          $0.center = false
          $0.scale = false
        }),
      "layer_normalization_rms": chain([5, 3], layer { $0.rmsScaling = true }),
      "batch_normalization": chain([5, 3], batch { $0.momentum = 0.9 }),
      "batch_normalization_rank2": chain(
        [3],
        batch {
          $0.center = false
          $0.scale = false
        }),
      "batch_normalization_axis1": chain(
        [5, 3],
        batch {
          $0.axis = 1
          $0.momentum = 0.8
        }),
      "batch_normalization_masked": chain([5, 3], masking, batch { $0.momentum = 0.9 }),
      "batch_normalization_frozen": frozen,
      "identity": chain([5, 3], masking, .identity, lstm(4)),
      "alpha_dropout": chain([5, 3], .noise(NoiseConfig(.alphaDropout, rate: 0.3))),
      "unit_normalization": chain([5, 3], .unitNormalization(UnitNormalizationConfig(axis: -1))),
      "unit_normalization_axis1": chain([5, 3], .unitNormalization(UnitNormalizationConfig(axis: 1))),
    ]
  }

  static var otherNormalizations: [String: ModelSpec] {
    func group(_ groups: Int, _ change: (inout GroupNormalizationConfig) -> Void) -> LayerConfig {
      .groupNormalization(
        configured(GroupNormalizationConfig()) {
          $0.groups = groups
          change(&$0)
        })
    }
    func data(_ axes: [Int], _ change: (inout NormalizationConfig) -> Void = { _ in }) -> LayerConfig {
      .normalization(
        configured(NormalizationConfig()) {
          $0.axes = axes
          change(&$0)
        })
    }
    return [
      "group_normalization": chain([5, 6], group(3) { $0.epsilon = 0.01 }),
      "group_normalization_rank2": chain([4], group(2) { $0.center = false }),
      "group_normalization_axis1": chain(
        [4, 3],
        group(-1) {
          $0.axis = 1
          $0.scale = false
        }),
      "rms_normalization": chain([5, 3], .rmsNormalization(configured(RMSNormalizationConfig()) { $0.epsilon = 0.01 })),
      "rms_normalization_axes": chain([5, 3], .rmsNormalization(configured(RMSNormalizationConfig()) { $0.axes = [1, 2] })),
      "normalization": chain([5, 3], data([-1])),
      "normalization_axes": chain([5, 3], data([1, 2]) { $0.invert = true }),
      "normalization_of_all": chain([5, 3], data([])),
      "normalization_given": chain(
        [5, 3],
        data([-1]) {
          $0.mean = [0.125, 0.25, -0.375]
          $0.variance = [0.5, 0.75, 2]
        }),
    ]
  }
}
