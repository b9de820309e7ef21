/* A training that was cut off and goes on from its checkpoint file ends with
 * the very weights of one that ran through: optimizer, learning rate, order of
 * the samples and dropout included. */
#include "weights.h"

/* 21 samples in batches of 8: the last batch is smaller. */
enum { N = 21, T = 5, F = 2, UNITS = 5, BATCH = 8, KEPT = 2, EPOCHS = 5 };
/* LSTM: 4 gates of (F + UNITS + 1) * UNITS; Dense: UNITS + 1. */
enum { PARAMETERS = 4 * (F + UNITS + 1) * UNITS + UNITS + 1 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;

typedef struct {
  const char *name;
  unroll_optimizer_kind kind;
  unroll_schedule_kind schedule;
  int with_rate_callback;
  double momentum;
  int amsgrad;
  int centered;
  double weight_decay;
} training;

static unroll_model *made(unroll_dtype dtype, const training *t) {
  const int64_t shape[2] = {T, F};
  unroll_model_options options;
  unroll_recurrent_options lstm;
  unroll_dense_options dense;
  unroll_optimizer_options optimizer;
  unroll_compile_options compile;
  unroll_model *model = NULL;
  unroll_model_options_init(&options, sizeof options);
  options.dtype = dtype;
  options.seed = 7;
  OK(unroll_model_create(&options, &model));
  unroll_recurrent_options_init(&lstm, sizeof lstm);
  lstm.units = UNITS;
  lstm.dropout = 0.2;
  lstm.recurrent_dropout = 0.1;
  OK(unroll_model_add_lstm(model, &lstm));
  OK(unroll_model_add_dropout(model, 0.3, NULL));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 2));

  OK(unroll_optimizer_options_init(&optimizer, t->kind, sizeof optimizer));
  optimizer.learning_rate = 0.03; /* no float32 number */
  optimizer.momentum = t->momentum;
  optimizer.amsgrad = t->amsgrad;
  optimizer.centered = t->centered;
  if (t->weight_decay > 0) optimizer.weight_decay = t->weight_decay;
  optimizer.schedule = t->schedule;
  optimizer.decay_steps = 20; /* of 15 */
  optimizer.decay_rate = 0.7;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.optimizer = &optimizer;
  OK(unroll_model_compile(model, &compile));
  return model;
}

static double rate_of(size_t epoch, double rate, void *user_data) {
  (void)user_data;
  return epoch == 0 ? rate : rate / 1.7;
}

/* Takes the power away in the middle of the first epoch after the checkpoint. */
static int cut_off(const unroll_progress *progress, void *user_data) {
  (void)user_data;
  const int is_there = progress->event == UNROLL_EVENT_BATCH_END && progress->epoch == KEPT && progress->batch == 1;
  return is_there ? UNROLL_CALLBACK_CANCEL : UNROLL_CALLBACK_CONTINUE;
}

static unroll_fit_options fit_options(const training *t) {
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = EPOCHS;
  fit.batch_size = BATCH;
  fit.seed = 5;
  if (t->with_rate_callback) fit.rate_callback = rate_of;
  return fit;
}

static void resumes(const training *t, unroll_dtype dtype, const char *ending) {
  unroll_data data = samples(&x, &y);
  unroll_model *whole = made(dtype, t), *interrupted = made(dtype, t), *resumed = NULL;
  unroll_fit_options fit = fit_options(t);
  unroll_checkpoint_options checkpoint;
  double expected[PARAMETERS], found[PARAMETERS], first[PARAMETERS];
  char pattern[80], file[80];
  OK(unroll_model_fit(whole, &data, &fit, NULL));
  get_all(whole, expected, PARAMETERS);

  sprintf(pattern, "build/tests/resume{epoch}%s", ending);
  sprintf(file, "build/tests/resume%d%s", KEPT, ending);
  remove(file);
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  checkpoint.path = pattern;
  checkpoint.frequency = KEPT;
  fit.checkpoint = &checkpoint;
  fit.callback = cut_off;
  CHECK(unroll_model_fit(interrupted, &data, &fit, NULL) == UNROLL_ERROR_CANCELLED);
  unroll_model_destroy(interrupted);

  OK(unroll_model_load(file, NULL, &resumed));
  if (resumed != NULL) {
    get_all(resumed, first, PARAMETERS);
    CHECK(memcmp(first, expected, sizeof first) != 0); /* there is something left to learn */
    fit = fit_options(t);
    fit.initial_epoch = KEPT;
    OK(unroll_model_set_thread_count(resumed, 2));
    OK(unroll_model_fit(resumed, &data, &fit, NULL));
    get_all(resumed, found, PARAMETERS);
    if (memcmp(found, expected, sizeof found) != 0) {
      FAIL("%s, %s, %s: the resumed run ends with other weights", t->name, ending,
           dtype == UNROLL_DTYPE_FLOAT32 ? "float32" : "float64");
    }
    unroll_model_destroy(resumed);
  }

  /* Were the seed of no account, the test above would show little. */
  resumed = NULL;
  OK(unroll_model_load(file, NULL, &resumed));
  if (resumed != NULL) {
    fit.seed = 6;
    OK(unroll_model_fit(resumed, &data, &fit, NULL));
    get_all(resumed, found, PARAMETERS);
    CHECK(memcmp(found, expected, sizeof found) != 0);
    unroll_model_destroy(resumed);
  }
  unroll_model_destroy(whole);
}

int main(void) {
  static const training trainings[] = {
      {"Adam", UNROLL_OPTIMIZER_ADAM, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0},
      {"Adam, amsgrad, exponential decay", UNROLL_OPTIMIZER_ADAM, UNROLL_SCHEDULE_EXPONENTIAL, 0, 0, 1, 0, 0},
      {"SGD, momentum", UNROLL_OPTIMIZER_SGD, UNROLL_SCHEDULE_CONSTANT, 1, 0.9, 0, 0, 0},
      {"SGD, cosine", UNROLL_OPTIMIZER_SGD, UNROLL_SCHEDULE_COSINE, 0, 0, 0, 0, 0},
      {"RMSprop, centered, momentum", UNROLL_OPTIMIZER_RMSPROP, UNROLL_SCHEDULE_CONSTANT, 1, 0.5, 0, 1, 0},
      {"AdamW", UNROLL_OPTIMIZER_ADAMW, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0},
      {"SGD, momentum, weight decay", UNROLL_OPTIMIZER_SGD, UNROLL_SCHEDULE_COSINE, 0, 0.9, 0, 0, 0.1},
      {"Adam, weight decay", UNROLL_OPTIMIZER_ADAM, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0.1},
      {"Adagrad", UNROLL_OPTIMIZER_ADAGRAD, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0},
      {"Adamax", UNROLL_OPTIMIZER_ADAMAX, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0},
      {"Nadam", UNROLL_OPTIMIZER_NADAM, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0},
      {"Lion, weight decay", UNROLL_OPTIMIZER_LION, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0.1},
      {"Adadelta", UNROLL_OPTIMIZER_ADADELTA, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0},
      {"Ftrl", UNROLL_OPTIMIZER_FTRL, UNROLL_SCHEDULE_CONSTANT, 1, 0, 0, 0, 0},
      {"Ftrl, exponential decay", UNROLL_OPTIMIZER_FTRL, UNROLL_SCHEDULE_EXPONENTIAL, 0, 0, 0, 0, 0},
  };
  const size_t count = sizeof trainings / sizeof trainings[0];
  unsigned state = 3;
  size_t index;
  for (index = 0; index < N * T * F; index++) {
    state = state * 1664525u + 1013904223u;
    inputs[index] = (float)(state >> 8) / 8388608.0f - 1;
  }
  for (index = 0; index < N; index++) targets[index] = inputs[index * T * F] - inputs[index * T * F + 3];
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  for (index = 0; index < count; index++) {
    resumes(&trainings[index], UNROLL_DTYPE_FLOAT32, ".keras");
    resumes(&trainings[index], UNROLL_DTYPE_FLOAT32, ".h5");
    resumes(&trainings[index], UNROLL_DTYPE_FLOAT64, ".keras");
  }
  resumes(&trainings[0], UNROLL_DTYPE_FLOAT64, ".h5");
  return finish("test_resume");
}
