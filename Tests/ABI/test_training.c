/* Building, fit, evaluate, callbacks, history and windows through the C interface. */
#include "weights.h"

enum { LENGTH = 120, WINDOW = 12 };

static void fill(float *series) {
  unsigned state = 1;
  int t;
  float value = 0.5f;
  for (t = 0; t < LENGTH; t++) {
    state = state * 1664525u + 1013904223u;
    value = 0.9f * value + 0.1f * (float)(state >> 8) / 16777216.0f;
    series[t] = value;
  }
}

typedef struct {
  unroll_event stop_at;
  int answer;
  size_t epochs_ended, batches_ended, fits_ended;
  double last_loss;
} watcher;

static int watch(const unroll_progress *progress, void *user_data) {
  watcher *w = (watcher *)user_data;
  CHECK(progress->struct_size == sizeof *progress);
  if (progress->event == UNROLL_EVENT_EPOCH_END) {
    w->epochs_ended++;
    CHECK(progress->value_count >= 2 && strcmp(progress->names[0], "loss") == 0);
    if (progress->value_count > 0) w->last_loss = progress->values[0];
  }
  if (progress->event == UNROLL_EVENT_BATCH_END) w->batches_ended++;
  if (progress->event == UNROLL_EVENT_FIT_END) w->fits_ended++;
  return progress->event == w->stop_at ? w->answer : UNROLL_CALLBACK_CONTINUE;
}

/* LSTM 5 on 2 features: (2 + 5 + 1) * 20 + 6. */
enum { PARAMETERS = 166 };

static void train(size_t threads, const unroll_array *x, const unroll_array *y, double *weights) {
  unroll_model *model = small_model(5, 2, UNROLL_DTYPE_FLOAT32);
  unroll_data data = samples(x, y);
  unroll_fit_options fit;
  OK(unroll_model_compile(model, NULL));
  OK(unroll_model_set_thread_count(model, threads));
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 3;
  fit.seed = 5;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  get_all(model, weights, PARAMETERS);
  unroll_model_destroy(model);
}

static void same_weights_for_any_number_of_threads(const unroll_array *x, const unroll_array *y) {
  double one[PARAMETERS], two[PARAMETERS], again[PARAMETERS];
  train(1, x, y, one);
  train(2, x, y, two);
  train(1, x, y, again);
  CHECK(memcmp(one, two, sizeof one) == 0);
  CHECK(memcmp(one, again, sizeof one) == 0);
}

static void learns_and_reports(const unroll_array *x, const unroll_array *y) {
  unroll_model *model = small_model(5, 2, UNROLL_DTYPE_FLOAT32);
  unroll_metric_kind metric = UNROLL_METRIC_MEAN_ABSOLUTE_ERROR;
  unroll_compile_options compile;
  unroll_fit_options fit;
  unroll_data data = samples(x, y);
  unroll_history *history = NULL;
  watcher w = {UNROLL_EVENT_FIT_BEGIN, UNROLL_CALLBACK_CONTINUE, 0, 0, 0, 0};
  size_t epochs = 0, values = 0, index;
  double first = 0, last = 0, before[2], after[2];
  char name[64];

  unroll_compile_options_init(&compile, sizeof compile);
  compile.metrics = &metric;
  compile.metric_count = 1;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_evaluate(model, &data, 32, before, 2));

  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 15;
  fit.validation_split = 0.25;
  fit.callback = watch;
  fit.user_data = &w;
  OK(unroll_model_fit(model, &data, &fit, &history));
  OK(unroll_history_get_size(history, &epochs, &values));
  CHECK(epochs == 15 && w.epochs_ended == 15 && w.fits_ended == 1);
  CHECK(values == 4);
  for (index = 0; index < values; index++) {
    static const char *const expected[] = {"loss", "mean_absolute_error", "val_loss", "val_mean_absolute_error"};
    OK(unroll_history_get_value_name(history, index, name, sizeof name, NULL));
    CHECK(strcmp(name, expected[index]) == 0);
  }
  OK(unroll_history_get_value(history, 0, 0, &first));
  OK(unroll_history_get_value(history, 14, 0, &last));
  CHECK(last < first);
  CHECK(last == w.last_loss);
  unroll_history_destroy(history);

  OK(unroll_model_evaluate(model, &data, 32, after, 2));
  CHECK(after[0] < before[0]);
  OK(unroll_model_train_on_batch(model, &data, before, 2));
  CHECK(close_to(before[0], after[0], 1e-5));
  unroll_model_destroy(model);
}

static void callbacks_end_a_fit(const unroll_array *x, const unroll_array *y) {
  unroll_model *model = small_model(3, 2, UNROLL_DTYPE_FLOAT64);
  unroll_metric_kind metric = UNROLL_METRIC_MEAN_ABSOLUTE_ERROR;
  unroll_compile_options compile;
  unroll_fit_options fit;
  unroll_data data = samples(x, y);
  unroll_history *history = NULL;
  size_t epochs = 0, values = 0;
  watcher w = {UNROLL_EVENT_EPOCH_END, UNROLL_CALLBACK_STOP, 0, 0, 0, 0};

  unroll_compile_options_init(&compile, sizeof compile);
  compile.metrics = &metric;
  compile.metric_count = 1;
  OK(unroll_model_compile(model, &compile));
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 9;
  fit.callback = watch;
  fit.user_data = &w;
  OK(unroll_model_fit(model, &data, &fit, &history));
  OK(unroll_history_get_size(history, &epochs, &values));
  CHECK(epochs == 1);
  unroll_history_destroy(history);

  history = NULL;
  w.stop_at = UNROLL_EVENT_BATCH_END;
  w.answer = UNROLL_CALLBACK_CANCEL;
  w.batches_ended = 0;
  REFUSES(UNROLL_ERROR_CANCELLED, "cancelled", unroll_model_fit(model, &data, &fit, &history));
  CHECK(history == NULL && w.batches_ended == 1);
  unroll_model_destroy(model);
}

static double halved(size_t epoch, double rate, void *user_data) {
  (void)user_data;
  return epoch == 0 ? rate : rate / 2;
}

/* A checkpoint each epoch, a log, halved rates: and a stop when nothing improves. */
static void keras_callbacks_work_from_c(const unroll_array *x, const unroll_array *y) {
  unroll_model *model = small_model(3, 2, UNROLL_DTYPE_FLOAT64), *loaded = NULL;
  unroll_data data = samples(x, y);
  unroll_fit_options fit;
  unroll_checkpoint_options checkpoint;
  unroll_early_stopping_options stopping;
  unroll_history *history = NULL;
  size_t epochs = 0, values = 0;
  double rate = 0, result = 0;
  char line[200] = "";
  FILE *log;
  OK(unroll_model_compile(model, NULL));
  unroll_fit_options_init(&fit, sizeof fit);
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  checkpoint.path = "build/tests/epoch{epoch}.keras";
  fit.checkpoint = &checkpoint;
  fit.csv_path = "build/tests/log.csv";
  fit.rate_callback = halved;
  fit.epochs = 3;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  OK(unroll_model_get_learning_rate(model, &rate));
  CHECK(rate == 0.00025);
  OK(unroll_model_load("build/tests/epoch3.keras", NULL, &loaded));
  OK(unroll_model_get_learning_rate(loaded, &rate));
  CHECK(rate == 0.00025);
  unroll_model_destroy(loaded);
  log = fopen("build/tests/log.csv", "r");
  CHECK(log != NULL && fgets(line, sizeof line, log) != NULL && strncmp(line, "epoch,", 6) == 0);
  CHECK(log != NULL && fgets(line, sizeof line, log) != NULL && strncmp(line, "0,", 2) == 0);
  if (log != NULL) fclose(log);

  unroll_fit_options_init(&fit, sizeof fit);
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  stopping.monitor = "loss";
  stopping.min_delta = 1e9; /* nothing is an improvement */
  stopping.patience = 2;
  stopping.restore_best_weights = 1;
  fit.early_stopping = &stopping;
  fit.epochs = 50;
  OK(unroll_model_fit(model, &data, &fit, &history));
  OK(unroll_history_get_size(history, &epochs, &values));
  CHECK(epochs == 3);
  unroll_history_destroy(history);
  OK(unroll_model_evaluate(model, &data, 32, &result, 1));
  unroll_model_destroy(model);
}

static void a_loss_that_is_not_finite_is_reported(const unroll_array *y) {
  unroll_model *model = small_model(3, 2, UNROLL_DTYPE_FLOAT32);
  static float values[(LENGTH - WINDOW) * WINDOW * 2];
  unroll_array x = unroll_array_view_3d(values, UNROLL_DTYPE_FLOAT32, LENGTH - WINDOW, WINDOW, 2);
  unroll_data data = samples(&x, y);
  values[7] = (float)strtod("nan", NULL);
  OK(unroll_model_compile(model, NULL));
  REFUSES(UNROLL_ERROR_NOT_FINITE, "epoch", unroll_model_fit(model, &data, NULL, NULL));
  unroll_model_destroy(model);
}

static void predictions_do_not_depend_on_threads(void) {
  enum { ROWS = 300, STEPS = 40 };
  static float in[ROWS][STEPS][2], one[ROWS], two[ROWS];
  unroll_model *model = small_model(32, 2, UNROLL_DTYPE_FLOAT32);
  unroll_array x = unroll_array_view_3d(in, UNROLL_DTYPE_FLOAT32, ROWS, STEPS, 2);
  unroll_array y1 = unroll_array_view_2d(one, UNROLL_DTYPE_FLOAT32, ROWS, 1),
               y2 = unroll_array_view_2d(two, UNROLL_DTYPE_FLOAT32, ROWS, 1);
  int row, step;
  for (row = 0; row < ROWS; row++) {
    for (step = 0; step < STEPS; step++) in[row][step][row % 2] = (float)((row * 31 + step * 7) % 100) / 100.0f;
  }
  OK(unroll_model_set_thread_count(model, 1));
  OK(unroll_model_predict(model, &x, &y1, NULL));
  OK(unroll_model_set_thread_count(model, 2));
  OK(unroll_model_predict(model, &x, &y2, NULL));
  CHECK(memcmp(one, two, sizeof one) == 0 && one[0] != one[1]);
  unroll_model_destroy(model);
}

/* Training on views of the series is training on copies of the windows. */
static void windows_are_views(const float *series) {
  static float copied[LENGTH][WINDOW][2], following[LENGTH];
  double views[PARAMETERS], copies[PARAMETERS];
  unroll_array all = unroll_array_view_2d(series, UNROLL_DTYPE_FLOAT32, LENGTH / 2, 2);
  unroll_window_options cut;
  unroll_array x, y, x2, y2;
  int64_t window, step;

  unroll_window_options_init(&cut, sizeof cut);
  cut.window = WINDOW;
  cut.horizon = 2;
  cut.stride = 3;
  cut.target_column = 1;
  OK(unroll_array_view_windows(&all, &cut, &x, &y));
  CHECK(x.data == series && x.rank == 3 && x.shape[1] == WINDOW && x.shape[2] == 2);
  CHECK(x.shape[0] == (LENGTH / 2 - WINDOW - 2) / 3 + 1 && y.shape[0] == x.shape[0] && y.shape[1] == 1);
  for (window = 0; window < x.shape[0]; window++) {
    for (step = 0; step < WINDOW; step++) {
      memcpy(copied[window][step], series + 2 * (3 * window + step), 2 * sizeof(float));
    }
    following[window] = series[2 * (3 * window + WINDOW + 1) + 1];
  }
  x2 = unroll_array_view_3d(copied, UNROLL_DTYPE_FLOAT32, x.shape[0], WINDOW, 2);
  y2 = unroll_array_view_2d(following, UNROLL_DTYPE_FLOAT32, x.shape[0], 1);
  train(1, &x, &y, views);
  train(1, &x2, &y2, copies);
  CHECK(memcmp(views, copies, sizeof views) == 0);

  cut.horizon = 0;
  cut.stride = 1;
  OK(unroll_array_view_windows(&all, &cut, &x, NULL));
  CHECK(x.shape[0] == LENGTH / 2 - WINDOW + 1);
}

int main(void) {
  static float series[LENGTH];
  static float inputs[LENGTH - WINDOW][WINDOW][2];
  unroll_array x, y;
  int64_t sample, step;
  fill(series);
  for (sample = 0; sample < LENGTH - WINDOW; sample++) {
    for (step = 0; step < WINDOW; step++) {
      inputs[sample][step][0] = series[sample + step];
      inputs[sample][step][1] = series[sample + step] * series[sample + step];
    }
  }
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, LENGTH - WINDOW, WINDOW, 2);
  y = unroll_array_view_1d(series + WINDOW, UNROLL_DTYPE_FLOAT32, LENGTH - WINDOW);
  learns_and_reports(&x, &y);
  same_weights_for_any_number_of_threads(&x, &y);
  callbacks_end_a_fit(&x, &y);
  keras_callbacks_work_from_c(&x, &y);
  a_loss_that_is_not_finite_is_reported(&y);
  windows_are_views(series);
  predictions_do_not_depend_on_threads();
  return finish("test_training");
}
