/* Hosts of other kinds: threads with small stacks, children of fork(), threads
 * bound to a processor. */
#ifndef _GNU_SOURCE /* g++ has it */
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi_test.h"

enum { N = 64, T = 5, F = 3, NESTED = 40, WRAPPED = UNROLL_RANK_MAX - 3 };

static float inputs[N * T * F], targets[N];

static void run_in_stack_of(size_t bytes, void *(*work)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstacksize(&attributes, bytes) == 0);
  if (pthread_create(&thread, &attributes, work, argument) != 0) FAIL("no thread with a stack of %zu bytes", bytes);
  else pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
}

/* Models in models, as deep as JSON may be; `wrapped` ones each in TimeDistributed. */
static unroll_model *nested(int depth, int wrapped) {
  static char json[NESTED * 160 + 512];
  unroll_model *model = NULL;
  int at, i;
  at = sprintf(json, "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": ["
                     "{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null");
  for (i = 0; i < wrapped; i++) at += sprintf(json + at, ", 1");
  at += sprintf(json + at, ", %d, %d], \"name\": \"i\"}}, ", T, F);
  for (i = 0; i < depth; i++) {
    if (i < wrapped) at += sprintf(json + at, "{\"class_name\": \"TimeDistributed\", \"config\": {\"name\": \"t\", \"layer\": ");
    at += sprintf(json + at, "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"n\", \"layers\": [");
  }
  at += sprintf(json + at, "{\"class_name\": \"LSTM\", \"config\": {\"units\": 2}}");
  for (i = depth - 1; i >= 0; i--) at += sprintf(json + at, i < wrapped ? "]}}}}" : "]}}");
  at += sprintf(json + at, "]}}");
  OK(unroll_model_create_from_json(json, (size_t)at, NULL, &model));
  return model;
}

/* Built, trained, saved and loaded. */
static void *nested_model(void *unused) {
  static const char *const paths[2] = {"build/tests/nested.h5", "build/tests/nested.keras"};
  unroll_model *model = nested(NESTED, 0), *again = NULL;
  float output[2] = {0, 0};
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, 1, T, F),
               y = unroll_array_view_2d(output, UNROLL_DTYPE_FLOAT32, 1, 2);
  unroll_data data = samples(&x, &y);
  double loss;
  int i;
  size_t length;
  (void)unused;
  if (model == NULL) return NULL;
  OK(unroll_model_predict(model, &x, &y, NULL));
  OK(unroll_model_get_summary(model, NULL, 0, &length));
  OK(unroll_model_compile(model, NULL));
  OK(unroll_model_train_on_batch(model, &data, &loss, 1));
  for (i = 0; i < 2; i++) {
    OK(unroll_model_save(model, paths[i], NULL));
    OK(unroll_model_load(paths[i], NULL, &again));
    unroll_model_destroy(again);
    again = NULL;
  }
  unroll_model_destroy(model);
  return NULL;
}

/* Its plan is made on the predicting thread, whatever the nesting. */
static void *predict_nested(void *argument) {
  const unroll_model *model = (const unroll_model *)argument;
  float output[N * 2], step[2];
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F),
               y = unroll_array_view_2d(output, UNROLL_DTYPE_FLOAT32, N, 2);
  unroll_stream *stream = NULL;
  OK(unroll_model_predict(model, &x, &y, NULL));
  OK(unroll_stream_create(model, NULL, &stream));
  OK(unroll_stream_step_float32(stream, inputs, F, step, 2));
  unroll_stream_destroy(stream);
  return NULL;
}

/* As deep as an array has axes for. */
static void *predict_wrapped(void *argument) {
  const unroll_model *model = (const unroll_model *)argument;
  float output[2];
  int i;
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, 1, T, F),
               y = unroll_array_view_2d(output, UNROLL_DTYPE_FLOAT32, 1, 2);
  x.rank = 3 + WRAPPED;
  y.rank = 2 + WRAPPED;
  for (i = 0; i < WRAPPED; i++) x.shape[1 + i] = y.shape[1 + i] = 1;
  x.shape[1 + WRAPPED] = T;
  x.shape[2 + WRAPPED] = F;
  y.shape[1 + WRAPPED] = 2;
  OK(unroll_model_predict(model, &x, &y, NULL));
  return NULL;
}

static void *predict_and_step(void *argument) {
  const unroll_model *model = (const unroll_model *)argument;
  float output[N], step;
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F),
               y = unroll_array_view_2d(output, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_stream *stream = NULL;
  OK(unroll_model_predict(model, &x, &y, NULL));
  OK(unroll_stream_create(model, NULL, &stream));
  OK(unroll_stream_step_float32(stream, inputs, F, &step, 1));
  unroll_stream_destroy(stream);
  return NULL;
}

/* The threads of the parent are not in the child, which makes its own. */
static void forked_children(unroll_model *model) {
  float before[N], after[N];
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F),
               t = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_array p = unroll_array_view_2d(before, UNROLL_DTYPE_FLOAT32, N, 1),
               q = unroll_array_view_2d(after, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &t);
  int round, status = 0;
  OK(unroll_model_set_thread_count(model, 2));
  OK(unroll_model_compile(model, NULL));
  OK(unroll_model_fit(model, &data, NULL, NULL));
  OK(unroll_model_predict(model, &x, &p, NULL));
  for (round = 0; round < 3; round++) {
    pid_t child = fork();
    if (child == 0) {
      alarm(60); /* a hang is a failure */
      if (unroll_model_predict(model, &x, &q, NULL) != UNROLL_OK || memcmp(before, after, sizeof before) != 0) status = 2;
      else if (unroll_model_fit(model, &data, NULL, NULL) != UNROLL_OK) status = 3;
      unroll_model_destroy(model); /* the child's copy: valgrind looks at it too */
      _exit(status);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (status != 0) FAIL("the child ended with %d", status);
  }
}

/* New threads begin on another processor than the caller's, which stays where
 * the host lets it run; a host on one processor gets the same numbers. */
static void bound_to_a_processor(void) {
  enum { UNITS = 260, STEPS = 40 };
  static float wide[STEPS * F], outputs[3][UNITS];
  const int64_t shape[2] = {STEPS, F};
  unroll_array x = unroll_array_view_3d(wide, UNROLL_DTYPE_FLOAT32, 1, STEPS, F);
  unroll_recurrent_options cell;
  unroll_model *model = NULL;
  cpu_set_t before, after, one;
  int i;
  for (i = 0; i < STEPS * F; i++) wide[i] = (float)(i % 5) / 5;
  OK(unroll_model_create(NULL, &model));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = UNITS;
  OK(unroll_model_add_lstm(model, &cell));
  OK(unroll_model_build(model, shape, 2));
  CHECK(sched_getaffinity(0, sizeof before, &before) == 0);
  for (i = 0; i < 3; i++) {
    unroll_array y = unroll_array_view_2d(outputs[i], UNROLL_DTYPE_FLOAT32, 1, UNITS);
    OK(unroll_model_set_thread_count(model, i == 0 ? 1 : 3));
    if (i == 2) {
      CPU_ZERO(&one);
      CPU_SET(sched_getcpu(), &one);
      CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
    }
    OK(unroll_model_predict(model, &x, &y, NULL));
    CHECK(sched_getaffinity(0, sizeof after, &after) == 0);
    CHECK(CPU_EQUAL(&after, i == 2 ? &one : &before));
    CHECK(memcmp(outputs[i], outputs[0], sizeof outputs[0]) == 0);
  }
  CHECK(sched_setaffinity(0, sizeof before, &before) == 0);
  unroll_model_destroy(model);
}

int main(void) {
  unroll_model *model = small_model(16, F, UNROLL_DTYPE_FLOAT32);
  int i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)(i % 7) / 7;
  run_in_stack_of(256 * 1024, nested_model, NULL);
  run_in_stack_of(32 * 1024, predict_and_step, model);
  for (i = 0; i < 2; i++) {
    unroll_model *deep = nested(i == 0 ? NESTED : WRAPPED, i == 0 ? 0 : WRAPPED);
    run_in_stack_of(32 * 1024, i == 0 ? predict_nested : predict_wrapped, deep);
    unroll_model_destroy(deep);
  }
  forked_children(model);
  bound_to_a_processor();
  unroll_model_destroy(model);
  return finish("test_hosts");
}
