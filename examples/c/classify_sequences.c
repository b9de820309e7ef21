/*
 * Tells which of three symbols occurs most often in a sequence.
 *
 * Introduces: embeddings and indices, a classification loss, metrics, a
 * validation split, and a callback that ends the training early.
 */
#include <string.h>

#include "check.h"

enum { SAMPLES = 1200, TIME = 15, SYMBOLS = 3 };

/* SplitMix64: the same numbers on every machine. */
static uint64_t state = 2026;
static uint32_t below(uint32_t bound) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ (z >> 31)) % bound);
}

static double value(const unroll_progress *progress, const char *name) {
  for (size_t i = 0; i < progress->value_count; i++) {
    if (strcmp(progress->names[i], name) == 0) return progress->values[i];
  }
  return 0;
}

/* Stops at an accuracy of 97% on samples that it was not trained on. */
static int stop_when_good(const unroll_progress *progress, void *user_data) {
  (void)user_data;
  if (progress->event != UNROLL_EVENT_EPOCH_END) return UNROLL_CALLBACK_CONTINUE;
  double accuracy = value(progress, "val_accuracy");
  printf("epoch %2zu/%zu  loss %.4f  val_accuracy %.3f\n", progress->epoch + 1, progress->epochs,
         value(progress, "loss"), accuracy);
  return accuracy > 0.97 ? UNROLL_CALLBACK_STOP : UNROLL_CALLBACK_CONTINUE;
}

int main(void) {
  static int32_t symbols[SAMPLES][TIME], classes[SAMPLES];
  for (int sample = 0; sample < SAMPLES; sample++) {
    int counts[SYMBOLS] = {0};
    for (int t = 0; t < TIME; t++) counts[symbols[sample][t] = (int32_t)below(SYMBOLS)]++;
    for (int s = 1; s < SYMBOLS; s++) {
      if (counts[s] > counts[classes[sample]]) classes[sample] = s;
    }
  }

  unroll_model *model;
  check(unroll_model_create(NULL, &model));
  unroll_embedding_options embedding;
  unroll_embedding_options_init(&embedding, sizeof embedding);
  embedding.input_dim = SYMBOLS;
  embedding.output_dim = 4;
  check(unroll_model_add_embedding(model, &embedding));
  unroll_recurrent_options lstm;
  unroll_recurrent_options_init(&lstm, sizeof lstm);
  lstm.units = 24;
  check(unroll_model_add_lstm(model, &lstm));
  unroll_dense_options dense;
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = SYMBOLS;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  check(unroll_model_add_dense(model, &dense));
  const int64_t shape[1] = {TIME};
  check(unroll_model_build(model, shape, 1));

  const unroll_metric_kind accuracy = UNROLL_METRIC_ACCURACY;
  unroll_optimizer_options adam;
  check(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_ADAM, sizeof adam));
  adam.learning_rate = 0.01;
  unroll_compile_options compile;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.optimizer = &adam;
  compile.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  compile.metrics = &accuracy;
  compile.metric_count = 1;
  check(unroll_model_compile(model, &compile));

  unroll_array x = unroll_array_view_2d(symbols, UNROLL_DTYPE_INT32, SAMPLES, TIME);
  unroll_array y = unroll_array_view_1d(classes, UNROLL_DTYPE_INT32, SAMPLES);
  unroll_data data;
  unroll_data_init(&data, sizeof data);
  data.inputs = &x;
  data.input_count = 1;
  data.targets = &y;
  data.target_count = 1;
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 60;
  fit.validation_split = 0.2;
  fit.callback = stop_when_good;
  check(unroll_model_fit(model, &data, &fit, NULL));
  unroll_model_destroy(model);
  return 0;
}
