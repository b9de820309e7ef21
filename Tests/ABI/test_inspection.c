/* What a host asks of a model it did not make: layers, names, why a fit ended;
 * all weights at once, and a second model. */
#include "sequences.h"
#include "weights.h"

enum { WEIGHTS = 5, PARAMETERS = 4 * 5 * (F + 5 + 1) + 5 + 1 };

static void layers(void) {
  unroll_model *model = small_model(5, F, UNROLL_DTYPE_FLOAT32), *empty = NULL;
  unroll_model_info all;
  unroll_layer_info info;
  char text[64];
  size_t length;
  unroll_model_info_init(&all, sizeof all);
  OK(unroll_model_get_info(model, &all));
  CHECK(all.layer_count == 3);
  unroll_layer_info_init(&info, sizeof info);
  OK(unroll_model_get_layer_info(model, 1, &info));
  CHECK(info.weight_count == 3 && info.parameter_count == 4 * 5 * (F + 5 + 1) && info.trainable_parameter_count == info.parameter_count);
  CHECK(info.is_trainable == 1 && info.output_count == 1 && info.rank == 2 &&
        info.shape[0] == UNROLL_AXIS_ANY && info.shape[1] == 5);
  OK(unroll_model_get_layer_name(model, 1, text, sizeof text, &length));
  CHECK(strcmp(text, "lstm") == 0 && length == 4);
  OK(unroll_model_get_layer_class(model, 1, text, sizeof text, NULL));
  CHECK(strcmp(text, "LSTM") == 0);
  OK(unroll_model_get_layer_class(model, 0, text, sizeof text, NULL));
  CHECK(strcmp(text, "InputLayer") == 0);
  OK(unroll_model_get_input_name(model, 0, text, sizeof text, NULL));
  CHECK(strcmp(text, "input_layer") == 0);
  OK(unroll_model_get_output_name(model, 0, text, sizeof text, NULL));
  CHECK(strcmp(text, "dense") == 0);
  OK(unroll_model_set_trainable(model, "lstm", 0));
  OK(unroll_model_get_layer_info(model, 1, &info));
  CHECK(info.is_trainable == 0);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "layer 3 does not exist; the model has 3",
          unroll_model_get_layer_info(model, 3, &info));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "info is NULL", unroll_model_get_layer_info(model, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_layer_info(NULL, 0, &info));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "layer 9", unroll_model_get_layer_name(model, 9, text, sizeof text, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_model_get_layer_class(model, 0, NULL, 3, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "input 1", unroll_model_get_input_name(model, 1, text, sizeof text, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "output 7", unroll_model_get_output_name(model, 7, text, sizeof text, NULL));
  SURVIVES(unroll_layer_info_init(NULL, 64));
  OK(unroll_model_create(NULL, &empty));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_get_input_name(empty, 0, text, sizeof text, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "layer 0 does not exist; the model has 0",
          unroll_model_get_layer_info(empty, 0, &info));
  unroll_model_destroy(empty);
  unroll_model_destroy(model);
}

/* Arrays for all weights of small_model(5), one after the other in `values`. */
static size_t arrays_of(unroll_model *model, double *values, unroll_array *arrays) {
  size_t i, used = 0;
  for (i = 0; i < WEIGHTS; i++) {
    unroll_weight_info info;
    int32_t axis;
    size_t count = 1;
    unroll_weight_info_init(&info, sizeof info);
    OK(unroll_model_get_weight_info(model, i, &info));
    for (axis = 0; axis < info.rank; axis++) count *= (size_t)info.shape[axis];
    arrays[i] = unroll_array_view_nd(values + used, UNROLL_DTYPE_FLOAT64, info.rank, info.shape);
    used += count;
  }
  return used;
}

static void weights_at_once(void) {
  unroll_model *one = small_model(5, F, UNROLL_DTYPE_FLOAT64), *other = small_model(5, F, UNROLL_DTYPE_FLOAT64);
  double values[PARAMETERS], again[PARAMETERS], before[N], after[N];
  unroll_array arrays[WEIGHTS], found[WEIGHTS], x = data().inputs[0];
  unroll_array y = unroll_array_view_2d(before, UNROLL_DTYPE_FLOAT64, N, 1);
  unroll_array z = unroll_array_view_2d(after, UNROLL_DTYPE_FLOAT64, N, 1);
  size_t i, used = arrays_of(one, values, arrays);
  OK(unroll_model_get_weights(one, arrays, WEIGHTS));
  for (i = 0; i < used; i++) values[i] = values[i] * 0.5 + 0.125;
  OK(unroll_model_set_weights(one, arrays, WEIGHTS));
  arrays_of(one, again, found);
  OK(unroll_model_get_weights(one, found, WEIGHTS));
  CHECK(memcmp(values, again, used * sizeof *values) == 0);
  for (i = 0; i < WEIGHTS; i++) OK(unroll_model_set_weight(other, i, &arrays[i])); /* one by one is the same */
  OK(unroll_model_predict(one, &x, &y, NULL));
  OK(unroll_model_predict(other, &x, &z, NULL));
  CHECK(memcmp(before, after, sizeof before) == 0);
  for (i = 0; i < used; i++) again[i] = 7;
  found[WEIGHTS - 1].shape[0] = 2; /* where the last does not fit, the first stay too */
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "dense/bias", unroll_model_set_weights(one, found, WEIGHTS));
  OK(unroll_model_predict(one, &x, &z, NULL));
  CHECK(memcmp(before, after, sizeof before) == 0);
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "dense/bias", unroll_model_get_weights(one, found, WEIGHTS));
  CHECK(again[0] == 7);
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "the model has 5 weight(s), found 4", unroll_model_set_weights(one, arrays, 4));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "found 6", unroll_model_get_weights(one, arrays, 6));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "arrays is NULL", unroll_model_set_weights(one, NULL, WEIGHTS));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_weights(NULL, arrays, WEIGHTS));
  unroll_model_destroy(one);
  unroll_model_destroy(other);
}

static void fit(unroll_model *model) {
  unroll_fit_options options;
  unroll_data lent = data();
  unroll_fit_options_init(&options, sizeof options);
  options.batch_size = 4;
  options.epochs = 2;
  OK(unroll_model_fit(model, &lent, &options, NULL));
}

static void copies(void) {
  unroll_model *model = small_model(5, F, UNROLL_DTYPE_FLOAT32), *copy = NULL, *unbuilt = NULL, *unbuilt_copy = NULL;
  unroll_compile_options options;
  unroll_optimizer_options adam;
  double mine[PARAMETERS], its[PARAMETERS], rate = 0;
  unroll_compile_options_init(&options, sizeof options);
  unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_ADAM, sizeof adam);
  options.optimizer = &adam;
  OK(unroll_model_compile(model, &options));
  fit(model);
  OK(unroll_model_set_learning_rate(model, 0.25));
  OK(unroll_model_copy(model, &copy));
  OK(unroll_model_get_learning_rate(copy, &rate));
  CHECK(rate == 0.25);
  fit(model); /* moves the one and not the other */
  get_all(model, mine, PARAMETERS);
  get_all(copy, its, PARAMETERS);
  CHECK(memcmp(mine, its, sizeof mine) != 0);
  fit(copy); /* which goes on as the first did: same moments, same order of samples */
  get_all(copy, its, PARAMETERS);
  CHECK(memcmp(mine, its, sizeof mine) == 0);
  OK(unroll_model_set_trainable(model, "lstm", 0));
  unroll_model_destroy(copy);
  copy = NULL;
  REFUSES(UNROLL_ERROR_INVALID_STATE, "frozen or unfrozen", unroll_model_copy(model, &copy));
  CHECK(copy == NULL);
  OK(unroll_model_compile(model, &options));
  OK(unroll_model_copy(model, &copy));
  unroll_model_destroy(copy);
  OK(unroll_model_create(NULL, &unbuilt));
  OK(unroll_model_copy(unbuilt, &unbuilt_copy));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "copy is NULL", unroll_model_copy(unbuilt, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_copy(NULL, &copy));
  unroll_model_destroy(unbuilt_copy);
  unroll_model_destroy(unbuilt);
  unroll_model_destroy(model);
}

/* The carried states of a stateful model come along. */
static void stateful_copy(void) {
  static const char json[] =
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": ["
      "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": [6, 4, 3]}},"
      "{\"class_name\": \"GRU\", \"config\": {\"name\": \"gru\", \"units\": 1, \"stateful\": true}}]}}";
  unroll_model *model = NULL, *copy = NULL;
  float first[N], second[N];
  unroll_array x = data().inputs[0], y = unroll_array_view_2d(first, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_array z = unroll_array_view_2d(second, UNROLL_DTYPE_FLOAT32, N, 1);
  OK(unroll_model_create_from_json(json, sizeof json - 1, NULL, &model));
  OK(unroll_model_predict(model, &x, &y, NULL));
  OK(unroll_model_copy(model, &copy));
  OK(unroll_model_predict(model, &x, &y, NULL));
  OK(unroll_model_predict(copy, &x, &z, NULL));
  CHECK(memcmp(first, second, sizeof first) == 0);
  OK(unroll_model_reset_states(copy));
  OK(unroll_model_predict(copy, &x, &z, NULL));
  CHECK(memcmp(first, second, sizeof first) != 0);
  unroll_model_destroy(copy);
  unroll_model_destroy(model);
}

static int stop_at_once(const unroll_progress *progress, void *user_data) {
  (void)user_data;
  return progress->event == UNROLL_EVENT_EPOCH_END ? UNROLL_CALLBACK_STOP : 0;
}

static unroll_fit_end end_of(unroll_model *model, const unroll_fit_options *options, const char *message) {
  unroll_history *history = NULL;
  unroll_fit_end end = UNROLL_FIT_END_EPOCHS;
  char text[256];
  unroll_data lent = data();
  OK(unroll_model_fit(model, &lent, options, &history));
  OK(unroll_history_get_end(history, &end));
  OK(unroll_history_get_end_message(history, text, sizeof text, NULL));
  if (strstr(text, message) == NULL) FAIL("expected '%s' in '%s'", message, text);
  if (*message == 0) CHECK(*text == 0);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "end is NULL", unroll_history_get_end(history, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "history is NULL", unroll_history_get_end(NULL, &end));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "history is NULL", unroll_history_get_end_message(NULL, text, 3, NULL));
  unroll_history_destroy(history);
  return end;
}

static void ends(void) {
  unroll_model *model = small_model(5, F, UNROLL_DTYPE_FLOAT32);
  unroll_compile_options compile;
  unroll_optimizer_options sgd;
  unroll_fit_options options;
  unroll_early_stopping_options stopping;
  unroll_compile_options_init(&compile, sizeof compile);
  unroll_optimizer_options_init(&sgd, UNROLL_OPTIMIZER_SGD, sizeof sgd);
  sgd.learning_rate = 0; /* taken everywhere, as in Keras: nothing moves */
  compile.optimizer = &sgd;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_set_learning_rate(model, 0));
  unroll_fit_options_init(&options, sizeof options);
  options.epochs = 5;
  CHECK(end_of(model, &options, "") == UNROLL_FIT_END_EPOCHS);
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  stopping.monitor = "loss";
  options.early_stopping = &stopping;
  CHECK(end_of(model, &options, "loss") == UNROLL_FIT_END_EARLY_STOPPING);
  options.early_stopping = NULL;
  options.callback = stop_at_once;
  CHECK(end_of(model, &options, "callback") == UNROLL_FIT_END_CALLBACK);
  options.callback = NULL;
  sgd.learning_rate = 1e30;
  OK(unroll_model_compile(model, &compile));
  options.non_finite = UNROLL_NON_FINITE_STOP;
  CHECK(end_of(model, &options, "epoch") == UNROLL_FIT_END_NOT_FINITE);
  unroll_model_destroy(model);
}

int main(void) {
  layers();
  weights_at_once();
  copies();
  stateful_copy();
  ends();
  return finish("test_inspection");
}
