/* Many streams over one model, on several threads at once: each gives what
 * predict gives, and what it gives alone. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "abi_test.h"

enum { THREADS = 8, STEPS = 200, FEATURES = 3, BATCH = 2 };

typedef struct {
  const unroll_model *model;
  float first;
  float results[STEPS * BATCH];
  char message[200];
} job;

static void input(float *x, float first, int step) {
  int i;
  for (i = 0; i < BATCH * FEATURES; i++) {
    x[i] = first + 0.01f * (float)((step * 37 + i * 11) % 100) - 0.5f;
  }
}

static void *run(void *argument) {
  job *j = (job *)argument;
  unroll_stream_options options;
  unroll_stream *stream = NULL;
  float x[BATCH * FEATURES];
  int step;
  unroll_stream_options_init(&options, sizeof options);
  options.batch_size = BATCH;
  if (unroll_stream_create(j->model, &options, &stream) != UNROLL_OK) return NULL;
  for (step = 0; step < STEPS; step++) {
    input(x, j->first, step);
    if (unroll_stream_step_float32(stream, x, BATCH * FEATURES, &j->results[step * BATCH], BATCH) != UNROLL_OK) break;
  }
  /* A failure here must not show on other threads. */
  unroll_stream_step_float32(stream, x, (size_t)(1000 + (int)(j->first * 100)), x, BATCH);
  snprintf(j->message, sizeof j->message, "%s", unroll_get_last_error());
  unroll_stream_destroy(stream);
  return NULL;
}

static void threads_do_not_meet(const unroll_model *model) {
  static job jobs[THREADS], alone;
  pthread_t threads[THREADS];
  char expected[40];
  int i;
  CHECK(strcmp(unroll_get_last_error(), "") == 0);
  for (i = 0; i < THREADS; i++) {
    jobs[i].model = model;
    jobs[i].first = 0.1f * (float)i;
    CHECK(pthread_create(&threads[i], NULL, run, &jobs[i]) == 0);
  }
  for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(strcmp(unroll_get_last_error(), "") == 0);
  for (i = 0; i < THREADS; i++) {
    alone.model = model;
    alone.first = jobs[i].first;
    run(&alone);
    CHECK(memcmp(alone.results, jobs[i].results, sizeof alone.results) == 0);
    snprintf(expected, sizeof expected, "found %d", 1000 + (int)(jobs[i].first * 100));
    CHECK(strstr(jobs[i].message, expected) != NULL);
  }
}

static void a_stream_gives_what_predict_gives(const unroll_model *model) {
  static float sequence[BATCH][STEPS][FEATURES];
  float x[BATCH * FEATURES], y[BATCH] = {0}, whole[BATCH];
  unroll_stream_options options;
  unroll_stream *stream = NULL;
  unroll_array in = unroll_array_view_3d(sequence, UNROLL_DTYPE_FLOAT32, BATCH, STEPS, FEATURES);
  unroll_array out = unroll_array_view_2d(whole, UNROLL_DTYPE_FLOAT32, BATCH, 1);
  int step, row;
  unroll_stream_options_init(&options, sizeof options);
  options.batch_size = BATCH;
  OK(unroll_stream_create(model, &options, &stream));
  for (step = 0; step < STEPS; step++) {
    input(x, 0.3f, step);
    for (row = 0; row < BATCH; row++) memcpy(sequence[row][step], x + row * FEATURES, sizeof sequence[row][step]);
    OK(unroll_stream_step_float32(stream, x, BATCH * FEATURES, y, BATCH));
  }
  OK(unroll_model_predict(model, &in, &out, NULL));
  CHECK(close_to(whole[0], y[0], 1e-5) && close_to(whole[1], y[1], 1e-5));
  CHECK(whole[0] != whole[1]);
  unroll_stream_destroy(stream);
}

static void half_precision_is_close(const unroll_model *model) {
  unroll_stream_options options;
  unroll_stream *exact = NULL, *rounded = NULL;
  float x[BATCH * FEATURES], a[BATCH] = {0}, b[BATCH] = {0};
  int step, differs = 0;
  unroll_stream_options_init(&options, sizeof options);
  CHECK(options.weights == UNROLL_STREAM_WEIGHTS_MODEL);
  options.batch_size = BATCH;
  OK(unroll_stream_create(model, &options, &exact));
  options.weights = UNROLL_STREAM_WEIGHTS_FLOAT16;
  OK(unroll_stream_create(model, &options, &rounded));
  for (step = 0; step < STEPS; step++) {
    input(x, 0.3f, step);
    OK(unroll_stream_step_float32(exact, x, BATCH * FEATURES, a, BATCH));
    OK(unroll_stream_step_float32(rounded, x, BATCH * FEATURES, b, BATCH));
    CHECK(close_to(a[0], b[0], 1e-3) && close_to(a[1], b[1], 1e-3));
    differs |= a[0] != b[0];
  }
  CHECK(differs);
  unroll_stream_destroy(exact);
  unroll_stream_destroy(rounded);
}

static void states_travel(const unroll_model *model) {
  unroll_stream *a = NULL, *b = NULL, *c = NULL;
  unroll_stream_info info;
  float x[FEATURES] = {0.3f, -0.2f, 0.7f}, first = 0, ya = 0, yb = 1, yc = 2, *state;
  int step;
  size_t size = 0;
  OK(unroll_stream_create(model, NULL, &a));
  OK(unroll_stream_create(model, NULL, &b));
  unroll_stream_info_init(&info, sizeof info);
  OK(unroll_stream_get_info(a, &info));
  CHECK(info.batch_size == 1 && info.input_count == 1 && info.output_count == 1 && info.dtype == UNROLL_DTYPE_FLOAT32);
  CHECK(info.state_size == 8); /* h and c of 4 units */
  CHECK(info.state_bytes == 8 * sizeof(float));
  OK(unroll_stream_get_input_size(a, 0, &size));
  CHECK(size == FEATURES);
  OK(unroll_stream_get_output_size(a, 0, &size));
  CHECK(size == 1);
  OK(unroll_stream_step_float32(a, x, FEATURES, &first, 1));
  for (step = 0; step < 5; step++) OK(unroll_stream_step_float32(a, x, FEATURES, &ya, 1));

  state = (float *)malloc(info.state_bytes);
  if (state == NULL) return;
  OK(unroll_stream_get_state(a, state, info.state_bytes));
  OK(unroll_stream_set_state(b, state, info.state_bytes));
  free(state);
  OK(unroll_stream_copy(a, &c));
  OK(unroll_stream_step_float32(a, x, FEATURES, &ya, 1));
  OK(unroll_stream_step_float32(b, x, FEATURES, &yb, 1));
  OK(unroll_stream_step_float32(c, x, FEATURES, &yc, 1));
  CHECK(ya == yb && ya == yc && ya != first);
  OK(unroll_stream_reset(a));
  OK(unroll_stream_step_float32(a, x, FEATURES, &ya, 1));
  CHECK(ya == first);
  unroll_stream_destroy(a);
  unroll_stream_destroy(b);
  unroll_stream_destroy(c);
}

/* Many steps in one call, of any type and strides, are as many steps. */
static void a_run_is_as_many_steps(const unroll_model *model) {
  static float results[BATCH][STEPS], singles[STEPS][BATCH];
  static double turned[STEPS][BATCH][FEATURES];
  const int64_t shape[3] = {BATCH, STEPS, FEATURES};
  unroll_stream_options options;
  unroll_stream *stream = NULL, *twin = NULL;
  unroll_array in = unroll_array_view_nd(turned, UNROLL_DTYPE_FLOAT64, 3, shape);
  unroll_array out = unroll_array_view_3d(results, UNROLL_DTYPE_FLOAT32, BATCH, STEPS, 1);
  float x[BATCH * FEATURES];
  int step, row, i;
  in.strides[0] = sizeof turned[0][0];
  in.strides[1] = sizeof turned[0];
  in.strides[2] = sizeof turned[0][0][0];
  unroll_stream_options_init(&options, sizeof options);
  options.batch_size = BATCH;
  OK(unroll_stream_create(model, &options, &stream));
  OK(unroll_stream_create(model, &options, &twin));
  for (step = 0; step < STEPS; step++) {
    input(x, 0.2f, step);
    OK(unroll_stream_step_float32(stream, x, BATCH * FEATURES, singles[step], BATCH));
    for (i = 0; i < BATCH * FEATURES; i++) turned[step][i / FEATURES][i % FEATURES] = (double)x[i];
  }
  OK(unroll_stream_run(twin, &in, 1, STEPS, &out, 1));
  for (step = 0; step < STEPS; step++) {
    for (row = 0; row < BATCH; row++) CHECK(results[row][step] == singles[step][row]);
  }
  /* Both go on from the same state. */
  input(x, 0.2f, STEPS);
  OK(unroll_stream_step_float32(stream, x, BATCH * FEATURES, singles[0], BATCH));
  OK(unroll_stream_step_float32(twin, x, BATCH * FEATURES, singles[1], BATCH));
  CHECK(memcmp(singles[0], singles[1], sizeof singles[0]) == 0);
  unroll_stream_destroy(stream);
  unroll_stream_destroy(twin);
}

/* What floats given to a float64 model did: its step read and wrote behind them. */
static void a_step_of_the_other_type_is_refused(void) {
  unroll_model *single = small_model(4, FEATURES, UNROLL_DTYPE_FLOAT32);
  unroll_model *twice = small_model(4, FEATURES, UNROLL_DTYPE_FLOAT64);
  unroll_stream *a = NULL, *b = NULL;
  float x[FEATURES] = {1, 2, 3}, y[2] = {7, 7};
  double wide[FEATURES] = {1, 2, 3}, result = 7;
  OK(unroll_stream_create(single, NULL, &a));
  OK(unroll_stream_create(twice, NULL, &b));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "computes in float64", unroll_stream_step_float32(b, x, FEATURES, y, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "computes in float32",
          unroll_stream_step_float64(a, wide, FEATURES, &result, 1));
  CHECK(y[0] == 7 && y[1] == 7 && result == 7);
  OK(unroll_stream_step_float32(a, x, FEATURES, y, 1));
  OK(unroll_stream_step_float64(b, wide, FEATURES, &result, 1));
  CHECK(close_to(y[0], result, 1e-5) && y[1] == 7);
  unroll_stream_destroy(a);
  unroll_stream_destroy(b);
  unroll_model_destroy(single);
  unroll_model_destroy(twice);
}

static void streams_outlive_their_model(void) {
  unroll_model *model = small_model(4, FEATURES, UNROLL_DTYPE_FLOAT32);
  unroll_stream *stream = NULL;
  float x[FEATURES] = {1, 2, 3}, before = 0, after = 0;
  OK(unroll_stream_create(model, NULL, &stream));
  OK(unroll_stream_step_float32(stream, x, FEATURES, &before, 1));
  OK(unroll_stream_reset(stream));
  unroll_model_destroy(model);
  OK(unroll_stream_step_float32(stream, x, FEATURES, &after, 1));
  CHECK(before == after);
  unroll_stream_destroy(stream);
}

int main(void) {
  unroll_model *model = small_model(4, FEATURES, UNROLL_DTYPE_FLOAT32);
  threads_do_not_meet(model);
  a_stream_gives_what_predict_gives(model);
  half_precision_is_close(model);
  states_travel(model);
  a_run_is_as_many_steps(model);
  a_step_of_the_other_type_is_refused();
  streams_outlive_their_model();
  unroll_model_destroy(model);
  return finish("test_streams");
}
