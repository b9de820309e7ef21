/* Structs grow at their end: programs compiled against a later header than the
 * library's, played with the sizes alone. What programs of earlier ones meet is in
 * frozen and in Tests/ABITests/GrowthTests.swift. */
#include "abi_test.h"

static void a_later_program_may_pass_what_it_does_not_use(void) {
  struct {
    unroll_fit_options known;
    double later[3];
  } fit;
  struct {
    unroll_stream_info known;
    double later[3];
  } info;
  unroll_model *model = small_model(2, 1, UNROLL_DTYPE_FLOAT32);
  unroll_stream *stream = NULL;
  float in[6] = {0}, out[2] = {0};
  unroll_array x = unroll_array_view_3d(in, UNROLL_DTYPE_FLOAT32, 2, 3, 1),
               y = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT32, 2, 1);
  unroll_data data = samples(&x, &y);
  OK(unroll_model_compile(model, NULL));
  unroll_fit_options_init(&fit.known, sizeof fit);
  CHECK(fit.known.struct_size == sizeof fit && fit.known.epochs == 1 && fit.later[0] == 0 && fit.later[2] == 0);
  OK(unroll_model_fit(model, &data, &fit.known, NULL));
  fit.later[1] = 1;
  REFUSES(UNROLL_ERROR_UNSUPPORTED, "does not know", unroll_model_fit(model, &data, &fit.known, NULL));

  /* A struct for results is only written to. */
  OK(unroll_stream_create(model, NULL, &stream));
  memset(&info, 0xee, sizeof info);
  info.known.struct_size = sizeof info;
  OK(unroll_stream_get_info(stream, &info.known));
  CHECK(info.known.struct_size == sizeof info && info.known.state_bytes == 4 * sizeof(float) && info.later[1] == 0);
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
  unroll_model *model = small_model(2, 1, UNROLL_DTYPE_FLOAT32);
  unroll_compile_options compile;
  char name[64] = "";
  int i;
  unroll_compile_options_init(&compile, sizeof compile);
  for (i = 0; i < 2; i++) {
    const unroll_metric_kind kind = i == 0 ? UNROLL_METRIC_MEAN_ABSOLUTE_ERROR : UNROLL_METRIC_MEAN_SQUARED_ERROR;
    OK(unroll_metric_options_init(&metrics[i], kind, sizeof metrics[i]));
    OK(unroll_metric_options_init(&longer[i].known, kind, sizeof longer[i]));
  }
  compile.metric_option_count = 2;
  compile.metric_options = metrics;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_get_metric_name(model, 2, name, sizeof name, NULL));
  CHECK(strcmp(name, "mean_squared_error") == 0);
  OK(unroll_model_compile(model, NULL));
  compile.metric_options = &longer[0].known;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_get_metric_name(model, 2, name, sizeof name, NULL));
  CHECK(strcmp(name, "mean_squared_error") == 0);
  longer[1].later = 2;
  REFUSES(UNROLL_ERROR_UNSUPPORTED, "metric_options[1]", unroll_model_compile(model, &compile));
  longer[1].later = 0;
  longer[1].known.struct_size = sizeof metrics[0];
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "all elements of an array must have the same",
          unroll_model_compile(model, &compile));
  unroll_model_destroy(model);
}

/* One byte less than the first size is nobody's. */
#define ONE_LESS(type, kind, call)                                            \
  do {                                                                        \
    type options;                                                             \
    OK(type##_init(&options, kind, sizeof options));                          \
    options.struct_size--;                                                    \
    CHECK((call) == UNROLL_ERROR_INVALID_ARGUMENT);                                 \
    CHECK(strstr(unroll_get_last_error(), "expected at least") != NULL);          \
  } while (0)

static void no_program_has_less_than_the_first_size(void) {
  unroll_model *model = small_model(2, 1, UNROLL_DTYPE_FLOAT32), *open = NULL;
  unroll_dense_options dense;
  unroll_compile_options compile;
  unroll_dropout_options dropout;
  unroll_activation_layer_options layer;
  unroll_masking_options masking;
  unroll_evaluate_options evaluate;
  unroll_train_on_batch_options train;
  unroll_scaler_options range;
  unroll_scaler *scaler = NULL;
  unroll_model_info info;
  double value = 0;
  unroll_model_info_init(&info, sizeof info);
  info.struct_size--;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "expected at least 80; fill the struct with its _init", unroll_model_get_info(model, &info));
  OK(unroll_model_create(NULL, &open));
  OK(unroll_model_compile(model, NULL));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  ONE_LESS(unroll_activation_options, UNROLL_ACTIVATION_ELU,
           (dense.activation_options = &options, unroll_model_add_dense(open, &dense)));
  dense.activation_options = NULL;
  ONE_LESS(unroll_initializer_options, UNROLL_INITIALIZER_ONES,
           (dense.kernel_initializer_options = &options, unroll_model_add_dense(open, &dense)));
  unroll_compile_options_init(&compile, sizeof compile);
  ONE_LESS(unroll_loss_options, UNROLL_LOSS_HUBER,
           (compile.loss_options = &options, compile.loss_option_count = 1, unroll_model_compile(model, &compile)));
  unroll_compile_options_init(&compile, sizeof compile);
  ONE_LESS(unroll_metric_options, UNROLL_METRIC_ACCURACY,
           (compile.metric_options = &options, compile.metric_option_count = 1, unroll_model_compile(model, &compile)));
  unroll_dropout_options_init(&dropout, sizeof dropout);
  dropout.struct_size--;
  CHECK(unroll_model_add_dropout_ext(open, &dropout) == UNROLL_ERROR_INVALID_ARGUMENT);
  unroll_activation_layer_options_init(&layer, sizeof layer);
  layer.struct_size--;
  CHECK(unroll_model_add_activation_ext(open, &layer) == UNROLL_ERROR_INVALID_ARGUMENT);
  unroll_masking_options_init(&masking, sizeof masking);
  masking.struct_size--;
  CHECK(unroll_model_add_masking_ext(open, &masking) == UNROLL_ERROR_INVALID_ARGUMENT);
  unroll_evaluate_options_init(&evaluate, sizeof evaluate);
  evaluate.struct_size--;
  CHECK(unroll_model_evaluate_ext(model, NULL, &evaluate, &value, 1) == UNROLL_ERROR_INVALID_ARGUMENT);
  CHECK(strstr(unroll_get_last_error(), "expected at least 32") != NULL);
  unroll_train_on_batch_options_init(&train, sizeof train);
  train.struct_size--;
  CHECK(unroll_model_train_on_batch_ext(model, NULL, &train, &value, 1) == UNROLL_ERROR_INVALID_ARGUMENT);
  CHECK(strstr(unroll_get_last_error(), "expected at least 32") != NULL);
  unroll_scaler_options_init(&range, sizeof range);
  range.struct_size--;
  CHECK(unroll_scaler_create_ext(&range, &scaler) == UNROLL_ERROR_INVALID_ARGUMENT);
  unroll_model_destroy(model);
  unroll_model_destroy(open);
}

int main(void) {
  a_later_program_may_pass_what_it_does_not_use();
  arrays_of_structs_grow_too();
  no_program_has_less_than_the_first_size();
  return finish("test_growth");
}
