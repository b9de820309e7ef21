/* Wrong arguments to the functions that take their arguments in option structs. */
#include "abi_test.h"

static void describing_structs(void) {
  unroll_activation_options activation;
  unroll_initializer_options initializer;
  unroll_loss_options loss;
  unroll_metric_options metric;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL",
          unroll_activation_options_init(NULL, UNROLL_ACTIVATION_ELU, 24));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "unroll_activation_kind",
          unroll_activation_options_init(&activation, (unroll_activation_kind)3, sizeof activation));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "size is 3",
          unroll_activation_options_init(&activation, UNROLL_ACTIVATION_ELU, 3));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL",
          unroll_initializer_options_init(NULL, UNROLL_INITIALIZER_ONES, 48));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "unroll_initializer_kind",
          unroll_initializer_options_init(&initializer, (unroll_initializer_kind)3, sizeof initializer));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL", unroll_loss_options_init(NULL, UNROLL_LOSS_HUBER, 40));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "unroll_loss_kind",
          unroll_loss_options_init(&loss, (unroll_loss_kind)3, sizeof loss));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL",
          unroll_metric_options_init(NULL, UNROLL_METRIC_ACCURACY, 16));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "unroll_metric_kind",
          unroll_metric_options_init(&metric, (unroll_metric_kind)3, sizeof metric));
  SURVIVES(unroll_dropout_options_init(NULL, 64));
  SURVIVES(unroll_activation_layer_options_init(NULL, 64));
  SURVIVES(unroll_masking_options_init(NULL, 64));
  SURVIVES(unroll_evaluate_options_init(NULL, 64));
  SURVIVES(unroll_train_on_batch_options_init(NULL, 64));
  SURVIVES(unroll_scaler_options_init(NULL, 64));
  SURVIVES(unroll_csv_log_options_init(NULL, 64));
}

static void layers(void) {
  static const int64_t zero[1] = {0};
  unroll_model *model = NULL;
  unroll_dropout_options dropout;
  unroll_activation_layer_options layer;
  unroll_activation_options activation;
  unroll_masking_options masking;
  unroll_initializer_options initializer;
  unroll_dense_options dense;
  OK(unroll_model_create(NULL, &model));
  unroll_dropout_options_init(&dropout, sizeof dropout);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_dropout_ext(NULL, &dropout));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL", unroll_model_add_dropout_ext(model, NULL));
  dropout.rate = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rate must be at least 0 and less than 1",
          unroll_model_add_dropout_ext(model, &dropout));
  dropout.rate = 0.5;
  dropout.noise_rank = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "noise_shape", unroll_model_add_dropout_ext(model, &dropout));
  dropout.noise_shape = zero;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "noise_shape has 0", unroll_model_add_dropout_ext(model, &dropout));
  dropout.noise_rank = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "noise_shape", unroll_model_add_dropout_ext(model, &dropout));
  dropout.noise_shape = NULL;
  dropout.seed = UINT64_MAX;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "seed", unroll_model_add_dropout_ext(model, &dropout));

  unroll_activation_layer_options_init(&layer, sizeof layer);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_activation_ext(NULL, &layer));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL", unroll_model_add_activation_ext(model, NULL));
  layer.activation = (unroll_activation_kind)1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->activation is 1", unroll_model_add_activation_ext(model, &layer));
  unroll_activation_layer_options_init(&layer, sizeof layer);
  OK(unroll_activation_options_init(&activation, UNROLL_ACTIVATION_LEAKY_RELU, sizeof activation));
  layer.activation_options = &activation;
  activation.alpha = -1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "alpha must be at least 0", unroll_model_add_activation_ext(model, &layer));
  activation.alpha = -strtod("nan", NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "found nan", unroll_model_add_activation_ext(model, &layer));
  activation.kind = (unroll_activation_kind)7;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->activation_options->kind is 7",
          unroll_model_add_activation_ext(model, &layer));

  unroll_masking_options_init(&masking, sizeof masking);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_add_masking_ext(NULL, &masking));
  masking.value = strtod("inf", NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "finite", unroll_model_add_masking_ext(model, &masking));
  masking.struct_size = 7;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size is 7", unroll_model_add_masking_ext(model, &masking));

  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 2;
  OK(unroll_initializer_options_init(&initializer, UNROLL_INITIALIZER_VARIANCE_SCALING, sizeof initializer));
  dense.kernel_initializer_options = &initializer;
  initializer.scale = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "scale must be greater than 0", unroll_model_add_dense(model, &dense));
  initializer.scale = 1;
  initializer.mode = (unroll_fan)2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "unroll_fan", unroll_model_add_dense(model, &dense));
  initializer.mode = UNROLL_FAN_IN;
  initializer.distribution = (unroll_distribution)2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "unroll_distribution", unroll_model_add_dense(model, &dense));
  initializer.struct_size = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "kernel_initializer_options->struct_size is 0",
          unroll_model_add_dense(model, &dense));
  dense.kernel_initializer_options = NULL;
  dense.kernel_initializer.kind = UNROLL_INITIALIZER_VARIANCE_SCALING;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "set options->kernel_initializer_options",
          unroll_model_add_dense(model, &dense));
  unroll_model_destroy(model);
}

static void training_and_series(void) {
  unroll_model *model = small_model(2, 1, UNROLL_DTYPE_FLOAT32);
  float in[6] = {0}, out[2] = {0};
  unroll_array x = unroll_array_view_3d(in, UNROLL_DTYPE_FLOAT32, 2, 3, 1),
               y = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT32, 2, 1);
  unroll_data data = samples(&x, &y);
  unroll_compile_options compile;
  unroll_evaluate_options evaluate;
  unroll_train_on_batch_options train;
  unroll_scaler_options range;
  unroll_scaler *scaler = NULL;
  double value = 0;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.loss_option_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->loss_options is NULL", unroll_model_compile(model, &compile));
  compile.loss_option_count = (size_t)-1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "18446744073709551615", unroll_model_compile(model, &compile));
  unroll_evaluate_options_init(&evaluate, sizeof evaluate);
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled", unroll_model_evaluate_ext(model, &data, &evaluate, &value, 1));
  OK(unroll_model_compile(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_evaluate_ext(NULL, &data, &evaluate, &value, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_evaluate_ext(model, NULL, &evaluate, &value, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "values is NULL", unroll_model_evaluate_ext(model, &data, NULL, NULL, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "but there is room for 2",
          unroll_model_evaluate_ext(model, &data, NULL, &value, 2));
  evaluate.batch_size = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "batch_size", unroll_model_evaluate_ext(model, &data, &evaluate, &value, 1));
  unroll_train_on_batch_options_init(&train, sizeof train);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL",
          unroll_model_train_on_batch_ext(NULL, &data, &train, &value, 1));
  train.class_count = 2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "class_weight is NULL",
          unroll_model_train_on_batch_ext(model, &data, &train, &value, 1));
  train.class_count = 1;
  train.class_weight = &value;
  value = -strtod("nan", NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "found nan", unroll_model_train_on_batch_ext(model, &data, &train, &value, 1));

  unroll_scaler_options_init(&range, sizeof range);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "scaler is NULL", unroll_scaler_create_ext(&range, NULL));
  range.low = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "low < high", unroll_scaler_create_ext(&range, &scaler));
  range.struct_size = 23;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size is 23", unroll_scaler_create_ext(&range, &scaler));
  unroll_model_destroy(model);
}

int main(void) {
  describing_structs();
  layers();
  training_and_series();
  return finish("refuse_options");
}
