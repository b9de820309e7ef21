/* Losses, metrics and training in the long forms of their option structs; both
 * forms at once are refused. */
#include "abi_test.h"

enum { N = 8, T = 4, F = 2, UNITS = 3 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;

static unroll_model *empty(void) {
  unroll_model *model = NULL;
  unroll_model_options options;
  unroll_model_options_init(&options, sizeof options);
  options.dtype = UNROLL_DTYPE_FLOAT64;
  options.seed = 11;
  OK(unroll_model_create(&options, &model));
  return model;
}

static void build(unroll_model *model) {
  const int64_t shape[2] = {T, F};
  OK(unroll_model_build(model, shape, 2));
}

/* LSTM and Dense. */
static unroll_model *built(void) {
  unroll_model *model = empty();
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  unroll_recurrent_options_init(&cell, sizeof cell);
  unroll_dense_options_init(&dense, sizeof dense);
  cell.units = UNITS;
  dense.units = 1;
  OK(unroll_model_add_lstm(model, &cell));
  OK(unroll_model_add_dense(model, &dense));
  build(model);
  return model;
}

static void losses_and_metrics_in_both_forms(void) {
  unroll_model *model = built();
  float weights[N];
  unroll_array weight = unroll_array_view_1d(weights, UNROLL_DTYPE_FLOAT32, N);
  unroll_data data = samples(&x, &y);
  unroll_compile_options compile;
  unroll_loss_options loss;
  unroll_metric_options metrics[2];
  unroll_evaluate_options evaluate;
  const unroll_metric_kind known = UNROLL_METRIC_MEAN_ABSOLUTE_ERROR;
  double small[2], large[3];
  size_t count = 0;
  int i;
  for (i = 0; i < N; i++) weights[i] = i == 0 ? 1.0f : 0.0f;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.loss.kind = UNROLL_LOSS_HUBER;
  compile.loss.delta = 0.25;
  compile.metrics = &known;
  compile.metric_count = 1;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_evaluate(model, &data, 3, small, 2));

  unroll_compile_options_init(&compile, sizeof compile);
  OK(unroll_loss_options_init(&loss, UNROLL_LOSS_HUBER, sizeof loss));
  CHECK(loss.delta == 1 && loss.weight == 1 && loss.reduction == UNROLL_REDUCTION_MEAN);
  loss.delta = 0.25;
  compile.loss_options = &loss;
  compile.loss_option_count = 1;
  OK(unroll_metric_options_init(&metrics[0], UNROLL_METRIC_MEAN_ABSOLUTE_ERROR, sizeof metrics[0]));
  OK(unroll_metric_options_init(&metrics[1], UNROLL_METRIC_MEAN_ABSOLUTE_ERROR, sizeof metrics[1]));
  metrics[0].weighted = 1; /* behind the other in what is reported */
  compile.metric_options = metrics;
  compile.metric_option_count = 2;
  OK(unroll_model_compile(model, &compile));
  OK(unroll_model_get_metric_count(model, &count));
  CHECK(count == 3);
  unroll_evaluate_options_init(&evaluate, sizeof evaluate);
  CHECK(evaluate.batch_size == 32);
  evaluate.batch_size = 3;
  OK(unroll_model_evaluate_ext(model, &data, &evaluate, large, 3));
  CHECK(large[0] == small[0] && large[1] == small[1] && large[2] == small[1]);
  data.sample_weight = &weight;
  OK(unroll_model_evaluate_ext(model, &data, NULL, large, 3));
  CHECK(close_to(large[1], small[1], 1e-12) && !close_to(large[2], small[1], 1e-6));
  unroll_model_destroy(model);
}

static void both_forms_at_once_are_refused(void) {
  unroll_model *model = built(), *other = empty();
  unroll_compile_options compile;
  unroll_loss_options loss;
  unroll_metric_options metric;
  unroll_initializer_options initializer;
  unroll_activation_options activation;
  unroll_dense_options dense;
  unroll_recurrent_options cell;
  unroll_embedding_options embedding;
  unroll_activation_layer_options layer;
  const unroll_metric_kind known = UNROLL_METRIC_MEAN_ABSOLUTE_ERROR;
  unroll_loss one;
  OK(unroll_loss_options_init(&loss, UNROLL_LOSS_HUBER, sizeof loss));
  OK(unroll_metric_options_init(&metric, known, sizeof metric));
  OK(unroll_initializer_options_init(&initializer, UNROLL_INITIALIZER_HE_NORMAL, sizeof initializer));
  OK(unroll_activation_options_init(&activation, UNROLL_ACTIVATION_ELU, sizeof activation));
  unroll_compile_options_init(&compile, sizeof compile);
  one = compile.loss;
  compile.loss_options = &loss;
  compile.loss_option_count = 1;
  compile.loss.kind = UNROLL_LOSS_LOG_COSH;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->loss are both set", unroll_model_compile(model, &compile));
  compile.loss = one;
  compile.losses = &one;
  compile.loss_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->losses are both set", unroll_model_compile(model, &compile));
  unroll_compile_options_init(&compile, sizeof compile);
  compile.metrics = &known;
  compile.metric_count = 1;
  compile.metric_options = &metric;
  compile.metric_option_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->metrics are both set", unroll_model_compile(model, &compile));
  compile.metrics = NULL;
  compile.metric_count = 0;
  compile.metric_option_count = 0;
  OK(unroll_model_compile(model, &compile)); /* none */
  metric.threshold = 0.4;
  compile.metric_option_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->metric_options[0].threshold is 0.4",
          unroll_model_compile(model, &compile));
  OK(unroll_metric_options_init(&metric, known, sizeof metric));
  metric.output = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "for output 1, counted from 0; the model has 1",
          unroll_model_compile(model, &compile));
  metric.output = 0;
  metric.name = "";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "name is empty", unroll_model_compile(model, &compile));
  metric.name = "mae";
  OK(unroll_model_compile(model, &compile));
  {
    char text[8];
    OK(unroll_model_get_metric_name(model, 1, text, sizeof text, NULL));
    CHECK(strcmp(text, "mae") == 0);
  }
  compile.metric_option_count = 0;

  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  dense.activation = UNROLL_ACTIVATION_RELU;
  dense.activation_options = &activation;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->activation are both set", unroll_model_add_dense(other, &dense));
  dense.activation = UNROLL_ACTIVATION_LINEAR;
  dense.bias_initializer.kind = UNROLL_INITIALIZER_ONES;
  dense.bias_initializer_options = &initializer;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->bias_initializer are both set",
          unroll_model_add_dense(other, &dense));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 2;
  cell.recurrent_activation = UNROLL_ACTIVATION_HARD_SIGMOID;
  cell.recurrent_activation_options = &activation;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->recurrent_activation are both set",
          unroll_model_add_gru(other, &cell));
  cell.recurrent_activation_options = NULL;
  cell.recurrent_initializer.a = 2;
  cell.recurrent_initializer_options = &initializer;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->recurrent_initializer are both set",
          unroll_model_add_gru(other, &cell));
  unroll_embedding_options_init(&embedding, sizeof embedding);
  embedding.input_dim = embedding.output_dim = 2;
  embedding.initializer.b = 1;
  embedding.initializer_options = &initializer;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->initializer are both set",
          unroll_model_add_embedding(other, &embedding));
  unroll_activation_layer_options_init(&layer, sizeof layer);
  layer.activation = UNROLL_ACTIVATION_RELU;
  layer.activation_options = &activation;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->activation are both set",
          unroll_model_add_activation_ext(other, &layer));
  unroll_model_destroy(model);
  unroll_model_destroy(other);
}

static void masking_scaling_and_training_by_options(void) {
  unroll_model *model = empty();
  unroll_masking_options masking;
  unroll_dense_options dense;
  unroll_recurrent_options cell;
  unroll_scaler_options range;
  unroll_train_on_batch_options train;
  unroll_compile_options compile;
  unroll_scaler *scaler = NULL;
  unroll_data data = samples(&x, NULL);
  const double weights[2] = {1, 3};
  const uint64_t seed = 9;
  int32_t classes[N];
  unroll_array labels = unroll_array_view_1d(classes, UNROLL_DTYPE_INT32, N);
  double line[3] = {1, 2, 3}, loss = 0, weighted = 0, before = 0;
  unroll_array series = unroll_array_view_1d(line, UNROLL_DTYPE_FLOAT64, 3);
  int i;
  for (i = 0; i < N; i++) classes[i] = i % 2;
  unroll_masking_options_init(&masking, sizeof masking);
  masking.value = 0.5;
  masking.name = "skips";
  OK(unroll_model_add_masking_ext(model, &masking));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = UNITS;
  OK(unroll_model_add_gru(model, &cell));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 2;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  OK(unroll_model_add_dense(model, &dense));
  build(model);
  unroll_compile_options_init(&compile, sizeof compile);
  compile.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  OK(unroll_model_compile(model, &compile));
  data.targets = &labels;
  unroll_train_on_batch_options_init(&train, sizeof train);
  train.class_weight = weights;
  train.class_count = 2;
  train.seed = &seed;
  OK(unroll_model_evaluate(model, &data, N, &before, 1));
  OK(unroll_model_train_on_batch_ext(model, &data, &train, &weighted, 1));
  CHECK(!close_to(weighted, before, 1e-6));
  OK(unroll_model_evaluate(model, &data, N, &before, 1));
  OK(unroll_model_train_on_batch_ext(model, &data, NULL, &loss, 1));
  CHECK(close_to(loss, before, 1e-9));
  unroll_model_destroy(model);

  unroll_scaler_options_init(&range, sizeof range);
  CHECK(range.low == 0 && range.high == 1);
  range.low = -1;
  OK(unroll_scaler_create_ext(&range, &scaler));
  OK(unroll_scaler_fit(scaler, &series));
  OK(unroll_scaler_transform(scaler, &series, &series));
  CHECK(line[0] == -1 && line[1] == 0 && line[2] == 1);
  unroll_scaler_destroy(scaler);
}

int main(void) {
  int i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)(i * 7 % 11) / 11 - 0.4f;
  for (i = 0; i < N; i++) targets[i] = (float)(i % 5) / 2 - 1;
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  losses_and_metrics_in_both_forms();
  both_forms_at_once_are_refused();
  masking_scaling_and_training_by_options();
  return finish("test_forms");
}
