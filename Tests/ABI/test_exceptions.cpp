// What a host's functions throw ends at the library: the call fails with the
// exception's words, and the model works on.
#include <pthread.h>

#include <stdexcept>
#include <string>

#include "abi_test.h"

enum { N = 12, T = 4, F = 2 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;
static unroll_data data;

static unroll_model *compiled() {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  OK(unroll_model_compile(model, nullptr));
  return model;
}

struct Thrower {
  unroll_event at;
  int kind;
  // Runs while the exception unwinds: nothing of the host's is skipped.
  bool unwound;
};

[[noreturn]] static void throw_it(Thrower *thrower) {
  struct Unwinding {
    Thrower *thrower;
    ~Unwinding() { thrower->unwound = true; }
  } unwinding{thrower};
  switch (thrower->kind) {
    case 0: throw std::runtime_error("the disk is full");
    case 1: throw 42;
    case 2: throw std::string(2000, 'x');
    default: throw std::runtime_error(std::string(2000, '\xc3') + "\xff");
  }
}

static int in_fit(const unroll_progress *progress, void *user_data) {
  Thrower *thrower = static_cast<Thrower *>(user_data);
  if (progress->event == thrower->at) throw_it(thrower);
  return UNROLL_CALLBACK_CONTINUE;
}

static double in_rate(size_t, double, void *user_data) { throw_it(static_cast<Thrower *>(user_data)); }

static int in_sequences(const unroll_sequence_progress *, void *user_data) { throw_it(static_cast<Thrower *>(user_data)); }

static int in_write(const void *, size_t, void *user_data) { throw_it(static_cast<Thrower *>(user_data)); }

// The model is idle again, and learns.
static void works_on(unroll_model *model) {
  double loss = -1;
  OK(unroll_model_fit(model, &data, nullptr, nullptr));
  OK(unroll_model_evaluate(model, &data, 4, &loss, 1));
  CHECK(loss >= 0);
}

static void exceptions_of_a_fit() {
  static const unroll_event events[] = {UNROLL_EVENT_FIT_BEGIN, UNROLL_EVENT_EPOCH_BEGIN, UNROLL_EVENT_BATCH_BEGIN,
                                        UNROLL_EVENT_BATCH_END, UNROLL_EVENT_EPOCH_END,   UNROLL_EVENT_FIT_END};
  unroll_model *model = compiled();
  for (unroll_event event : events) {
    for (int kind = 0; kind < 4; kind++) {
      Thrower thrower = {event, kind, false};
      unroll_history *history = nullptr;
      unroll_fit_options fit;
      unroll_fit_options_init(&fit, sizeof fit);
      fit.batch_size = 5;
      fit.callback = in_fit;
      fit.user_data = &thrower;
      REFUSES(UNROLL_ERROR_CANCELLED,
              kind == 0 ? "the callback threw an exception: the disk is full" : "threw an exception",
              unroll_model_fit(model, &data, &fit, &history));
      CHECK(thrower.unwound && history == nullptr);
      works_on(model);
    }
  }
  unroll_model_destroy(model);
}

static void exceptions_of_a_rate_callback() {
  unroll_model *model = compiled();
  Thrower thrower = {UNROLL_EVENT_FIT_BEGIN, 0, false};
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.rate_callback = in_rate;
  fit.user_data = &thrower;
  REFUSES(UNROLL_ERROR_CANCELLED, "the rate_callback threw an exception: the disk is full",
          unroll_model_fit(model, &data, &fit, nullptr));
  works_on(model);
  unroll_model_destroy(model);
}

static void exceptions_of_a_training_on_sequences() {
  static const char json[] =
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": ["
      "{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null, null, 3], \"name\": \"i\"}},"
      "{\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 4, \"return_sequences\": true}},"
      "{\"class_name\": \"Dense\", \"config\": {\"units\": 3, \"activation\": \"softmax\"}}]}}";
  const int32_t symbols[3] = {0, 1, 2};
  const size_t lengths[1] = {3};
  unroll_model *model = nullptr;
  Thrower thrower = {UNROLL_EVENT_FIT_BEGIN, 0, false};
  unroll_compile_options compile;
  unroll_sequence_options train;
  OK(unroll_model_create_from_json(json, sizeof json - 1, nullptr, &model));
  unroll_compile_options_init(&compile, sizeof compile);
  compile.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  OK(unroll_model_compile(model, &compile));
  unroll_sequence_options_init(&train, sizeof train);
  train.callback = in_sequences;
  train.user_data = &thrower;
  REFUSES(UNROLL_ERROR_CANCELLED, "the disk is full",
          unroll_model_fit_sequences(model, symbols, lengths, 1, &train, nullptr));
  CHECK(thrower.unwound);
  train.callback = nullptr;
  OK(unroll_model_fit_sequences(model, symbols, lengths, 1, &train, nullptr));
  unroll_model_destroy(model);
}

static void exceptions_of_a_write_callback() {
  unroll_model *model = compiled();
  Thrower thrower = {UNROLL_EVENT_FIT_BEGIN, 0, false};
  REFUSES(UNROLL_ERROR_CANCELLED, "the write function threw an exception: the disk is full",
          unroll_model_save_to_memory(model, nullptr, in_write, &thrower));
  REFUSES(UNROLL_ERROR_CANCELLED, "the disk is full",
          unroll_model_save_weights_to_memory(model, nullptr, in_write, &thrower));
  works_on(model);
  unroll_model_destroy(model);
}

// An exception is the thread's own: another one fits meanwhile.
static void *throw_often(void *) {
  exceptions_of_a_rate_callback();
  return nullptr;
}

static void exceptions_on_several_threads() {
  pthread_t threads[4];
  for (pthread_t &thread : threads) CHECK(pthread_create(&thread, nullptr, throw_often, nullptr) == 0);
  for (pthread_t &thread : threads) CHECK(pthread_join(thread, nullptr) == 0);
}

int main() {
  for (int i = 0; i < N * T * F; i++) inputs[i] = static_cast<float>(i % 7) / 7;
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  data = samples(&x, &y);
  exceptions_of_a_fit();
  exceptions_of_a_rate_callback();
  exceptions_of_a_training_on_sequences();
  exceptions_of_a_write_callback();
  exceptions_on_several_threads();
  return finish("test_exceptions");
}
