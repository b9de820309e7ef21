import CUnroll
import Glibc
import Unroll

/// The `_init` functions: Keras 3's defaults. NULL is ignored.

private func of(_ kind: unroll_initializer_kind, _ a: Double = 0, _ b: Double = 0) -> unroll_initializer {
  unroll_initializer(kind: kind, a: a, b: b)
}

/// Fills a caller's struct of `size` bytes, which an earlier or a later header
/// than this library's may have declared: members it lacks are left out,
/// members unknown here are zero.
func initialize<T>(_ target: UnsafeMutablePointer<T>?, _ size: Int, _ defaults: T) {
  guard let target, size >= MemoryLayout<Int>.size, size <= longestStruct else { return }
  let raw = UnsafeMutableRawPointer(target)
  memset(raw, 0, size)
  withUnsafeBytes(of: defaults) { bytes in
    if let source = bytes.baseAddress { memcpy(raw, source, min(size, bytes.count)) }
  }
  raw.storeBytes(of: size, as: Int.self)
}

/// What every option struct is before its members are set: zero, and its size.
func blank<T>(_ zero: T) -> T {
  var value = zero
  withUnsafeMutableBytes(of: &value) { $0.storeBytes(of: MemoryLayout<T>.stride, as: Int.self) }
  return value
}

var predictDefaults: unroll_predict_options {
  var options = blank(unroll_predict_options())
  options.batch_size = 32
  return options
}

var modelDefaults: unroll_model_options {
  var options = blank(unroll_model_options())
  options.dtype = UNROLL_FLOAT32
  return options
}

var recurrentDefaults: unroll_recurrent_options {
  var options = blank(unroll_recurrent_options())
  options.trainable = 1
  options.activation = UNROLL_TANH
  options.recurrent_activation = UNROLL_SIGMOID
  options.use_bias = 1
  options.unit_forget_bias = 1
  options.reset_after = 1
  options.kernel_initializer = of(UNROLL_GLOROT_UNIFORM)
  options.recurrent_initializer = of(UNROLL_ORTHOGONAL, 1)
  options.bias_initializer = of(UNROLL_ZEROS)
  return options
}

var compileDefaults: unroll_compile_options {
  var options = blank(unroll_compile_options())
  options.loss = unroll_loss(
    kind: UNROLL_MEAN_SQUARED_ERROR, from_logits: 0, reduction: UNROLL_REDUCTION_MEAN, delta: 1, weight: 1)
  return options
}

var fitDefaults: unroll_fit_options {
  var options = blank(unroll_fit_options())
  options.epochs = 1
  options.batch_size = 32
  options.shuffle = 1
  options.validation_frequency = 1
  options.non_finite = UNROLL_NON_FINITE_FAIL
  return options
}

var earlyStoppingDefaults: unroll_early_stopping {
  var options = blank(unroll_early_stopping())
  options.mode = UNROLL_MONITOR_AUTO
  options.baseline = .nan
  return options
}

var checkpointDefaults: unroll_checkpoint {
  var options = blank(unroll_checkpoint())
  options.mode = UNROLL_MONITOR_AUTO
  options.initial_threshold = .nan
  options.frequency = 1
  return options
}

var plateauDefaults: unroll_reduce_on_plateau {
  var options = blank(unroll_reduce_on_plateau())
  options.mode = UNROLL_MONITOR_AUTO
  options.factor = 0.1
  options.patience = 10
  options.min_delta = 1e-4
  return options
}

var streamDefaults: unroll_stream_options {
  var options = blank(unroll_stream_options())
  options.batch_size = 1
  options.weights = UNROLL_WEIGHTS_MODEL
  return options
}

var saveDefaults: unroll_save_options {
  var options = blank(unroll_save_options())
  options.format = UNROLL_FORMAT_AUTO
  options.include_optimizer = 1
  return options
}

var loadDefaults: unroll_load_options {
  var options = blank(unroll_load_options())
  options.compile = 1
  return options
}

/// nil for a number that is no kind of optimizer.
func optimizerDefaults(_ kind: unroll_optimizer_kind) -> unroll_optimizer_options? {
  var options = blank(unroll_optimizer_options())
  options.kind = kind
  options.learning_rate = 0.001
  options.rho = 0.9
  options.beta_1 = 0.9
  options.beta_2 = 0.999
  options.epsilon = 1e-7
  options.initial_accumulator = 0.1
  options.schedule = UNROLL_SCHEDULE_CONSTANT
  options.learning_rate_power = -0.5
  switch kind {
  case UNROLL_SGD: options.learning_rate = 0.01
  case UNROLL_ADAMW: options.weight_decay = 0.004
  case UNROLL_LION: options.beta_2 = 0.99
  case UNROLL_ADADELTA: options.rho = 0.95
  case UNROLL_RMSPROP, UNROLL_ADAM, UNROLL_ADAGRAD, UNROLL_ADAMAX, UNROLL_NADAM, UNROLL_FTRL: break
  default: return nil
  }
  return options
}

@_cdecl("unroll_predict_options_init") @implementation
public func unroll_predict_options_init(_ options: UnsafeMutablePointer<unroll_predict_options>?, _ size: Int) {
  initialize(options, size, predictDefaults)
}

@_cdecl("unroll_model_options_init") @implementation
public func unroll_model_options_init(_ options: UnsafeMutablePointer<unroll_model_options>?, _ size: Int) {
  initialize(options, size, modelDefaults)
}

@_cdecl("unroll_input_options_init") @implementation
public func unroll_input_options_init(_ options: UnsafeMutablePointer<unroll_input_options>?, _ size: Int) {
  var value = blank(unroll_input_options())
  value.batch_size = -1
  initialize(options, size, value)
}

@_cdecl("unroll_dense_options_init") @implementation
public func unroll_dense_options_init(_ options: UnsafeMutablePointer<unroll_dense_options>?, _ size: Int) {
  var value = blank(unroll_dense_options())
  value.trainable = 1
  value.activation = UNROLL_LINEAR
  value.use_bias = 1
  value.kernel_initializer = of(UNROLL_GLOROT_UNIFORM)
  value.bias_initializer = of(UNROLL_ZEROS)
  initialize(options, size, value)
}

@_cdecl("unroll_recurrent_options_init") @implementation
public func unroll_recurrent_options_init(_ options: UnsafeMutablePointer<unroll_recurrent_options>?, _ size: Int) {
  initialize(options, size, recurrentDefaults)
}

@_cdecl("unroll_embedding_options_init") @implementation
public func unroll_embedding_options_init(_ options: UnsafeMutablePointer<unroll_embedding_options>?, _ size: Int) {
  var value = blank(unroll_embedding_options())
  value.trainable = 1
  value.initializer = of(UNROLL_RANDOM_UNIFORM, -0.05, 0.05)
  initialize(options, size, value)
}

@_cdecl("unroll_model_info_init") @implementation
public func unroll_model_info_init(_ info: UnsafeMutablePointer<unroll_model_info>?, _ size: Int) {
  initialize(info, size, blank(unroll_model_info()))
}

@_cdecl("unroll_optimizer_options_init") @implementation
public func unroll_optimizer_options_init(
  _ options: UnsafeMutablePointer<unroll_optimizer_options>?, _ kind: unroll_optimizer_kind, _ size: Int
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let options = try place(options, "options")
    guard let value = optimizerDefaults(kind) else { throw unknown(kind.rawValue, "unroll_optimizer_kind", "kind") }
    initialize(options, size, value)
  }
}

@_cdecl("unroll_compile_options_init") @implementation
public func unroll_compile_options_init(_ options: UnsafeMutablePointer<unroll_compile_options>?, _ size: Int) {
  initialize(options, size, compileDefaults)
}

@_cdecl("unroll_data_init") @implementation
public func unroll_data_init(_ data: UnsafeMutablePointer<unroll_data>?, _ size: Int) {
  initialize(data, size, blank(unroll_data()))
}

@_cdecl("unroll_fit_options_init") @implementation
public func unroll_fit_options_init(_ options: UnsafeMutablePointer<unroll_fit_options>?, _ size: Int) {
  initialize(options, size, fitDefaults)
}

@_cdecl("unroll_early_stopping_init") @implementation
public func unroll_early_stopping_init(_ options: UnsafeMutablePointer<unroll_early_stopping>?, _ size: Int) {
  initialize(options, size, earlyStoppingDefaults)
}

@_cdecl("unroll_checkpoint_init") @implementation
public func unroll_checkpoint_init(_ options: UnsafeMutablePointer<unroll_checkpoint>?, _ size: Int) {
  initialize(options, size, checkpointDefaults)
}

@_cdecl("unroll_reduce_on_plateau_init") @implementation
public func unroll_reduce_on_plateau_init(_ options: UnsafeMutablePointer<unroll_reduce_on_plateau>?, _ size: Int) {
  initialize(options, size, plateauDefaults)
}

@_cdecl("unroll_weight_info_init") @implementation
public func unroll_weight_info_init(_ info: UnsafeMutablePointer<unroll_weight_info>?, _ size: Int) {
  initialize(info, size, blank(unroll_weight_info()))
}

@_cdecl("unroll_window_options_init") @implementation
public func unroll_window_options_init(_ options: UnsafeMutablePointer<unroll_window_options>?, _ size: Int) {
  var value = blank(unroll_window_options())
  value.horizon = 1
  value.stride = 1
  initialize(options, size, value)
}

@_cdecl("unroll_stream_options_init") @implementation
public func unroll_stream_options_init(_ options: UnsafeMutablePointer<unroll_stream_options>?, _ size: Int) {
  initialize(options, size, streamDefaults)
}

@_cdecl("unroll_stream_info_init") @implementation
public func unroll_stream_info_init(_ info: UnsafeMutablePointer<unroll_stream_info>?, _ size: Int) {
  initialize(info, size, blank(unroll_stream_info()))
}

@_cdecl("unroll_save_options_init") @implementation
public func unroll_save_options_init(_ options: UnsafeMutablePointer<unroll_save_options>?, _ size: Int) {
  initialize(options, size, saveDefaults)
}

@_cdecl("unroll_load_options_init") @implementation
public func unroll_load_options_init(_ options: UnsafeMutablePointer<unroll_load_options>?, _ size: Int) {
  initialize(options, size, loadDefaults)
}
