import CUnroll
import Unroll

@_cdecl("unroll_model_create") @implementation
public func unroll_model_create(
  _ options: UnsafePointer<unroll_model_options>?, _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let model = try place(model, "model")
    let options = try read(options, defaults: modelDefaults, "options")
    let name = try readName(options.name)
    let spec = ModelSpec(
      sequential: [], name: name.isEmpty ? "sequential" : name, dtype: try modelType(options.dtype, "options->dtype"))
    model.pointee = handOut(ModelHandle(try Model(spec, seed: options.seed)))
  }
}

@_cdecl("unroll_model_destroy") @implementation
public func unroll_model_destroy(_ model: OpaquePointer?) {
  release(model, ModelHandle.self)
}

private func add(
  _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, trainable: Bool = true, _ config: LayerConfig
) throws(UnrollError) {
  let model = try engineModel(handle)
  try add(model, LayerSpec(name: try readName(name), trainable: trainable, config))
}

/// Appends a layer under a name that no other layer of the model has.
func add(_ model: Model, _ layer: LayerSpec) throws(UnrollError) {
  if !layer.name.isEmpty, model.spec.layers.contains(where: { $0.name == layer.name }) {
    throw UnrollError(.invalidArgument, "the model has a layer named '\(layer.name)' already; names must be unique")
  }
  try model.add(layer)
}

@_cdecl("unroll_model_add_input") @implementation
public func unroll_model_add_input(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_input_options>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let options = try readRequired(options, "options")
    let rank = try checkedCount(Int(options.rank), "options->rank", to: Int(UNROLL_MAX_RANK) - 1)
    let batch = Int(options.batch_size)
    guard batch == -1 || batch >= 1 && batch <= Int(Int32.max) else {
      throw UnrollError(.invalidArgument, "options->batch_size must be at least 1, or UNROLL_ANY, found \(batch)")
    }
    let shape = try sampleShape(unpack(options.shape, rank), "options->shape")
    try add(
      model, options.name,
      .input(.init(shape: shape, batchSize: batch == -1 ? nil : batch, isInteger: options.is_integer != 0)))
  }
}

private func dense(_ pointer: UnsafePointer<unroll_dense_options>?) throws(UnrollError) -> (unroll_dense_options, DenseConfig) {
  let options = try readRequired(pointer, "options")
  var config = DenseConfig(units: try checkedCount(options.units, "options->units"))
  config.activation = try readActivation(options.activation, "options->activation")
  config.useBias = options.use_bias != 0
  config.kernelInitializer = try readInitializer(options.kernel_initializer, "options->kernel_initializer")
  config.biasInitializer = try readInitializer(options.bias_initializer, "options->bias_initializer")
  config.kernelRegularizer = try readRegularizer(options.kernel_regularizer, "options->kernel_regularizer")
  config.biasRegularizer = try readRegularizer(options.bias_regularizer, "options->bias_regularizer")
  return (options, config)
}

@_cdecl("unroll_model_add_dense") @implementation
public func unroll_model_add_dense(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_dense_options>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let (options, config) = try dense(options)
    try add(model, options.name, trainable: options.trainable != 0, .dense(config))
  }
}

@_cdecl("unroll_model_add_time_distributed_dense") @implementation
public func unroll_model_add_time_distributed_dense(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_dense_options>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let (options, config) = try dense(options)
    let trainable = options.trainable != 0
    let inner = LayerSpec(name: "dense", trainable: trainable, .dense(config))
    try add(model, options.name, trainable: trainable, .timeDistributed(inner))
  }
}

private enum Cell { case simple, lstm, gru }

private func addRecurrent(
  _ model: OpaquePointer?, _ pointer: UnsafePointer<unroll_recurrent_options>?, _ cell: Cell
) throws(UnrollError) {
  let options = try readRequired(pointer, "options")
  let kind: RecurrentConfig.Cell =
    switch cell {
    case .simple: .simple
    case .lstm: .lstm(unitForgetBias: options.unit_forget_bias != 0)
    case .gru: .gru(resetAfter: options.reset_after != 0)
    }
  var config = RecurrentConfig(cell: kind, units: try checkedCount(options.units, "options->units"))
  config.activation = try readActivation(options.activation, "options->activation")
  config.recurrentActivation = try readActivation(options.recurrent_activation, "options->recurrent_activation")
  config.useBias = options.use_bias != 0
  config.dropout = try fraction(options.dropout, "options->dropout")
  config.recurrentDropout = try fraction(options.recurrent_dropout, "options->recurrent_dropout")
  config.returnSequences = options.return_sequences != 0
  config.stateful = options.stateful != 0
  config.goBackwards = options.go_backwards != 0
  config.kernelInitializer = try readInitializer(options.kernel_initializer, "options->kernel_initializer")
  config.recurrentInitializer = try readInitializer(options.recurrent_initializer, "options->recurrent_initializer")
  config.biasInitializer = try readInitializer(options.bias_initializer, "options->bias_initializer")
  config.kernelRegularizer = try readRegularizer(options.kernel_regularizer, "options->kernel_regularizer")
  config.recurrentRegularizer = try readRegularizer(options.recurrent_regularizer, "options->recurrent_regularizer")
  config.biasRegularizer = try readRegularizer(options.bias_regularizer, "options->bias_regularizer")
  try add(model, options.name, trainable: options.trainable != 0, .recurrent(config))
}

@_cdecl("unroll_model_add_simple_rnn") @implementation
public func unroll_model_add_simple_rnn(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_recurrent_options>?
) -> unroll_status {
  attempt { () throws(UnrollError) in try addRecurrent(model, options, .simple) }
}

@_cdecl("unroll_model_add_lstm") @implementation
public func unroll_model_add_lstm(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_recurrent_options>?
) -> unroll_status {
  attempt { () throws(UnrollError) in try addRecurrent(model, options, .lstm) }
}

@_cdecl("unroll_model_add_gru") @implementation
public func unroll_model_add_gru(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_recurrent_options>?
) -> unroll_status {
  attempt { () throws(UnrollError) in try addRecurrent(model, options, .gru) }
}

@_cdecl("unroll_model_add_embedding") @implementation
public func unroll_model_add_embedding(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_embedding_options>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let options = try readRequired(options, "options")
    var config = EmbeddingConfig(
      inputDim: try checkedCount(options.input_dim, "options->input_dim"),
      outputDim: try checkedCount(options.output_dim, "options->output_dim"))
    config.maskZero = options.mask_zero != 0
    config.initializer = try readInitializer(options.initializer, "options->initializer")
    config.regularizer = try readRegularizer(options.regularizer, "options->regularizer")
    try add(model, options.name, trainable: options.trainable != 0, .embedding(config))
  }
}

@_cdecl("unroll_model_add_dropout") @implementation
public func unroll_model_add_dropout(
  _ model: OpaquePointer?, _ rate: Double, _ name: UnsafePointer<CChar>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try add(model, name, .dropout(NoiseConfig(rate: try fraction(rate, "rate"))))
  }
}

@_cdecl("unroll_model_add_activation") @implementation
public func unroll_model_add_activation(
  _ model: OpaquePointer?, _ activation: unroll_activation, _ name: UnsafePointer<CChar>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try add(model, name, .activation(try readActivation(activation, "activation")))
  }
}

@_cdecl("unroll_model_add_masking") @implementation
public func unroll_model_add_masking(
  _ model: OpaquePointer?, _ value: Double, _ name: UnsafePointer<CChar>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try add(model, name, .masking(value: try finite(value, "value")))
  }
}

@_cdecl("unroll_model_build") @implementation
public func unroll_model_build(
  _ model: OpaquePointer?, _ shape: UnsafePointer<Int64>?, _ rank: Int32
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let model = try engineModel(model)
    if model.isBuilt { return }
    guard !model.spec.layers.isEmpty else {
      throw UnrollError(.invalidState, "the model has no layers; add some before it is built")
    }
    if shape == nil, rank == 0 { return try model.build() }
    let count = try checkedCount(Int(rank), "rank", to: Int(UNROLL_MAX_RANK) - 1)
    let lengths = try elements(shape, count, "shape").map { Int($0) }
    try model.build(inputShape: try sampleShape(lengths, "shape"))
  }
}
