/* Wrong arguments to vocabularies, training on sequences, generating, and cells. */
#include "abi_test.h"

enum { SYMBOLS = 3 };

/* SimpleRNN and softmax over one-hot vectors of three symbols. */
static unroll_model *symbol_model(void) {
  unroll_model *model = NULL;
  unroll_recurrent_options rnn;
  unroll_dense_options dense;
  const int64_t shape[2] = {UNROLL_AXIS_ANY, SYMBOLS};
  OK(unroll_model_create(NULL, &model));
  unroll_recurrent_options_init(&rnn, sizeof rnn);
  rnn.units = 4;
  rnn.return_sequences = 1;
  OK(unroll_model_add_simple_rnn(model, &rnn));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = SYMBOLS;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 2));
  return model;
}

static void vocabulary(void) {
  unroll_model *model = symbol_model();
  char text[16];
  int32_t symbols[4] = {0, 1, 2, 3};
  size_t length;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "corpus is NULL", unroll_vocabulary_collect(NULL, text, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "UTF-8", unroll_vocabulary_collect("\xff", text, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_vocabulary_collect("abc", NULL, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_set_vocabulary(NULL, "abc"));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "", unroll_model_set_vocabulary(model, "aab"));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "4", unroll_model_set_vocabulary(model, "abcd"));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "vocabulary", unroll_model_encode(model, "a", symbols, 4, &length));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "vocabulary", unroll_model_decode(model, symbols, 2, text, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "vocabulary", unroll_model_generate_text(model, "", NULL, text, 16, &length));
  OK(unroll_model_set_vocabulary(model, "abc"));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_vocabulary(NULL, text, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_model_get_vocabulary(model, NULL, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_encode(NULL, "a", symbols, 4, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_model_encode(model, NULL, symbols, 4, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "x", unroll_model_encode(model, "abx", symbols, 4, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "symbols is NULL", unroll_model_encode(model, "ab", NULL, 4, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_decode(NULL, symbols, 2, text, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "symbols is NULL", unroll_model_decode(model, NULL, 2, text, 16, &length));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "3", unroll_model_decode(model, symbols, 4, text, 16, &length));
  unroll_model_destroy(model);
}

static int cancel(const unroll_sequence_progress *progress, void *user_data) {
  (void)user_data;
  return progress->iteration >= 1 ? UNROLL_CALLBACK_CANCEL : UNROLL_CALLBACK_CONTINUE;
}

static void sequences(void) {
  unroll_model *model = symbol_model(), *forecast = small_model(3, 2, UNROLL_DTYPE_FLOAT32);
  const int32_t symbols[5] = {0, 1, 2, 1, 0}, wrong[5] = {0, 1, 2, 3, 0};
  const size_t lengths[2] = {2, 3}, endless[2] = {2, (size_t)-1}, order[2] = {0, 2};
  unroll_compile_options compile;
  unroll_sequence_options options;
  unroll_sequence_progress last;
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled",
          unroll_model_fit_sequences(model, symbols, lengths, 2, NULL, NULL));
  unroll_compile_options_init(&compile, sizeof compile);
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_compile(forecast, &compile));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "", unroll_model_fit_sequences(model, symbols, lengths, 2, NULL, NULL));
  compile.loss.kind = UNROLL_LOSS_CATEGORICAL_CROSSENTROPY;
  OK(unroll_model_compile(model, &compile));
  CHECK(unroll_model_fit_sequences(forecast, symbols, lengths, 2, NULL, NULL) != UNROLL_OK);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL",
          unroll_model_fit_sequences(NULL, symbols, lengths, 2, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "symbols is NULL",
          unroll_model_fit_sequences(model, NULL, lengths, 2, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "lengths is NULL",
          unroll_model_fit_sequences(model, symbols, NULL, 2, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "count", unroll_model_fit_sequences(model, symbols, lengths, 0, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "lengths[1]",
          unroll_model_fit_sequences(model, symbols, endless, 2, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "3", unroll_model_fit_sequences(model, wrong, lengths, 2, NULL, NULL));
  unroll_sequence_progress_init(&last, sizeof last);
  last.struct_size = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size",
          unroll_model_fit_sequences(model, symbols, lengths, 2, NULL, &last));
  unroll_sequence_options_init(&options, sizeof options);
  options.start = -9;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "start",
          unroll_model_fit_sequences(model, symbols, lengths, 2, &options, NULL));
  unroll_sequence_options_init(&options, sizeof options);
  options.end_symbol = 3;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "3", unroll_model_fit_sequences(model, symbols, lengths, 2, &options, NULL));
  unroll_sequence_options_init(&options, sizeof options);
  options.order = order;
  options.order_count = 2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "2", unroll_model_fit_sequences(model, symbols, lengths, 2, &options, NULL));
  unroll_sequence_options_init(&options, sizeof options);
  options.smoothing = strtod("nan", NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "smoothing",
          unroll_model_fit_sequences(model, symbols, lengths, 2, &options, NULL));
  unroll_sequence_options_init(&options, sizeof options);
  options.callback_every = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "callback_every",
          unroll_model_fit_sequences(model, symbols, lengths, 2, &options, NULL));
  unroll_sequence_options_init(&options, sizeof options);
  options.iterations = 10;
  options.callback = cancel;
  REFUSES(UNROLL_ERROR_CANCELLED, "", unroll_model_fit_sequences(model, symbols, lengths, 2, &options, NULL));
  unroll_model_destroy(model);
  unroll_model_destroy(forecast);
}

static void generate(void) {
  unroll_model *model = symbol_model(), *forecast = small_model(3, 2, UNROLL_DTYPE_FLOAT32);
  unroll_generate_options options;
  int32_t symbols[60];
  const int32_t prefix[2] = {0, 7};
  char text[16];
  size_t count;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL",
          unroll_model_generate(NULL, NULL, 0, NULL, symbols, 60, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "prefix is NULL",
          unroll_model_generate(model, NULL, 1, NULL, symbols, 60, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "7", unroll_model_generate(model, prefix, 2, NULL, symbols, 60, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "symbols is NULL",
          unroll_model_generate(model, NULL, 0, NULL, NULL, 60, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "capacity", unroll_model_generate(model, NULL, 0, NULL, symbols, 3, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "count is NULL",
          unroll_model_generate(model, NULL, 0, NULL, symbols, 60, NULL));
  CHECK(unroll_model_generate(forecast, NULL, 0, NULL, symbols, 60, &count) != UNROLL_OK);
  unroll_generate_options_init(&options, sizeof options);
  options.temperature = strtod("nan", NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "temperature",
          unroll_model_generate(model, NULL, 0, &options, symbols, 60, &count));
  options.temperature = -1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "temperature",
          unroll_model_generate(model, NULL, 0, &options, symbols, 60, &count));
  unroll_generate_options_init(&options, sizeof options);
  options.start = 99;
  CHECK(unroll_model_generate(model, NULL, 0, &options, symbols, 60, &count) == UNROLL_ERROR_INVALID_ARGUMENT);
  OK(unroll_model_set_vocabulary(model, "abc"));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_generate_text(NULL, "", NULL, text, 16, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "z", unroll_model_generate_text(model, "z", NULL, text, 16, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL",
          unroll_model_generate_text(model, "a", NULL, NULL, 16, &count));
  unroll_model_destroy(model);
  unroll_model_destroy(forecast);
}

static void cells(void) {
  double n[64] = {0}, out[512];
  unroll_cell_shape shape = {2, 3, 0, 1, 2}, wrong;
  unroll_rnn_parameters rnn = {NULL, NULL, NULL, NULL, NULL}, no_bias;
  unroll_lstm_parameters lstm = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
  unroll_rnn_gradients rnn_gradients = {NULL, NULL, NULL, NULL, NULL};
  unroll_lstm_gradients lstm_gradients = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
  unroll_lstm_gates gates = {NULL, NULL, NULL, NULL};
  rnn.Wax = rnn.Waa = rnn.ba = n;
  no_bias = rnn;
  no_bias.ba = NULL;
  lstm.Wf = lstm.bf = lstm.Wi = lstm.bi = lstm.Wc = lstm.bc = lstm.Wo = lstm.bo = n;
  wrong = shape;
  wrong.m = 0;

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "shape is NULL", unroll_rnn_cell_forward(NULL, &rnn, n, n, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "shape->m", unroll_rnn_cell_forward(&wrong, &rnn, n, n, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "parameters is NULL", unroll_rnn_cell_forward(&shape, NULL, n, n, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "parameters->ba", unroll_rnn_cell_forward(&shape, &no_bias, n, n, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "xt is NULL", unroll_rnn_cell_forward(&shape, &rnn, NULL, n, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "", unroll_rnn_cell_forward(&shape, &rnn, n, n, out, out)); /* no Wya */
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "a0 is NULL", unroll_rnn_forward(&shape, &rnn, n, NULL, out, NULL));
  wrong = shape;
  wrong.t_x = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "shape->t_x", unroll_rnn_forward(&wrong, &rnn, n, n, out, NULL));
  wrong.t_x = 2147483647;
  wrong.n_a = 2147483647;
  wrong.m = 2147483647;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "", unroll_rnn_forward(&wrong, &rnn, n, n, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "gradients is NULL", unroll_rnn_cell_backward(&shape, &rnn, n, n, n, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "gradients->dx",
          unroll_rnn_cell_backward(&shape, &rnn, n, n, n, &rnn_gradients));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "da is NULL", unroll_rnn_backward(&shape, &rnn, n, n, NULL, &rnn_gradients));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "c_prev is NULL",
          unroll_lstm_cell_forward(&shape, &lstm, n, n, NULL, out, out, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "gates->ft",
          unroll_lstm_cell_forward(&shape, &lstm, n, n, n, out, out + 64, NULL, &gates));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "a is NULL", unroll_lstm_forward(&shape, &lstm, n, n, NULL, NULL, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "shape is NULL", unroll_lstm_forward(NULL, &lstm, n, n, out, NULL, out, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "dc_next is NULL",
          unroll_lstm_cell_backward(&shape, &lstm, n, n, n, n, NULL, &lstm_gradients));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "gradients->dx",
          unroll_lstm_backward(&shape, &lstm, n, n, n, &lstm_gradients));
  lstm.Wo = NULL;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "parameters->Wo",
          unroll_lstm_backward(&shape, &lstm, n, n, n, &lstm_gradients));
}

int main(void) {
  vocabulary();
  sequences();
  generate();
  cells();
  return finish("refuse_symbols");
}
