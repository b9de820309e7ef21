/* What the C tests share: each failure prints where it is and the program goes
 * on, so that one run shows them all. */
#ifndef ABI_TEST_H
#define ABI_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unroll.h>

static int failures = 0;

#define FAIL(...)                                       \
  do {                                                  \
    failures++;                                         \
    fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);     \
    fprintf(stderr, __VA_ARGS__);                       \
    fprintf(stderr, "\n");                              \
  } while (0)

/* A call that must succeed. */
#define OK(call)                                                                            \
  do {                                                                                      \
    unroll_status status_ = (call);                                                         \
    if (status_ != UNROLL_OK)                                                               \
      FAIL("%s: %s: %s", #call, unroll_status_get_name(status_), unroll_get_last_error());          \
  } while (0)

#define CHECK(condition)                       \
  do {                                         \
    if (!(condition)) FAIL("not so: %s", #condition); \
  } while (0)

/* Notes which function a wrong argument was tried on, for check_tried.sh. */
static inline void note(const char *call) {
  const char *path = getenv("UNROLL_TRIED");
  FILE *file = path != NULL ? fopen(path, "a") : NULL;
  if (file == NULL) return;
  fprintf(file, "%.*s\n", (int)strcspn(call, "("), call);
  fclose(file);
}

/* A call without a status that must survive what it is given. */
#define SURVIVES(call) \
  do {                 \
    note(#call);       \
    call;              \
  } while (0)

/* A call that must fail with this status and a message that contains this text. */
#define REFUSES(expected, text, call)                                                            \
  do {                                                                                           \
    unroll_status status_;                                                                       \
    note(#call);                                                                                 \
    status_ = (call);                                                                            \
    if (status_ != (expected))                                                                   \
      FAIL("%s: expected %s, found %s (%s)", #call, #expected, unroll_status_get_name(status_),      \
           unroll_get_last_error());                                                                 \
    else if (strstr(unroll_get_last_error(), (text)) == NULL)                                        \
      FAIL("%s: the message lacks '%s': %s", #call, (text), unroll_get_last_error());                \
  } while (0)

/* Differences that rounding explains. */
static inline int close_to(double a, double b, double tolerance) {
  double difference = a > b ? a - b : b - a;
  double size = (a < 0 ? -a : a) + (b < 0 ? -b : b);
  return difference <= tolerance * (1 + size);
}

static inline unroll_data samples(const unroll_array *x, const unroll_array *y) {
  unroll_data data;
  unroll_data_init(&data, sizeof data);
  data.inputs = x;
  data.input_count = 1;
  data.targets = y;
  data.target_count = 1;
  return data;
}

/* LSTM (units) and Dense (1) over sequences of any length with F features. */
static inline unroll_model *small_model(size_t units, int64_t features, unroll_dtype dtype) {
  unroll_model_options options;
  unroll_model *model = NULL;
  unroll_recurrent_options lstm;
  unroll_dense_options dense;
  int64_t shape[2];
  unroll_model_options_init(&options, sizeof options);
  options.dtype = dtype;
  options.seed = 7;
  OK(unroll_model_create(&options, &model));
  unroll_recurrent_options_init(&lstm, sizeof lstm);
  lstm.units = units;
  OK(unroll_model_add_lstm(model, &lstm));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  OK(unroll_model_add_dense(model, &dense));
  shape[0] = UNROLL_AXIS_ANY;
  shape[1] = features;
  OK(unroll_model_build(model, shape, 2));
  return model;
}

static inline int finish(const char *name) {
  if (failures != 0) fprintf(stderr, "%s: %d failures\n", name, failures);
  else printf("%s: passed\n", name);
  return failures != 0;
}

#endif
