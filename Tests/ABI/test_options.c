/* Layers, initializers and activations in the long forms of their option
 * structs, and that the short forms say the same. */
#include "weights.h"

enum { T = 4, F = 2, UNITS = 3 };
/* LSTM: (2 + 3 + 1) * 12; Dense: 4. */
enum { PARAMETERS = 76 };

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

/* LSTM and Dense, both with this kernel initializer in one of its two forms. */
static unroll_model *initialized(const unroll_initializer *small, const unroll_initializer_options *large) {
  unroll_model *model = empty();
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  unroll_recurrent_options_init(&cell, sizeof cell);
  unroll_dense_options_init(&dense, sizeof dense);
  cell.units = UNITS;
  dense.units = 1;
  if (small != NULL) cell.kernel_initializer = dense.kernel_initializer = *small;
  cell.kernel_initializer_options = dense.kernel_initializer_options = large;
  OK(unroll_model_add_lstm(model, &cell));
  OK(unroll_model_add_dense(model, &dense));
  build(model);
  return model;
}

static int same_weights(unroll_model *a, unroll_model *b) {
  double first[PARAMETERS], second[PARAMETERS];
  get_all(a, first, PARAMETERS);
  get_all(b, second, PARAMETERS);
  unroll_model_destroy(a);
  unroll_model_destroy(b);
  return memcmp(first, second, sizeof first) == 0;
}

static void variance_scaling_is_the_initializer_that_has_its_numbers(void) {
  static const struct {
    unroll_initializer_kind kind;
    double scale;
    unroll_fan mode;
    unroll_distribution distribution;
  } cases[] = {
      {UNROLL_INITIALIZER_GLOROT_UNIFORM, 1, UNROLL_FAN_AVERAGE, UNROLL_DISTRIBUTION_UNIFORM},
      {UNROLL_INITIALIZER_GLOROT_NORMAL, 1, UNROLL_FAN_AVERAGE, UNROLL_DISTRIBUTION_TRUNCATED_NORMAL},
      {UNROLL_INITIALIZER_HE_UNIFORM, 2, UNROLL_FAN_IN, UNROLL_DISTRIBUTION_UNIFORM},
      {UNROLL_INITIALIZER_LECUN_NORMAL, 1, UNROLL_FAN_IN, UNROLL_DISTRIBUTION_TRUNCATED_NORMAL},
  };
  unroll_initializer_options scaling;
  size_t i;
  OK(unroll_initializer_options_init(&scaling, UNROLL_INITIALIZER_VARIANCE_SCALING, sizeof scaling));
  CHECK(scaling.scale == 1 && scaling.mode == UNROLL_FAN_IN);
  CHECK(scaling.distribution == UNROLL_DISTRIBUTION_TRUNCATED_NORMAL);
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    unroll_initializer known = {cases[i].kind, 0, 0};
    scaling.scale = cases[i].scale;
    scaling.mode = cases[i].mode;
    scaling.distribution = cases[i].distribution;
    CHECK(same_weights(initialized(&known, NULL), initialized(NULL, &scaling)));
  }
  scaling.mode = UNROLL_FAN_OUT;
  scaling.distribution = UNROLL_DISTRIBUTION_NORMAL;
  CHECK(!same_weights(initialized(NULL, NULL), initialized(NULL, &scaling)));
}

static void short_and_long_initializers_are_the_same(void) {
  unroll_initializer known = {UNROLL_INITIALIZER_RANDOM_NORMAL, 0, 0.05};
  unroll_initializer_options same;
  OK(unroll_initializer_options_init(&same, UNROLL_INITIALIZER_RANDOM_NORMAL, sizeof same));
  CHECK(same.a == 0 && same.b == 0.05);
  CHECK(same_weights(initialized(&known, NULL), initialized(NULL, &same)));
  OK(unroll_initializer_options_init(&same, UNROLL_INITIALIZER_ORTHOGONAL, sizeof same));
  CHECK(same.a == 1);
}

static float activated(unroll_activation_kind kind, double alpha, float value) {
  unroll_model *model = NULL;
  unroll_activation_layer_options layer;
  unroll_activation_options activation;
  const int64_t shape[1] = {1};
  float out = 0;
  unroll_array in = unroll_array_view_2d(&value, UNROLL_DTYPE_FLOAT32, 1, 1),
               result = unroll_array_view_2d(&out, UNROLL_DTYPE_FLOAT32, 1, 1);
  OK(unroll_model_create(NULL, &model));
  unroll_activation_layer_options_init(&layer, sizeof layer);
  layer.name = "act";
  if (alpha >= 0) {
    OK(unroll_activation_options_init(&activation, kind, sizeof activation));
    activation.alpha = alpha;
    layer.activation_options = &activation;
  } else {
    layer.activation = kind;
  }
  OK(unroll_model_add_activation_ext(model, &layer));
  OK(unroll_model_build(model, shape, 1));
  OK(unroll_model_predict(model, &in, &result, NULL));
  unroll_model_destroy(model);
  return out;
}

static void activations_have_their_slope(void) {
  unroll_activation_options options;
  OK(unroll_activation_options_init(&options, UNROLL_ACTIVATION_LEAKY_RELU, sizeof options));
  CHECK(options.alpha == 0.2);
  OK(unroll_activation_options_init(&options, UNROLL_ACTIVATION_ELU, sizeof options));
  CHECK(options.alpha == 1);
  CHECK(close_to((double)activated(UNROLL_ACTIVATION_LEAKY_RELU, -1, -2), -0.4, 1e-6));
  CHECK(close_to((double)activated(UNROLL_ACTIVATION_LEAKY_RELU, 0.5, -2), -1, 1e-6));
  CHECK(close_to((double)activated(UNROLL_ACTIVATION_ELU, 2, -1), 2 * (0.36787944117 - 1), 1e-6));
  CHECK(close_to((double)activated(UNROLL_ACTIVATION_TANH, -1, 0.5f), 0.46211715726, 1e-6));
}

/* Through a file too: the slope is part of the model. */
static void a_layer_keeps_its_slope(void) {
  unroll_model *model = empty(), *again = NULL;
  unroll_dense_options dense;
  unroll_activation_options leaky;
  const int64_t shape[1] = {1};
  double in = 1, out = 0, kept = 0;
  unroll_array a = unroll_array_view_2d(&in, UNROLL_DTYPE_FLOAT64, 1, 1),
               b = unroll_array_view_2d(&out, UNROLL_DTYPE_FLOAT64, 1, 1);
  unroll_array c = unroll_array_view_2d(&kept, UNROLL_DTYPE_FLOAT64, 1, 1);
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  dense.kernel_initializer.kind = UNROLL_INITIALIZER_CONSTANT;
  dense.kernel_initializer.a = -4;
  OK(unroll_activation_options_init(&leaky, UNROLL_ACTIVATION_LEAKY_RELU, sizeof leaky));
  leaky.alpha = 0.125;
  dense.activation_options = &leaky;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 1));
  OK(unroll_model_predict(model, &a, &b, NULL));
  CHECK(out == -0.5);
  OK(unroll_model_save(model, "build/tests/slope.keras", NULL));
  OK(unroll_model_load("build/tests/slope.keras", NULL, &again));
  OK(unroll_model_predict(again, &a, &c, NULL));
  CHECK(kept == out);
  unroll_model_destroy(model);
  unroll_model_destroy(again);
}

/* Dense behind a dropout, trained one step on ones: which units learnt. */
static void learnt(const unroll_dropout_options *options, double *out) {
  unroll_model *model = empty();
  unroll_dense_options dense;
  double ones[4 * 6], zeros[4] = {0, 0, 0, 0}, loss = 0;
  unroll_array in = unroll_array_view_2d(ones, UNROLL_DTYPE_FLOAT64, 4, 6),
               to = unroll_array_view_2d(zeros, UNROLL_DTYPE_FLOAT64, 4, 1);
  unroll_array kernel = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT64, 6, 1);
  unroll_data data = samples(&in, &to);
  const int64_t shape[1] = {6};
  int i;
  for (i = 0; i < 4 * 6; i++) ones[i] = 1;
  OK(unroll_model_add_dropout_ext(model, options));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, shape, 1));
  OK(unroll_model_compile(model, NULL));
  OK(unroll_model_train_on_batch(model, &data, &loss, 1));
  OK(unroll_model_get_weight(model, 0, &kernel));
  unroll_model_destroy(model);
}

static void dropout_has_a_seed_and_a_shape(void) {
  static const int64_t shared[2] = {1, UNROLL_AXIS_ANY};
  unroll_dropout_options options;
  double first[6], second[6], again[6], whole[6];
  unroll_dropout_options_init(&options, sizeof options);
  CHECK(options.rate == 0 && options.seed == 0 && options.noise_shape == NULL);
  options.rate = 0.5;
  options.noise_shape = shared; /* all four rows lose the same units, which learn nothing */
  options.noise_rank = 2;
  learnt(&options, first);
  learnt(&options, again);
  CHECK(memcmp(first, again, sizeof first) == 0);
  options.seed = 5;
  learnt(&options, second);
  CHECK(memcmp(first, second, sizeof first) != 0);
  options.noise_shape = NULL;
  options.noise_rank = 0;
  learnt(&options, whole);
  CHECK(memcmp(whole, second, sizeof whole) != 0);
}

int main(void) {
  variance_scaling_is_the_initializer_that_has_its_numbers();
  short_and_long_initializers_are_the_same();
  activations_have_their_slope();
  a_layer_keeps_its_slope();
  dropout_has_a_seed_and_a_shape();
  return finish("test_options");
}
