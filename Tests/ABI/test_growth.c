/* Structs grow at their end: programs compiled against earlier and later
 * headers than the library's. frozen/test_frozen.c is such a program; this one
 * plays both with the sizes alone. */
#include "abi_test.h"

/* Sizes of the first header (frozen/unroll.h). */
enum { FIRST_DENSE = 120, FIRST_RECURRENT = 208, FIRST_EMBEDDING = 88, FIRST_COMPILE = 80, FIRST_STREAM_INFO = 48 };

/* Fills a struct as a program of the first header does: what lies behind is not its own. */
#define FILL_FIRST(type, options, first)                                                    \
  do {                                                                                      \
    memset((options), 0xee, sizeof *(options));                                             \
    (type##_init)((options), (first));                                                      \
    CHECK((options)->struct_size == (first));                                               \
    CHECK(((const unsigned char *)(options))[(first)] == 0xee || sizeof *(options) == (first)); \
  } while (0)

static void structs_of_the_first_size_have_defaults_for_what_came_later(void) {
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  unroll_embedding_options embedding;
  unroll_compile_options compile;
  unroll_model *model = NULL;
  const int64_t shape[1] = {4};
  int32_t indices[4] = {0, 1, 2, 1};
  float target[1] = {0.5f};
  unroll_array x = unroll_array_2d(indices, UNROLL_INT32, 1, 4), y = unroll_array_2d(target, UNROLL_FLOAT32, 1, 1);
  unroll_data data = samples(&x, &y);
  double loss = -1;
  CHECK(sizeof cell > FIRST_RECURRENT && sizeof dense > FIRST_DENSE && sizeof embedding > FIRST_EMBEDDING);
  CHECK(sizeof compile > FIRST_COMPILE);
  FILL_FIRST(unroll_embedding_options, &embedding, FIRST_EMBEDDING);
  FILL_FIRST(unroll_recurrent_options, &cell, FIRST_RECURRENT);
  FILL_FIRST(unroll_dense_options, &dense, FIRST_DENSE);
  FILL_FIRST(unroll_compile_options, &compile, FIRST_COMPILE);
  embedding.input_dim = 3;
  embedding.output_dim = 2;
  cell.units = 3;
  dense.units = 1;
  OK(unroll_model_create(NULL, &model));
  OK(unroll_model_add_embedding(model, &embedding));
  OK(unroll_model_add_lstm(model, &cell));
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 1));
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_train_on_batch(model, &data, &loss, 1));
  CHECK(loss >= 0);

  /* Nobody's header: less than the first. */
  compile.struct_size = FIRST_COMPILE - 1;
  REFUSES(UNROLL_INVALID_ARGUMENT, "expected at least 80; fill the struct with its _init", unroll_model_compile(model, &compile));
  unroll_model_destroy(model);
}

static void a_later_program_may_pass_what_it_does_not_use(void) {
  struct {
    unroll_fit_options known;
    double later[3];
  } fit;
  struct {
    unroll_stream_info known;
    double later[3];
  } info;
  unroll_model *model = small_model(2, 1, UNROLL_FLOAT32);
  unroll_stream *stream = NULL;
  float in[6] = {0}, out[2] = {0};
  unroll_array x = unroll_array_3d(in, UNROLL_FLOAT32, 2, 3, 1), y = unroll_array_2d(out, UNROLL_FLOAT32, 2, 1);
  unroll_data data = samples(&x, &y);
  OK(unroll_model_compile(model, NULL));
  (unroll_fit_options_init)(&fit.known, sizeof fit);
  CHECK(fit.known.struct_size == sizeof fit && fit.known.epochs == 1 && fit.later[0] == 0 && fit.later[2] == 0);
  OK(unroll_model_fit(model, &data, &fit.known, NULL));
  fit.later[1] = 1;
  REFUSES(UNROLL_UNSUPPORTED, "does not know", unroll_model_fit(model, &data, &fit.known, NULL));

  /* A struct for results is only written to. */
  OK(unroll_stream_create(model, NULL, &stream));
  memset(&info, 0xee, sizeof info);
  info.known.struct_size = sizeof info;
  OK(unroll_stream_get_info(stream, &info.known));
  CHECK(info.known.struct_size == sizeof info && info.known.state_bytes == 4 * sizeof(float) && info.later[1] == 0);
  unroll_stream_destroy(stream);
  unroll_model_destroy(model);
}

static void results_end_where_the_program_says(void) {
  unroll_model *model = small_model(2, 1, UNROLL_FLOAT32);
  unroll_stream *stream = NULL;
  unroll_stream_info info;
  OK(unroll_stream_create(model, NULL, &stream));
  memset(&info, 0xee, sizeof info);
  info.struct_size = FIRST_STREAM_INFO;
  OK(unroll_stream_get_info(stream, &info));
  CHECK(info.struct_size == FIRST_STREAM_INFO && info.state_size == 4 && ((unsigned char *)&info)[FIRST_STREAM_INFO] == 0xee);
  info.struct_size = FIRST_STREAM_INFO - 1;
  REFUSES(UNROLL_INVALID_ARGUMENT, "struct_size is 47", unroll_stream_get_info(stream, &info));
  unroll_stream_destroy(stream);
  unroll_model_destroy(model);
}

/* In an array of structs the first one's size says how far they lie apart. */
static void arrays_of_structs_grow_too(void) {
  struct {
    unroll_metric_options known;
    double later;
  } longer[2];
  unroll_metric_options metrics[2];
  unroll_model *model = small_model(2, 1, UNROLL_FLOAT32);
  unroll_compile_options compile;
  char name[64] = "";
  int i;
  unroll_compile_options_init(&compile);
  for (i = 0; i < 2; i++) {
    const unroll_metric kind = i == 0 ? UNROLL_METRIC_MEAN_ABSOLUTE_ERROR : UNROLL_METRIC_MEAN_SQUARED_ERROR;
    OK(unroll_metric_options_init(&metrics[i], kind));
    OK((unroll_metric_options_init)(&longer[i].known, kind, sizeof longer[i]));
  }
  compile.metric_option_count = 2;
  compile.metric_options = metrics;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_metric_name(model, 2, name, sizeof name, NULL));
  CHECK(strcmp(name, "mean_squared_error") == 0);
  OK(unroll_model_compile(model, NULL));
  compile.metric_options = &longer[0].known;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_metric_name(model, 2, name, sizeof name, NULL));
  CHECK(strcmp(name, "mean_squared_error") == 0);
  longer[1].later = 2;
  REFUSES(UNROLL_UNSUPPORTED, "metric_options[1]", unroll_model_compile(model, &compile));
  longer[1].later = 0;
  longer[1].known.struct_size = sizeof metrics[0];
  REFUSES(UNROLL_INVALID_ARGUMENT, "all elements of an array must have the same", unroll_model_compile(model, &compile));
  unroll_model_destroy(model);
}

/* One byte less than the first size is nobody's. */
#define ONE_LESS(type, first, kind, call)                                     \
  do {                                                                        \
    type options;                                                             \
    OK(type##_init(&options, kind));                                          \
    options.struct_size = (first) - 1;                                        \
    CHECK((call) == UNROLL_INVALID_ARGUMENT);                                 \
    CHECK(strstr(unroll_last_error(), "expected at least") != NULL);          \
  } while (0)

static void new_structs_begin_to_grow_here(void) {
  unroll_model *model = small_model(2, 1, UNROLL_FLOAT32), *open = NULL;
  unroll_dense_options dense;
  unroll_compile_options compile;
  unroll_dropout_options dropout;
  unroll_activation_layer_options layer;
  unroll_masking_options masking;
  unroll_evaluate_options evaluate;
  unroll_train_on_batch_options train;
  unroll_scaler_options range;
  unroll_scaler *scaler = NULL;
  double value = 0;
  OK(unroll_model_create(NULL, &open));
  OK(unroll_model_compile(model, NULL));
  unroll_dense_options_init(&dense);
  dense.units = 1;
  ONE_LESS(unroll_activation_options, 24, UNROLL_ELU,
           (dense.activation_options = &options, unroll_model_add_dense(open, &dense)));
  dense.activation_options = NULL;
  ONE_LESS(unroll_initializer_options, 48, UNROLL_ONES,
           (dense.kernel_initializer_options = &options, unroll_model_add_dense(open, &dense)));
  unroll_compile_options_init(&compile);
  ONE_LESS(unroll_loss_options, 40, UNROLL_HUBER,
           (compile.loss_options = &options, compile.loss_option_count = 1, unroll_model_compile(model, &compile)));
  unroll_compile_options_init(&compile);
  ONE_LESS(unroll_metric_options, 16, UNROLL_METRIC_ACCURACY,
           (compile.metric_options = &options, compile.metric_option_count = 1, unroll_model_compile(model, &compile)));
  unroll_dropout_options_init(&dropout);
  dropout.struct_size--;
  CHECK(unroll_model_add_dropout_ext(open, &dropout) == UNROLL_INVALID_ARGUMENT);
  unroll_activation_layer_options_init(&layer);
  layer.struct_size--;
  CHECK(unroll_model_add_activation_ext(open, &layer) == UNROLL_INVALID_ARGUMENT);
  unroll_masking_options_init(&masking);
  masking.struct_size--;
  CHECK(unroll_model_add_masking_ext(open, &masking) == UNROLL_INVALID_ARGUMENT);
  unroll_evaluate_options_init(&evaluate);
  evaluate.struct_size = 15;
  CHECK(unroll_model_evaluate_ext(model, NULL, &evaluate, &value, 1) == UNROLL_INVALID_ARGUMENT);
  CHECK(strstr(unroll_last_error(), "expected at least 16") != NULL);
  unroll_train_on_batch_options_init(&train);
  train.struct_size = 31;
  CHECK(unroll_model_train_on_batch_ext(model, NULL, &train, &value, 1) == UNROLL_INVALID_ARGUMENT);
  CHECK(strstr(unroll_last_error(), "expected at least 32") != NULL);
  unroll_scaler_options_init(&range);
  range.struct_size--;
  CHECK(unroll_scaler_create_ext(&range, &scaler) == UNROLL_INVALID_ARGUMENT);
  unroll_model_destroy(model);
  unroll_model_destroy(open);
}

int main(void) {
  structs_of_the_first_size_have_defaults_for_what_came_later();
  a_later_program_may_pass_what_it_does_not_use();
  results_end_where_the_program_says();
  arrays_of_structs_grow_too();
  new_structs_begin_to_grow_here();
  return finish("test_growth");
}
