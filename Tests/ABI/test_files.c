/* What is saved is what is loaded, in every format; JSON goes there and back;
 * a training goes on where the file left it. */
#include "files.h"

enum { N = 10, T = 6, F = 2 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;

static void predict(const unroll_model *model, double *out) {
  unroll_array result = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT64, N, 1);
  OK(unroll_model_predict(model, &x, &result, NULL));
}

static unroll_model *trained(unroll_dtype dtype) {
  unroll_model *model = small_model(4, F, dtype);
  unroll_data data = samples(&x, &y);
  unroll_fit_options fit;
  OK(unroll_model_compile(model, NULL));
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = 3;
  fit.batch_size = 4;
  OK(unroll_model_fit(model, &data, &fit, NULL));
  OK(unroll_model_set_learning_rate(model, 0.0007)); /* no float32 number */
  return model;
}

/* One more epoch, as if nothing had happened between. */
static void go_on(unroll_model *model) {
  unroll_data data = samples(&x, &y);
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.initial_epoch = 3;
  fit.epochs = 4;
  fit.batch_size = 4;
  OK(unroll_model_fit(model, &data, &fit, NULL));
}

static void whole_models(unroll_file_format format, const char *path) {
  unroll_model *model = trained(UNROLL_DTYPE_FLOAT32), *loaded = NULL;
  unroll_save_options save;
  unroll_load_options load;
  unroll_model_info info;
  double before[N], after[N];
  char json[2048];
  size_t length = 0;
  unroll_save_options_init(&save, sizeof save);
  save.format = format;
  OK(unroll_model_save(model, path, &save));
  OK(unroll_model_load(path, NULL, &loaded));
  predict(model, before);
  predict(loaded, after);
  CHECK(memcmp(before, after, sizeof before) == 0);
  go_on(model);
  go_on(loaded); /* optimizer, order and all */
  predict(model, before);
  predict(loaded, after);
  CHECK(memcmp(before, after, sizeof before) == 0);
  unroll_model_destroy(loaded);

  unroll_load_options_init(&load, sizeof load);
  load.compile = 0;
  OK(unroll_model_load(path, &load, &loaded));
  unroll_model_info_init(&info, sizeof info);
  OK(unroll_model_get_info(loaded, &info));
  CHECK(!info.is_compiled && info.is_built && info.is_sequential);
  OK(unroll_file_describe(path, json, sizeof json, &length));
  CHECK(length > 0 && strstr(json, "lstm") != NULL);
  OK(unroll_model_describe(loaded, json, sizeof json, &length));
  CHECK(json[0] == '{' && strstr(json, "lstm") != NULL);
  unroll_model_destroy(loaded);
  unroll_model_destroy(model);
}

static void weights_only(unroll_file_format format, const char *path) {
  unroll_model *model = trained(UNROLL_DTYPE_FLOAT64), *other;
  unroll_save_options save;
  double before[N], after[N];
  unroll_save_options_init(&save, sizeof save);
  save.format = format;
  OK(unroll_model_save_weights(model, path, &save));
  other = small_model(4, F, UNROLL_DTYPE_FLOAT64);
  predict(model, before);
  predict(other, after);
  CHECK(memcmp(before, after, sizeof before) != 0);
  OK(unroll_model_load_weights(other, path));
  predict(other, after);
  CHECK(memcmp(before, after, sizeof before) == 0);
  unroll_model_destroy(model);
  unroll_model_destroy(other);
}

static void json_goes_there_and_back(void) {
  static const char dense[] = "{\"class_name\": \"Dense\", \"config\": {\"units\": 3, \"activation\": \"relu\"}}";
  unroll_model *model = small_model(4, F, UNROLL_DTYPE_FLOAT64), *copy = NULL;
  unroll_model_options options;
  char first[8192], second[8192];
  size_t length = 0;
  double a[N], b[N];
  OK(unroll_model_get_json(model, first, sizeof first, &length));
  CHECK(length < sizeof first && strlen(first) == length);
  unroll_model_options_init(&options, sizeof options);
  options.seed = 7;
  OK(unroll_model_create_from_json(first, length, &options, &copy));
  OK(unroll_model_get_json(copy, second, sizeof second, NULL));
  CHECK(strcmp(first, second) == 0);
  predict(model, a);
  predict(copy, b);
  CHECK(memcmp(a, b, sizeof a) == 0); /* the same seed, layers and type */
  unroll_model_destroy(copy);
  unroll_model_destroy(model);

  OK(unroll_model_create(NULL, &model));
  OK(unroll_model_add_layer_from_json(model, dense, sizeof dense - 1));
  {
    const int64_t shape[1] = {5};
    unroll_model_info info;
    OK(unroll_model_build(model, shape, 1));
    unroll_model_info_init(&info, sizeof info);
    OK(unroll_model_get_info(model, &info));
    CHECK(info.parameter_count == 18);
  }
  unroll_model_destroy(model);
}

/* A file that Keras wrote. */
static void keras_files_open(void) {
  const char *directory = getenv("UNROLL_TEST_DATA");
  char path[1024];
  unroll_model *model = NULL;
  if (directory == NULL) {
    printf("skipped: UNROLL_TEST_DATA is not set\n");
    return;
  }
  snprintf(path, sizeof path, "%s/keras3/stock.keras", directory);
  OK(unroll_model_load(path, NULL, &model));
  unroll_model_destroy(model);
}

int main(void) {
  int i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)((i * 37) % 100) / 100.0f - 0.5f;
  for (i = 0; i < N; i++) targets[i] = inputs[i * T * F] + 0.1f * (float)i;
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  whole_models(UNROLL_FILE_FORMAT_H5, "build/tests/model.h5");
  whole_models(UNROLL_FILE_FORMAT_KERAS, "build/tests/model.keras");
  whole_models(UNROLL_FILE_FORMAT_AUTO, "build/tests/auto.keras");
  weights_only(UNROLL_FILE_FORMAT_WEIGHTS_H5_KERAS2, "build/tests/weights.h5");
  weights_only(UNROLL_FILE_FORMAT_WEIGHTS_H5, "build/tests/model.weights.h5");
  weights_only(UNROLL_FILE_FORMAT_AUTO, "build/tests/auto.weights.h5");
  json_goes_there_and_back();
  keras_files_open();
  return finish("test_files");
}
