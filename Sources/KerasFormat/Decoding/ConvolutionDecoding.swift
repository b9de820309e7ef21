import Unroll

// Normalization, convolution and pooling.

extension LayerDecoder {
  func layerNormalization(_ reader: ConfigReader) throws(UnrollError) -> LayerNormalizationConfig {
    var config = LayerNormalizationConfig()
    config.axes = try reader.ints("axis") ?? [-1]
    // Keras 3 sorts them, negative ones first.
    if context.version.major >= 3 { config.axes.sort() }
    config.epsilon = try reader.double("epsilon", default: 1e-3)
    config.center = try reader.bool("center", default: true)
    config.scale = try reader.bool("scale", default: true)
    config.rmsScaling = try reader.bool("rms_scaling", default: false)
    config.betaInitializer = try reader.initializer("beta_initializer", default: .zeros)
    config.gammaInitializer = try reader.initializer("gamma_initializer", default: .ones)
    config.betaRegularizer = try reader.regularizer("beta_regularizer")
    config.betaConstraint = try reader.constraint("beta_constraint")
    config.gammaRegularizer = try reader.regularizer("gamma_regularizer")
    config.gammaConstraint = try reader.constraint("gamma_constraint")
    return config
  }

  func batchNormalization(_ reader: ConfigReader) throws(UnrollError) -> BatchNormalizationConfig {
    var config = BatchNormalizationConfig()
    let axes = try reader.ints("axis") ?? [-1]
    guard axes.count == 1 else { throw reader.unsupported("normalization over several axes is not supported") }
    config.axis = axes[0]
    config.momentum = try reader.double("momentum", default: 0.99)
    config.epsilon = try reader.double("epsilon", default: 1e-3)
    config.center = try reader.bool("center", default: true)
    config.scale = try reader.bool("scale", default: true)
    config.betaInitializer = try reader.initializer("beta_initializer", "beta_init", default: .zeros)
    config.gammaInitializer = try reader.initializer("gamma_initializer", "gamma_init", default: .ones)
    config.movingMeanInitializer = try reader.initializer("moving_mean_initializer", default: .zeros)
    config.movingVarianceInitializer = try reader.initializer("moving_variance_initializer", default: .ones)
    config.betaRegularizer = try reader.regularizer("beta_regularizer")
    config.betaConstraint = try reader.constraint("beta_constraint")
    config.gammaRegularizer = try reader.regularizer("gamma_regularizer")
    config.gammaConstraint = try reader.constraint("gamma_constraint")
    try reader.require("renorm", isOneOf: [false])
    try reader.require("mode", isOneOf: [0])
    reader.noteTrainingOnly("virtual_batch_size", "synchronized")
    return config
  }

  func conv1D(_ reader: ConfigReader) throws(UnrollError) -> Conv1DConfig {
    var config = Conv1DConfig(
      filters: try reader.size("filters", "nb_filter"), kernelSize: try reader.size("kernel_size", "filter_length", default: 0))
    guard config.kernelSize > 0 else { throw reader.wrong("kernel_size", "a whole number", nil) }
    config.strides = try reader.size("strides", "subsample_length", default: 1)
    config.dilation = try reader.size("dilation_rate", "atrous_rate", default: 1)
    config.groups = try reader.size("groups", default: 1)
    config.padding = try padding(reader)
    try reader.require("data_format", isOneOf: ["channels_last"])
    config.activation = try reader.activation("activation", default: .linear)
    config.useBias = try reader.bool("use_bias", "bias", default: true)
    config.kernelInitializer = try reader.initializer("kernel_initializer", "init", default: .glorotUniform)
    config.biasInitializer = try reader.initializer("bias_initializer", default: .zeros)
    config.kernelRegularizer = try reader.regularizer("kernel_regularizer", "W_regularizer")
    config.kernelConstraint = try reader.constraint("kernel_constraint", "W_constraint")
    config.biasRegularizer = try reader.regularizer("bias_regularizer", "b_regularizer")
    config.biasConstraint = try reader.constraint("bias_constraint", "b_constraint")
    try refuseQuantization(reader)
    return config
  }

  private func padding(_ reader: ConfigReader) throws(UnrollError) -> Padding {
    guard let name = try reader.optionalString("padding", "border_mode") else { return .valid }
    guard let padding = Padding(rawValue: name) else {
      throw reader.unsupported("padding = \"\(name)\" is not supported; there are valid, same and causal")
    }
    return padding
  }

  func pooling(_ kind: PoolingKind, _ reader: ConfigReader) throws(UnrollError) -> Pooling1DConfig {
    var config = Pooling1DConfig(kind)
    config.poolSize = try reader.size("pool_size", "pool_length", default: 2)
    config.strides = try reader.size("strides", "stride", default: config.poolSize)
    config.padding = try padding(reader)
    try reader.require("data_format", isOneOf: ["channels_last"])
    return config
  }

  func globalPooling(_ kind: PoolingKind, _ reader: ConfigReader) throws(UnrollError) -> GlobalPooling1DConfig {
    var config = GlobalPooling1DConfig(kind)
    config.keepDims = try reader.bool("keepdims", default: false)
    try reader.require("data_format", isOneOf: ["channels_last"])
    return config
  }
}
