/* The library as released allocates nothing while it works: not in a training
 * step after the first, not in a streamed step, and predict and evaluate no more
 * for many samples than for few. test_sequences counts for sequences. */
#include "abi_test.h"
#include "allocations.h"

enum { SAMPLES = 1600, FEW = 400, STEPS = 9, BATCH = 32 };

static float x[SAMPLES * STEPS], y[SAMPLES], predicted[SAMPLES];
static size_t counted[SAMPLES];

static int count_at_batch_end(const unroll_progress *progress, void *user_data) {
  size_t *batches = (size_t *)user_data;
  if (progress->event == UNROLL_EVENT_BATCH_END) counted[(*batches)++] = allocations;
  return UNROLL_CALLBACK_CONTINUE;
}

/* Adds Dense 1, builds and compiles. */
static void complete(unroll_model *model, int64_t steps, unroll_optimizer_kind kind) {
  unroll_dense_options dense;
  unroll_optimizer_options optimizer;
  unroll_compile_options compile;
  const int64_t shape[2] = {steps, 1};
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 2));
  OK(unroll_optimizer_options_init(&optimizer, kind, sizeof optimizer));
  optimizer.global_clipnorm = 1;
  if (kind == UNROLL_OPTIMIZER_FTRL) optimizer.learning_rate_power = -0.7;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.optimizer = &optimizer;
  OK(unroll_model_compile(model, &compile));
}

/* Convolutions that are computed in each of three ways. */
static unroll_model *convolutions(void) {
  static const char *const layers[] = {
      "{\"class_name\":\"Conv1D\",\"config\":{\"name\":\"columns\",\"filters\":40,\"kernel_size\":3,\"padding\":\"same\"}}",
      "{\"class_name\":\"Conv1D\",\"config\":{\"name\":\"pairs\",\"filters\":34,\"kernel_size\":5,\"padding\":\"same\"}}",
      "{\"class_name\":\"Conv1D\",\"config\":{\"name\":\"taps\",\"filters\":4,\"kernel_size\":2}}",
      "{\"class_name\":\"MaxPooling1D\",\"config\":{\"name\":\"largest\",\"pool_size\":2}}",
      "{\"class_name\":\"GlobalAveragePooling1D\",\"config\":{\"name\":\"mean\"}}",
  };
  unroll_model *model = NULL;
  OK(unroll_model_create(NULL, &model));
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
    OK(unroll_model_add_layer_from_json(model, layers[i], strlen(layers[i])));
  complete(model, STEPS, UNROLL_OPTIMIZER_ADAM);
  return model;
}

static unroll_model *stacked(int sequences, unroll_optimizer_kind kind) {
  unroll_model *model = NULL;
  unroll_recurrent_options cell;
  OK(unroll_model_create(NULL, &model));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 20;
  cell.return_sequences = 1;
  OK(unroll_model_add_lstm(model, &cell));
  OK(unroll_model_add_dropout(model, 0.2, NULL));
  cell.return_sequences = sequences;
  OK(unroll_model_add_gru(model, &cell));
  complete(model, sequences ? (int64_t)UNROLL_AXIS_ANY : (int64_t)STEPS, kind);
  return model;
}

/* What one prediction and one evaluation of the first `samples` allocate. */
static size_t predict_and_evaluate(unroll_model *model, int64_t samples) {
  unroll_array inputs = unroll_array_view_3d(x, UNROLL_DTYPE_FLOAT32, samples, STEPS, 1);
  unroll_array targets = unroll_array_view_2d(y, UNROLL_DTYPE_FLOAT32, samples, 1);
  unroll_array outputs = unroll_array_view_2d(predicted, UNROLL_DTYPE_FLOAT32, samples, 1);
  unroll_data data;
  double loss = 0;
  size_t before = allocations;
  unroll_data_init(&data, sizeof data);
  data.inputs = &inputs;
  data.input_count = 1;
  data.targets = &targets;
  data.target_count = 1;
  OK(unroll_model_predict(model, &inputs, &outputs, NULL));
  OK(unroll_model_evaluate(model, &data, BATCH, &loss, 1));
  return allocations - before;
}

/* Destroys the model. */
static void works_without_allocating(size_t threads, unroll_model *model) {
  unroll_array inputs = unroll_array_view_3d(x, UNROLL_DTYPE_FLOAT32, SAMPLES, STEPS, 1);
  unroll_array targets = unroll_array_view_2d(y, UNROLL_DTYPE_FLOAT32, SAMPLES, 1);
  unroll_data data;
  unroll_fit_options fit;
  size_t batches = 0, few, many;
  OK(unroll_model_set_thread_count(model, threads));
  unroll_data_init(&data, sizeof data);
  data.inputs = &inputs;
  data.input_count = 1;
  data.targets = &targets;
  data.target_count = 1;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.batch_size = BATCH;
  fit.callback = count_at_batch_end;
  fit.user_data = &batches;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  CHECK(batches == SAMPLES / BATCH);
  CHECK(counted[0] > 0); /* the counter is in place */
  if (counted[batches - 1] != counted[1])
    FAIL("%zu threads: %zu allocations in batches 3 to %zu", threads, counted[batches - 1] - counted[1], batches);

  /* The first calls make the plans. FEW are enough for two threads. */
  predict_and_evaluate(model, FEW);
  predict_and_evaluate(model, SAMPLES);
  few = predict_and_evaluate(model, FEW);
  many = predict_and_evaluate(model, SAMPLES);
  if (many > few) FAIL("%zu threads: %zu allocations for %d samples, %zu for %d", threads, few, FEW, many, SAMPLES);
  unroll_model_destroy(model);
}

static void streams_without_allocating(void) {
  unroll_model *model = stacked(1, UNROLL_OPTIMIZER_ADAM);
  unroll_stream *stream = NULL;
  size_t before;
  float in = 0.5f, out = 0;
  OK(unroll_stream_create(model, NULL, &stream));
  before = allocations;
  for (int i = 0; i < 100; i++) {
    OK(unroll_stream_step_float32(stream, &in, 1, &out, 1));
    in = 0.5f + 0.1f * out;
  }
  CHECK(allocations == before);
  unroll_stream_destroy(stream);
  unroll_model_destroy(model);
}

int main(void) {
  for (int i = 0; i < SAMPLES * STEPS; i++) x[i] = (float)(i * 7919 % 1000) / 1000;
  for (int i = 0; i < SAMPLES; i++) y[i] = x[i * STEPS];
  works_without_allocating(1, stacked(0, UNROLL_OPTIMIZER_ADAM));
  works_without_allocating(2, stacked(0, UNROLL_OPTIMIZER_ADAM));
  works_without_allocating(2, stacked(0, UNROLL_OPTIMIZER_LION));
  works_without_allocating(1, stacked(0, UNROLL_OPTIMIZER_ADADELTA));
  works_without_allocating(2, stacked(0, UNROLL_OPTIMIZER_FTRL));
  works_without_allocating(1, convolutions());
  works_without_allocating(2, convolutions());
  streams_without_allocating();
  return finish("test_allocations");
}
