import CUnroll

/// A struct of the header that begins with its size, and may grow at its end.
///
/// `firstSize` is the `sizeof` of the struct when it was first published: no program
/// passes less, and members appended later begin at or after it. It never changes;
/// Tests/ABI/frozen tests it from the side of the programs.
protocol GrowingStruct {
  static var firstSize: Int { get }
  init()
}

extension unroll_activation_layer_options: GrowingStruct { static var firstSize: Int { 32 } }
extension unroll_activation_options: GrowingStruct { static var firstSize: Int { 24 } }
extension unroll_checkpoint_options: GrowingStruct { static var firstSize: Int { 56 } }
extension unroll_compile_options: GrowingStruct { static var firstSize: Int { 112 } }
extension unroll_csv_log_options: GrowingStruct { static var firstSize: Int { 40 } }
extension unroll_data: GrowingStruct { static var firstSize: Int { 64 } }
extension unroll_dense_options: GrowingStruct { static var firstSize: Int { 144 } }
extension unroll_dropout_options: GrowingStruct { static var firstSize: Int { 48 } }
extension unroll_early_stopping_options: GrowingStruct { static var firstSize: Int { 64 } }
extension unroll_embedding_options: GrowingStruct { static var firstSize: Int { 96 } }
extension unroll_evaluate_options: GrowingStruct { static var firstSize: Int { 32 } }
extension unroll_fit_options: GrowingStruct { static var firstSize: Int { 176 } }
extension unroll_generate_options: GrowingStruct { static var firstSize: Int { 56 } }
extension unroll_initializer_options: GrowingStruct { static var firstSize: Int { 48 } }
extension unroll_input_options: GrowingStruct { static var firstSize: Int { 104 } }
extension unroll_layer_info: GrowingStruct { static var firstSize: Int { 112 } }
extension unroll_load_options: GrowingStruct { static var firstSize: Int { 16 } }
extension unroll_loss_options: GrowingStruct { static var firstSize: Int { 56 } }
extension unroll_masking_options: GrowingStruct { static var firstSize: Int { 24 } }
extension unroll_metric_options: GrowingStruct { static var firstSize: Int { 40 } }
extension unroll_model_info: GrowingStruct { static var firstSize: Int { 80 } }
extension unroll_model_options: GrowingStruct { static var firstSize: Int { 32 } }
extension unroll_monitor_state: GrowingStruct { static var firstSize: Int { 48 } }
extension unroll_optimizer_options: GrowingStruct { static var firstSize: Int { 256 } }
extension unroll_predict_options: GrowingStruct { static var firstSize: Int { 32 } }
extension unroll_recurrent_options: GrowingStruct { static var firstSize: Int { 248 } }
extension unroll_reduce_on_plateau_options: GrowingStruct { static var firstSize: Int { 64 } }
extension unroll_save_options: GrowingStruct { static var firstSize: Int { 32 } }
extension unroll_scaler_options: GrowingStruct { static var firstSize: Int { 24 } }
extension unroll_sequence_options: GrowingStruct { static var firstSize: Int { 112 } }
extension unroll_sequence_progress: GrowingStruct { static var firstSize: Int { 32 } }
extension unroll_stream_info: GrowingStruct { static var firstSize: Int { 56 } }
extension unroll_stream_options: GrowingStruct { static var firstSize: Int { 24 } }
extension unroll_train_on_batch_options: GrowingStruct { static var firstSize: Int { 32 } }
extension unroll_weight_info: GrowingStruct { static var firstSize: Int { 96 } }
extension unroll_window_options: GrowingStruct { static var firstSize: Int { 40 } }
