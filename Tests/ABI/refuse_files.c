/* Files that are missing, forbidden, cut short, damaged or something else. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "files.h"

#define DIRECTORY "build/tests/files"

static unroll_model *model;

/* load, load_weights and inspect refuse this path alike. */
static void unreadable(const char *path, unroll_status status, const char *text) {
  unroll_model *loaded = NULL;
  char json[64];
  double before[1] = {0}, after[1] = {1};
  unroll_array bias_before = unroll_array_view_1d(before, UNROLL_DTYPE_FLOAT64, 1);
  unroll_array bias_after = unroll_array_view_1d(after, UNROLL_DTYPE_FLOAT64, 1);
  OK(unroll_model_get_weight(model, 4, &bias_before));
  REFUSES(status, text, unroll_model_load(path, NULL, &loaded));
  REFUSES(status, text, unroll_model_load_weights(model, path));
  REFUSES(status, text, unroll_file_describe(path, json, sizeof json, NULL));
  CHECK(loaded == NULL);
  OK(unroll_model_get_weight(model, 4, &bias_after));
  CHECK(before[0] == after[0]);
}

/* The system's number beside the message. */
static void what_the_system_said(void) {
  unroll_model *loaded = NULL;
  note("unroll_get_last_system_error(");
  CHECK(unroll_model_load(DIRECTORY "/none.h5", NULL, &loaded) == UNROLL_ERROR_IO &&
        unroll_get_last_system_error() == ENOENT);
  CHECK(unroll_model_load(DIRECTORY, NULL, &loaded) == UNROLL_ERROR_IO && unroll_get_last_system_error() == EISDIR);
  CHECK(unroll_model_load("", NULL, &loaded) == UNROLL_ERROR_INVALID_ARGUMENT && unroll_get_last_system_error() == 0);
  CHECK(unroll_model_save(model, DIRECTORY, NULL) != UNROLL_OK);
  CHECK(unroll_model_save(model, DIRECTORY "/no/such/place.h5", NULL) == UNROLL_ERROR_IO &&
        unroll_get_last_system_error() == ENOENT);
  OK(unroll_model_save(model, DIRECTORY "/again.h5", NULL));
  CHECK(unroll_get_last_system_error() == ENOENT); /* success leaves it alone */
}

static void arguments(void) {
  unroll_model *loaded = NULL, *unbuilt = NULL;
  unroll_save_options save;
  unroll_load_options load;
  float numbers[2 * 99] = {0};
  unroll_array sample = unroll_array_view_2d(numbers, UNROLL_DTYPE_FLOAT32, 2, 99), samples[2];
  char json[8];
  OK(unroll_model_create(NULL, &unbuilt));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "path is NULL", unroll_model_load(NULL, NULL, &loaded));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "path is empty", unroll_model_load("", NULL, &loaded));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_load(DIRECTORY "/whole.h5", NULL, NULL));
  unroll_load_options_init(&load, sizeof load);
  load.struct_size = 2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size", unroll_model_load(DIRECTORY "/whole.h5", &load, &loaded));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size",
          unroll_model_load_weights_ext(model, DIRECTORY "/whole.h5", &load));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL",
          unroll_model_load_weights_ext(NULL, DIRECTORY "/whole.h5", NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "path is NULL", unroll_model_load_weights_ext(model, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_load_weights(NULL, DIRECTORY "/whole.h5"));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "path is NULL", unroll_model_load_weights(model, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "path is NULL", unroll_file_describe(NULL, json, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_file_describe(DIRECTORY "/whole.h5", NULL, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_load_weights(unbuilt, DIRECTORY "/whole.h5"));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_save(NULL, DIRECTORY "/x.h5", NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "path is NULL", unroll_model_save(model, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_save(unbuilt, DIRECTORY "/x.h5", NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, ".h5", unroll_model_save(model, DIRECTORY "/x.onnx", NULL));
  unroll_save_options_init(&save, sizeof save);
  save.format = (unroll_file_format)1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "format is 1", unroll_model_save(model, DIRECTORY "/x.h5", &save));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "format is 1", unroll_model_save_weights(model, DIRECTORY "/x.h5", &save));
  unroll_save_options_init(&save, sizeof save);
  CHECK(save.sample == NULL && save.sample_count == 0);
  save.sample_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "sample is NULL", unroll_model_save(model, DIRECTORY "/x.h5", &save));
  save.sample = &sample;
  save.sample_count = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "sample_count is 0", unroll_model_save(model, DIRECTORY "/x.h5", &save));
  save.sample_count = 1;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected shape", unroll_model_save(model, DIRECTORY "/x.h5", &save));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "whole model",
          unroll_model_save_weights(model, DIRECTORY "/x.weights.h5", &save));
  samples[0] = samples[1] = sample;
  save.sample = samples;
  save.sample_count = 2;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "1 input(s), found 2", unroll_model_save(model, DIRECTORY "/x.h5", &save));
  samples[0].data = NULL;
  save.sample_count = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_save(model, DIRECTORY "/x.h5", &save));
  CHECK(access(DIRECTORY "/x.weights.h5", F_OK) != 0);
  unroll_save_options_init(&save, sizeof save);
  save.format = UNROLL_FILE_FORMAT_WEIGHTS_H5;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "weights", unroll_model_save(model, DIRECTORY "/x.h5", &save));
  save.format = UNROLL_FILE_FORMAT_KERAS;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "whole", unroll_model_save_weights(model, DIRECTORY "/x.h5", &save));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_save_weights(NULL, DIRECTORY "/x.h5", NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "path is NULL", unroll_model_save_weights(model, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_save_weights(unbuilt, DIRECTORY "/x.weights.h5", NULL));
  CHECK(access(DIRECTORY "/x.h5", F_OK) != 0); /* nothing was left behind */
  unroll_model_destroy(unbuilt);
}

/* Permissions do not bind root: become somebody else for as long as it takes. */
static void no_permission(void) {
  const int root = geteuid() == 0;
  unroll_model *loaded = NULL;
  struct stat status;
  char json[8];
  size_t size = 0, again = 0;
  unsigned char *before = read_file(DIRECTORY "/whole.h5", &size), *after;
  CHECK(chmod(DIRECTORY "/whole.h5", 0) == 0 && chmod(DIRECTORY, 0555) == 0);
  if (root && (setegid(65534) != 0 || seteuid(65534) != 0)) {
    printf("skipped: no permission to give up permissions\n");
  } else {
    /* Where not even the way to the file is open to others, "denied" comes earlier. */
    REFUSES(UNROLL_ERROR_IO, "whole.h5", unroll_model_load(DIRECTORY "/whole.h5", NULL, &loaded));
    REFUSES(UNROLL_ERROR_IO, "ermission denied", unroll_model_load_weights(model, DIRECTORY "/whole.h5"));
    REFUSES(UNROLL_ERROR_IO, "ermission denied", unroll_file_describe(DIRECTORY "/whole.h5", json, 8, NULL));
    REFUSES(UNROLL_ERROR_IO, "ermission denied", unroll_model_save(model, DIRECTORY "/whole.h5", NULL));
    REFUSES(UNROLL_ERROR_IO, "ermission denied", unroll_model_save_weights(model, DIRECTORY "/new.weights.h5", NULL));
  }
  if (root && (seteuid(0) != 0 || setegid(0) != 0)) FAIL("cannot become root again");
  CHECK(chmod(DIRECTORY, 0755) == 0 && chmod(DIRECTORY "/whole.h5", 0644) == 0);
  after = read_file(DIRECTORY "/whole.h5", &again);
  CHECK(before != NULL && after != NULL && size == again && memcmp(before, after, size) == 0);
  CHECK(stat(DIRECTORY "/new.weights.h5", &status) != 0);
  free(before);
  free(after);
}

static void not_there(void) {
  unreadable(DIRECTORY "/missing.h5", UNROLL_ERROR_IO, "missing.h5");
  unreadable(DIRECTORY, UNROLL_ERROR_IO, "directory");
  unreadable(DIRECTORY "/whole.h5/below", UNROLL_ERROR_IO, "below");
  REFUSES(UNROLL_ERROR_IO, "directory", unroll_model_save(model, DIRECTORY "/folder.h5", NULL));
  REFUSES(UNROLL_ERROR_IO, "nowhere", unroll_model_save(model, DIRECTORY "/nowhere/x.h5", NULL));
  REFUSES(UNROLL_ERROR_IO, "nowhere", unroll_model_save_weights(model, DIRECTORY "/nowhere/x.weights.h5", NULL));
}

/* Every prefix is refused; a byte that was changed is refused or harmless. */
static void damaged(const char *whole, const char *path) {
  static const size_t cuts[] = {0, 1, 7, 8, 64, 500};
  size_t size = 0, i;
  unsigned char *bytes = read_file(whole, &size);
  if (bytes == NULL) {
    FAIL("cannot read %s", whole);
    return;
  }
  for (i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    write_file(path, bytes, cuts[i]);
    unreadable(path, UNROLL_ERROR_FORMAT, "");
  }
  for (i = 1; i < 8; i++) {
    write_file(path, bytes, size * i / 8);
    unreadable(path, UNROLL_ERROR_FORMAT, "");
  }
  write_file(path, bytes, size - 1);
  unreadable(path, UNROLL_ERROR_FORMAT, "");
  for (i = 0; i < 300; i++) {
    const size_t at = (i * 7919 + 13) % size;
    unroll_model *loaded = NULL;
    unroll_status status;
    bytes[at] ^= 0xFF;
    write_file(path, bytes, size);
    bytes[at] ^= 0xFF;
    status = unroll_model_load(path, NULL, &loaded);
    CHECK((status == UNROLL_OK) == (loaded != NULL));
    unroll_model_destroy(loaded);
  }
  free(bytes);
}

static void something_else(void) {
  static const char text[] = "Date,Open\n2018-09-28,234.05\n";
  static const unsigned char png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13};
  unroll_model *other = small_model(5, 2, UNROLL_DTYPE_FLOAT32);
  write_file(DIRECTORY "/other", text, sizeof text - 1);
  unreadable(DIRECTORY "/other", UNROLL_ERROR_FORMAT, "");
  write_file(DIRECTORY "/other", png, sizeof png);
  unreadable(DIRECTORY "/other", UNROLL_ERROR_FORMAT, "");
  /* A file of weights is not a model, and these weights do not fit. */
  CHECK(unroll_model_load(DIRECTORY "/whole.weights.h5", NULL, &other) != UNROLL_OK);
  CHECK(unroll_model_load_weights(other, DIRECTORY "/whole.weights.h5") != UNROLL_OK);
  CHECK(strstr(unroll_get_last_error(), "(3, ") != NULL || strstr(unroll_get_last_error(), "(2, 12)") != NULL);
  unroll_model_destroy(other);
}

int main(void) {
  mkdir("build", 0755);
  mkdir("build/tests", 0755);
  mkdir(DIRECTORY, 0755);
  mkdir(DIRECTORY "/folder.h5", 0755);
  model = small_model(3, 2, UNROLL_DTYPE_FLOAT32);
  OK(unroll_model_compile(model, NULL));
  OK(unroll_model_save(model, DIRECTORY "/whole.h5", NULL));
  OK(unroll_model_save(model, DIRECTORY "/whole.keras", NULL));
  OK(unroll_model_save_weights(model, DIRECTORY "/whole.weights.h5", NULL));
  what_the_system_said();
  arguments();
  not_there();
  no_permission();
  damaged(DIRECTORY "/whole.h5", DIRECTORY "/damaged.h5");
  damaged(DIRECTORY "/whole.keras", DIRECTORY "/damaged.keras");
  something_else();
  unroll_model_destroy(model);
  return finish("refuse_files");
}
