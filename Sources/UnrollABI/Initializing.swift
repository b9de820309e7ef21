import CUnroll
import Unroll

/// The `_init` functions. Those that return no status ignore NULL and a size that no
/// version of the header has.

private func initialize<T: OptionStruct>(_ options: UnsafeMutablePointer<T>?, _ size: Int) {
  initialize(options, size, T.defaults)
}

private func initialize<T: DescribingStruct>(
  _ options: UnsafeMutablePointer<T>?, _ kind: T.Kind, _ size: Int
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let options = try resultPointer(options, "options")
    let defaults: T = try kindDefaults(kind, "kind")
    guard initialize(options, size, defaults) else {
      throw UnrollError(.invalidArgument, "size is \(UInt(bitPattern: size)), which is not the size of this struct in any version")
    }
  }
}

@_cdecl("unroll_predict_options_init") @implementation
public func unroll_predict_options_init(_ options: UnsafeMutablePointer<unroll_predict_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_model_options_init") @implementation
public func unroll_model_options_init(_ options: UnsafeMutablePointer<unroll_model_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_input_options_init") @implementation
public func unroll_input_options_init(_ options: UnsafeMutablePointer<unroll_input_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_dense_options_init") @implementation
public func unroll_dense_options_init(_ options: UnsafeMutablePointer<unroll_dense_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_recurrent_options_init") @implementation
public func unroll_recurrent_options_init(_ options: UnsafeMutablePointer<unroll_recurrent_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_embedding_options_init") @implementation
public func unroll_embedding_options_init(_ options: UnsafeMutablePointer<unroll_embedding_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_dropout_options_init") @implementation
public func unroll_dropout_options_init(_ options: UnsafeMutablePointer<unroll_dropout_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_activation_layer_options_init") @implementation
public func unroll_activation_layer_options_init(_ options: UnsafeMutablePointer<unroll_activation_layer_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_masking_options_init") @implementation
public func unroll_masking_options_init(_ options: UnsafeMutablePointer<unroll_masking_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_compile_options_init") @implementation
public func unroll_compile_options_init(_ options: UnsafeMutablePointer<unroll_compile_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_data_init") @implementation
public func unroll_data_init(_ data: UnsafeMutablePointer<unroll_data>?, _ size: Int) {
  initialize(data, size)
}

@_cdecl("unroll_fit_options_init") @implementation
public func unroll_fit_options_init(_ options: UnsafeMutablePointer<unroll_fit_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_early_stopping_options_init") @implementation
public func unroll_early_stopping_options_init(_ options: UnsafeMutablePointer<unroll_early_stopping_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_checkpoint_options_init") @implementation
public func unroll_checkpoint_options_init(_ options: UnsafeMutablePointer<unroll_checkpoint_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_reduce_on_plateau_options_init") @implementation
public func unroll_reduce_on_plateau_options_init(_ options: UnsafeMutablePointer<unroll_reduce_on_plateau_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_monitor_state_init") @implementation
public func unroll_monitor_state_init(_ state: UnsafeMutablePointer<unroll_monitor_state>?, _ size: Int) {
  initialize(state, size)
}

@_cdecl("unroll_evaluate_options_init") @implementation
public func unroll_evaluate_options_init(_ options: UnsafeMutablePointer<unroll_evaluate_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_train_on_batch_options_init") @implementation
public func unroll_train_on_batch_options_init(_ options: UnsafeMutablePointer<unroll_train_on_batch_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_csv_log_options_init") @implementation
public func unroll_csv_log_options_init(_ options: UnsafeMutablePointer<unroll_csv_log_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_scaler_options_init") @implementation
public func unroll_scaler_options_init(_ options: UnsafeMutablePointer<unroll_scaler_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_window_options_init") @implementation
public func unroll_window_options_init(_ options: UnsafeMutablePointer<unroll_window_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_stream_options_init") @implementation
public func unroll_stream_options_init(_ options: UnsafeMutablePointer<unroll_stream_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_save_options_init") @implementation
public func unroll_save_options_init(_ options: UnsafeMutablePointer<unroll_save_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_load_options_init") @implementation
public func unroll_load_options_init(_ options: UnsafeMutablePointer<unroll_load_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_sequence_options_init") @implementation
public func unroll_sequence_options_init(_ options: UnsafeMutablePointer<unroll_sequence_options>?, _ size: Int) {
  initialize(options, size)
}

@_cdecl("unroll_generate_options_init") @implementation
public func unroll_generate_options_init(_ options: UnsafeMutablePointer<unroll_generate_options>?, _ size: Int) {
  initialize(options, size)
}

// MARK: - Structs that describe one of several kinds

@_cdecl("unroll_activation_options_init") @implementation
public func unroll_activation_options_init(
  _ options: UnsafeMutablePointer<unroll_activation_options>?, _ kind: unroll_activation_kind, _ size: Int
) -> unroll_status {
  initialize(options, kind, size)
}

@_cdecl("unroll_initializer_options_init") @implementation
public func unroll_initializer_options_init(
  _ options: UnsafeMutablePointer<unroll_initializer_options>?, _ kind: unroll_initializer_kind, _ size: Int
) -> unroll_status {
  initialize(options, kind, size)
}

@_cdecl("unroll_optimizer_options_init") @implementation
public func unroll_optimizer_options_init(
  _ options: UnsafeMutablePointer<unroll_optimizer_options>?, _ kind: unroll_optimizer_kind, _ size: Int
) -> unroll_status {
  initialize(options, kind, size)
}

@_cdecl("unroll_loss_options_init") @implementation
public func unroll_loss_options_init(
  _ options: UnsafeMutablePointer<unroll_loss_options>?, _ kind: unroll_loss_kind, _ size: Int
) -> unroll_status {
  initialize(options, kind, size)
}

@_cdecl("unroll_metric_options_init") @implementation
public func unroll_metric_options_init(
  _ options: UnsafeMutablePointer<unroll_metric_options>?, _ kind: unroll_metric_kind, _ size: Int
) -> unroll_status {
  initialize(options, kind, size)
}

// MARK: - Structs for results

@_cdecl("unroll_model_info_init") @implementation
public func unroll_model_info_init(_ info: UnsafeMutablePointer<unroll_model_info>?, _ size: Int) {
  initialize(info, size, blank() as unroll_model_info)
}

@_cdecl("unroll_layer_info_init") @implementation
public func unroll_layer_info_init(_ info: UnsafeMutablePointer<unroll_layer_info>?, _ size: Int) {
  initialize(info, size, blank() as unroll_layer_info)
}

@_cdecl("unroll_weight_info_init") @implementation
public func unroll_weight_info_init(_ info: UnsafeMutablePointer<unroll_weight_info>?, _ size: Int) {
  initialize(info, size, blank() as unroll_weight_info)
}

@_cdecl("unroll_stream_info_init") @implementation
public func unroll_stream_info_init(_ info: UnsafeMutablePointer<unroll_stream_info>?, _ size: Int) {
  initialize(info, size, blank() as unroll_stream_info)
}

@_cdecl("unroll_sequence_progress_init") @implementation
public func unroll_sequence_progress_init(_ progress: UnsafeMutablePointer<unroll_sequence_progress>?, _ size: Int) {
  initialize(progress, size, blank() as unroll_sequence_progress)
}
