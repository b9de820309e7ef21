/*
 * Feeds a model one value at a time, then lets it continue with its own predictions.
 *
 * Introduces: streams, copying a stream to look ahead without disturbing it.
 */
#include <math.h>

#include "check.h"

enum { LENGTH = 600 };

/* A sequence model: every step predicts the next value. */
static unroll_model *train(const float *wave) {
  unroll_model *model;
  check(unroll_model_create(NULL, &model));
  unroll_recurrent_options gru;
  unroll_recurrent_options_init(&gru, sizeof gru);
  gru.units = 24;
  gru.return_sequences = 1;
  check(unroll_model_add_gru(model, &gru));
  unroll_dense_options dense;
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  check(unroll_model_add_time_distributed_dense(model, &dense));
  const int64_t shape[2] = {UNROLL_AXIS_ANY, 1};
  check(unroll_model_build(model, shape, 2));
  check(unroll_model_compile(model, NULL));

  /* Overlapping sequences of 50 steps; targets are one step later. */
  unroll_array all = unroll_array_view_1d(wave, UNROLL_DTYPE_FLOAT32, LENGTH - 1);
  unroll_array later = unroll_array_view_1d(wave + 1, UNROLL_DTYPE_FLOAT32, LENGTH - 1);
  unroll_window_options cut;
  unroll_window_options_init(&cut, sizeof cut);
  cut.window = 50;
  cut.horizon = 0;
  unroll_array x, y;
  check(unroll_array_view_windows(&all, &cut, &x, NULL));
  check(unroll_array_view_windows(&later, &cut, &y, NULL));

  unroll_data data;
  unroll_data_init(&data, sizeof data);
  data.inputs = &x;
  data.input_count = 1;
  data.targets = &y;
  data.target_count = 1;
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 30;
  check(unroll_model_fit(model, &data, &fit, NULL));
  return model;
}

int main(void) {
  float wave[LENGTH];
  for (int t = 0; t < LENGTH; t++) wave[t] = (float)(0.6 * sin(0.15 * t) + 0.3 * sin(0.31 * t));
  unroll_model *model = train(wave);

  unroll_stream *stream;
  check(unroll_stream_create(model, NULL, &stream));
  float next = 0;
  for (int t = 0; t < LENGTH; t++) check(unroll_stream_step_float32(stream, &wave[t], 1, &next, 1));

  /* A copy continues from here with its own predictions. */
  unroll_stream *ahead;
  check(unroll_stream_copy(stream, &ahead));
  printf("step   forecast   truth\n");
  for (int t = LENGTH; t < LENGTH + 10; t++) {
    printf("%4d   %8.4f   %8.4f\n", t, (double)next, 0.6 * sin(0.15 * t) + 0.3 * sin(0.31 * t));
    float value = next;
    check(unroll_stream_step_float32(ahead, &value, 1, &next, 1));
  }
  unroll_stream_destroy(ahead);
  unroll_stream_destroy(stream);
  unroll_model_destroy(model);
  return 0;
}
