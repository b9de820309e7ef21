/* A call that would meet another wrongly is refused: each function of a model,
 * from another thread and from callbacks. */
#include "use.h"

/* Whether this status is what a call that meets another should have. */
#define MEETS(expected, call)                                                                     \
  do {                                                                                            \
    unroll_status status_ = (call);                                                               \
    if ((status_ == UNROLL_ERROR_INVALID_STATE) != (expected))                                          \
      FAIL("%s: %s (%s)", #call, unroll_status_get_name(status_), unroll_get_last_error());               \
    if ((expected) && strstr(unroll_get_last_error(), "in use by another thread") == NULL)            \
      FAIL("%s: the message is: %s", #call, unroll_get_last_error());                                 \
  } while (0)

static int ignore(const void *bytes, size_t count, void *user_data) {
  (void)bytes;
  (void)count;
  (void)user_data;
  return 0;
}

static void reading(const unroll_model *model, int refused) {
  float out[N], kernel[F * 20];
  unroll_array p = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT32, N, 1),
               k = unroll_array_view_2d(kernel, UNROLL_DTYPE_FLOAT32, F, 20);
  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank, symbols[4] = {0, 0, 0, 0};
  unroll_model_info info;
  unroll_weight_info weight;
  unroll_layer_info layer;
  unroll_model *twin = NULL;
  unroll_stream *stream = NULL;
  unroll_early_stopping_options stopping;
  unroll_checkpoint_options checkpoint;
  unroll_reduce_on_plateau_options plateau;
  unroll_monitor_state state;
  unroll_verdict verdict;
  size_t count;
  int flag;
  double rate = 0.1;
  char text[64];
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  unroll_reduce_on_plateau_options_init(&plateau, sizeof plateau);
  unroll_monitor_state_init(&state, sizeof state);
  unroll_model_info_init(&info, sizeof info);
  unroll_weight_info_init(&weight, sizeof weight);
  unroll_layer_info_init(&layer, sizeof layer);
  MEETS(refused, unroll_model_predict(model, &x, &p, NULL));
  MEETS(refused, unroll_model_predict_all(model, &x, 1, &p, 1, NULL));
  MEETS(refused, unroll_model_predict_shape(model, &x, 1, 0, shape, &rank));
  MEETS(refused, unroll_model_get_info(model, &info));
  MEETS(refused, unroll_model_get_input_shape(model, 0, shape, &rank));
  MEETS(refused, unroll_model_get_output_shape(model, 0, shape, &rank));
  MEETS(refused, unroll_model_get_input_name(model, 0, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_output_name(model, 0, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_layer_info(model, 0, &layer));
  MEETS(refused, unroll_model_get_layer_name(model, 0, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_layer_class(model, 0, text, sizeof text, NULL));
  MEETS(refused, unroll_model_copy(model, &twin));
  unroll_model_destroy(twin);
  MEETS(refused, unroll_model_get_weights(model, NULL, 0));
  MEETS(refused, unroll_model_get_summary(model, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_json(model, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_trainable(model, NULL, &flag));
  MEETS(refused, unroll_model_get_state_count(model, NULL, &count));
  MEETS(refused, unroll_model_get_state_shape(model, NULL, 0, shape, &rank));
  MEETS(refused, unroll_model_get_state(model, NULL, 0, &p));
  MEETS(refused, unroll_model_get_learning_rate(model, &rate));
  MEETS(refused, unroll_early_stopping_step(model, &stopping, 0, 1, &state, &verdict));
  MEETS(refused, unroll_checkpoint_step(model, &checkpoint, 0, 1, &state, &verdict));
  MEETS(refused, unroll_reduce_on_plateau_step(model, &plateau, 0, 1, &rate, &state, &verdict));
  MEETS(refused, unroll_model_get_metric_count(model, &count));
  MEETS(refused, unroll_model_get_metric_name(model, 0, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_weight_info(model, 0, &weight));
  MEETS(refused, unroll_model_get_weight_name(model, 0, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_weight(model, 0, &k));
  MEETS(refused, unroll_stream_create(model, NULL, &stream));
  unroll_stream_destroy(stream);
  MEETS(refused, unroll_model_save(model, "build/tests/use.keras", NULL));
  MEETS(refused, unroll_model_save_weights(model, "build/tests/use.weights.h5", NULL));
  MEETS(refused, unroll_model_save_to_memory(model, NULL, ignore, NULL));
  MEETS(refused, unroll_model_save_weights_to_memory(model, NULL, ignore, NULL));
  MEETS(refused, unroll_model_describe(model, text, sizeof text, NULL));
  MEETS(refused, unroll_model_get_vocabulary(model, text, sizeof text, NULL));
  if (!refused) return; /* these need a vocabulary */
  MEETS(refused, unroll_model_encode(model, "a", symbols, 4, &count));
  MEETS(refused, unroll_model_decode(model, symbols, 1, text, sizeof text, NULL));
  MEETS(refused, unroll_model_generate(model, NULL, 0, NULL, symbols, 4, &count));
  MEETS(refused, unroll_model_generate_text(model, "", NULL, text, sizeof text, NULL));
}

static void changing(unroll_model *model) {
  static const char json[] = "{\"class_name\": \"Flatten\", \"config\": {}}";
  const int64_t shape[2] = {T, F};
  const size_t lengths[1] = {1};
  const int32_t symbols[1] = {0};
  unroll_data data = samples(&x, &y);
  unroll_input_options input;
  unroll_dense_options dense;
  unroll_recurrent_options cell;
  unroll_embedding_options embedding;
  unroll_dropout_options dropout;
  unroll_activation_layer_options layer;
  float kernel[F * 20] = {0};
  unroll_array k = unroll_array_view_2d(kernel, UNROLL_DTYPE_FLOAT32, F, 20);
  double value;
  unroll_input_options_init(&input, sizeof input);
  unroll_dense_options_init(&dense, sizeof dense);
  unroll_recurrent_options_init(&cell, sizeof cell);
  unroll_embedding_options_init(&embedding, sizeof embedding);
  unroll_dropout_options_init(&dropout, sizeof dropout);
  unroll_activation_layer_options_init(&layer, sizeof layer);
  MEETS(1, unroll_model_add_input(model, &input));
  MEETS(1, unroll_model_add_dense(model, &dense));
  MEETS(1, unroll_model_add_time_distributed_dense(model, &dense));
  MEETS(1, unroll_model_add_simple_rnn(model, &cell));
  MEETS(1, unroll_model_add_lstm(model, &cell));
  MEETS(1, unroll_model_add_gru(model, &cell));
  MEETS(1, unroll_model_add_embedding(model, &embedding));
  MEETS(1, unroll_model_add_dropout_ext(model, &dropout));
  MEETS(1, unroll_model_add_dropout(model, 0.5, NULL));
  MEETS(1, unroll_model_add_activation_ext(model, &layer));
  MEETS(1, unroll_model_add_activation(model, UNROLL_ACTIVATION_RELU, NULL));
  MEETS(1, unroll_model_add_masking_ext(model, NULL));
  MEETS(1, unroll_model_add_masking(model, 0, NULL));
  MEETS(1, unroll_model_add_layer_from_json(model, json, sizeof json - 1));
  MEETS(1, unroll_model_build(model, shape, 2));
  MEETS(1, unroll_model_reset_states(model));
  MEETS(1, unroll_model_set_thread_count(model, 1));
  MEETS(1, unroll_model_compile(model, NULL));
  MEETS(1, unroll_model_set_trainable(model, NULL, 1));
  MEETS(1, unroll_model_reset_layer_states(model, NULL));
  MEETS(1, unroll_model_set_states(model, NULL, &k, 1));
  MEETS(1, unroll_model_set_learning_rate(model, 0.1));
  MEETS(1, unroll_model_fit(model, &data, NULL, NULL));
  MEETS(1, unroll_model_evaluate_ext(model, &data, NULL, &value, 1));
  MEETS(1, unroll_model_evaluate(model, &data, 4, &value, 1));
  MEETS(1, unroll_model_train_on_batch_ext(model, &data, NULL, &value, 1));
  MEETS(1, unroll_model_train_on_batch(model, &data, &value, 1));
  MEETS(1, unroll_model_set_weight(model, 0, &k));
  MEETS(1, unroll_model_set_weights(model, &k, 1));
  MEETS(1, unroll_model_load_weights_ext(model, "build/tests/use.weights.h5", NULL));
  MEETS(1, unroll_model_load_weights(model, "build/tests/use.weights.h5"));
  MEETS(1, unroll_model_load_weights_from_memory(model, kernel, sizeof kernel, NULL));
  MEETS(1, unroll_model_set_vocabulary(model, NULL));
  MEETS(1, unroll_model_fit_sequences(model, symbols, lengths, 1, NULL, NULL));
}

static void nothing_meets_a_call_that_changes_the_model(void) {
  unroll_model *model = compiled(), *other = compiled();
  waiting w;
  pthread_t thread;
  begin(&w, &thread, model, fit_and_wait);
  reading(model, 1);
  changing(model);
  reading(other, 0); /* others are independent */
  end(&w, thread);
  reading(model, 0);
  unroll_model_destroy(model);
  unroll_model_destroy(other);
}

static void reading_calls_meet_each_other_only(void) {
  unroll_model *model = compiled();
  unroll_data data = samples(&x, &y);
  double value = 0;
  waiting w;
  pthread_t thread;
  begin(&w, &thread, model, save_and_wait);
  reading(model, 0);
  changing(model);
  end(&w, thread);
  OK(unroll_model_train_on_batch(model, &data, &value, 1));
  unroll_model_destroy(model);
}

/* ---- What a callback may do with the model that is being trained -------------- */

typedef struct {
  unroll_model *model;
  int destroy, called;
} inner;

static int use_inside(const unroll_progress *progress, void *user_data) {
  inner *i = (inner *)user_data;
  unroll_model *model = i->model;
  unroll_data data = samples(&x, &y);
  unroll_dense_options dense;
  double value = 0;
  if (progress->event == UNROLL_EVENT_BATCH_END) OK(unroll_model_set_learning_rate(model, 0.002));
  if (progress->event != UNROLL_EVENT_EPOCH_END) return UNROLL_CALLBACK_CONTINUE;
  i->called++;
  reading(model, 0);
  OK(unroll_model_evaluate(model, &data, 4, &value, 1));
  OK(unroll_model_get_learning_rate(model, &value));
  CHECK(value == 0.002);
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  REFUSES(UNROLL_ERROR_INVALID_STATE, "being trained", unroll_model_fit(model, &data, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "being trained", unroll_model_train_on_batch(model, &data, &value, 1));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "being trained", unroll_model_compile(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "being trained", unroll_model_add_dense(model, &dense));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "being trained", unroll_model_build(model, NULL, 0));
  /* Not allowed, and there is no status to say so: it waits for the fit to end. */
  if (i->destroy) unroll_model_destroy(model);
  return UNROLL_CALLBACK_CONTINUE;
}

static void a_callback_reads_the_model_it_trains(int destroy) {
  inner i = {compiled(), destroy, 0};
  unroll_data data = samples(&x, &y);
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.callback = use_inside;
  fit.user_data = &i;
  OK(unroll_model_fit(i.model, &data, &fit, NULL));
  CHECK(i.called == 1);
  if (!destroy) {
    OK(unroll_model_compile(i.model, NULL));
    unroll_model_destroy(i.model);
  }
}

static int fit_in_write(const void *bytes, size_t count, void *user_data) {
  (void)bytes;
  (void)count;
  MEETS(1, unroll_model_compile((unroll_model *)user_data, NULL));
  reading((const unroll_model *)user_data, 0);
  return 0;
}

static void a_write_callback_reads_the_model_it_saves(void) {
  unroll_model *model = compiled();
  OK(unroll_model_save_to_memory(model, NULL, fit_in_write, model));
  OK(unroll_model_compile(model, NULL));
  unroll_model_destroy(model);
}

int main(void) {
  fill();
  nothing_meets_a_call_that_changes_the_model();
  reading_calls_meet_each_other_only();
  a_callback_reads_the_model_it_trains(0);
  a_callback_reads_the_model_it_trains(1);
  a_write_callback_reads_the_model_it_saves();
  return finish("test_use");
}
