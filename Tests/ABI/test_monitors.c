/* The rules of Keras' callbacks, taken by a host epoch by epoch, and vocabularies
 * without a model. */
#include "abi_test.h"

enum { N = 12, T = 4, F = 2, EPOCHS = 9 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;
static unroll_data data;

static unroll_model *made(void) {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT64);
  unroll_metric_options accuracy;
  unroll_compile_options compile;
  OK(unroll_metric_options_init(&accuracy, UNROLL_METRIC_BINARY_ACCURACY, sizeof accuracy));
  accuracy.name = "hits";
  unroll_compile_options_init(&compile, sizeof compile);
  compile.metric_options = &accuracy;
  compile.metric_option_count = 1;
  OK(unroll_model_compile(model, &compile));
  return model;
}

/* What a host's callback does with the rule that a fit of its own would have. */
typedef struct {
  unroll_model *model;
  const unroll_early_stopping_options *stopping;
  const unroll_reduce_on_plateau_options *plateau;
  unroll_monitor_state stopping_state, plateau_state;
  size_t epochs;
} host;

static int judge(const unroll_progress *progress, void *user_data) {
  host *h = (host *)user_data;
  unroll_verdict verdict = UNROLL_VERDICT_NONE;
  double rate = 0;
  if (progress->event != UNROLL_EVENT_EPOCH_END) return UNROLL_CALLBACK_CONTINUE;
  h->epochs++;
  OK(unroll_model_get_learning_rate(h->model, &rate));
  OK(unroll_reduce_on_plateau_step(h->model, h->plateau, progress->epoch, progress->values[0], &rate, &h->plateau_state,
                                   &verdict));
  if (verdict == UNROLL_VERDICT_ACT) OK(unroll_model_set_learning_rate(h->model, rate));
  OK(unroll_early_stopping_step(h->model, h->stopping, progress->epoch, progress->values[0], &h->stopping_state, &verdict));
  return verdict == UNROLL_VERDICT_ACT ? UNROLL_CALLBACK_STOP : UNROLL_CALLBACK_CONTINUE;
}

static void a_host_that_steps_itself_does_what_fit_does(void) {
  unroll_model *model = made(), *twin = NULL;
  unroll_early_stopping_options stopping;
  unroll_reduce_on_plateau_options plateau;
  unroll_fit_options fit;
  unroll_history *history = NULL;
  host h;
  size_t epochs = 0, values = 0;
  double rate = 0, expected = 0;
  OK(unroll_model_copy(model, &twin));
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  unroll_reduce_on_plateau_options_init(&plateau, sizeof plateau);
  stopping.monitor = plateau.monitor = "loss";
  stopping.min_delta = plateau.min_delta = 1e9; /* nothing is an improvement */
  stopping.patience = 5;
  plateau.patience = 2;
  plateau.cooldown = 1;
  plateau.factor = 0.5;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = EPOCHS;
  fit.early_stopping = &stopping;
  fit.reduce_on_plateau = &plateau;
  OK(unroll_model_fit(model, &data, &fit, &history));
  OK(unroll_history_get_size(history, &epochs, &values));
  OK(unroll_model_get_learning_rate(model, &expected));
  CHECK(epochs == 6);

  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = EPOCHS;
  fit.callback = judge;
  fit.user_data = &h;
  h.model = twin;
  h.stopping = &stopping;
  h.plateau = &plateau;
  h.epochs = 0;
  unroll_monitor_state_init(&h.stopping_state, sizeof h.stopping_state);
  unroll_monitor_state_init(&h.plateau_state, sizeof h.plateau_state);
  OK(unroll_model_fit(twin, &data, &fit, NULL));
  OK(unroll_model_get_learning_rate(twin, &rate));
  CHECK(h.epochs == epochs && rate == expected && rate < 0.001);
  CHECK(h.stopping_state.wait == 5 && h.stopping_state.has_best && h.stopping_state.best_epoch == 0);
  unroll_history_destroy(history);
  unroll_model_destroy(twin);
  unroll_model_destroy(model);
}

static void a_host_may_change_what_is_remembered(void) {
  unroll_model *model = made();
  unroll_checkpoint_options checkpoint;
  unroll_monitor_state state;
  unroll_verdict verdict = UNROLL_VERDICT_NONE;
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  unroll_monitor_state_init(&state, sizeof state);
  CHECK(!state.has_best && state.wait == 0 && state.cooldown == 0);
  checkpoint.save_best_only = 1;
  checkpoint.monitor = "val_hits"; /* of which larger values are better */
  checkpoint.initial_threshold = 0.5;
  OK(unroll_checkpoint_step(model, &checkpoint, 0, 0.25, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_NONE && !state.has_best);
  OK(unroll_checkpoint_step(model, &checkpoint, 1, 0.75, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_IMPROVED && state.has_best && state.best == 0.75 && state.best_epoch == 1);
  state.best = 0.9;
  OK(unroll_checkpoint_step(model, &checkpoint, 2, 0.8, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_NONE);
  checkpoint.save_best_only = 0;
  checkpoint.frequency = 2;
  OK(unroll_checkpoint_step(model, &checkpoint, 2, 0, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_NONE);
  OK(unroll_checkpoint_step(model, &checkpoint, 3, 0, &state, &verdict));
  CHECK(verdict == UNROLL_VERDICT_IMPROVED && state.best == 0.9);
  unroll_model_destroy(model);
}

static void what_cannot_be_judged_is_refused(void) {
  unroll_model *model = made(), *bare = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  unroll_early_stopping_options stopping;
  unroll_reduce_on_plateau_options plateau;
  unroll_checkpoint_options checkpoint;
  unroll_monitor_state state;
  unroll_verdict verdict = UNROLL_VERDICT_ACT;
  double rate = 0.5;
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  unroll_reduce_on_plateau_options_init(&plateau, sizeof plateau);
  unroll_monitor_state_init(&state, sizeof state);
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  stopping.monitor = "f1";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "f1", unroll_early_stopping_step(model, &stopping, 0, 1, &state, &verdict));
  CHECK(!state.has_best && state.wait == 0 && verdict == UNROLL_VERDICT_ACT);
  stopping.mode = UNROLL_MONITOR_MODE_MAX;
  OK(unroll_early_stopping_step(bare, &stopping, 0, 1, &state, &verdict));
  stopping.mode = UNROLL_MONITOR_MODE_AUTO;
  REFUSES(UNROLL_ERROR_INVALID_STATE, "compile", unroll_early_stopping_step(bare, &stopping, 0, 1, &state, &verdict));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "early_stopping",
          unroll_early_stopping_step(model, NULL, 0, 1, &state, &verdict));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "state", unroll_early_stopping_step(model, &stopping, 0, 1, NULL, &verdict));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "verdict", unroll_early_stopping_step(model, &stopping, 0, 1, &state, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "epoch",
          unroll_early_stopping_step(model, &stopping, (size_t)-1, 1, &state, &verdict));
  state.wait = (size_t)-1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "state->wait",
          unroll_early_stopping_step(model, &stopping, 0, 1, &state, &verdict));
  unroll_monitor_state_init(&state, sizeof state);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rate",
          unroll_reduce_on_plateau_step(model, &plateau, 0, 1, NULL, &state, &verdict));
  plateau.factor = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "factor",
          unroll_reduce_on_plateau_step(model, &plateau, 0, 1, &rate, &state, &verdict));
  CHECK(rate == 0.5 && !state.has_best);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "checkpoint", unroll_checkpoint_step(model, NULL, 0, 1, &state, &verdict));
  state.struct_size = 3;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size is 3",
          unroll_checkpoint_step(model, &checkpoint, 0, 1, &state, &verdict));
  SURVIVES(unroll_monitor_state_init(NULL, 64));
  unroll_model_destroy(bare);
  unroll_model_destroy(model);
}

static void a_vocabulary_needs_no_model(void) {
  static const char vocabulary[] = "\nab\xC3\xA9"; /* the last is one character, of two bytes */
  int32_t symbols[4] = {9, 9, 9, 9};
  size_t count = 0, length = 0;
  char text[16] = "";
  OK(unroll_vocabulary_encode(vocabulary, "b\xC3\xA9" "a", symbols, 4, &count));
  CHECK(count == 3 && symbols[0] == 2 && symbols[1] == 3 && symbols[2] == 1 && symbols[3] == 9);
  OK(unroll_vocabulary_decode(vocabulary, symbols, 3, text, sizeof text, &length));
  CHECK(length == 4 && strcmp(text, "b\xC3\xA9" "a") == 0);
  OK(unroll_vocabulary_encode(vocabulary, "", NULL, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "'z'", unroll_vocabulary_encode(vocabulary, "az", symbols, 4, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "twice", unroll_vocabulary_encode("aba", "", NULL, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "at least one", unroll_vocabulary_encode("", "", NULL, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "vocabulary", unroll_vocabulary_encode(NULL, "a", symbols, 4, &count));
  symbols[0] = 4;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "index 4",
          unroll_vocabulary_decode(vocabulary, symbols, 1, text, sizeof text, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "symbols",
          unroll_vocabulary_decode(vocabulary, NULL, 1, text, sizeof text, &length));
}

static void reads(const char *path, const char *expected) {
  char text[200] = "";
  FILE *file = fopen(path, "r");
  CHECK(file != NULL);
  if (file == NULL) return;
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  CHECK(strcmp(text, expected) == 0);
}

static void a_host_keeps_a_log_of_its_own_values(void) {
  static const char path[] = "build/tests/monitors.csv";
  static const char *const later[] = {"val_loss"}, *const first[] = {"loss", "a;b"}, *const second[] = {"val_loss", "new", "loss"};
  static const double values[] = {0.5, 2, 1e-9};
  unroll_csv_log_options options;
  unroll_csv_log *log = NULL;
  unroll_csv_log_options_init(&options, sizeof options);
  options.separator = ";";
  options.later_names = later;
  options.later_name_count = 1;
  OK(unroll_csv_log_create(path, &options, &log));
  OK(unroll_csv_log_add_epoch(log, 0, first, values, 2));
  OK(unroll_csv_log_add_epoch(log, 1, second, values, 3)); /* a value without a column is left out */
  reads(path, "epoch;\"a;b\";loss;val_loss\n0;2.0;0.5;NA\n1;NA;1e-09;0.5\n");
  unroll_csv_log_destroy(log);
  options.append = 1;
  OK(unroll_csv_log_create(path, &options, &log));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "no column new", unroll_csv_log_add_epoch(log, 2, second, values, 3));
  OK(unroll_csv_log_add_epoch(log, 2, second, values, 1));
  reads(path, "epoch;\"a;b\";loss;val_loss\n0;2.0;0.5;NA\n1;NA;1e-09;0.5\n2;NA;NA;0.5\n");
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "values is NULL", unroll_csv_log_add_epoch(log, 3, first, NULL, 2));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "names is NULL", unroll_csv_log_add_epoch(log, 3, NULL, values, 2));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "log", unroll_csv_log_add_epoch(NULL, 3, first, values, 2));
  unroll_csv_log_destroy(log);
  options.separator = "\"";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "separator", unroll_csv_log_create(path, &options, &log));
  options.separator = ",,";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "separator", unroll_csv_log_create(path, &options, &log));
  REFUSES(UNROLL_ERROR_IO, "nowhere", unroll_csv_log_create("build/tests/nowhere/log.csv", NULL, &log));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "log", unroll_csv_log_create(path, NULL, NULL));
}

int main(void) {
  size_t index;
  for (index = 0; index < N * T * F; index++) inputs[index] = (float)(index % 7) / 7 - 0.5f;
  for (index = 0; index < N; index++) targets[index] = (float)(index % 2);
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  data = samples(&x, &y);
  a_host_that_steps_itself_does_what_fit_does();
  a_host_may_change_what_is_remembered();
  what_cannot_be_judged_is_refused();
  a_vocabulary_needs_no_model();
  a_host_keeps_a_log_of_its_own_values();
  return finish("test_monitors");
}
