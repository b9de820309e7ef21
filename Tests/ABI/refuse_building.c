/* Wrong arguments to everything that makes, builds or describes a model. */
#include "abi_test.h"



static double not_a_number(void) { return strtod("nan", NULL); }

static void no_status_to_give(void) {
  const int64_t no_length = 0;
  SURVIVES(unroll_predict_options_init(NULL, 64));
  SURVIVES(unroll_model_options_init(NULL, 64));
  SURVIVES(unroll_input_options_init(NULL, 64));
  SURVIVES(unroll_dense_options_init(NULL, 64));
  SURVIVES(unroll_recurrent_options_init(NULL, 64));
  SURVIVES(unroll_embedding_options_init(NULL, 64));
  SURVIVES(unroll_model_info_init(NULL, 64));
  SURVIVES(unroll_compile_options_init(NULL, 64));
  SURVIVES(unroll_data_init(NULL, 64));
  SURVIVES(unroll_fit_options_init(NULL, 64));
  SURVIVES(unroll_weight_info_init(NULL, 64));
  SURVIVES(unroll_window_options_init(NULL, 64));
  SURVIVES(unroll_stream_options_init(NULL, 64));
  SURVIVES(unroll_stream_info_init(NULL, 64));
  SURVIVES(unroll_save_options_init(NULL, 64));
  SURVIVES(unroll_load_options_init(NULL, 64));
  SURVIVES(unroll_sequence_progress_init(NULL, 64));
  SURVIVES(unroll_sequence_options_init(NULL, 64));
  SURVIVES(unroll_generate_options_init(NULL, 64));
  SURVIVES(unroll_early_stopping_options_init(NULL, 64));
  SURVIVES(unroll_checkpoint_options_init(NULL, 64));
  SURVIVES(unroll_reduce_on_plateau_options_init(NULL, 64));
  SURVIVES(unroll_array_view_1d(NULL, UNROLL_DTYPE_FLOAT32, -1));
  SURVIVES(unroll_array_view_2d(NULL, UNROLL_DTYPE_FLOAT32, -1, -1));
  SURVIVES(unroll_array_view_3d(NULL, UNROLL_DTYPE_FLOAT32, -1, -1, -1));
  note("unroll_array_view_nd(");
  CHECK(unroll_array_view_nd(NULL, UNROLL_DTYPE_FLOAT32, 2, NULL).rank == 0);
  CHECK(unroll_array_view_nd(NULL, UNROLL_DTYPE_FLOAT32, -1, &no_length).rank == 0);
  CHECK(unroll_array_view_nd(NULL, UNROLL_DTYPE_FLOAT32, UNROLL_RANK_MAX + 1, &no_length).rank == 0);
  SURVIVES(unroll_model_destroy(NULL));
  SURVIVES(unroll_history_destroy(NULL));
  SURVIVES(unroll_scaler_destroy(NULL));
  SURVIVES(unroll_csv_log_destroy(NULL));
  SURVIVES(unroll_stream_destroy(NULL));
  note("unroll_get_last_error(");
  CHECK(unroll_get_last_error() != NULL);
  note("unroll_get_version(");
  CHECK(unroll_get_version() != NULL && strchr(unroll_get_version(), '.') != NULL);
  note("unroll_get_instruction_set(");
  CHECK(strncmp(unroll_get_instruction_set(), "x86-64", 6) == 0);
  note("unroll_status_get_name(");
  CHECK(strcmp(unroll_status_get_name((unroll_status)12345), "unknown status") == 0);
  CHECK(strcmp(unroll_status_get_name(UNROLL_ERROR_IO), "UNROLL_ERROR_IO") == 0);
}

static void create(void) {
  unroll_model_options options;
  unroll_model *model = NULL;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_create(NULL, NULL));
  memset(&options, 0, sizeof options);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size is 0", unroll_model_create(&options, &model));
  unroll_model_options_init(&options, sizeof options);
  options.dtype = UNROLL_DTYPE_INT32;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "UNROLL_DTYPE_FLOAT64", unroll_model_create(&options, &model));
  options.dtype = (unroll_dtype)3;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "is 3", unroll_model_create(&options, &model));
  unroll_model_options_init(&options, sizeof options);
  options.name = "a/b";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "a/b", unroll_model_create(&options, &model));
  options.name = "\xff\xfe";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "UTF-8", unroll_model_create(&options, &model));
  CHECK(model == NULL);
  {
    struct {
      unroll_model_options known;
      size_t later;
    } longer;
    unroll_model_options_init(&longer.known, sizeof longer.known);
    longer.known.struct_size = sizeof longer;
    longer.later = 0;
    OK(unroll_model_create(&longer.known, &model));
    unroll_model_destroy(model);
    longer.later = 1;
    REFUSES(UNROLL_ERROR_UNSUPPORTED, "does not know", unroll_model_create(&longer.known, &model));
  }
}

static void json(void) {
  static const char unknown[] =
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": ["
      "{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null, 4, 2], \"name\": \"i\"}},"
      "{\"class_name\": \"Hologram\", \"config\": {\"name\": \"h\"}}]}}";
  unroll_model *model = NULL;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_create_from_json(NULL, 3, NULL, &model));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_create_from_json("{}", 2, NULL, NULL));
  REFUSES(UNROLL_ERROR_FORMAT, "", unroll_model_create_from_json("", 0, NULL, &model));
  REFUSES(UNROLL_ERROR_FORMAT, "", unroll_model_create_from_json("{\"class_name\"", 13, NULL, &model));
  REFUSES(UNROLL_ERROR_FORMAT, "", unroll_model_create_from_json("[1, 2]", 6, NULL, &model));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "length", unroll_model_create_from_json("{}", (size_t)-1, NULL, &model));
  REFUSES(UNROLL_ERROR_UNSUPPORTED, "Hologram",
          unroll_model_create_from_json(unknown, sizeof unknown - 1, NULL, &model));
  CHECK(model == NULL);

  OK(unroll_model_create(NULL, &model));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_layer_from_json(NULL, "{}", 2));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_add_layer_from_json(model, NULL, 2));
  REFUSES(UNROLL_ERROR_FORMAT, "", unroll_model_add_layer_from_json(model, "{", 1));
  REFUSES(UNROLL_ERROR_UNSUPPORTED, "Hologram",
          unroll_model_add_layer_from_json(model, "{\"class_name\": \"Hologram\", \"config\": {}}", 40));
  unroll_model_destroy(model);
}

static void layers(void) {
  unroll_model *model = NULL;
  unroll_input_options input;
  unroll_dense_options dense;
  unroll_recurrent_options rnn;
  unroll_embedding_options embedding;
  OK(unroll_model_create(NULL, &model));

  unroll_input_options_init(&input, sizeof input);
  input.rank = 1;
  input.shape[0] = 3;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_input(NULL, &input));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL", unroll_model_add_input(model, NULL));
  input.rank = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rank", unroll_model_add_input(model, &input));
  input.rank = UNROLL_RANK_MAX + 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rank", unroll_model_add_input(model, &input));
  input.rank = 1;
  input.shape[0] = 0;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "at least 1", unroll_model_add_input(model, &input));
  input.shape[0] = INT64_MIN;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "shape", unroll_model_add_input(model, &input));
  input.shape[0] = 4;
  input.batch_size = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "batch_size", unroll_model_add_input(model, &input));

  unroll_dense_options_init(&dense, sizeof dense);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL", unroll_model_add_dense(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "units", unroll_model_add_dense(model, &dense));
  dense.units = (size_t)-1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "18446744073709551615", unroll_model_add_dense(model, &dense));
  dense.units = 3;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_dense(NULL, &dense));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_time_distributed_dense(NULL, &dense));
  dense.activation = (unroll_activation_kind)7;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "activation is 7", unroll_model_add_dense(model, &dense));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "activation is 7", unroll_model_add_time_distributed_dense(model, &dense));
  dense.activation = UNROLL_ACTIVATION_RELU;
  dense.kernel_initializer.kind = (unroll_initializer_kind)9;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "kernel_initializer.kind is 9", unroll_model_add_dense(model, &dense));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 3;
  dense.bias_initializer.kind = UNROLL_INITIALIZER_CONSTANT;
  dense.bias_initializer.a = not_a_number();
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "bias_initializer.a", unroll_model_add_dense(model, &dense));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 3;
  dense.kernel_regularizer.l2 = -1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "l2", unroll_model_add_dense(model, &dense));

  unroll_recurrent_options_init(&rnn, sizeof rnn);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "units", unroll_model_add_lstm(model, &rnn));
  rnn.units = 4;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_lstm(NULL, &rnn));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_gru(NULL, &rnn));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_simple_rnn(NULL, &rnn));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL", unroll_model_add_gru(model, NULL));
  rnn.dropout = not_a_number();
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "dropout", unroll_model_add_lstm(model, &rnn));
  rnn.dropout = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "less than 1", unroll_model_add_gru(model, &rnn));
  rnn.dropout = 0;
  rnn.recurrent_dropout = -0.1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "recurrent_dropout", unroll_model_add_simple_rnn(model, &rnn));
  rnn.recurrent_dropout = 0;
  rnn.recurrent_activation = (unroll_activation_kind)0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "recurrent_activation is 0", unroll_model_add_lstm(model, &rnn));

  unroll_embedding_options_init(&embedding, sizeof embedding);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "input_dim", unroll_model_add_embedding(model, &embedding));
  embedding.input_dim = 5;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "output_dim", unroll_model_add_embedding(model, &embedding));
  embedding.output_dim = 2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_embedding(NULL, &embedding));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_dropout(NULL, 0.5, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rate", unroll_model_add_dropout(model, not_a_number(), NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rate", unroll_model_add_dropout(model, 1.5, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL",
          unroll_model_add_activation(NULL, UNROLL_ACTIVATION_RELU, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "activation is 11",
          unroll_model_add_activation(model, (unroll_activation_kind)11, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_masking(NULL, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "value", unroll_model_add_masking(model, not_a_number(), NULL));

  OK(unroll_model_add_dropout(model, 0.1, "twice"));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "twice", unroll_model_add_dropout(model, 0.1, "twice"));
  unroll_model_destroy(model);
}

static void build(void) {
  static const int64_t vector[1] = {3}, huge[2] = {INT64_MAX, 1}, negative[2] = {-5, 1}, sequence[2] = {5, 2};
  unroll_model *model = NULL;
  unroll_recurrent_options lstm;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_build(NULL, vector, 1));
  OK(unroll_model_create(NULL, &model));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "no layers", unroll_model_build(model, vector, 1));
  unroll_recurrent_options_init(&lstm, sizeof lstm);
  lstm.units = 4;
  OK(unroll_model_add_lstm(model, &lstm));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "input shape", unroll_model_build(model, NULL, 0));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_build(model, NULL, 2));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rank", unroll_model_build(model, vector, -1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rank", unroll_model_build(model, vector, 100));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "shape", unroll_model_build(model, negative, 2));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "shape", unroll_model_build(model, huge, 2));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "lstm", unroll_model_build(model, vector, 1)); /* no time axis */
  OK(unroll_model_build(model, sequence, 2)); /* after all that it still can */
  REFUSES(UNROLL_ERROR_INVALID_STATE, "built", unroll_model_add_lstm(model, &lstm));
  unroll_model_destroy(model);

  /* Sizes whose product overflows, or that no machine has memory for. */
  OK(unroll_model_create(NULL, &model));
  lstm.units = 2147483647;
  OK(unroll_model_add_lstm(model, &lstm));
  CHECK(unroll_model_build(model, sequence, 2) != UNROLL_OK);
  unroll_model_destroy(model);
}

static void inspect(void) {
  unroll_model *model = NULL, *built = small_model(3, 2, UNROLL_DTYPE_FLOAT32);
  unroll_model_info info;
  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank;
  size_t length;
  char text[8];
  OK(unroll_model_create(NULL, &model));
  unroll_model_info_init(&info, sizeof info);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_info(NULL, &info));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "info is NULL", unroll_model_get_info(model, NULL));
  info.struct_size = 3;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size is 3", unroll_model_get_info(model, &info));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_input_shape(NULL, 0, shape, &rank));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_get_input_shape(model, 0, shape, &rank));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "input 1", unroll_model_get_input_shape(built, 1, shape, &rank));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "shape is NULL", unroll_model_get_input_shape(built, 0, NULL, &rank));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rank is NULL", unroll_model_get_output_shape(built, 0, shape, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "output 18446744073709551615",
          unroll_model_get_output_shape(built, (size_t)-1, shape, &rank));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_summary(NULL, text, sizeof text, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_model_get_summary(model, NULL, 5, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "both NULL", unroll_model_get_summary(model, NULL, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_json(NULL, text, sizeof text, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_model_get_json(built, NULL, 5, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_describe(NULL, text, sizeof text, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_model_describe(built, NULL, 5, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_reset_states(NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_reset_states(model));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_set_thread_count(NULL, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "threads", unroll_model_set_thread_count(model, (size_t)-1));
  unroll_model_destroy(model);
  unroll_model_destroy(built);
}

int main(void) {
  no_status_to_give();
  create();
  json();
  layers();
  build();
  inspect();
  return finish("refuse_building");
}
