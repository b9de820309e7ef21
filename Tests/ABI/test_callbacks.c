/* Keras' callbacks inside the library, used from C: each does what it says. */
#include "weights.h"

enum { N = 24, T = 5, F = 2, EPOCHS = 6 };
/* LSTM 3 on 2 features: (2 + 3 + 1) * 12, Dense: 4. */
enum { PARAMETERS = 76 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;
static unroll_data data;

/* The weights at the end of each epoch. */
typedef struct {
  unroll_model *model;
  double weights[EPOCHS][PARAMETERS];
  double loss[EPOCHS];
  size_t epochs;
} recorder;

static int record(const unroll_progress *progress, void *user_data) {
  recorder *r = (recorder *)user_data;
  if (progress->event == UNROLL_EVENT_EPOCH_END && r->epochs < EPOCHS) {
    get_all(r->model, r->weights[r->epochs], PARAMETERS);
    r->loss[r->epochs++] = progress->values[0];
  }
  return UNROLL_CALLBACK_CONTINUE;
}

static unroll_model *made(void) {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT64);
  unroll_optimizer_options sgd;
  unroll_compile_options compile;
  OK(unroll_optimizer_options_init(&sgd, UNROLL_OPTIMIZER_SGD, sizeof sgd));
  sgd.learning_rate = 0.08;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.optimizer = &sgd;
  OK(unroll_model_compile(model, &compile));
  return model;
}

static unroll_fit_options recorded(recorder *r, unroll_model *model) {
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  memset(r, 0, sizeof *r);
  r->model = model;
  fit.epochs = EPOCHS;
  fit.callback = record;
  fit.user_data = r;
  return fit;
}

/* Learns for three epochs, then leaps away from what it has learnt. */
static double spoiling(size_t epoch, double rate, void *user_data) {
  (void)user_data;
  return epoch < 3 ? rate : 40;
}

static size_t best(const recorder *r) {
  size_t index, found = 0;
  for (index = 1; index < r->epochs; index++) {
    if (r->loss[index] < r->loss[found]) found = index;
  }
  return found;
}

static recorder r;

static void early_stopping_restores_the_best_weights(void) {
  unroll_model *model = made();
  unroll_fit_options fit = recorded(&r, model);
  unroll_early_stopping_options stopping;
  double weights[PARAMETERS];
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  stopping.monitor = "loss";
  stopping.patience = 2;
  stopping.restore_best_weights = 1;
  fit.early_stopping = &stopping;
  fit.rate_callback = spoiling;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  get_all(model, weights, PARAMETERS);
  CHECK(r.epochs == best(&r) + 3 && best(&r) > 0 && r.epochs < EPOCHS + 1);
  CHECK(memcmp(weights, r.weights[best(&r)], sizeof weights) == 0);
  CHECK(memcmp(weights, r.weights[r.epochs - 1], sizeof weights) != 0);

  /* Without, the last ones stay; and waiting may begin later. */
  fit = recorded(&r, model);
  stopping.restore_best_weights = 0;
  stopping.min_delta = 1e9;
  stopping.patience = 1;
  stopping.start_from_epoch = 2;
  fit.early_stopping = &stopping;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  get_all(model, weights, PARAMETERS);
  CHECK(r.epochs == 4);
  CHECK(memcmp(weights, r.weights[r.epochs - 1], sizeof weights) == 0);
  unroll_model_destroy(model);
}

static void the_best_model_is_kept(void) {
  static const char path[] = "build/tests/best.keras", weights_path[] = "build/tests/best.weights.h5";
  unroll_model *model = made(), *loaded = NULL;
  unroll_fit_options fit = recorded(&r, model);
  unroll_checkpoint_options checkpoint;
  double weights[PARAMETERS];
  FILE *file;
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  checkpoint.path = path;
  checkpoint.monitor = "loss";
  checkpoint.save_best_only = 1;
  fit.checkpoint = &checkpoint;
  fit.rate_callback = spoiling;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  CHECK(r.epochs == EPOCHS && best(&r) > 0 && best(&r) < EPOCHS - 1);
  OK(unroll_model_load(path, NULL, &loaded));
  get_all(loaded, weights, PARAMETERS);
  CHECK(memcmp(weights, r.weights[best(&r)], sizeof weights) == 0);

  /* The greatest loss, weights alone. */
  fit = recorded(&r, model);
  checkpoint.path = weights_path;
  checkpoint.save_weights_only = 1;
  checkpoint.mode = UNROLL_MONITOR_MODE_MAX;
  fit.epochs = 1;
  fit.checkpoint = &checkpoint;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  OK(unroll_model_load_weights(loaded, weights_path));
  get_all(loaded, weights, PARAMETERS);
  CHECK(memcmp(weights, r.weights[0], sizeof weights) == 0);

  /* Nothing is below this threshold: no file. */
  remove(path);
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  checkpoint.path = path;
  checkpoint.monitor = "loss";
  checkpoint.save_best_only = 1;
  checkpoint.initial_threshold = -1;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  file = fopen(path, "rb");
  CHECK(file == NULL);
  if (file != NULL) fclose(file);
  unroll_model_destroy(loaded);
  unroll_model_destroy(model);
}

static void the_rate_falls_on_a_plateau(void) {
  static const double expected[4] = {0.08, 0.08, 0.04, 0.025};
  unroll_model *model = made();
  unroll_fit_options fit;
  unroll_reduce_on_plateau_options plateau;
  unroll_history *history = NULL;
  size_t epochs = 0, values = 0, epoch;
  double value = 0;
  char name[32] = "";
  unroll_fit_options_init(&fit, sizeof fit);
  unroll_reduce_on_plateau_options_init(&plateau, sizeof plateau);
  CHECK(plateau.factor == 0.1 && plateau.patience == 10 && plateau.min_delta == 1e-4);
  plateau.monitor = "loss";
  plateau.min_delta = 1e9; /* nothing is an improvement */
  plateau.factor = 0.5;
  plateau.patience = 1;
  plateau.minimum_rate = 0.025;
  fit.reduce_on_plateau = &plateau;
  fit.epochs = 4;
  OK(unroll_model_fit(model, &data, &fit, &history));
  OK(unroll_history_get_size(history, &epochs, &values));
  CHECK(epochs == 4 && values == 2);
  OK(unroll_history_get_value_name(history, 1, name, sizeof name, NULL));
  CHECK(strcmp(name, "learning_rate") == 0);
  for (epoch = 0; epoch < epochs; epoch++) {
    OK(unroll_history_get_value(history, epoch, 1, &value));
    CHECK(value == expected[epoch]);
  }
  unroll_history_destroy(history);
  unroll_model_destroy(model);
}

static double no_rate(size_t epoch, double rate, void *user_data) {
  (void)rate;
  (void)user_data;
  return epoch < 1 ? 0.01 : strtod("nan", NULL);
}

static void a_rate_that_is_none_is_refused(void) {
  unroll_model *model = made();
  unroll_fit_options fit = recorded(&r, model);
  double weights[PARAMETERS];
  fit.rate_callback = no_rate;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "learning_rate", unroll_model_fit(model, &data, &fit, NULL));
  get_all(model, weights, PARAMETERS);
  CHECK(r.epochs == 1 && memcmp(weights, r.weights[0], sizeof weights) == 0);
  unroll_model_destroy(model);
}

static void a_loss_that_is_not_finite(void) {
  const float kept = targets[5];
  unroll_model *model = made();
  unroll_fit_options fit = recorded(&r, model);
  double before[PARAMETERS], after[PARAMETERS];
  targets[5] = (float)strtod("nan", NULL);
  get_all(model, before, PARAMETERS);
  fit.batch_size = N;
  fit.non_finite = UNROLL_NON_FINITE_STOP;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  get_all(model, after, PARAMETERS);
  CHECK(r.epochs == 1 && r.loss[0] != r.loss[0]);
  CHECK(memcmp(before, after, sizeof before) == 0);

  fit = recorded(&r, model);
  fit.non_finite = UNROLL_NON_FINITE_IGNORE;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  CHECK(r.epochs == EPOCHS);
  targets[5] = kept;
  unroll_model_destroy(model);
}

static void the_log_has_all_columns(void) {
  static const char path[] = "build/tests/callbacks.csv";
  static const char *const lines[] = {"epoch,loss,val_loss\n", "0,", "1,", "2,", "3,"};
  unroll_array few = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N - 1, 1);
  unroll_data wrong = samples(&x, &few);
  unroll_model *model = made();
  unroll_fit_options fit;
  char line[200];
  size_t count = 0;
  FILE *file;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 2;
  fit.validation_split = 0.25;
  fit.validation_frequency = 2; /* the first epoch has none */
  fit.csv_path = path;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  OK(unroll_model_fit(model, &data, &fit, NULL)); /* replaces the log */
  CHECK(unroll_model_fit(model, &wrong, &fit, NULL) == UNROLL_ERROR_SHAPE_MISMATCH); /* leaves it */
  fit.initial_epoch = 2;
  fit.epochs = 4;
  fit.csv_append = 1;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  file = fopen(path, "r");
  CHECK(file != NULL);
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    const char *last = strrchr(line, ',');
    CHECK(count < 5 && strncmp(line, lines[count < 5 ? count : 4], strlen(lines[count < 5 ? count : 4])) == 0);
    if (count > 0) CHECK(last != NULL && (strcmp(last, ",NA\n") == 0) == (count % 2 == 1));
    count++;
  }
  CHECK(count == 5);
  if (file != NULL) fclose(file);
  unroll_model_destroy(model);
}

int main(void) {
  unsigned state = 3;
  size_t index;
  for (index = 0; index < N * T * F; index++) {
    state = state * 1664525u + 1013904223u;
    inputs[index] = (float)(state >> 8) / 8388608.0f - 1;
  }
  for (index = 0; index < N; index++) targets[index] = inputs[index * T * F] - inputs[index * T * F + 3];
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  data = samples(&x, &y);
  early_stopping_restores_the_best_weights();
  the_best_model_is_kept();
  the_rate_falls_on_a_plateau();
  a_rate_that_is_none_is_refused();
  a_loss_that_is_not_finite();
  the_log_has_all_columns();
  return finish("test_callbacks");
}
