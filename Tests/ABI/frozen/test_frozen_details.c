/* The third part of test_frozen.c: names, states, weights, models in memory, the
 * long forms, rules stepped by the host, vocabularies and gradients of cells. */
#include "frozen.h"

static void models_tell_about_their_parts(void) {
  unroll_model *model = built(), *twin = NULL;
  struct {
    unroll_layer_info info;
    unsigned char guard[32];
  } room;
  char text[64];
  int trainable = 1;
  memset(&room, 0xee, sizeof room);
  unroll_layer_info_init(&room.info, sizeof room.info);
  OK(unroll_model_get_layer_info(model, 2, &room.info));
  CHECK(room.info.struct_size == sizeof room.info && room.info.weight_count == 3 && room.guard[0] == 0xee);
  OK(unroll_model_get_layer_name(model, 2, text, sizeof text, NULL));
  CHECK(strcmp(text, "lstm") == 0);
  OK(unroll_model_get_layer_class(model, 2, text, sizeof text, NULL));
  CHECK(strcmp(text, "LSTM") == 0);
  OK(unroll_model_get_input_name(model, 0, text, sizeof text, NULL));
  CHECK(strcmp(text, "input_layer") == 0);
  OK(unroll_model_get_output_name(model, 0, text, sizeof text, NULL));
  CHECK(strcmp(text, "dense") == 0);
  OK(unroll_model_set_trainable(model, "lstm", 0));
  OK(unroll_model_copy(model, &twin));
  OK(unroll_model_get_trainable(twin, "lstm", &trainable));
  CHECK(!trainable && unroll_get_last_system_error() == 0);
  unroll_model_destroy(twin);
  unroll_model_destroy(model);
}

static void weights_go_out_and_in_at_once(void) {
  unroll_model *model = small_model(1, 1, UNROLL_DTYPE_FLOAT64);
  double values[5][4];
  unroll_array arrays[5];
  unroll_weight_info info;
  size_t i;
  for (i = 0; i < 5; i++) {
    unroll_weight_info_init(&info, sizeof info);
    OK(unroll_model_get_weight_info(model, i, &info));
    arrays[i] = unroll_array_view_nd(values[i], UNROLL_DTYPE_FLOAT64, info.rank, info.shape);
  }
  OK(unroll_model_get_weights(model, arrays, 5));
  values[0][0] += 1;
  OK(unroll_model_set_weights(model, arrays, 5));
  values[0][0] = 0;
  OK(unroll_model_get_weight(model, 0, &arrays[0]));
  CHECK(values[0][0] != 0);
  unroll_model_destroy(model);
}

static void states_are_carried(void) {
  static const char json[] =
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": ["
      "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": [2, 5, 2]}},"
      "{\"class_name\": \"GRU\", \"config\": {\"name\": \"gru\", \"units\": 2, \"stateful\": true}}]}}";
  unroll_model *model = NULL;
  double state[4] = {1, 2, 3, 4};
  unroll_array array = unroll_array_view_2d(state, UNROLL_DTYPE_FLOAT64, 2, 2);
  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank = 0;
  size_t count = 0;
  OK(unroll_model_create_from_json(json, sizeof json - 1, NULL, &model));
  OK(unroll_model_get_state_count(model, "gru", &count));
  CHECK(count == 1);
  OK(unroll_model_set_states(model, "gru", &array, 1));
  state[3] = 0;
  OK(unroll_model_get_state(model, NULL, 0, &array));
  CHECK(state[3] == 4);
  OK(unroll_model_reset_layer_states(model, "gru"));
  OK(unroll_model_get_state_shape(model, NULL, 0, shape, &rank));
  CHECK(rank == 2 && shape[0] == 2 && shape[1] == 2);
  OK(unroll_model_get_state(model, NULL, 0, &array));
  CHECK(state[0] == 0 && state[3] == 0);
  unroll_model_destroy(model);
}

typedef struct {
  unsigned char bytes[1 << 17];
  size_t count;
} memory;

static int keep(const void *bytes, size_t count, void *user_data) {
  memory *m = (memory *)user_data;
  if (count > sizeof m->bytes - m->count) return 1;
  memcpy(m->bytes + m->count, bytes, count);
  m->count += count;
  return 0;
}

static void models_are_kept_in_memory(void) {
  static memory whole, weights;
  static const char path[] = "build/tests/frozen_details.weights.h5";
  unroll_model *model = built(), *again = NULL;
  unroll_load_options load;
  size_t length = 0;
  OK(unroll_model_save_to_memory(model, NULL, keep, &whole));
  OK(unroll_model_save_weights_to_memory(model, NULL, keep, &weights));
  OK(unroll_file_describe_from_memory(whole.bytes, whole.count, NULL, 0, &length));
  CHECK(length > 100);
  OK(unroll_model_load_from_memory(whole.bytes, whole.count, NULL, &again));
  OK(unroll_model_load_weights_from_memory(again, weights.bytes, weights.count, NULL));
  OK(unroll_model_save_weights(model, path, NULL));
  unroll_load_options_init(&load, sizeof load);
  OK(unroll_model_load_weights_ext(again, path, &load));
  unroll_model_destroy(again);
  unroll_model_destroy(model);
}

static int count_batches(const unroll_progress *progress, void *user_data) {
  if (progress->event == UNROLL_EVENT_TEST_BATCH_END) ++*(size_t *)user_data;
  return UNROLL_CALLBACK_CONTINUE;
}

static void long_forms_are_taken(void) {
  unroll_model *model = NULL;
  unroll_dropout_options dropout;
  unroll_activation_layer_options layer;
  unroll_activation_options elu;
  unroll_masking_options masking;
  unroll_dense_options dense;
  unroll_initializer_options ones;
  unroll_compile_options compile;
  unroll_loss_options loss;
  unroll_metric_options metric;
  unroll_evaluate_options evaluate;
  unroll_train_on_batch_options train;
  const int64_t shape[2] = {T, F};
  const uint64_t seed = 3;
  double values[2] = {-1, -1};
  size_t batches = 0;
  OK(unroll_model_create(NULL, &model));
  unroll_masking_options_init(&masking, sizeof masking);
  OK(unroll_model_add_masking_ext(model, &masking));
  unroll_dropout_options_init(&dropout, sizeof dropout);
  dropout.rate = 0.25;
  OK(unroll_model_add_dropout_ext(model, &dropout));
  OK(unroll_activation_options_init(&elu, UNROLL_ACTIVATION_ELU, sizeof elu));
  elu.alpha = 0.5;
  unroll_activation_layer_options_init(&layer, sizeof layer);
  layer.activation_options = &elu;
  OK(unroll_model_add_activation_ext(model, &layer));
  OK(unroll_model_add_layer_from_json(model, "{\"class_name\": \"Flatten\", \"config\": {}}", 39));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  OK(unroll_initializer_options_init(&ones, UNROLL_INITIALIZER_ONES, sizeof ones));
  dense.kernel_initializer_options = &ones;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 2));
  unroll_compile_options_init(&compile, sizeof compile);
  OK(unroll_loss_options_init(&loss, UNROLL_LOSS_HUBER, sizeof loss));
  OK(unroll_metric_options_init(&metric, UNROLL_METRIC_MEAN_ABSOLUTE_ERROR, sizeof metric));
  compile.loss_options = &loss;
  compile.metric_options = &metric;
  compile.loss_option_count = compile.metric_option_count = 1;
  OK(unroll_model_compile(model, &compile));
  unroll_evaluate_options_init(&evaluate, sizeof evaluate);
  evaluate.batch_size = 4;
  evaluate.callback = count_batches;
  evaluate.user_data = &batches;
  OK(unroll_model_evaluate_ext(model, &data, &evaluate, values, 2));
  CHECK(batches == 3 && values[0] >= 0 && values[1] >= 0);
  unroll_train_on_batch_options_init(&train, sizeof train);
  train.seed = &seed;
  OK(unroll_model_train_on_batch_ext(model, &data, &train, values, 2));
  unroll_model_destroy(model);
}

static void rules_are_stepped(void) {
  unroll_model *model = small_model(2, F, UNROLL_DTYPE_FLOAT32);
  unroll_early_stopping_options stopping;
  unroll_checkpoint_options checkpoint;
  unroll_reduce_on_plateau_options plateau;
  unroll_monitor_state state;
  unroll_verdict verdict = UNROLL_VERDICT_NONE;
  unroll_fit_end end = UNROLL_FIT_END_CALLBACK;
  unroll_history *history = NULL;
  double rate = 0.5;
  char text[8] = "x";
  OK(unroll_model_compile(model, NULL));
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  unroll_monitor_state_init(&state, sizeof state);
  OK(unroll_early_stopping_step(model, &stopping, 0, 1.0, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_IMPROVED && state.best == 1);
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  unroll_monitor_state_init(&state, sizeof state);
  OK(unroll_checkpoint_step(model, &checkpoint, 0, 1.0, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_IMPROVED);
  unroll_reduce_on_plateau_options_init(&plateau, sizeof plateau);
  plateau.patience = 1;
  unroll_monitor_state_init(&state, sizeof state);
  OK(unroll_reduce_on_plateau_step(model, &plateau, 0, 1.0, &rate, &state, &verdict));
  OK(unroll_reduce_on_plateau_step(model, &plateau, 1, 1.0, &rate, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_ACT && close_to(rate, 0.05, 1e-12));
  OK(unroll_model_fit(model, &data, NULL, &history));
  OK(unroll_history_get_end(history, &end));
  OK(unroll_history_get_end_message(history, text, sizeof text, NULL));
  CHECK(end == UNROLL_FIT_END_EPOCHS && text[0] == 0);
  unroll_history_destroy(history);
  unroll_model_destroy(model);
}

static void vocabularies_and_scalers_stand_alone(void) {
  int32_t symbols[4] = {0};
  char text[8];
  size_t count = 0;
  unroll_scaler_options range;
  unroll_scaler *scaler = NULL;
  OK(unroll_vocabulary_encode("abc", "cab", symbols, 4, &count));
  CHECK(count == 3 && symbols[0] == 2 && symbols[2] == 1);
  OK(unroll_vocabulary_decode("abc", symbols, count, text, sizeof text, NULL));
  CHECK(strcmp(text, "cab") == 0);
  unroll_scaler_options_init(&range, sizeof range);
  range.low = -1;
  OK(unroll_scaler_create_ext(&range, &scaler));
  unroll_scaler_destroy(scaler);
}

static void gradients_of_cells(void) {
  const unroll_cell_shape shape = {1, 1, 0, 1, 1};
  const double one = 1, half = 0.5, zero = 0, pair[2] = {0.5, 0.25};
  const unroll_rnn_parameters rnn = {&half, &half, NULL, &zero, NULL};
  const unroll_lstm_parameters lstm = {pair, &zero, pair, &zero, pair, &zero, pair, &zero, NULL, NULL};
  double a = 0, c = 0, dx = 0, da = 0, dw[4][2], db[4], wax = 0, waa = 0, ba = 0, once[2];
  const unroll_rnn_gradients simple = {&dx, &da, &wax, &waa, &ba};
  const unroll_lstm_gradients gradients = {&dx, &da, NULL, dw[0], db, dw[1], db + 1, dw[2], db + 2, dw[3], db + 3};
  OK(unroll_rnn_backward(&shape, &rnn, &one, &one, &one, &simple));
  CHECK(dx > 0 && dx == da);
  OK(unroll_lstm_forward(&shape, &lstm, &one, &half, &a, NULL, &c, NULL));
  OK(unroll_lstm_backward(&shape, &lstm, &one, &half, &one, &gradients));
  once[0] = dx;
  once[1] = da;
  OK(unroll_lstm_cell_backward(&shape, &lstm, &one, &half, &zero, &one, &zero, &gradients));
  CHECK(a > 0 && c > 0 && once[0] == dx && once[1] == da && dx != 0);
}

int main(void) {
  fill();
  models_tell_about_their_parts();
  weights_go_out_and_in_at_once();
  states_are_carried();
  models_are_kept_in_memory();
  long_forms_are_taken();
  rules_are_stepped();
  vocabularies_and_scalers_stand_alone();
  gradients_of_cells();
  return finish("test_frozen_details");
}
