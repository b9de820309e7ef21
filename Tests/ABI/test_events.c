/* What a callback is told of evaluations, validations and predictions. */
#include "weights.h"

enum { N = 7, T = 4, F = 2 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;
static unroll_data data;

/* The events of a call, one letter each: F fit, E epoch, B batch, T test, t its
 * batch, P predict, p its batch; begins, then ends. */
typedef struct {
  char text[256];
  size_t count;
  size_t batch[128], batches;
  double loss;
  int answer_event, answer;
} events;

static int note_event(const unroll_progress *progress, void *user_data) {
  static const struct {
    unroll_event event;
    char letter, edge;
  } known[] = {
      {UNROLL_EVENT_FIT_BEGIN, 'F', '<'}, {UNROLL_EVENT_FIT_END, 'F', '>'},
      {UNROLL_EVENT_EPOCH_BEGIN, 'E', '<'}, {UNROLL_EVENT_EPOCH_END, 'E', '>'},
      {UNROLL_EVENT_BATCH_BEGIN, 'B', '<'}, {UNROLL_EVENT_BATCH_END, 'B', '>'},
      {UNROLL_EVENT_TEST_BEGIN, 'T', '<'}, {UNROLL_EVENT_TEST_END, 'T', '>'},
      {UNROLL_EVENT_TEST_BATCH_BEGIN, 't', '<'}, {UNROLL_EVENT_TEST_BATCH_END, 't', '>'},
      {UNROLL_EVENT_PREDICT_BEGIN, 'P', '<'}, {UNROLL_EVENT_PREDICT_END, 'P', '>'},
      {UNROLL_EVENT_PREDICT_BATCH_BEGIN, 'p', '<'}, {UNROLL_EVENT_PREDICT_BATCH_END, 'p', '>'}};
  events *e = (events *)user_data;
  size_t i;
  CHECK(progress->struct_size == sizeof *progress && progress->epochs >= 1 && progress->seconds >= 0);
  for (i = 0; i < sizeof known / sizeof *known; i++) {
    if (known[i].event != progress->event) continue;
    e->text[2 * e->count] = known[i].letter;
    e->text[2 * e->count + 1] = known[i].edge;
    e->batch[e->count++] = progress->batch;
  }
  e->batches = progress->batches;
  if (progress->event == UNROLL_EVENT_TEST_BATCH_END || progress->event == UNROLL_EVENT_TEST_END) {
    CHECK(progress->value_count == 1 && strcmp(progress->names[0], "loss") == 0);
    if (progress->value_count == 1) e->loss = progress->values[0];
  } else if (progress->event == UNROLL_EVENT_TEST_BEGIN || progress->event == UNROLL_EVENT_PREDICT_BATCH_END) {
    CHECK(progress->value_count == 0);
  }
  return (int)progress->event == e->answer_event ? e->answer : UNROLL_CALLBACK_CONTINUE;
}

static events none(void) {
  events e;
  memset(&e, 0, sizeof e);
  return e;
}

#define SAW(e, expected)                                                                          \
  do {                                                                                            \
    if (strcmp((e).text, (expected)) != 0) FAIL("events: expected %s, found %s", (expected), (e).text); \
  } while (0)

static unroll_model *made(void) {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT64);
  OK(unroll_model_compile(model, NULL));
  return model;
}

static void evaluate_tells_of_its_batches(void) {
  unroll_model *model = made();
  unroll_evaluate_options options;
  events e = none();
  double value = 0, plain = 0;
  unroll_evaluate_options_init(&options, sizeof options);
  options.batch_size = 3;
  OK(unroll_model_evaluate_ext(model, &data, &options, &plain, 1));
  options.callback = note_event;
  options.user_data = &e;
  OK(unroll_model_evaluate_ext(model, &data, &options, &value, 1));
  SAW(e, "T<t<t>t<t>t<t>T>");
  CHECK(value == plain && e.loss == value && e.batches == 3 && e.batch[1] == 0 && e.batch[6] == 2);
  /* The first batch alone. */
  e = none();
  e.answer_event = UNROLL_EVENT_TEST_BATCH_END;
  e.answer = UNROLL_CALLBACK_STOP;
  OK(unroll_model_evaluate_ext(model, &data, &options, &value, 1));
  SAW(e, "T<t<t>T>");
  CHECK(value != plain && e.loss == value);
  e = none();
  e.answer_event = UNROLL_EVENT_TEST_BEGIN;
  e.answer = UNROLL_CALLBACK_CANCEL;
  value = 3;
  REFUSES(UNROLL_ERROR_CANCELLED, "evaluation", unroll_model_evaluate_ext(model, &data, &options, &value, 1));
  CHECK(value == 3);
  unroll_model_destroy(model);
}

static void fit_tells_of_its_validation_if_asked(void) {
  unroll_model *model = made();
  unroll_fit_options fit;
  events e = none();
  unroll_fit_options_init(&fit, sizeof fit);
  fit.batch_size = 4;
  fit.epochs = 2;
  fit.validation = &data;
  fit.callback = note_event;
  fit.user_data = &e;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  SAW(e, "F<E<B<B>B<B>E>E<B<B>B<B>E>F>"); /* what earlier headers' callbacks know */
  e = none();
  fit.validation_callback = note_event;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  SAW(e, "F<E<B<B>B<B>T<t<t>t<t>T>E>E<B<B>B<B>T<t<t>t<t>T>E>F>");
  e = none();
  e.answer_event = UNROLL_EVENT_TEST_BATCH_BEGIN;
  e.answer = UNROLL_CALLBACK_STOP;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  SAW(e, "F<E<B<B>B<B>T<t<t>t<t>T>E>F>");
  e = none();
  e.answer_event = UNROLL_EVENT_TEST_END;
  e.answer = UNROLL_CALLBACK_CANCEL;
  REFUSES(UNROLL_ERROR_CANCELLED, "training", unroll_model_fit(model, &data, &fit, NULL));
  unroll_model_destroy(model);
}

static void predict_tells_of_its_batches(void) {
  unroll_model *model = made();
  unroll_predict_options options;
  double plain[N], found[N];
  unroll_array p = unroll_array_view_2d(plain, UNROLL_DTYPE_FLOAT64, N, 1),
               q = unroll_array_view_2d(found, UNROLL_DTYPE_FLOAT64, N, 1);
  events e = none();
  size_t i;
  unroll_predict_options_init(&options, sizeof options);
  options.batch_size = 3;
  OK(unroll_model_predict(model, &x, &p, &options));
  options.callback = note_event;
  options.user_data = &e;
  OK(unroll_model_predict(model, &x, &q, &options));
  SAW(e, "P<p<p>p<p>p<p>P>");
  CHECK(memcmp(plain, found, sizeof plain) == 0 && e.batches == 3);
  e = none();
  e.answer_event = UNROLL_EVENT_PREDICT_BATCH_END;
  e.answer = UNROLL_CALLBACK_STOP;
  for (i = 0; i < N; i++) found[i] = -5;
  OK(unroll_model_predict(model, &x, &q, &options));
  SAW(e, "P<p<p>P>");
  CHECK(memcmp(plain, found, 3 * sizeof *plain) == 0 && found[3] == -5);
  e = none();
  e.answer_event = UNROLL_EVENT_PREDICT_BATCH_BEGIN;
  e.answer = 77;
  REFUSES(UNROLL_ERROR_CANCELLED, "prediction", unroll_model_predict(model, &x, &q, &options));
  unroll_model_destroy(model);
}

int main(void) {
  size_t i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)((i * 7) % 13) / 13 - 0.5f;
  for (i = 0; i < N; i++) targets[i] = (float)(i % 4) / 3;
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  data = samples(&x, &y);
  evaluate_tells_of_its_batches();
  fit_tells_of_its_validation_if_asked();
  predict_tells_of_its_batches();
  return finish("test_events");
}
