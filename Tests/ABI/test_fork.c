/* Children of fork() beside threads that work in the library: whatever such a
 * thread is doing, the child can load, predict, step, train, save and free.
 *
 *   test_fork          a few children beside each kind of work
 *   test_fork 1000     so many beside each */
#ifndef _GNU_SOURCE /* g++ has it */
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi_test.h"

enum { N = 48, T = 6, F = 3, WORKERS = 2 };

static const char *const path = "build/tests/fork.keras";
static float inputs[N * T * F], targets[N], expected[N];
static unroll_model *shared;
static volatile int is_over;

static unroll_status predict(const unroll_model *model, float *output) {
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F),
               y = unroll_array_view_2d(output, UNROLL_DTYPE_FLOAT32, N, 1);
  return unroll_model_predict(model, &x, &y, NULL);
}

static unroll_status fit(unroll_model *model, size_t epochs) {
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F),
               t = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &t);
  unroll_fit_options options;
  unroll_fit_options_init(&options, sizeof options);
  options.epochs = epochs;
  return unroll_model_fit(model, &data, &options, NULL);
}

/* All that a host does, in the child: 0, or what failed. */
static int use_everything(int round) {
  unroll_model *loaded = NULL, *fresh;
  unroll_stream *stream = NULL;
  char own[64];
  float output[N], step;
  if (predict(shared, output) != UNROLL_OK || memcmp(output, expected, sizeof output) != 0) return 2;
  if (unroll_model_load(path, NULL, &loaded) != UNROLL_OK) return 3;
  if (predict(loaded, output) != UNROLL_OK || memcmp(output, expected, sizeof output) != 0) return 4;
  if (unroll_stream_create(loaded, NULL, &stream) != UNROLL_OK) return 5;
  if (unroll_stream_step_float32(stream, inputs, F, &step, 1) != UNROLL_OK) return 6;
  unroll_stream_destroy(stream);
  if (unroll_model_set_thread_count(loaded, 2) != UNROLL_OK || unroll_model_compile(loaded, NULL) != UNROLL_OK)
    return 7;
  if (fit(loaded, 1) != UNROLL_OK) return 8;
  sprintf(own, "build/tests/fork_child_%d.%s", (int)getpid(), round % 2 ? "h5" : "keras");
  if (unroll_model_save(loaded, own, NULL) != UNROLL_OK) return 9;
  unlink(own);
  unroll_model_destroy(loaded);
  fresh = small_model(5, F, UNROLL_DTYPE_FLOAT64);
  if (predict(fresh, output) != UNROLL_OK) return 10;
  unroll_model_destroy(fresh);
  unroll_model_destroy(shared);
  return failures != 0 ? 11 : 0;
}

/* ---- what the other threads do ---- */

static void *predicting(void *unused) {
  float output[N];
  (void)unused;
  while (!is_over) OK(predict(shared, output));
  return NULL;
}

static void *loading(void *unused) {
  (void)unused;
  while (!is_over) {
    unroll_model *model = NULL;
    OK(unroll_model_load(path, NULL, &model));
    unroll_model_destroy(model);
  }
  return NULL;
}

static void *training(void *unused) {
  unroll_model *model = small_model(12, F, UNROLL_DTYPE_FLOAT32);
  (void)unused;
  OK(unroll_model_set_thread_count(model, 2));
  OK(unroll_model_compile(model, NULL));
  while (!is_over) OK(fit(model, 20));
  unroll_model_destroy(model);
  return NULL;
}

static void *saving(void *number) {
  unroll_model *model = small_model(7, F, UNROLL_DTYPE_FLOAT32);
  char own[64];
  int round;
  sprintf(own, "build/tests/fork_save_%d", *(int *)number);
  for (round = 0; !is_over; round++) {
    unroll_save_options options;
    unroll_save_options_init(&options, sizeof options);
    options.format = round % 2 ? UNROLL_FILE_FORMAT_H5 : UNROLL_FILE_FORMAT_KERAS;
    OK(unroll_model_save(model, own, &options));
  }
  unlink(own);
  unroll_model_destroy(model);
  return NULL;
}

static void *building(void *unused) {
  (void)unused;
  while (!is_over) {
    unroll_model *model = small_model(9, F, UNROLL_DTYPE_FLOAT64);
    unroll_stream *stream = NULL;
    OK(unroll_model_compile(model, NULL));
    OK(unroll_stream_create(model, NULL, &stream));
    unroll_stream_destroy(stream);
    unroll_model_destroy(model);
  }
  return NULL;
}

static void *streaming(void *unused) {
  unroll_stream *stream = NULL;
  float step;
  (void)unused;
  OK(unroll_stream_create(shared, NULL, &stream));
  while (!is_over) OK(unroll_stream_step_float32(stream, inputs, F, &step, 1));
  unroll_stream_destroy(stream);
  return NULL;
}

static void children_beside(const char *what, void *(*work)(void *), int children) {
  pthread_t threads[WORKERS];
  int numbers[WORKERS], i, failed = 0;
  is_over = 0;
  for (i = 0; i < WORKERS; i++) {
    numbers[i] = i;
    CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
  }
  for (i = 0; i < children; i++) {
    const struct timespec pause = {0, (i * 7919L % 1000) * 1000};
    int status = 0;
    pid_t child;
    nanosleep(&pause, NULL);
    child = fork();
    if (child == 0) {
      alarm(120); /* a hang is a failure */
      _exit(use_everything(i));
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (status != 0 && ++failed <= 3)
      FAIL("beside %s, child %d ended with %s %d", what, i, WIFSIGNALED(status) ? "signal" : "code",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  }
  is_over = 1;
  for (i = 0; i < WORKERS; i++) pthread_join(threads[i], NULL);
  if (failed != 0) FAIL("beside %s: %d of %d children failed", what, failed, children);
  else if (children > 100) printf("beside %s: %d children\n", what, children);
}

/* ---- a fork from inside a callback ---- */

static int forked_in_callback;

static int fork_in_callback(const unroll_progress *progress, void *user_data) {
  int status = 0;
  pid_t child;
  (void)user_data;
  if (forked_in_callback < 0 || progress->event != UNROLL_EVENT_BATCH_END || progress->batch != 1)
    return UNROLL_CALLBACK_CONTINUE;
  child = fork();
  if (child == 0) {
    alarm(120);
    forked_in_callback = -1;
    return UNROLL_CALLBACK_CONTINUE; /* the child goes on training, alone */
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  forked_in_callback++;
  return UNROLL_CALLBACK_CONTINUE;
}

static void a_callback_forks(void) {
  unroll_model *model = small_model(12, F, UNROLL_DTYPE_FLOAT32);
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F),
               t = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &t);
  unroll_fit_options options;
  unroll_status status;
  OK(unroll_model_set_thread_count(model, 2));
  OK(unroll_model_compile(model, NULL));
  unroll_fit_options_init(&options, sizeof options);
  options.batch_size = 16;
  options.epochs = 3;
  options.callback = fork_in_callback;
  status = unroll_model_fit(model, &data, &options, NULL);
  if (forked_in_callback < 0) {
    float output[N];
    _exit(status == UNROLL_OK && predict(shared, output) == UNROLL_OK && predict(model, output) == UNROLL_OK ? 7 : 1);
  }
  OK(status);
  CHECK(forked_in_callback == 3);
  unroll_model_destroy(model);
}

int main(int count, char **arguments) {
  const int children = count > 1 ? atoi(arguments[1]) : 6;
  int i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)(i % 7) / 7;
  for (i = 0; i < N; i++) targets[i] = (float)(i % 3);
  shared = small_model(16, F, UNROLL_DTYPE_FLOAT32);
  OK(unroll_model_save(shared, path, NULL));
  OK(predict(shared, expected));
  children_beside("predict", predicting, children);
  children_beside("load", loading, children);
  children_beside("fit", training, children);
  children_beside("save", saving, children);
  children_beside("build and compile", building, children);
  children_beside("streams", streaming, children);
  a_callback_forks();
  unroll_model_destroy(shared);
  unlink(path);
  return finish("test_fork");
}
