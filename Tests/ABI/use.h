/* For the tests of what calls on one object may meet: data, and calls that wait
 * in their callbacks until they may go on. */
#ifndef ABI_USE_H
#define ABI_USE_H

#include <pthread.h>

#include "abi_test.h"

enum { N = 16, T = 6, F = 2 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;

static inline unroll_model *compiled(void) {
  unroll_model *model = small_model(5, F, UNROLL_DTYPE_FLOAT32);
  OK(unroll_model_compile(model, NULL));
  return model;
}

static inline void fill(void) {
  int i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)(i * 7 % 11) / 11 - 0.5f;
  for (i = 0; i < N; i++) targets[i] = (float)(i % 5) / 5;
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
}

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int inside, released;
  unroll_model *model;
  unroll_status status;
} waiting;

static inline void wait_here(waiting *w) {
  pthread_mutex_lock(&w->lock);
  w->inside = 1;
  pthread_cond_broadcast(&w->changed);
  while (!w->released) pthread_cond_wait(&w->changed, &w->lock);
  pthread_mutex_unlock(&w->lock);
}

static inline int wait_in_fit(const unroll_progress *progress, void *user_data) {
  if (progress->event == UNROLL_EVENT_EPOCH_BEGIN) wait_here((waiting *)user_data);
  return UNROLL_CALLBACK_CONTINUE;
}

static inline int wait_in_write(const void *bytes, size_t count, void *user_data) {
  CHECK(bytes != NULL && count > 0);
  wait_here((waiting *)user_data);
  return 0;
}

static inline void *fit_and_wait(void *argument) {
  waiting *w = (waiting *)argument;
  unroll_data data = samples(&x, &y);
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.callback = wait_in_fit;
  fit.user_data = w;
  w->status = unroll_model_fit(w->model, &data, &fit, NULL);
  return NULL;
}

static inline void *save_and_wait(void *argument) {
  waiting *w = (waiting *)argument;
  w->status = unroll_model_save_to_memory(w->model, NULL, wait_in_write, w);
  return NULL;
}

static inline void begin(waiting *w, pthread_t *thread, unroll_model *model, void *(*body)(void *)) {
  pthread_mutex_init(&w->lock, NULL);
  pthread_cond_init(&w->changed, NULL);
  w->inside = w->released = 0;
  w->model = model;
  CHECK(pthread_create(thread, NULL, body, w) == 0);
  pthread_mutex_lock(&w->lock);
  while (!w->inside) pthread_cond_wait(&w->changed, &w->lock);
  pthread_mutex_unlock(&w->lock);
}

static inline void end(waiting *w, pthread_t thread) {
  pthread_mutex_lock(&w->lock);
  w->released = 1;
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->lock);
  CHECK(pthread_join(thread, NULL) == 0);
  OK(w->status);
}

#endif
