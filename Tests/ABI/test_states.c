/* The states that stateful layers carry: their batch, set back, got and set. */
#include <pthread.h>

#include "abi_test.h"

enum { B = 2, T = 4, F = 3, U = 2 };

static float x_values[3 * B * T * F];

static unroll_array rows(int64_t count) { return unroll_array_view_3d(x_values, UNROLL_DTYPE_FLOAT32, count, T, F); }

/* A Bidirectional LSTM and a GRU, both stateful. */
static unroll_model *stateful(const char *batch) {
  static const char form[] =
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": ["
      "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": [%s, 4, 3]}},"
      "{\"class_name\": \"Bidirectional\", \"config\": {\"name\": \"both\", \"layer\": {\"class_name\": \"LSTM\", \"config\":"
      " {\"name\": \"lstm\", \"units\": 2, \"stateful\": true, \"return_sequences\": true}}}},"
      "{\"class_name\": \"GRU\", \"config\": {\"name\": \"gru\", \"units\": 2, \"stateful\": true}}]}}";
  char json[800];
  unroll_model *model = NULL;
  snprintf(json, sizeof json, form, batch);
  OK(unroll_model_create_from_json(json, strlen(json), NULL, &model));
  return model;
}

static unroll_status predict(unroll_model *model, int64_t count, size_t batch, double *out) {
  unroll_array x = rows(count), y = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT64, count, U);
  unroll_predict_options options;
  unroll_predict_options_init(&options, sizeof options);
  options.batch_size = batch;
  return unroll_model_predict(model, &x, &y, &options);
}

static size_t count_of(unroll_model *model, const char *layer) {
  size_t count = 99;
  OK(unroll_model_get_state_count(model, layer, &count));
  return count;
}

static void states_are_counted_got_and_set_by_layer(void) {
  unroll_model *model = stateful("null");
  double zero[B * U], first[B * U], again[B * U], kept[5][B * U], one[B * U] = {1, 2, 3, 4};
  unroll_array arrays[5], bad;
  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank = 0;
  size_t i;
  CHECK(count_of(model, NULL) == 5 && count_of(model, "both") == 4 && count_of(model, "both/forward_lstm") == 2);
  CHECK(count_of(model, "gru") == 1 && count_of(model, "in") == 0);
  OK(unroll_model_get_state_shape(model, "gru", 0, shape, &rank));
  CHECK(rank == 2 && shape[0] == UNROLL_AXIS_ANY && shape[1] == U);
  OK(predict(model, B, 32, zero));
  OK(unroll_model_get_state_shape(model, "gru", 0, shape, &rank));
  CHECK(shape[0] == B);
  for (i = 0; i < 5; i++) {
    arrays[i] = unroll_array_view_2d(kept[i], UNROLL_DTYPE_FLOAT64, B, U);
    OK(unroll_model_get_state(model, NULL, i, &arrays[i]));
  }
  OK(predict(model, B, 32, first));
  CHECK(memcmp(zero, first, sizeof zero) != 0);
  OK(unroll_model_set_states(model, NULL, arrays, 5));
  OK(predict(model, B, 32, again));
  CHECK(memcmp(first, again, sizeof first) == 0);
  /* One layer set back, the others go on. */
  OK(unroll_model_set_states(model, NULL, arrays, 5));
  OK(unroll_model_reset_layer_states(model, "both/backward_lstm"));
  OK(unroll_model_get_state(model, "both", 2, &arrays[2]));
  CHECK(kept[2][0] == 0 && kept[2][3] == 0);
  OK(unroll_model_get_state(model, "gru", 0, &arrays[4]));
  CHECK(kept[4][0] != 0);
  arrays[0] = unroll_array_view_2d(one, UNROLL_DTYPE_FLOAT64, B, U);
  OK(unroll_model_set_states(model, "gru", arrays, 1));
  OK(unroll_model_get_state(model, NULL, 4, &arrays[4]));
  CHECK(memcmp(kept[4], one, sizeof one) == 0);
  OK(unroll_model_reset_states(model));
  OK(predict(model, B, 32, again));
  CHECK(memcmp(zero, again, sizeof zero) == 0);
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "gru has 1 state(s), found 2", unroll_model_set_states(model, "gru", arrays, 2));
  bad = unroll_array_view_2d(one, UNROLL_DTYPE_FLOAT64, 1, U);
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "carries the states of a batch of 2",
          unroll_model_set_states(model, "gru", &bad, 1));
  bad = unroll_array_view_2d(one, UNROLL_DTYPE_FLOAT64, 1, 4);
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected shape (batch, 2), found (1, 4)",
          unroll_model_set_states(model, "gru", &bad, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "array", unroll_model_get_state(model, "gru", 0, &bad));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "state 1 does not exist; gru has 1",
          unroll_model_get_state(model, "gru", 1, &arrays[4]));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "state 5", unroll_model_get_state_shape(model, NULL, 5, shape, &rank));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "'lstm'", unroll_model_reset_layer_states(model, "lstm"));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "'both/x'", unroll_model_get_state_count(model, "both/x", &i));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_set_states(model, "gru", NULL, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_reset_layer_states(NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_get_state_count(model, NULL, NULL));
  OK(predict(model, B, 32, first));
  OK(unroll_model_get_state(model, NULL, 4, &arrays[4]));
  unroll_model_destroy(model);
}

static void a_stateful_model_keeps_its_batch_size(void) {
  static const char *const batches[] = {"null", "2"};
  static const char *const messages[] = {"carries the states of a batch of 2, found a batch of 3", "declares batches of 2, found a batch of 3"};
  double out[3 * B * U];
  size_t i;
  for (i = 0; i < 2; i++) {
    unroll_model *model = stateful(batches[i]), *loaded = NULL;
    unroll_array x = rows(3), y = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT64, 3, U);
    unroll_data data = samples(&x, &y);
    double value;
    memset(out, 0, sizeof out);
    OK(unroll_model_compile(model, NULL));
    OK(predict(model, 2 * B, B, out));
    REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, messages[i], predict(model, 3, 32, out));
    REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "3 samples are not a multiple of the batch size 2", predict(model, 3, B, out));
    REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, messages[i], unroll_model_fit(model, &data, NULL, NULL));
    REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, messages[i], unroll_model_evaluate(model, &data, 3, &value, 1));
    REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, messages[i], unroll_model_train_on_batch(model, &data, &value, 1));
    OK(unroll_model_save(model, "build/tests/states.keras", NULL));
    OK(unroll_model_load("build/tests/states.keras", NULL, &loaded));
    if (i == 1) REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, messages[i], predict(loaded, 3, 32, out));
    else OK(predict(loaded, 3, 32, out));
    unroll_model_destroy(loaded);
    OK(unroll_model_reset_states(model));
    if (i == 0) OK(predict(model, 3, 32, out));
    unroll_model_destroy(model);
  }
}

static void a_sequential_model_that_ends_in_states_gives_them(void) {
  static const char last[] = "{\"class_name\": \"LSTM\", \"config\": {\"units\": 2, \"return_state\": true}}";
  const int64_t shape[2] = {T, F};
  unroll_model *model = NULL;
  unroll_model_info info;
  unroll_dense_options dense;
  double h[B * U], state[B * U], carry[B * U];
  unroll_array x = rows(B), out[3];
  OK(unroll_model_create(NULL, &model));
  OK(unroll_model_add_layer_from_json(model, last, sizeof last - 1));
  OK(unroll_model_build(model, shape, 2));
  unroll_model_info_init(&info, sizeof info);
  OK(unroll_model_get_info(model, &info));
  CHECK(info.output_count == 3);
  out[0] = unroll_array_view_2d(h, UNROLL_DTYPE_FLOAT64, B, U);
  out[1] = unroll_array_view_2d(state, UNROLL_DTYPE_FLOAT64, B, U);
  out[2] = unroll_array_view_2d(carry, UNROLL_DTYPE_FLOAT64, B, U);
  OK(unroll_model_predict_all(model, &x, 1, out, 3, NULL));
  CHECK(memcmp(h, state, sizeof h) == 0 && memcmp(h, carry, sizeof h) != 0);
  unroll_model_destroy(model);
  OK(unroll_model_create(NULL, &model));
  OK(unroll_model_add_layer_from_json(model, last, sizeof last - 1));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  OK(unroll_model_add_dense(model, &dense));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "use a Functional model", unroll_model_build(model, shape, 2));
  unroll_model_destroy(model);
}

static void class_numbers_are_whole(void) {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  float labels[2] = {0, 0.5f};
  unroll_array x = rows(2), y = unroll_array_view_1d(labels, UNROLL_DTYPE_FLOAT32, 2);
  unroll_data data = samples(&x, &y);
  unroll_compile_options compile;
  double value = 7;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  OK(unroll_model_compile(model, &compile));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "class 0.5 of sample 1 is not a whole number",
          unroll_model_evaluate(model, &data, 2, &value, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "class 0.5", unroll_model_fit(model, &data, NULL, NULL));
  CHECK(value == 7);
  unroll_model_destroy(model);
}

typedef struct {
  const unroll_model *model;
  unroll_status here, elsewhere;
} reader;

static unroll_status read_a_state(const unroll_model *model) {
  double values[B * U];
  unroll_array array = unroll_array_view_2d(values, UNROLL_DTYPE_FLOAT64, B, U);
  return unroll_model_get_state(model, "gru", 0, &array);
}

static void *read_elsewhere(void *argument) {
  reader *r = (reader *)argument;
  r->elsewhere = read_a_state(r->model);
  return NULL;
}

static int read_while_predicting(const unroll_progress *progress, void *user_data) {
  reader *r = (reader *)user_data;
  pthread_t thread;
  if (progress->event != UNROLL_EVENT_PREDICT_BATCH_END) return UNROLL_CALLBACK_CONTINUE;
  r->here = read_a_state(r->model);
  CHECK(pthread_create(&thread, NULL, read_elsewhere, r) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return UNROLL_CALLBACK_CONTINUE;
}

/* predict takes a const model, and moves its states all the same. */
static void no_other_thread_reads_states_that_a_predict_moves(void) {
  unroll_model *model = stateful("null");
  double out[B * U];
  unroll_array x = rows(B), y = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT64, B, U);
  unroll_predict_options options;
  reader r = {NULL, UNROLL_ERROR_OUT_OF_MEMORY, UNROLL_ERROR_OUT_OF_MEMORY};
  r.model = model;
  unroll_predict_options_init(&options, sizeof options);
  options.callback = read_while_predicting;
  options.user_data = &r;
  OK(unroll_model_predict(model, &x, &y, &options));
  CHECK(r.here == UNROLL_OK && r.elsewhere == UNROLL_ERROR_INVALID_STATE);
  OK(read_a_state(model));
  unroll_model_destroy(model);
}

int main(void) {
  size_t i;
  for (i = 0; i < sizeof x_values / sizeof *x_values; i++) x_values[i] = (float)((i * 7) % 11) / 11 - 0.4f;
  states_are_counted_got_and_set_by_layer();
  a_stateful_model_keeps_its_batch_size();
  a_sequential_model_that_ends_in_states_gives_them();
  class_numbers_are_whole();
  no_other_thread_reads_states_that_a_predict_moves();
  return finish("test_states");
}
