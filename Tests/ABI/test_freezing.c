/* What of a model is trained: unroll_model_set_trainable, in effect with the
 * next compile, and in files. */
#include "sequences.h"
#include "weights.h"

enum { WEIGHTS = 6, PARAMETERS = 21 };

/* An encoder in a model: "encoder/rnn" and "encoder/last", then "dense". */
static const char encoder[] =
    "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"outer\", \"layers\": ["
    "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": [null, 4, 3]}},"
    "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"encoder\", \"layers\": ["
    "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": [null, 4, 3]}},"
    "{\"class_name\": \"SimpleRNN\", \"config\": {\"name\": \"rnn\", \"units\": 2, \"return_sequences\": true, \"use_bias\": false}},"
    "{\"class_name\": \"SimpleRNN\", \"config\": {\"name\": \"last\", \"units\": 2, \"use_bias\": false}}]}},"
    "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense\", \"units\": 1}}]}}";

static unroll_model *nested(void) {
  unroll_model *model = NULL;
  OK(unroll_model_create_from_json(encoder, sizeof encoder - 1, NULL, &model));
  return model;
}

static void compile(unroll_model *model) {
  unroll_compile_options options;
  unroll_compile_options_init(&options, sizeof options);
  OK(unroll_model_compile(model, &options));
}

/* Trains, and writes a 1 for each weight that moved. */
static const char *moved(unroll_model *model) {
  static const size_t counts[WEIGHTS] = {F * 2, 2 * 2, 2 * 2, 2 * 2, 2, 1};
  static char text[WEIGHTS + 1];
  double before[PARAMETERS], after[PARAMETERS];
  const double *from = before, *to = after;
  unroll_data lent = data();
  size_t i;
  get_all(model, before, PARAMETERS);
  OK(unroll_model_fit(model, &lent, NULL, NULL));
  get_all(model, after, PARAMETERS);
  for (i = 0; i < WEIGHTS; from += counts[i], to += counts[i], i++)
    text[i] = memcmp(from, to, counts[i] * sizeof *to) != 0 ? '1' : '0';
  return text;
}

#define MOVED(model, expected)                                                              \
  do {                                                                                      \
    const char *found_ = moved(model);                                                      \
    if (strcmp(found_, (expected)) != 0) FAIL("moved: expected %s, found %s", (expected), found_); \
  } while (0)

static int flag(unroll_model *model, const char *layer) {
  int value = -1;
  OK(unroll_model_get_trainable(model, layer, &value));
  return value;
}

static void a_nested_layer_is_frozen_and_thawed_by_its_path(void) {
  unroll_model *model = nested();
  compile(model);
  MOVED(model, "111111");
  OK(unroll_model_set_trainable(model, "encoder/rnn", 0));
  CHECK(flag(model, "encoder/rnn") == 0 && flag(model, "encoder") == 1 && flag(model, "encoder/last") == 1);
  compile(model);
  MOVED(model, "001111");
  OK(unroll_model_set_trainable(model, "encoder", 0));
  CHECK(flag(model, "encoder/last") == 0 && flag(model, "dense") == 1 && flag(model, NULL) == 1);
  compile(model);
  MOVED(model, "000011");
  OK(unroll_model_set_trainable(model, "encoder", 7));
  CHECK(flag(model, "encoder/rnn") == 1);
  compile(model);
  MOVED(model, "111111");
  unroll_model_destroy(model);
}

static void the_whole_model_is_frozen_without_a_name(void) {
  unroll_model *model = nested();
  unroll_model_info info;
  OK(unroll_model_set_trainable(model, NULL, 0));
  compile(model);
  MOVED(model, "000000");
  unroll_model_info_init(&info, sizeof info);
  OK(unroll_model_get_info(model, &info));
  CHECK(info.trainable_parameter_count == 0 && info.parameter_count == PARAMETERS);
  OK(unroll_model_set_trainable(model, "dense", 1));
  compile(model);
  MOVED(model, "000000"); /* the model itself is still frozen */
  unroll_model_destroy(model);
}

static void what_is_trained_stays_until_the_next_compile_once_it_has_begun(void) {
  unroll_model *model = nested();
  unroll_weight_info info;
  compile(model);
  OK(unroll_model_set_trainable(model, "dense", 0)); /* before the first update */
  MOVED(model, "111100");
  OK(unroll_model_set_trainable(model, "dense", 1));
  MOVED(model, "111100");
  OK(unroll_model_set_trainable(model, "encoder", 0));
  MOVED(model, "111100");
  unroll_weight_info_init(&info, sizeof info);
  OK(unroll_model_get_weight_info(model, 0, &info));
  CHECK(info.is_trainable == 0);
  compile(model);
  MOVED(model, "000011");
  unroll_model_destroy(model);
}

static void files_hold_what_is_frozen(void) {
  static const char *const paths[] = {"build/tests/frozen.keras", "build/tests/frozen.h5"};
  size_t i;
  for (i = 0; i < sizeof paths / sizeof *paths; i++) {
    unroll_model *model = nested(), *loaded = NULL;
    OK(unroll_model_set_trainable(model, "encoder/last", 0));
    compile(model);
    MOVED(model, "110011");
    OK(unroll_model_save(model, paths[i], NULL));
    OK(unroll_model_load(paths[i], NULL, &loaded));
    CHECK(flag(loaded, "encoder/last") == 0 && flag(loaded, "encoder/rnn") == 1);
    MOVED(loaded, "110011");
    unroll_model_destroy(loaded);
    /* Fewer weights go on with their own state; more have none. */
    OK(unroll_model_load(paths[i], NULL, &loaded));
    OK(unroll_model_set_trainable(loaded, "dense", 0));
    MOVED(loaded, "110000");
    unroll_model_destroy(loaded);
    OK(unroll_model_load(paths[i], NULL, &loaded));
    OK(unroll_model_set_trainable(loaded, "encoder", 1));
    {
      unroll_data lent = data();
      REFUSES(UNROLL_ERROR_INVALID_STATE, "compile the model again", unroll_model_fit(loaded, &lent, NULL, NULL));
    }
    compile(loaded);
    MOVED(loaded, "111111");
    unroll_model_destroy(loaded);
    unroll_model_destroy(model);
  }
}

static void layers_that_do_not_exist_are_named(void) {
  unroll_model *model = nested();
  int value = 5;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_set_trainable(NULL, NULL, 0));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "'lstm'", unroll_model_set_trainable(model, "lstm", 0));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "encoder, dense", unroll_model_set_trainable(model, "encoder/", 0));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "'dense/kernel'", unroll_model_set_trainable(model, "dense/kernel", 0));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "layer is empty", unroll_model_set_trainable(model, "", 0));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "UTF-8", unroll_model_set_trainable(model, "\xff", 0));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "'gru'", unroll_model_get_trainable(model, "gru", &value));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "trainable is NULL", unroll_model_get_trainable(model, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_trainable(NULL, NULL, &value));
  CHECK(value == 5 && flag(model, "dense") == 1);
  unroll_model_destroy(model);
}

int main(void) {
  a_nested_layer_is_frozen_and_thawed_by_its_path();
  the_whole_model_is_frozen_without_a_name();
  what_is_trained_stays_until_the_next_compile_once_it_has_begun();
  files_hold_what_is_frozen();
  layers_that_do_not_exist_are_named();
  return finish("test_freezing");
}
