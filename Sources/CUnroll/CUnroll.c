// The layouts that bindings written by hand (ctypes) repeat. A member added to
// an option struct goes to its end; these lines then say which number to change.
#include "unroll.h"

#define SIZE_OF(type, size) _Static_assert(sizeof(type) == (size), #type " has changed its size")
#define OFFSET_OF(type, member, offset) \
  _Static_assert(offsetof(type, member) == (offset), #type "." #member " has moved")
// The first member behind a struct's first size, which a caller's padding must not reach. None yet.
#define APPENDED(type, member)                                                  \
  _Static_assert(offsetof(type, member) % _Alignof(type) == 0, #type "." #member " must begin where the struct once ended")
#define BEGINS_WITH_SIZE(type) OFFSET_OF(type, struct_size, 0)

_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "libunroll is for 64-bit machines");
_Static_assert(sizeof(unroll_status) == 4, "enumerations are 32 bits wide");

SIZE_OF(unroll_array, 144);
OFFSET_OF(unroll_array, dtype, 8);
OFFSET_OF(unroll_array, rank, 12);
OFFSET_OF(unroll_array, shape, 16);
OFFSET_OF(unroll_array, strides, 80);

SIZE_OF(unroll_initializer, 24);
SIZE_OF(unroll_regularizer, 16);
SIZE_OF(unroll_loss, 32);

BEGINS_WITH_SIZE(unroll_predict_options);
BEGINS_WITH_SIZE(unroll_model_options);
BEGINS_WITH_SIZE(unroll_input_options);
BEGINS_WITH_SIZE(unroll_dense_options);
BEGINS_WITH_SIZE(unroll_recurrent_options);
BEGINS_WITH_SIZE(unroll_embedding_options);
BEGINS_WITH_SIZE(unroll_model_info);
BEGINS_WITH_SIZE(unroll_optimizer_options);
BEGINS_WITH_SIZE(unroll_compile_options);
BEGINS_WITH_SIZE(unroll_data);
BEGINS_WITH_SIZE(unroll_progress);
BEGINS_WITH_SIZE(unroll_fit_options);
BEGINS_WITH_SIZE(unroll_weight_info);
BEGINS_WITH_SIZE(unroll_layer_info);
SIZE_OF(unroll_layer_info, 112);
BEGINS_WITH_SIZE(unroll_window_options);
BEGINS_WITH_SIZE(unroll_stream_options);
BEGINS_WITH_SIZE(unroll_stream_info);
BEGINS_WITH_SIZE(unroll_save_options);
SIZE_OF(unroll_save_options, 32);
OFFSET_OF(unroll_save_options, sample, 16);
BEGINS_WITH_SIZE(unroll_load_options);
BEGINS_WITH_SIZE(unroll_sequence_progress);
BEGINS_WITH_SIZE(unroll_sequence_options);
BEGINS_WITH_SIZE(unroll_generate_options);

SIZE_OF(unroll_cell_shape, 40);
SIZE_OF(unroll_rnn_parameters, 40);
SIZE_OF(unroll_rnn_gradients, 40);
SIZE_OF(unroll_lstm_parameters, 80);
SIZE_OF(unroll_lstm_gates, 32);
SIZE_OF(unroll_lstm_gradients, 88);
BEGINS_WITH_SIZE(unroll_early_stopping_options);
BEGINS_WITH_SIZE(unroll_checkpoint_options);
BEGINS_WITH_SIZE(unroll_reduce_on_plateau_options);
BEGINS_WITH_SIZE(unroll_monitor_state);
BEGINS_WITH_SIZE(unroll_activation_options);
BEGINS_WITH_SIZE(unroll_initializer_options);
BEGINS_WITH_SIZE(unroll_loss_options);
BEGINS_WITH_SIZE(unroll_metric_options);
BEGINS_WITH_SIZE(unroll_dropout_options);
BEGINS_WITH_SIZE(unroll_activation_layer_options);
BEGINS_WITH_SIZE(unroll_masking_options);
BEGINS_WITH_SIZE(unroll_evaluate_options);
BEGINS_WITH_SIZE(unroll_train_on_batch_options);
BEGINS_WITH_SIZE(unroll_scaler_options);
BEGINS_WITH_SIZE(unroll_csv_log_options);
