/* Wrong arguments to compile, fit, evaluate, train_on_batch and histories. */
#include "abi_test.h"

enum { N = 6, T = 4, F = 2 };

static float inputs[N * T * F], targets[N];

static void compile(void) {
  const double nan = strtod("nan", NULL);
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  unroll_optimizer_options adam;
  unroll_compile_options options;
  unroll_metric_kind metric = (unroll_metric_kind)5;
  unroll_loss losses[2];
  int64_t boundaries[2] = {20, 10};
  double values[3] = {0.1, 0.01, 0.001}, rate = 7;

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL",
          unroll_optimizer_options_init(NULL, UNROLL_OPTIMIZER_ADAM, sizeof adam));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "kind is 31",
          unroll_optimizer_options_init(&adam, (unroll_optimizer_kind)31, sizeof adam));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_compile(NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_learning_rate(NULL, &rate));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled", unroll_model_get_learning_rate(model, &rate));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled", unroll_model_set_learning_rate(model, 0.1));

  OK(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_ADAM, sizeof adam));
  unroll_compile_options_init(&options, sizeof options);
  options.optimizer = &adam;
  adam.learning_rate = nan;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "learning_rate", unroll_model_compile(model, &options));
  adam.learning_rate = -1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "learning_rate", unroll_model_compile(model, &options));
  adam.learning_rate = 0.1;
  adam.beta_1 = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "beta_1", unroll_model_compile(model, &options));
  adam.beta_1 = nan;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "beta_1", unroll_model_compile(model, &options));
  adam.beta_1 = 0.9;
  adam.weight_decay = -0.5;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "weight_decay", unroll_model_compile(model, &options));
  adam.weight_decay = 0;
  adam.clipnorm = nan;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "clipnorm", unroll_model_compile(model, &options));
  adam.clipnorm = 1;
  adam.clipvalue = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "at most one", unroll_model_compile(model, &options));
  adam.clipnorm = adam.clipvalue = 0;
  adam.kind = (unroll_optimizer_kind)0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "kind is 0", unroll_model_compile(model, &options));
  OK(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_LION, sizeof adam));
  adam.beta_1 = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "beta_1", unroll_model_compile(model, &options));
  OK(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_ADADELTA, sizeof adam));
  adam.rho = 1.5;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rho", unroll_model_compile(model, &options));
  OK(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_FTRL, sizeof adam));
  adam.learning_rate_power = 0.5;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "learning_rate_power", unroll_model_compile(model, &options));
  adam.learning_rate_power = nan;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "learning_rate_power", unroll_model_compile(model, &options));
  adam.learning_rate_power = -0.5;
  adam.l1_regularization = -1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "l1_regularization", unroll_model_compile(model, &options));
  OK(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_SGD, sizeof adam));
  adam.schedule = (unroll_schedule_kind)99;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "schedule is 99", unroll_model_compile(model, &options));
  adam.schedule = UNROLL_SCHEDULE_EXPONENTIAL;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "decay_steps", unroll_model_compile(model, &options));
  adam.schedule = UNROLL_SCHEDULE_PIECEWISE;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "boundary_count", unroll_model_compile(model, &options));
  adam.boundary_count = 2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "boundaries", unroll_model_compile(model, &options));
  adam.boundaries = boundaries;
  adam.values = values;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "", unroll_model_compile(model, &options)); /* not ascending */
  adam.struct_size = 8;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size is 8", unroll_model_compile(model, &options));

  unroll_compile_options_init(&options, sizeof options);
  options.loss.kind = (unroll_loss_kind)1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "loss.kind is 1", unroll_model_compile(model, &options));
  unroll_compile_options_init(&options, sizeof options);
  options.loss.reduction = (unroll_reduction)1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "reduction is 1", unroll_model_compile(model, &options));
  unroll_compile_options_init(&options, sizeof options);
  options.loss.kind = UNROLL_LOSS_HUBER;
  options.loss.delta = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "delta", unroll_model_compile(model, &options));
  unroll_compile_options_init(&options, sizeof options);
  options.loss.from_logits = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "loss.from_logits is 1.0, but a loss of kind 10 has no such option",
          unroll_model_compile(model, &options));
  unroll_compile_options_init(&options, sizeof options);
  OK(unroll_optimizer_options_init(&adam, UNROLL_OPTIMIZER_ADAM, sizeof adam));
  adam.momentum = 0.9;
  options.optimizer = &adam;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "momentum is 0.9, but an optimizer of kind 30 has no such option",
          unroll_model_compile(model, &options));
  unroll_compile_options_init(&options, sizeof options);
  options.loss.weight = nan;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "weight", unroll_model_compile(model, &options));
  unroll_compile_options_init(&options, sizeof options);
  losses[0] = losses[1] = options.loss;
  options.losses = losses;
  options.loss_count = 2;
  CHECK(unroll_model_compile(model, &options) != UNROLL_OK); /* two losses, one output */
  unroll_compile_options_init(&options, sizeof options);
  options.metric_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "metrics", unroll_model_compile(model, &options));
  options.metrics = &metric;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "metrics[0] is 5", unroll_model_compile(model, &options));

  OK(unroll_model_compile(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rate is NULL", unroll_model_get_learning_rate(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rate", unroll_model_set_learning_rate(model, nan));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "rate", unroll_model_set_learning_rate(model, -0.1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_set_learning_rate(NULL, 1));
  OK(unroll_model_get_learning_rate(model, &rate));
  CHECK(close_to(rate, 0.001, 1e-9));
  unroll_model_destroy(model);
}

static void fit(void) {
  const double nan = strtod("nan", NULL);
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  unroll_array y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_array few = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N - 1, 1);
  unroll_array wide = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, 2, 3);
  unroll_array none = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, 0, T, F);
  unroll_data data = samples(&x, &y), bad;
  unroll_fit_options options;
  double values[1], weight[1];
  size_t count;
  char text[8];
  weight[0] = nan;

  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled", unroll_model_fit(model, &data, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled", unroll_model_evaluate(model, &data, 32, values, 1));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled", unroll_model_train_on_batch(model, &data, values, 1));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not compiled", unroll_model_get_metric_count(model, &count));
  OK(unroll_model_compile(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_metric_count(NULL, &count));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "count is NULL", unroll_model_get_metric_count(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_metric_name(NULL, 0, text, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "value 1", unroll_model_get_metric_name(model, 1, text, 8, NULL));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_fit(NULL, &data, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_fit(model, NULL, NULL, NULL));
  bad = data;
  bad.struct_size = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size", unroll_model_fit(model, &bad, NULL, NULL));
  bad = data;
  bad.inputs = NULL;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "inputs is NULL", unroll_model_fit(model, &bad, NULL, NULL));
  bad = data;
  bad.target_count = 0;
  CHECK(unroll_model_fit(model, &bad, NULL, NULL) == UNROLL_ERROR_SHAPE_MISMATCH);
  bad = samples(&x, &few);
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "5", unroll_model_fit(model, &bad, NULL, NULL));
  bad = samples(&x, &wide);
  CHECK(unroll_model_fit(model, &bad, NULL, NULL) == UNROLL_ERROR_SHAPE_MISMATCH);
  bad = samples(&none, &y);
  CHECK(unroll_model_fit(model, &bad, NULL, NULL) != UNROLL_OK);
  bad = data;
  bad.sample_weight = &few;
  CHECK(unroll_model_fit(model, &bad, NULL, NULL) == UNROLL_ERROR_SHAPE_MISMATCH);

  unroll_fit_options_init(&options, sizeof options);
  options.epochs = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "epochs", unroll_model_fit(model, &data, &options, NULL));
  unroll_fit_options_init(&options, sizeof options);
  options.batch_size = (size_t)-1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "batch_size", unroll_model_fit(model, &data, &options, NULL));
  unroll_fit_options_init(&options, sizeof options);
  options.initial_epoch = 2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "initial_epoch", unroll_model_fit(model, &data, &options, NULL));
  unroll_fit_options_init(&options, sizeof options);
  options.validation_split = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "validation_split", unroll_model_fit(model, &data, &options, NULL));
  options.validation_split = nan;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "validation_split", unroll_model_fit(model, &data, &options, NULL));
  unroll_fit_options_init(&options, sizeof options);
  bad = samples(&x, &few);
  options.validation = &bad;
  CHECK(unroll_model_fit(model, &data, &options, NULL) == UNROLL_ERROR_SHAPE_MISMATCH);
  unroll_fit_options_init(&options, sizeof options);
  options.class_weight = weight;
  options.class_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "class_weight[0]", unroll_model_fit(model, &data, &options, NULL));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_evaluate(NULL, &data, 32, values, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_evaluate(model, NULL, 32, values, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "batch_size", unroll_model_evaluate(model, &data, 0, values, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "values is NULL", unroll_model_evaluate(model, &data, 32, NULL, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "1 value(s), but there is room for 2",
          unroll_model_evaluate(model, &data, 32, values, 2));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_train_on_batch(NULL, &data, values, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_train_on_batch(model, NULL, values, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "but there is room for 0", unroll_model_train_on_batch(model, &data, values, 0));
  unroll_model_destroy(model);
}

static void keras_callbacks(void) {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  unroll_array y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &y);
  unroll_fit_options options;
  unroll_early_stopping_options stopping;
  unroll_checkpoint_options checkpoint;
  unroll_reduce_on_plateau_options plateau;
  OK(unroll_model_compile(model, NULL));

  unroll_fit_options_init(&options, sizeof options);
  options.non_finite = (unroll_non_finite)1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "non_finite is 1", unroll_model_fit(model, &data, &options, NULL));
  unroll_fit_options_init(&options, sizeof options);
  options.validation_frequency = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "validation_frequency", unroll_model_fit(model, &data, &options, NULL));
  unroll_fit_options_init(&options, sizeof options);
  options.csv_path = "build/tests/nowhere/log.csv";
  REFUSES(UNROLL_ERROR_IO, "nowhere", unroll_model_fit(model, &data, &options, NULL));

  unroll_fit_options_init(&options, sizeof options);
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  options.early_stopping = &stopping;
  stopping.mode = (unroll_monitor_mode)3;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "mode is 3", unroll_model_fit(model, &data, &options, NULL));
  unroll_early_stopping_options_init(&stopping, sizeof stopping);
  stopping.min_delta = strtod("nan", NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "min_delta", unroll_model_fit(model, &data, &options, NULL));
  stopping.struct_size = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size", unroll_model_fit(model, &data, &options, NULL));

  unroll_fit_options_init(&options, sizeof options);
  unroll_checkpoint_options_init(&checkpoint, sizeof checkpoint);
  options.checkpoint = &checkpoint;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "checkpoint->path is NULL", unroll_model_fit(model, &data, &options, NULL));
  /* Keras' other placeholders, which would give every epoch the same file. */
  checkpoint.path = "build/tests/{epoch:02d}.h5";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "{epoch:02d}", unroll_model_fit(model, &data, &options, NULL));
  checkpoint.path = "build/tests/{epoch}-{val_loss:.2f}.h5";
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "{val_loss:.2f}", unroll_model_fit(model, &data, &options, NULL));
  checkpoint.path = "build/tests/nowhere/model.h5";
  REFUSES(UNROLL_ERROR_IO, "nowhere", unroll_model_fit(model, &data, &options, NULL));
  checkpoint.frequency = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "frequency", unroll_model_fit(model, &data, &options, NULL));

  unroll_fit_options_init(&options, sizeof options);
  unroll_reduce_on_plateau_options_init(&plateau, sizeof plateau);
  options.reduce_on_plateau = &plateau;
  plateau.factor = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "factor", unroll_model_fit(model, &data, &options, NULL));
  unroll_model_destroy(model);
}

static void histories(void) {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  unroll_array y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &y);
  unroll_history *history = NULL;
  size_t epochs, values;
  double value;
  char text[8];
  OK(unroll_model_compile(model, NULL));
  OK(unroll_model_fit(model, &data, NULL, &history));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "history is NULL", unroll_history_get_size(NULL, &epochs, &values));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "epochs is NULL", unroll_history_get_size(history, NULL, &values));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "history is NULL", unroll_history_get_value_name(NULL, 0, text, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "value 1", unroll_history_get_value_name(history, 1, text, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "history is NULL", unroll_history_get_value(NULL, 0, 0, &value));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "epoch 1", unroll_history_get_value(history, 1, 0, &value));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "value 3", unroll_history_get_value(history, 0, 3, &value));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "value is NULL", unroll_history_get_value(history, 0, 0, NULL));
  unroll_history_destroy(history);
  unroll_model_destroy(model);
}

int main(void) {
  compile();
  fit();
  keras_callbacks();
  histories();
  return finish("refuse_training");
}
