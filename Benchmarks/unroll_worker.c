/*
 * Unroll itself as a worker of the bench, through the C ABI as a host uses it.
 * The protocol is that of peers/worker.py: unroll_worker WORK THREADS.
 */
#include <stdlib.h>
#include <unroll.h>

#include "peers/protocol.h"

enum { UNITS = 50, STREAMED = 1000, NAMES = 1536, LETTERS = 27, ITERATIONS = 35000 };

static void check(unroll_status status) {
  if (status != UNROLL_OK) {
    fprintf(stderr, "unroll_worker: %s\n", unroll_get_last_error());
    exit(1);
  }
}

/* A seeded random walk scaled to [0, 1]. */
static float *walk(size_t count) {
  float *series = malloc(count * sizeof *series), low = 0, high = 0;
  unsigned long state = 1;
  float value = 0;
  if (series == NULL) exit(1);
  for (size_t i = 0; i < count; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value += (float)(state >> 40) / 8388608.0f - 1.0f;
    series[i] = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  for (size_t i = 0; i < count; i++) series[i] = (series[i] - low) / (high - low);
  return series;
}

static unroll_model *stacked(int is_gru, int64_t steps, int64_t features, size_t units, int layers,
                             double dropout, int sequences, int dense_units, size_t threads,
                             unroll_dtype dtype) {
  unroll_model_options options;
  unroll_model *model;
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  int64_t shape[2];
  unroll_model_options_init(&options, sizeof options);
  options.dtype = dtype;
  check(unroll_model_create(&options, &model));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = units;
  for (int layer = 0; layer < layers; layer++) {
    cell.return_sequences = sequences || layer < layers - 1;
    check(is_gru ? unroll_model_add_gru(model, &cell) : unroll_model_add_lstm(model, &cell));
    if (dropout > 0) check(unroll_model_add_dropout(model, dropout, NULL));
  }
  if (dense_units > 0) {
    unroll_dense_options_init(&dense, sizeof dense);
    dense.units = (size_t)dense_units;
    check(unroll_model_add_dense(model, &dense));
  }
  shape[0] = steps;
  shape[1] = features;
  check(unroll_model_build(model, shape, 2));
  check(unroll_model_set_thread_count(model, threads));
  return model;
}

/* State of the work that was set up. */
static unroll_model *model;
static unroll_array inputs, targets;
static unroll_data data;
static unroll_fit_options fit;
static unroll_predict_options predict;

static double run_fit(void) {
  double start = now();
  check(unroll_model_fit(model, &data, &fit, NULL));
  return now() - start;
}

static double run_predict(void) {
  double start = now();
  check(unroll_model_predict(model, &inputs, &targets, &predict));
  return now() - start;
}

static double run_train_on_batch(void) {
  double loss, start = now();
  check(unroll_model_train_on_batch(model, &data, &loss, 1));
  return now() - start;
}

static void set_data(void) {
  unroll_data_init(&data, sizeof data);
  data.inputs = &inputs;
  data.input_count = 1;
  data.targets = &targets;
  data.target_count = 1;
}

static void compile(unroll_optimizer_kind kind) {
  unroll_optimizer_options optimizer;
  unroll_compile_options options;
  check(unroll_optimizer_options_init(&optimizer, kind, sizeof optimizer));
  unroll_compile_options_init(&options, sizeof options);
  options.optimizer = &optimizer;
  check(unroll_model_compile(model, &options));
}

static void set_up_epoch(size_t samples, size_t steps, size_t batch, size_t threads, unroll_dtype dtype) {
  unroll_window_options windows;
  unroll_array series = unroll_array_view_1d(walk(samples + steps), UNROLL_DTYPE_FLOAT32, (int64_t)(samples + steps));
  unroll_window_options_init(&windows, sizeof windows);
  windows.window = steps;
  check(unroll_array_view_windows(&series, &windows, &inputs, &targets));
  model = stacked(0, (int64_t)steps, 1, UNITS, 4, 0.2, 0, 1, threads, dtype);
  compile(UNROLL_OPTIMIZER_ADAM);
  set_data();
  unroll_fit_options_init(&fit, sizeof fit);
  fit.batch_size = batch;
}

static void set_up_predict(size_t threads) {
  set_up_epoch(1975, 60, 32, threads, UNROLL_DTYPE_FLOAT32);
  unroll_predict_options_init(&predict, sizeof predict);
  predict.batch_size = 256;
  targets = unroll_array_view_2d(calloc(1975, sizeof(float)), UNROLL_DTYPE_FLOAT32, 1975, 1);
}

static void set_up_large(size_t threads, int training) {
  const size_t count = 64 * 100;
  model = stacked(0, 100, 64, 512, 1, 0, 1, 0, threads, UNROLL_DTYPE_FLOAT32);
  inputs = unroll_array_view_3d(walk(count * 64), UNROLL_DTYPE_FLOAT32, 64, 100, 64);
  targets = unroll_array_view_3d(calloc(count * 512, sizeof(float)), UNROLL_DTYPE_FLOAT32, 64, 100, 512);
  if (training) {
    compile(UNROLL_OPTIMIZER_SGD);
    set_data();
  }
  unroll_predict_options_init(&predict, sizeof predict);
  predict.batch_size = 64;
}

static void set_up_wide(size_t threads) {
  model = stacked(0, 50, 64, 1024, 1, 0, 1, 0, threads, UNROLL_DTYPE_FLOAT32);
  inputs = unroll_array_view_3d(walk(50 * 64), UNROLL_DTYPE_FLOAT32, 1, 50, 64);
  targets = unroll_array_view_3d(calloc(50 * 1024, sizeof(float)), UNROLL_DTYPE_FLOAT32, 1, 50, 1024);
  unroll_predict_options_init(&predict, sizeof predict);
}

static double run_stream(void) {
  unroll_stream *stream;
  float in = 0.5f, out = 0;
  double start;
  check(unroll_stream_create(model, NULL, &stream));
  start = now();
  for (int i = 0; i < STREAMED; i++) {
    if (unroll_stream_step_float32(stream, &in, 1, &out, 1) != UNROLL_OK) exit(1);
    in = 0.5f + 0.1f * out;
  }
  start = now() - start;
  unroll_stream_destroy(stream);
  return start;
}

static int32_t letters[NAMES * 18];
static size_t lengths[NAMES];

/* Random words with the lengths of dinosaur names, and the report's network. */
static void set_up_dinosaurs(unroll_dtype dtype) {
  unroll_model_options options;
  unroll_input_options input;
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  unroll_optimizer_options sgd;
  unroll_compile_options compile_options;
  unsigned long state = 1;
  size_t used = 0;
  for (int i = 0; i < NAMES; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    lengths[i] = 5 + (state >> 33) % 14;
    for (size_t k = 0; k < lengths[i]; k++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      letters[used++] = 1 + (int32_t)((state >> 33) % (LETTERS - 1));
    }
  }
  unroll_model_options_init(&options, sizeof options);
  options.dtype = dtype;
  check(unroll_model_create(&options, &model));
  unroll_input_options_init(&input, sizeof input);
  input.rank = 2;
  input.shape[0] = UNROLL_AXIS_ANY;
  input.shape[1] = LETTERS;
  input.batch_size = 1;
  check(unroll_model_add_input(model, &input));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = UNITS;
  cell.return_sequences = 1;
  cell.stateful = 1;
  check(unroll_model_add_simple_rnn(model, &cell));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = LETTERS;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  check(unroll_model_add_dense(model, &dense));
  check(unroll_model_build(model, NULL, 0));
  check(unroll_optimizer_options_init(&sgd, UNROLL_OPTIMIZER_SGD, sizeof sgd));
  sgd.learning_rate = 0.01;
  sgd.clipvalue = 5;
  unroll_compile_options_init(&compile_options, sizeof compile_options);
  compile_options.optimizer = &sgd;
  compile_options.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  compile_options.loss.reduction = UNROLL_REDUCTION_SUM;
  check(unroll_model_compile(model, &compile_options));
}

static double run_dinosaurs(void) {
  unroll_sequence_options options;
  double start = now();
  unroll_sequence_options_init(&options, sizeof options);
  options.iterations = ITERATIONS;
  options.end_symbol = 0;
  check(unroll_model_fit_sequences(model, letters, lengths, NAMES, &options, NULL));
  return now() - start;
}

/* A checksum of the weights (FNV-1a over their bits): equal for any number of threads. */
static const char *weights_checksum(void) {
  static char text[48];
  unsigned long hash = 14695981039346656037u;
  for (size_t index = 0;; index++) {
    unroll_weight_info info;
    unroll_array array;
    size_t count = 1;
    unsigned char *values;
    unroll_weight_info_init(&info, sizeof info);
    if (unroll_model_get_weight_info(model, index, &info) != UNROLL_OK) break;
    for (int32_t d = 0; d < info.rank; d++) count *= (size_t)info.shape[d];
    values = malloc(count * sizeof(float));
    if (values == NULL) exit(1);
    array = unroll_array_view_nd(values, UNROLL_DTYPE_FLOAT32, info.rank, info.shape);
    check(unroll_model_get_weight(model, index, &array));
    for (size_t i = 0; i < count * sizeof(float); i++) hash = (hash ^ values[i]) * 1099511628211u;
    free(values);
  }
  snprintf(text, sizeof text, ", \"weights\": \"%016lx\"", hash);
  return text;
}

int main(int argc, char **argv) {
  const char *work = argc > 1 ? argv[1] : "";
  size_t threads = argc > 2 ? (size_t)atoi(argv[2]) : 1;
  double (*run)(void) = run_predict, calls_a_work = 1;
  const char *(*more)(void) = NULL;
  char version[96];

  if (strcmp(work, "instruction_set") == 0) return puts(unroll_get_instruction_set()) < 0;
  if (strcmp(work, "W1") == 0 || strcmp(work, "W1double") == 0) {
    set_up_epoch(1975, 60, 32, threads, strcmp(work, "W1") == 0 ? UNROLL_DTYPE_FLOAT32 : UNROLL_DTYPE_FLOAT64);
    run = run_fit;
    more = weights_checksum;
  } else if (strcmp(work, "W2") == 0) {
    set_up_epoch(243, 7, 3, threads, UNROLL_DTYPE_FLOAT32);
    run = run_fit;
  } else if (strncmp(work, "W3", 2) == 0) {
    set_up_dinosaurs(strcmp(work, "W3double") == 0 ? UNROLL_DTYPE_FLOAT64 : UNROLL_DTYPE_FLOAT32);
    run = run_dinosaurs;
  } else if (strncmp(work, "W4", 2) == 0) {
    const char kind = work[2];
    const size_t units = kind == 'b' ? 20 : kind == 'd' ? 64 : kind == 'e' ? 256 : 50;
    model = stacked(kind == 'd', UNROLL_AXIS_ANY, 1, units, kind == 'c' ? 4 : 1, 0, 0, 1, 1, UNROLL_DTYPE_FLOAT32);
    run = run_stream;
    calls_a_work = 1.0 / STREAMED;
  } else if (strcmp(work, "W5") == 0) {
    set_up_predict(threads);
  } else if (strcmp(work, "W6train") == 0) {
    set_up_large(threads, 1);
    run = run_train_on_batch;
  } else if (strcmp(work, "W6forward") == 0) {
    set_up_large(threads, 0);
  } else if (strcmp(work, "W6wide") == 0) {
    set_up_wide(threads);
  } else {
    return serve_missing();
  }
  snprintf(version, sizeof version, "Unroll %s (%s)", unroll_get_version(), unroll_get_instruction_set());
  serve(version, more, run, calls_a_work);
  unroll_model_destroy(model);
  return 0;
}
