/* The second part of test_frozen.c: training, series, symbols and cells of a
 * program that was compiled against an earlier header. */
#include "frozen.h"

typedef struct {
  size_t epochs, batches;
} counts;

static int count(const unroll_progress *progress, void *user_data) {
  counts *c = (counts *)user_data;
  CHECK(progress->struct_size >= sizeof *progress);
  if (progress->event == UNROLL_EVENT_EPOCH_END) {
    c->epochs++;
    CHECK(progress->value_count >= 2 && strcmp(progress->names[0], "loss") == 0);
  }
  if (progress->event == UNROLL_EVENT_BATCH_END) c->batches++;
  return UNROLL_CALLBACK_CONTINUE;
}

static double slower(size_t epoch, double rate, void *user_data) {
  (void)user_data;
  return epoch == 0 ? rate : rate / 2;
}

static void models_are_trained(void) {
  static const char path[] = "build/tests/frozen.keras";
  static const double rates[2] = {0.01, 0.001};
  static const int64_t boundaries[1] = {5};
  const unroll_metric_kind metrics[2] = {UNROLL_METRIC_MEAN_ABSOLUTE_ERROR, UNROLL_METRIC_MEAN_SQUARED_ERROR};
  unroll_model *model = built();
  unroll_optimizer_options optimizer;
  unroll_compile_options compile;
  unroll_loss loss;
  unroll_fit_options fit;
  unroll_early_stopping_options stopping;
  unroll_checkpoint_options checkpoint;
  unroll_reduce_on_plateau_options plateau;
  unroll_history *history = NULL;
  counts c = {0, 0};
  double values[3], rate = 0, value = 0;
  size_t epochs = 0, columns = 0;
  char name[64];

  OK(unroll_optimizer_options_init(&optimizer, UNROLL_OPTIMIZER_ADAMW, sizeof optimizer));
  CHECK(optimizer.weight_decay == 0.004);
  optimizer.schedule = UNROLL_SCHEDULE_PIECEWISE;
  optimizer.boundaries = boundaries;
  optimizer.values = rates;
  optimizer.boundary_count = 1;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.optimizer = &optimizer;
  compile.loss.kind = UNROLL_LOSS_HUBER;
  compile.loss.delta = 0.5;
  compile.metrics = metrics;
  compile.metric_count = 2;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_get_learning_rate(model, &rate));
  CHECK(rate == 0.01);

  /* The same loss, one for each output; then a rate that may change. */
  loss = compile.loss;
  compile.losses = &loss;
  compile.loss_count = 1;
  OK(unroll_optimizer_options_init(&optimizer, UNROLL_OPTIMIZER_SGD, sizeof optimizer));
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_set_learning_rate(model, 0.02));

  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  stopping.patience = 5;
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  checkpoint.path = path;
  unroll_reduce_on_plateau_options_init(&plateau, sizeof plateau);
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 2;
  fit.batch_size = 4;
  fit.validation_split = 0.25;
  fit.callback = count;
  fit.user_data = &c;
  fit.early_stopping = &stopping;
  fit.checkpoint = &checkpoint;
  fit.reduce_on_plateau = &plateau;
  fit.rate_callback = slower;
  fit.csv_path = "build/tests/frozen.csv";
  OK(unroll_model_fit(model, &data, &fit, &history));
  CHECK(c.epochs == 2 && c.batches == 6);
  OK(unroll_history_get_size(history, &epochs, &columns));
  CHECK(epochs == 2 && columns == 7);
  OK(unroll_history_get_value_name(history, 1, name, sizeof name, NULL));
  CHECK(strcmp(name, "mean_absolute_error") == 0);
  OK(unroll_history_get_value(history, 1, 6, &value));
  CHECK(value == 0.01);
  unroll_history_destroy(history);

  OK(unroll_model_get_metric_count(model, &columns));
  CHECK(columns == 3);
  OK(unroll_model_get_metric_name(model, 2, name, sizeof name, NULL));
  CHECK(strcmp(name, "mean_squared_error") == 0);
  OK(unroll_model_evaluate(model, &data, 5, values, 3));
  CHECK(values[0] > 0 && values[0] < 10);
  OK(unroll_model_train_on_batch(model, &data, values, 3));
  unroll_model_destroy(model);
}

static void series_are_scaled_and_cut(void) {
  double series[8] = {0, 1, 2, 3, 4, 5, 6, 8}, scaled[8], low = 0, high = 0;
  unroll_array in = unroll_array_view_1d(series, UNROLL_DTYPE_FLOAT64, 8),
               out = unroll_array_view_1d(scaled, UNROLL_DTYPE_FLOAT64, 8);
  unroll_array windows, next;
  unroll_window_options cut;
  unroll_scaler *scaler = NULL;
  size_t columns = 0;
  OK(unroll_scaler_create(-1, 1, &scaler));
  OK(unroll_scaler_fit(scaler, &in));
  OK(unroll_scaler_transform(scaler, &in, &out));
  CHECK(scaled[0] == -1 && scaled[4] == 0 && scaled[7] == 1);
  OK(unroll_scaler_inverse_transform(scaler, &out, &out));
  CHECK(scaled[7] == 8);
  OK(unroll_scaler_get_range(scaler, 0, &low, &high));
  OK(unroll_scaler_get_column_count(scaler, &columns));
  CHECK(low == 0 && high == 8 && columns == 1);
  unroll_scaler_destroy(scaler);
  unroll_window_options_init(&cut, sizeof cut);
  cut.window = 3;
  OK(unroll_array_view_windows(&in, &cut, &windows, &next));
  CHECK(windows.shape[0] == 5 && windows.shape[1] == 3 && next.shape[0] == 5);
}

static int stop_at_once(const unroll_sequence_progress *progress, void *user_data) {
  (void)user_data;
  CHECK(progress->struct_size >= sizeof *progress);
  return progress->iteration == 3 ? UNROLL_CALLBACK_STOP : UNROLL_CALLBACK_CONTINUE;
}

static void symbols_are_learnt_and_drawn(void) {
  static const int32_t symbols[7] = {0, 1, 2, 1, 2, 0, 1};
  static const size_t lengths[2] = {4, 3};
  const int64_t shape[2] = {UNROLL_AXIS_ANY, UNROLL_AXIS_ANY};
  unroll_embedding_options embedding;
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  unroll_compile_options compile;
  unroll_sequence_options train;
  unroll_sequence_progress last;
  unroll_generate_options draw;
  unroll_model *model = NULL;
  int32_t drawn[8];
  size_t count = 0, length = 0;
  char text[32];
  OK(unroll_model_create(NULL, &model));
  unroll_embedding_options_init(&embedding, sizeof embedding);
  embedding.input_dim = 3;
  embedding.output_dim = 4;
  OK(unroll_model_add_embedding(model, &embedding));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 5;
  cell.return_sequences = 1;
  OK(unroll_model_add_gru(model, &cell));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 3;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 1));
  unroll_compile_options_init(&compile, sizeof compile);
  compile.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  OK(unroll_model_compile(model, &compile));
  unroll_sequence_options_init(&train, sizeof train);
  train.iterations = 10;
  train.start = 0;
  train.callback = stop_at_once;
  unroll_sequence_progress_init(&last, sizeof last);
  OK(unroll_model_fit_sequences(model, symbols, lengths, 2, &train, &last));
  CHECK(last.struct_size == sizeof last && last.iteration == 3 && last.loss > 0);
  unroll_generate_options_init(&draw, sizeof draw);
  draw.limit = 8;
  draw.start = 0;
  OK(unroll_model_generate(model, NULL, 0, &draw, drawn, 8, &count));
  CHECK(count == 8);
  OK(unroll_vocabulary_collect("cab", text, sizeof text, &length));
  CHECK(strcmp(text, "abc") == 0);
  OK(unroll_model_set_vocabulary(model, text));
  OK(unroll_model_get_vocabulary(model, text, sizeof text, NULL));
  OK(unroll_model_encode(model, "cab", drawn, 8, &count));
  CHECK(count == 3 && drawn[0] == 2);
  OK(unroll_model_decode(model, drawn, 3, text, sizeof text, NULL));
  CHECK(strcmp(text, "cab") == 0);
  OK(unroll_model_generate_text(model, "", &draw, text, sizeof text, NULL));
  CHECK(strlen(text) == 8);
  unroll_model_destroy(model);
}

static void cells_run(void) {
  const unroll_cell_shape shape = {1, 1, 1, 1, 1};
  const double one = 1, half = 0.5, zero = 0;
  const unroll_rnn_parameters rnn = {&half, &half, &one, &zero, &zero};
  const unroll_lstm_parameters lstm = {(const double[]){1, 1}, &zero, (const double[]){1, 1}, &zero,
                                       (const double[]){1, 1}, &zero, (const double[]){1, 1}, &zero, &one, &zero};
  double a = 0, c = 0, y = 0, dx = 0, da = 0, wax = 0, waa = 0, ba = 0;
  const unroll_rnn_gradients gradients = {&dx, &da, &wax, &waa, &ba};
  OK(unroll_rnn_cell_forward(&shape, &rnn, &one, &one, &a, &y));
  CHECK(close_to(a, 0.761594155955765, 1e-14) && y == 1);
  OK(unroll_rnn_forward(&shape, &rnn, &one, &one, &a, &y));
  OK(unroll_rnn_cell_backward(&shape, &rnn, &one, &one, &one, &gradients));
  CHECK(close_to(dx, 0.5 * (1 - a * a), 1e-14) && dx == da);
  OK(unroll_lstm_cell_forward(&shape, &lstm, &one, &zero, &zero, &a, &c, &y, NULL));
  CHECK(c > 0 && a > 0 && y == 1);
}

int main(void) {
  fill();
  models_are_trained();
  series_are_scaled_and_cut();
  symbols_are_learnt_and_drawn();
  cells_run();
  return finish("test_frozen_training");
}
