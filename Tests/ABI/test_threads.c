/* One object, many threads that do what they like: nothing is torn, nobody
 * waits; and what of it a forked child inherits. */
#define _POSIX_C_SOURCE 200809L
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "use.h"

typedef struct {
  unroll_model *model;
  unroll_stream *stream;
  unroll_scaler *scaler;
  unsigned state;
  size_t done, refused, wrong;
  double until;
} hammer;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static unroll_status strike(hammer *h, unsigned what) {
  float out[N], kernel[F * 20];
  double value = 0, state[10];
  size_t count = 0;
  unroll_data data = samples(&x, &y);
  unroll_array p = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT32, N, 1),
               k = unroll_array_view_2d(kernel, UNROLL_DTYPE_FLOAT32, F, 20);
  unroll_array line = unroll_array_view_1d(targets, UNROLL_DTYPE_FLOAT32, N),
               scaled = unroll_array_view_1d(out, UNROLL_DTYPE_FLOAT32, N);
  unroll_array in = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, 1, T, F),
               run = unroll_array_view_3d(out, UNROLL_DTYPE_FLOAT32, 1, T, 1);
  switch (what % 18) {
    case 0: return unroll_model_fit(h->model, &data, NULL, NULL);
    case 1: return unroll_model_evaluate(h->model, &data, 4, &value, 1);
    case 2: return unroll_model_train_on_batch(h->model, &data, &value, 1);
    case 3: return unroll_model_predict(h->model, &x, &p, NULL);
    case 4: return unroll_model_compile(h->model, NULL);
    case 5: return unroll_model_get_metric_count(h->model, &count);
    case 6: return unroll_model_get_learning_rate(h->model, &value);
    case 7: return unroll_model_get_weight(h->model, 0, &k);
    case 8: return unroll_model_set_thread_count(h->model, 1 + what % 2);
    case 9: return unroll_model_describe(h->model, NULL, 0, &count);
    case 10: return unroll_stream_step_float32(h->stream, inputs, F, out, 1);
    case 11: return unroll_stream_run(h->stream, &in, 1, T, &run, 1);
    case 12: return unroll_stream_reset(h->stream);
    case 13: return unroll_stream_get_state(h->stream, state, 10 * sizeof(float));
    case 14: return unroll_stream_step_float32(h->stream, inputs, F, out, 1);
    case 15: return unroll_scaler_fit(h->scaler, &line);
    case 16: return unroll_scaler_transform(h->scaler, &line, &scaled);
    default: return unroll_scaler_get_range(h->scaler, 0, &value, &value);
  }
}

static void *run_hammer(void *argument) {
  hammer *h = (hammer *)argument;
  while (now() < h->until) {
    unroll_status status;
    h->state = h->state * 1664525u + 1013904223u;
    status = strike(h, h->state >> 16);
    if (status == UNROLL_OK) h->done++;
    else if (status == UNROLL_ERROR_INVALID_STATE && strstr(unroll_get_last_error(), "in use by another") != NULL)
      h->refused++;
    else if (h->wrong++ == 0) fprintf(stderr, "call %u: %s\n", (h->state >> 16) % 18, unroll_get_last_error());
  }
  return NULL;
}

static void threads_may_do_what_they_like(void) {
  enum { THREADS = 4 };
  hammer hammers[THREADS];
  pthread_t threads[THREADS];
  unroll_model *model = compiled(), *streamed = compiled();
  unroll_stream *stream = NULL;
  unroll_scaler *scaler = NULL;
  unroll_array line = unroll_array_view_1d(targets, UNROLL_DTYPE_FLOAT32, N);
  size_t done = 0, refused = 0;
  const double until = now() + 0.5;
  int i;
  OK(unroll_stream_create(streamed, NULL, &stream));
  OK(unroll_scaler_create(0, 1, &scaler));
  OK(unroll_scaler_fit(scaler, &line));
  for (i = 0; i < THREADS; i++) {
    memset(&hammers[i], 0, sizeof hammers[i]);
    hammers[i].model = model;
    hammers[i].stream = stream;
    hammers[i].scaler = scaler;
    hammers[i].state = (unsigned)i * 77u + 5u;
    hammers[i].until = until;
    CHECK(pthread_create(&threads[i], NULL, run_hammer, &hammers[i]) == 0);
  }
  for (i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    CHECK(hammers[i].wrong == 0);
    done += hammers[i].done;
    refused += hammers[i].refused;
  }
  CHECK(done > 0 && refused > 0);
  unroll_stream_destroy(stream);
  unroll_scaler_destroy(scaler);
  unroll_model_destroy(model);
  unroll_model_destroy(streamed);
}

/* Two threads in one stateful model: its states are one thread's at a time. */
static void *predict_on(void *argument) {
  hammer *h = (hammer *)argument;
  float out[N];
  unroll_array p = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT32, N, 1);
  while (now() < h->until) {
    const unroll_status status = unroll_model_predict(h->model, &x, &p, NULL);
    if (status == UNROLL_OK) h->done++;
    else if (status == UNROLL_ERROR_INVALID_STATE) h->refused++;
    else h->wrong++;
  }
  return NULL;
}

static void states_are_one_threads_at_a_time(void) {
  const int64_t shape[2] = {T, F};
  unroll_model *model = NULL;
  unroll_recurrent_options cell;
  hammer hammers[2];
  pthread_t threads[2];
  size_t done = 0;
  int i;
  OK(unroll_model_create(NULL, &model));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 1;
  cell.stateful = 1;
  OK(unroll_model_add_gru(model, &cell));
  OK(unroll_model_build(model, shape, 2));
  for (i = 0; i < 2; i++) {
    memset(&hammers[i], 0, sizeof hammers[i]);
    hammers[i].model = model;
    hammers[i].until = now() + 0.2;
    CHECK(pthread_create(&threads[i], NULL, predict_on, &hammers[i]) == 0);
  }
  for (i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    CHECK(hammers[i].wrong == 0);
    done += hammers[i].done;
  }
  CHECK(done > 0);
  unroll_model_destroy(model);
}

/* Calls of the parent's other threads did not come along. */
static void a_child_is_not_in_its_parents_way(void) {
  unroll_model *trained = compiled(), *saved = compiled();
  unroll_data data = samples(&x, &y);
  waiting fit, save;
  pthread_t first, second;
  pid_t child;
  int status = 0;
  begin(&fit, &first, trained, fit_and_wait);
  begin(&save, &second, saved, save_and_wait);
  child = fork();
  if (child == 0) {
    double value;
    alarm(60);
    if (unroll_model_train_on_batch(saved, &data, &value, 1) != UNROLL_OK) status = 2;
    else if (unroll_model_train_on_batch(trained, &data, &value, 1) != UNROLL_ERROR_INVALID_STATE) status = 3;
    else if (strstr(unroll_get_last_error(), "stayed behind") == NULL) status = 4;
    unroll_model_destroy(trained);
    unroll_model_destroy(saved);
    _exit(status);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  if (status != 0) FAIL("the child ended with %d", status);
  end(&fit, first);
  end(&save, second);
  unroll_model_destroy(trained);
  unroll_model_destroy(saved);
}

int main(void) {
  fill();
  threads_may_do_what_they_like();
  states_are_one_threads_at_a_time();
  a_child_is_not_in_its_parents_way();
  return finish("test_threads");
}
