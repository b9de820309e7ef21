/*
 * W7: a process that loads a small LSTM and predicts once.
 *
 *   startup save FILE   makes the file: LSTM 50, Dense 1
 *   startup load FILE   loads it, predicts one window of 60 steps
 *   startup ready       only asks the library for its version
 *
 * The last two print their peak resident memory in KB.
 */
#include <stdlib.h>
#include <unroll.h>

#include "peers/protocol.h"

static void check(unroll_status status) {
  if (status != UNROLL_OK) {
    fprintf(stderr, "startup: %s\n", unroll_get_last_error());
    exit(1);
  }
}

static void save(const char *path) {
  unroll_model *model;
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  const int64_t shape[2] = {60, 1};
  check(unroll_model_create(NULL, &model));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 50;
  check(unroll_model_add_lstm(model, &cell));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  check(unroll_model_add_dense(model, &dense));
  check(unroll_model_build(model, shape, 2));
  check(unroll_model_save(model, path, NULL));
  unroll_model_destroy(model);
}

static void load(const char *path) {
  static float window[60];
  float result = 0;
  unroll_model *model;
  unroll_array x = unroll_array_view_3d(window, UNROLL_DTYPE_FLOAT32, 1, 60, 1);
  unroll_array y = unroll_array_view_2d(&result, UNROLL_DTYPE_FLOAT32, 1, 1);
  for (int i = 0; i < 60; i++) window[i] = (float)i / 60;
  check(unroll_model_load(path, NULL, &model));
  check(unroll_model_predict(model, &x, &y, NULL));
  unroll_model_destroy(model);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "save") == 0) {
    save(argv[2]);
  } else if (argc == 3 && strcmp(argv[1], "load") == 0) {
    load(argv[2]);
    printf("%.0f\n", 1024 * peak_megabytes());
  } else if (argc == 2 && strcmp(argv[1], "ready") == 0) {
    if (unroll_get_version() == NULL) return 1;
    printf("%.0f\n", 1024 * peak_megabytes());
  } else {
    fprintf(stderr, "usage: startup save FILE | load FILE | ready\n");
    return 1;
  }
  return 0;
}
