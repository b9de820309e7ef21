/* Training on sequences of symbols: it learns, says what it learned, and an
 * iteration allocates nothing once every length has been seen. */
#include "abi_test.h"
#include "allocations.h"

enum { LETTERS = 4, WORDS = 3, ITERATIONS = 300 };

static const int32_t symbols[7] = {1, 2, 3, 1, 1, 2, 2};
static const size_t lengths[WORDS] = {2, 4, 1};
static size_t allocated_at[ITERATIONS];

static int count_allocations(const unroll_sequence_progress *progress, void *user_data) {
  size_t *calls = (size_t *)user_data;
  CHECK(progress->iteration == *calls);
  allocated_at[(*calls)++] = allocations;
  return UNROLL_CALLBACK_CONTINUE;
}

static unroll_model *letter_model(unroll_dtype dtype) {
  unroll_model_options options;
  unroll_input_options input;
  unroll_recurrent_options rnn;
  unroll_dense_options dense;
  unroll_optimizer_options adam;
  unroll_compile_options compile;
  unroll_model *model = NULL;
  unroll_model_options_init(&options, sizeof options);
  options.dtype = dtype;
  OK(unroll_model_create(&options, &model));
  unroll_input_options_init(&input, sizeof input);
  input.rank = 2;
  input.shape[0] = UNROLL_AXIS_ANY;
  input.shape[1] = LETTERS;
  OK(unroll_model_add_input(model, &input));
  unroll_recurrent_options_init(&rnn, sizeof rnn);
  rnn.units = 9;
  rnn.return_sequences = 1;
  OK(unroll_model_add_simple_rnn(model, &rnn));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = LETTERS;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, NULL, 0));
  OK(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_ADAM, sizeof adam));
  adam.learning_rate = 0.05;
  adam.clipvalue = 5;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.optimizer = &adam;
  compile.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  compile.loss.reduction = UNROLL_REDUCTION_SUM;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_set_vocabulary(model, "\nabc"));
  return model;
}

static void learns_without_allocating(unroll_dtype dtype) {
  unroll_model *model = letter_model(dtype);
  unroll_sequence_options train;
  unroll_sequence_progress last;
  unroll_generate_options draw;
  size_t calls = 0, length = 0;
  char word[32];
  unroll_sequence_options_init(&train, sizeof train);
  train.iterations = ITERATIONS;
  train.end_symbol = 0;
  train.shuffle = 0;
  train.callback = count_allocations;
  train.user_data = &calls;
  unroll_sequence_progress_init(&last, sizeof last);
  OK(unroll_model_fit_sequences(model, symbols, lengths, WORDS, &train, &last));
  CHECK(calls == ITERATIONS && last.iteration == ITERATIONS - 1);
  CHECK(last.smoothed_loss > 0 && last.loss < 2);
  /* Each of the three lengths has been met after three iterations. */
  CHECK(allocated_at[ITERATIONS - 1] == allocated_at[WORDS - 1]);

  unroll_generate_options_init(&draw, sizeof draw);
  draw.end_symbol = 0;
  draw.temperature = 0;
  OK(unroll_model_generate_text(model, "ca", &draw, word, sizeof word, &length));
  CHECK(strcmp(word, "caab") == 0 && length == 4);
  OK(unroll_model_generate_text(model, "ca", &draw, word, 3, &length));
  CHECK(strcmp(word, "ca") == 0 && length == 4);
  unroll_model_destroy(model);
}

int main(void) {
  learns_without_allocating(UNROLL_DTYPE_FLOAT32);
  learns_without_allocating(UNROLL_DTYPE_FLOAT64);
  return finish("test_sequences");
}
