/*
 * Learns to continue a sine wave, and saves the model.
 *
 *   train_sine [sine.keras]
 *
 * Introduces: building a model, windows over a series, compile, fit, history,
 * predict, save.
 */
#include <math.h>

#include "check.h"

enum { LENGTH = 400, WINDOW = 20 };

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "sine.keras";

  float wave[LENGTH];
  for (int t = 0; t < LENGTH; t++) wave[t] = (float)sin(0.2 * t);
  unroll_array series = unroll_array_view_1d(wave, UNROLL_DTYPE_FLOAT32, LENGTH);

  /* Every window of 20 values, and the value that follows it. */
  unroll_window_options cut;
  unroll_window_options_init(&cut, sizeof cut);
  cut.window = WINDOW;
  unroll_array x, y;
  check(unroll_array_view_windows(&series, &cut, &x, &y));

  unroll_model *model;
  check(unroll_model_create(NULL, &model));
  unroll_recurrent_options lstm;
  unroll_recurrent_options_init(&lstm, sizeof lstm);
  lstm.units = 16;
  check(unroll_model_add_lstm(model, &lstm));
  unroll_dense_options dense;
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  check(unroll_model_add_dense(model, &dense));
  const int64_t shape[2] = {WINDOW, 1};
  check(unroll_model_build(model, shape, 2));

  unroll_optimizer_options adam;
  check(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_ADAM, sizeof adam));
  adam.learning_rate = 0.01;
  unroll_compile_options compile;
  unroll_compile_options_init(&compile, sizeof compile); /* the loss is mean squared error */
  compile.optimizer = &adam;
  check(unroll_model_compile(model, &compile));

  unroll_data data;
  unroll_data_init(&data, sizeof data);
  data.inputs = &x;
  data.input_count = 1;
  data.targets = &y;
  data.target_count = 1;
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 20;
  unroll_history *history;
  check(unroll_model_fit(model, &data, &fit, &history));

  for (size_t epoch = 4; epoch < fit.epochs; epoch += 5) {
    double loss;
    check(unroll_history_get_value(history, epoch, 0, &loss));
    printf("epoch %2zu  loss %.6f\n", epoch + 1, loss);
  }
  unroll_history_destroy(history);

  float next;
  unroll_array last = unroll_array_view_3d(wave + LENGTH - WINDOW, UNROLL_DTYPE_FLOAT32, 1, WINDOW, 1);
  unroll_array result = unroll_array_view_2d(&next, UNROLL_DTYPE_FLOAT32, 1, 1);
  check(unroll_model_predict(model, &last, &result, NULL));
  printf("next value: %.4f, truth %.4f\n", (double)next, sin(0.2 * LENGTH));

  check(unroll_model_save(model, path, NULL));
  printf("saved as %s\n", path);
  unroll_model_destroy(model);
  return 0;
}
