import CUnroll
import KernelAPI
import Unroll

private func add(
  _ handle: ModelHandle, _ name: UnsafePointer<CChar>?, trainable: Bool = true, _ config: LayerConfig
) throws(UnrollError) {
  try add(handle, LayerSpec(name: try readName(name), trainable: trainable, config))
}

@_cdecl("unroll_model_add_input") @implementation
public func unroll_model_add_input(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_input_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let options = try readRequired(options, "options")
    let rank = try checkedCount(Int(options.rank), "options->rank", to: Int(UNROLL_RANK_MAX) - 1)
    let batch = Int(options.batch_size)
    guard batch == -1 || batch >= 1 && batch <= Int(Int32.max) else {
      throw UnrollError(.invalidArgument, "options->batch_size must be at least 1, or UNROLL_AXIS_ANY, found \(batch)")
    }
    let shape = try sampleShape(unpack(options.shape, rank), "options->shape")
    try add(
      handle, options.name,
      .input(.init(shape: shape, batchSize: batch == -1 ? nil : batch, isInteger: options.is_integer != 0)))
  }
}

private func dense(_ pointer: UnsafePointer<unroll_dense_options>?) throws(UnrollError) -> (unroll_dense_options, DenseConfig) {
  let options = try readRequired(pointer, "options")
  let usual = unroll_dense_options.defaults
  var config = DenseConfig(units: try checkedCount(options.units, "options->units"))
  config.activation = try readActivation(
    options.activation, or: options.activation_options, default: usual.activation, "options->activation")
  config.useBias = options.use_bias != 0
  config.kernelInitializer = try readInitializer(
    options.kernel_initializer, or: options.kernel_initializer_options, default: usual.kernel_initializer, "options->kernel_initializer")
  config.biasInitializer = try readInitializer(
    options.bias_initializer, or: options.bias_initializer_options, default: usual.bias_initializer, "options->bias_initializer")
  config.kernelRegularizer = try readRegularizer(options.kernel_regularizer, "options->kernel_regularizer")
  config.biasRegularizer = try readRegularizer(options.bias_regularizer, "options->bias_regularizer")
  return (options, config)
}

@_cdecl("unroll_model_add_dense") @implementation
public func unroll_model_add_dense(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_dense_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let (options, config) = try dense(options)
    try add(handle, options.name, trainable: options.trainable != 0, .dense(config))
  }
}

@_cdecl("unroll_model_add_time_distributed_dense") @implementation
public func unroll_model_add_time_distributed_dense(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_dense_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let (options, config) = try dense(options)
    let trainable = options.trainable != 0
    let inner = LayerSpec(name: "dense", trainable: trainable, .dense(config))
    try add(handle, options.name, trainable: trainable, .timeDistributed(inner))
  }
}

private func addRecurrent(
  _ handle: ModelHandle, _ pointer: UnsafePointer<unroll_recurrent_options>?, _ cell: RecurrentCell
) throws(UnrollError) {
  let options = try readRequired(pointer, "options")
  let usual = unroll_recurrent_options.defaults
  var config = RecurrentConfig(cell: cell, units: try checkedCount(options.units, "options->units"))
  config.activation = try readActivation(
    options.activation, or: options.activation_options, default: usual.activation, "options->activation")
  config.recurrentActivation = try readActivation(
    options.recurrent_activation, or: options.recurrent_activation_options, default: usual.recurrent_activation,
    "options->recurrent_activation")
  config.useBias = options.use_bias != 0
  config.unitForgetBias = options.unit_forget_bias != 0
  config.resetAfter = options.reset_after != 0
  config.dropout = try fraction(options.dropout, "options->dropout")
  config.recurrentDropout = try fraction(options.recurrent_dropout, "options->recurrent_dropout")
  config.returnSequences = options.return_sequences != 0
  config.stateful = options.stateful != 0
  config.goBackwards = options.go_backwards != 0
  config.kernelInitializer = try readInitializer(
    options.kernel_initializer, or: options.kernel_initializer_options, default: usual.kernel_initializer, "options->kernel_initializer")
  config.recurrentInitializer = try readInitializer(
    options.recurrent_initializer, or: options.recurrent_initializer_options, default: usual.recurrent_initializer, "options->recurrent_initializer")
  config.biasInitializer = try readInitializer(
    options.bias_initializer, or: options.bias_initializer_options, default: usual.bias_initializer, "options->bias_initializer")
  config.kernelRegularizer = try readRegularizer(options.kernel_regularizer, "options->kernel_regularizer")
  config.recurrentRegularizer = try readRegularizer(options.recurrent_regularizer, "options->recurrent_regularizer")
  config.biasRegularizer = try readRegularizer(options.bias_regularizer, "options->bias_regularizer")
  try add(handle, options.name, trainable: options.trainable != 0, .recurrent(config))
}

@_cdecl("unroll_model_add_simple_rnn") @implementation
public func unroll_model_add_simple_rnn(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_recurrent_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in try addRecurrent(handle, options, .simpleRNN) }
}

@_cdecl("unroll_model_add_lstm") @implementation
public func unroll_model_add_lstm(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_recurrent_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in try addRecurrent(handle, options, .lstm) }
}

@_cdecl("unroll_model_add_gru") @implementation
public func unroll_model_add_gru(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_recurrent_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in try addRecurrent(handle, options, .gru) }
}

@_cdecl("unroll_model_add_embedding") @implementation
public func unroll_model_add_embedding(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_embedding_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let options = try readRequired(options, "options")
    let usual = unroll_embedding_options.defaults
    var config = EmbeddingConfig(
      inputDim: try checkedCount(options.input_dim, "options->input_dim"),
      outputDim: try checkedCount(options.output_dim, "options->output_dim"))
    config.maskZero = options.mask_zero != 0
    config.initializer = try readInitializer(
      options.initializer, or: options.initializer_options, default: usual.initializer, "options->initializer")
    config.regularizer = try readRegularizer(options.regularizer, "options->regularizer")
    try add(handle, options.name, trainable: options.trainable != 0, .embedding(config))
  }
}
