/* Under a limit of memory, from tight to ample: every call on a large model ends
 * with UNROLL_OK or UNROLL_ERROR_OUT_OF_MEMORY, leaves what it was given as it was, and
 * works once the memory is there.
 *
 *   test_memory_limit                a model of 10 MB, four limits a call
 *   test_memory_limit 1024           one of 64 MB, in steps of so many KB
 *   test_memory_limit 1024 predict   of calls whose name has that
 *
 * The heap keeps room for small objects: those are the Swift runtime's, which
 * ends the process where it gets no memory (see the header). */
#ifndef _GNU_SOURCE /* g++ has it */
#define _GNU_SOURCE
#endif
#include <malloc.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi_test.h"

enum { MOST_FEATURES = 1200, T = 3, N = 40, CLASSES = 4 };

/* Of the model: 64 MB, or 10 MB where the limits are few. */
static size_t units = 1500;
static int64_t features = MOST_FEATURES;
static int is_large = 1;

static const size_t KB = 1024;
static const char *const h5 = "build/tests/limit.h5", *const keras = "build/tests/limit.keras";
static unroll_model *model;   /* built and compiled, 64 MB */
static unroll_model *symbols; /* over many sequences */
static float inputs[N * T * MOST_FEATURES], targets[N], outputs[N], *weights;
static size_t weights_count;
static int32_t *text;
static size_t *lengths;
enum { SEQUENCES = 200000 };

static unroll_model *wide_model(int build) {
  const int64_t shape[2] = {T, features};
  unroll_model *made = NULL;
  unroll_recurrent_options lstm;
  unroll_dense_options dense;
  OK(unroll_model_create(NULL, &made));
  unroll_recurrent_options_init(&lstm, sizeof lstm);
  lstm.units = units;
  lstm.recurrent_initializer = lstm.kernel_initializer;
  OK(unroll_model_add_lstm(made, &lstm));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  OK(unroll_model_add_dense(made, &dense));
  if (build) OK(unroll_model_build(made, shape, 2));
  return made;
}

/* ---- the calls; each gives the first status that is not UNROLL_OK ---- */

#define TRY(call)                              \
  do {                                         \
    unroll_status status_ = (call);            \
    if (status_ != UNROLL_OK) return status_;  \
  } while (0)

static unroll_status load(const char *path) {
  unroll_model *loaded = NULL;
  unroll_status status = unroll_model_load(path, NULL, &loaded);
  CHECK((loaded != NULL) == (status == UNROLL_OK));
  unroll_model_destroy(loaded);
  return status;
}
static unroll_status load_h5(void) { return load(h5); }
static unroll_status load_keras(void) { return load(keras); }

static unroll_status load_weights(void) { return unroll_model_load_weights(model, keras); }

static unroll_status save(const char *path) {
  char target[64];
  unroll_status status;
  sprintf(target, "build/tests/limit_%d.%s", (int)getpid(), path == h5 ? "h5" : "keras");
  status = unroll_model_save(model, target, NULL);
  CHECK((access(target, F_OK) == 0) == (status == UNROLL_OK));
  unlink(target);
  return status;
}
static unroll_status save_h5(void) { return save(h5); }
static unroll_status save_keras(void) { return save(keras); }

static unroll_status build_and_compile(void) {
  const int64_t shape[2] = {T, features};
  unroll_model *made = wide_model(0);
  unroll_status status = unroll_model_build(made, shape, 2);
  if (status == UNROLL_OK) status = unroll_model_compile(made, NULL);
  unroll_model_destroy(made);
  return status;
}

static unroll_status orthogonal(void) {
  const int64_t shape[2] = {T, 64};
  unroll_model *made = NULL;
  unroll_recurrent_options cell;
  unroll_status status;
  OK(unroll_model_create(NULL, &made));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 700;
  OK(unroll_model_add_simple_rnn(made, &cell));
  status = unroll_model_build(made, shape, 2);
  unroll_model_destroy(made);
  return status;
}

static unroll_status compile(void) { return unroll_model_compile(model, NULL); }

/* Long enough sequences for the plan not to fit the heap's spare room. */
static unroll_status predict(void) {
  const int64_t steps = 600;
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, steps, features),
               y = unroll_array_view_2d(outputs, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_model *any = NULL;
  unroll_recurrent_options cell;
  unroll_status status;
  const int64_t shape[2] = {UNROLL_AXIS_ANY, features};
  x.strides[0] = features * 4;
  x.strides[1] = 0;
  x.strides[2] = 4;
  OK(unroll_model_create(NULL, &any));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 1;
  OK(unroll_model_add_gru(any, &cell));
  OK(unroll_model_build(any, shape, 2));
  status = unroll_model_predict(any, &x, &y, NULL);
  unroll_model_destroy(any);
  return status;
}

static unroll_status fit(void) {
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, features),
               t = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &t);
  return unroll_model_fit(model, &data, NULL, NULL);
}

static unroll_status evaluate(void) {
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, features),
               t = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &t);
  double loss;
  return unroll_model_evaluate(model, &data, N, &loss, 1);
}

static int cancel(const unroll_progress *progress, void *user_data) {
  (void)user_data; /* the order of the samples is made after the epoch has begun */
  return progress->event < UNROLL_EVENT_BATCH_BEGIN ? UNROLL_CALLBACK_CONTINUE : UNROLL_CALLBACK_CANCEL;
}

/* Many samples: what is kept for each of them. */
static unroll_status fit_many(void) {
  const int64_t rows = 1 << 22;
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, rows, T, 1),
               t = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, rows, 1);
  unroll_model *small = small_model(2, 1, UNROLL_DTYPE_FLOAT32);
  unroll_data data = samples(&x, &t);
  unroll_fit_options options;
  unroll_status status;
  int i;
  for (i = 0; i < 3; i++) x.strides[i] = i == 2 ? 4 : 0; /* one sample, again and again */
  x.strides[1] = 4;
  t.strides[0] = 0;
  t.strides[1] = 4;
  unroll_fit_options_init(&options, sizeof options);
  options.batch_size = 1 << 16;
  options.callback = cancel;
  OK(unroll_model_compile(small, NULL));
  status = unroll_model_fit(small, &data, &options, NULL);
  unroll_model_destroy(small);
  return status == UNROLL_ERROR_CANCELLED ? UNROLL_OK : status;
}

/* With weights of its own. */
static unroll_status stream(void) {
  static float y[1];
  unroll_stream *made = NULL;
  unroll_stream_options options;
  unroll_status status;
  unroll_stream_options_init(&options, sizeof options);
  options.weights = UNROLL_STREAM_WEIGHTS_FLOAT16;
  status = unroll_stream_create(model, &options, &made);
  CHECK((made != NULL) == (status == UNROLL_OK));
  if (status == UNROLL_OK) status = unroll_stream_step_float32(made, inputs, (size_t)features, y, 1);
  unroll_stream_destroy(made);
  return status;
}

static unroll_status sequences(void) {
  return unroll_model_fit_sequences(symbols, text, lengths, SEQUENCES, NULL, NULL);
}

static unroll_status scale(void) {
  /* A series of very many columns. */
  const int64_t columns = (int64_t)4 << 20;
  unroll_scaler *scaler = NULL;
  unroll_array series = unroll_array_view_2d(inputs, UNROLL_DTYPE_FLOAT32, 1, columns);
  unroll_status status;
  series.strides[0] = 4; /* one number, again and again */
  series.strides[1] = 0;
  OK(unroll_scaler_create(0, 1, &scaler));
  status = unroll_scaler_fit(scaler, &series);
  unroll_scaler_destroy(scaler);
  return status;
}

static const struct {
  const char *name;
  unroll_status (*call)(void);
  size_t ample[2];     /* MB after which nothing changes, for the models of 10 and 64 MB */
  int changes_weights; /* where it succeeds */
} calls[] = {
    {"load .h5", load_h5, {80, 400}, 0},
    {"load .keras", load_keras, {80, 400}, 0},
    {"load weights", load_weights, {80, 400}, 0},
    {"save .h5", save_h5, {140, 400}, 0},
    {"save .keras", save_keras, {140, 400}, 0},
    {"build and compile", build_and_compile, {130, 600}, 0},
    {"orthogonal matrix", orthogonal, {60, 60}, 0},
    {"compile", compile, {60, 300}, 0},
    {"predict", predict, {100, 200}, 0},
    {"fit", fit, {120, 500}, 1},
    {"evaluate", evaluate, {30, 30}, 0}, /* which is less than the heap has */
    {"fit of many samples", fit_many, {80, 80}, 0},
    {"stream", stream, {40, 100}, 0},
    {"fit_sequences", sequences, {40, 40}, 0},
    {"scaler of many columns", scale, {400, 400}, 0},
};
enum { CALLS = sizeof calls / sizeof *calls };

/* ---- the limit ---- */

static size_t address_space(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  unsigned long pages = 0;
  if (file == NULL || fscanf(file, "%lu", &pages) != 1) FAIL("no /proc/self/statm");
  if (file != NULL) fclose(file);
  return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit_to(size_t bytes) {
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
  limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
}

static int weights_are_unchanged(void) {
  size_t i, place = 0;
  unroll_status status = UNROLL_OK;
  unroll_model_info about;
  float *found = (float *)malloc(weights_count * sizeof *found);
  int same;
  if (found == NULL) return 0;
  unroll_model_info_init(&about, sizeof about);
  OK(unroll_model_get_info(model, &about));
  for (i = 0; i < about.weight_count && status == UNROLL_OK; i++) {
    unroll_weight_info info;
    unroll_array array;
    size_t size = 1;
    int axis;
    unroll_weight_info_init(&info, sizeof info);
    OK(unroll_model_get_weight_info(model, i, &info));
    memset(&array, 0, sizeof array);
    array.data = found + place;
    array.dtype = UNROLL_DTYPE_FLOAT32;
    array.rank = info.rank;
    for (axis = 0; axis < info.rank; axis++) {
      array.shape[axis] = info.shape[axis];
      size *= (size_t)info.shape[axis];
    }
    OK(status = unroll_model_get_weight(model, i, &array));
    place += size;
  }
  same = place == weights_count && (weights[0] == 0 || memcmp(found, weights, place * sizeof *found) == 0);
  if (weights[0] == 0) memcpy(weights, found, place * sizeof *found);
  free(found);
  return same;
}

/* In a child: 0, or 1 and a sentence. `budget` is what may be had beyond what is had. */
static int try_within(int index, size_t budget, int *is_enough) {
  unroll_status status;
  char message[200];
  limit_to(address_space() + budget);
  status = calls[index].call();
  snprintf(message, sizeof message, "%s", unroll_get_last_error());
  limit_to(0);
  *is_enough = status == UNROLL_OK;
  if (status != UNROLL_OK && status != UNROLL_ERROR_OUT_OF_MEMORY) {
    FAIL("%s, %zu KB: %s: %s", calls[index].name, budget / KB, unroll_status_get_name(status), message);
    return 1;
  }
  if ((status != UNROLL_OK || !calls[index].changes_weights) && !weights_are_unchanged()) FAIL("%s, %zu KB: changed weights", calls[index].name, budget / KB);
  if (status != UNROLL_OK) OK(calls[index].call()); /* as if nothing had been */
  return failures != 0;
}

static void try_all(int index, size_t wanted) {
  const size_t ample = calls[index].ample[is_large], limit = ample * KB * KB, step = wanted != 0 ? wanted : limit / 3;
  size_t budget;
  int too_little = 0, enough = 0;
  for (budget = 0; budget <= limit; budget += budget < limit && budget + step > limit ? limit - budget : step) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
      int is_enough = 0, failed;
      alarm(120);
      failures = 0;
      failed = try_within(index, budget, &is_enough);
      fflush(stderr);
      _exit(failed ? 1 : is_enough ? 0 : 2);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) enough++;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 2) too_little++;
    else if (WIFSIGNALED(status)) FAIL("%s, %zu KB: signal %d", calls[index].name, budget / KB, WTERMSIG(status));
    else failures++;
    if (budget == limit) break;
  }
  if (enough == 0) FAIL("%s: %zu MB are not enough", calls[index].name, ample);
  if (too_little == 0 && ample > 30) FAIL("%s: no limit was too tight", calls[index].name);
  if (wanted != 0) printf("%s: %d too tight, %d enough\n", calls[index].name, too_little, enough);
}

int main(int count, char **arguments) {
  const size_t step = count > 1 ? (size_t)atol(arguments[1]) * KB : 0;
  unroll_embedding_options embedding;
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  unroll_compile_options compile_options;
  const int64_t any[1] = {UNROLL_AXIS_ANY};
  void *room;
  size_t i;
  if (count <= 1) {
    units = 600;
    features = 400;
    is_large = 0;
  }
  for (i = 0; i < N * T * MOST_FEATURES; i++) inputs[i] = (float)(i % 7) / 7;
  for (i = 0; i < N; i++) targets[i] = (float)(i % 3);
  model = wide_model(1);
  OK(unroll_model_set_thread_count(model, 2));
  OK(unroll_model_save(model, h5, NULL));
  OK(unroll_model_save(model, keras, NULL));
  OK(unroll_model_compile(model, NULL));
  weights_count = 4 * units * (units + (size_t)features + 1) + units + 1;
  weights = (float *)calloc(weights_count, sizeof *weights);
  CHECK(weights != NULL && weights_are_unchanged());

  OK(unroll_model_create(NULL, &symbols));
  unroll_embedding_options_init(&embedding, sizeof embedding);
  embedding.input_dim = CLASSES;
  embedding.output_dim = 2;
  OK(unroll_model_add_embedding(symbols, &embedding));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 3;
  cell.return_sequences = 1;
  OK(unroll_model_add_simple_rnn(symbols, &cell));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = CLASSES;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  OK(unroll_model_add_dense(symbols, &dense));
  OK(unroll_model_build(symbols, any, 1));
  unroll_compile_options_init(&compile_options, sizeof compile_options);
  compile_options.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  OK(unroll_model_compile(symbols, &compile_options));
  text = (int32_t *)calloc(SEQUENCES * 3, sizeof *text);
  lengths = (size_t *)malloc(SEQUENCES * sizeof *lengths);
  for (i = 0; i < SEQUENCES; i++) lengths[i] = 3;

  /* Room for small objects, which stays in the heap. */
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  mallopt(M_TOP_PAD, 2 << 20);
  room = malloc(100 * KB);
  free(room);
  for (i = 0; i < CALLS; i++)
    if (count <= 2 || strstr(calls[i].name, arguments[2]) != NULL) try_all((int)i, step);

  unroll_model_destroy(model);
  unroll_model_destroy(symbols);
  free(weights);
  free(text);
  free(lengths);
  unlink(h5);
  unlink(keras);
  return finish("test_memory_limit");
}
