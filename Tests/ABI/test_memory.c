/* Models as bytes in memory: what files can do, without one. */
#include "files.h"
#include "weights.h"

enum { N = 3, T = 5, F = 2, PARAMETERS = 76 };

typedef struct {
  unsigned char *bytes;
  size_t size, room, calls;
  int answer;
} sink;

static int take(const void *bytes, size_t count, void *user_data) {
  sink *s = (sink *)user_data;
  s->calls++;
  if (s->answer != 0) return s->answer;
  if (s->size + count > s->room) {
    unsigned char *larger = (unsigned char *)realloc(s->bytes, s->room = 2 * (s->size + count));
    if (larger == NULL) return 1;
    s->bytes = larger;
  }
  memcpy(s->bytes + s->size, bytes, count);
  s->size += count;
  return 0;
}

static float inputs[N * T * F];

static unroll_model *trained(void) {
  unroll_model *model = small_model(3, F, UNROLL_DTYPE_FLOAT32);
  float targets[N] = {1, 0, -1};
  unroll_array x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F),
               y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_data data = samples(&x, &y);
  double loss;
  OK(unroll_model_compile(model, NULL));
  OK(unroll_model_train_on_batch(model, &data, &loss, 1));
  return model;
}

static int same_weights(const unroll_model *a, const unroll_model *b) {
  double first[PARAMETERS], second[PARAMETERS];
  get_all(a, first, PARAMETERS);
  get_all(b, second, PARAMETERS);
  return memcmp(first, second, sizeof first) == 0;
}

static void every_format_comes_back(void) {
  static const struct {
    unroll_file_format format;
    const unsigned char begins[5];
    int compiled;
  } cases[] = {
      {UNROLL_FILE_FORMAT_AUTO, "PK\3\4", 1},
      {UNROLL_FILE_FORMAT_KERAS, "PK\3\4", 1},
      {UNROLL_FILE_FORMAT_H5, "\211HDF", 1},
      {UNROLL_FILE_FORMAT_H5_KERAS2, "\211HDF", 1},
  };
  unroll_model *model = trained();
  size_t i;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sink s = {NULL, 0, 0, 0, 0};
    unroll_model *again = NULL;
    unroll_save_options save;
    unroll_load_options load;
    unroll_model_info info;
    size_t length = 0;
    unroll_save_options_init(&save, sizeof save);
    save.format = cases[i].format;
    OK(unroll_model_save_to_memory(model, &save, take, &s));
    CHECK(s.calls > 0 && s.size > 100 && memcmp(s.bytes, cases[i].begins, 4) == 0);
    OK(unroll_file_describe_from_memory(s.bytes, s.size, NULL, 0, &length));
    CHECK(length > 100);
    OK(unroll_model_load_from_memory(s.bytes, s.size, NULL, &again));
    unroll_model_info_init(&info, sizeof info);
    OK(unroll_model_get_info(again, &info));
    CHECK(info.is_compiled && same_weights(model, again));
    unroll_model_destroy(again);
    unroll_load_options_init(&load, sizeof load);
    load.compile = 0;
    OK(unroll_model_load_from_memory(s.bytes, s.size, &load, &again));
    OK(unroll_model_get_info(again, &info));
    CHECK(!info.is_compiled);
    unroll_model_destroy(again);
    free(s.bytes);
  }
  unroll_model_destroy(model);
}

static void weights_alone_come_back(void) {
  static const unroll_file_format formats[] = {UNROLL_FILE_FORMAT_AUTO, UNROLL_FILE_FORMAT_WEIGHTS_H5,
                                               UNROLL_FILE_FORMAT_WEIGHTS_H5_KERAS2};
  unroll_model *model = trained();
  size_t i;
  for (i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    sink s = {NULL, 0, 0, 0, 0};
    unroll_model *other = small_model(3, F, UNROLL_DTYPE_FLOAT32), *none = NULL;
    unroll_save_options save;
    unroll_save_options_init(&save, sizeof save);
    save.format = formats[i];
    CHECK(!same_weights(model, other));
    OK(unroll_model_save_weights_to_memory(model, &save, take, &s));
    OK(unroll_model_load_weights_from_memory(other, s.bytes, s.size, NULL));
    CHECK(same_weights(model, other));
    REFUSES(UNROLL_ERROR_UNSUPPORTED, "weights", unroll_model_load_from_memory(s.bytes, s.size, NULL, &none));
    CHECK(none == NULL);
    free(s.bytes);
    unroll_model_destroy(other);
  }
  unroll_model_destroy(model);
}

/* Memory and files hold the same. */
static void a_file_is_its_bytes(void) {
  static const char path[] = "build/tests/memory.h5";
  unroll_model *model = trained(), *again = NULL;
  unsigned char *bytes;
  size_t size = 0;
  OK(unroll_model_save(model, path, NULL));
  bytes = read_file(path, &size);
  CHECK(bytes != NULL);
  OK(unroll_model_load_from_memory(bytes, size, NULL, &again));
  CHECK(same_weights(model, again));
  free(bytes); /* nothing of it is kept */
  CHECK(same_weights(model, again));
  unroll_model_destroy(again);
  unroll_model_destroy(model);
}

static void a_save_that_is_given_up_fails(void) {
  unroll_model *model = trained();
  sink s = {NULL, 0, 0, 0, 7};
  REFUSES(UNROLL_ERROR_CANCELLED, "returned 7", unroll_model_save_to_memory(model, NULL, take, &s));
  CHECK(s.calls == 1);
  REFUSES(UNROLL_ERROR_CANCELLED, "returned 7", unroll_model_save_weights_to_memory(model, NULL, take, &s));
  s.answer = 0;
  OK(unroll_model_save_to_memory(model, NULL, take, &s));
  free(s.bytes);
  unroll_model_destroy(model);
}

static void wrong_arguments(void) {
  unroll_model *model = trained(), *loaded = NULL, *unbuilt = NULL;
  unroll_save_options save;
  unroll_load_options load;
  const char text[] = "no model";
  char out[8];
  size_t length;
  sink s = {NULL, 0, 0, 0, 0};
  OK(unroll_model_create(NULL, &unbuilt));
  unroll_save_options_init(&save, sizeof save);
  unroll_load_options_init(&load, sizeof load);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_load_from_memory(NULL, 5, NULL, &loaded));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_load_from_memory(text, 5, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "18446744073709551615",
          unroll_model_load_from_memory(text, (size_t)-1, NULL, &loaded));
  REFUSES(UNROLL_ERROR_FORMAT, "", unroll_model_load_from_memory(text, sizeof text, NULL, &loaded));
  REFUSES(UNROLL_ERROR_FORMAT, "empty", unroll_model_load_from_memory(text, 0, NULL, &loaded));
  load.struct_size = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size", unroll_model_load_from_memory(text, 5, &load, &loaded));
  CHECK(loaded == NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_load_weights_from_memory(NULL, text, 5, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_load_weights_from_memory(model, NULL, 5, NULL));
  REFUSES(UNROLL_ERROR_FORMAT, "", unroll_model_load_weights_from_memory(model, text, sizeof text, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built",
          unroll_model_load_weights_from_memory(unbuilt, text, sizeof text, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_save_to_memory(NULL, NULL, take, &s));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "write is NULL", unroll_model_save_to_memory(model, NULL, NULL, &s));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_save_to_memory(unbuilt, NULL, take, &s));
  save.format = UNROLL_FILE_FORMAT_WEIGHTS_H5;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "weights only", unroll_model_save_to_memory(model, &save, take, &s));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_save_weights_to_memory(NULL, NULL, take, &s));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "write is NULL", unroll_model_save_weights_to_memory(model, NULL, NULL, &s));
  save.format = UNROLL_FILE_FORMAT_KERAS;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "whole models", unroll_model_save_weights_to_memory(model, &save, take, &s));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL",
          unroll_file_describe_from_memory(NULL, 5, out, sizeof out, &length));
  REFUSES(UNROLL_ERROR_FORMAT, "", unroll_file_describe_from_memory(text, sizeof text, out, sizeof out, &length));
  CHECK(s.calls == 0);
  unroll_model_destroy(model);
  unroll_model_destroy(unbuilt);
}

int main(void) {
  int i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)(i % 7) / 7 - 0.5f;
  every_format_comes_back();
  weights_alone_come_back();
  a_file_is_its_bytes();
  a_save_that_is_given_up_fails();
  wrong_arguments();
  return finish("test_memory");
}
