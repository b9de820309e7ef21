/* Small files for the tests of files. */
#ifndef ABI_FILES_H
#define ABI_FILES_H

#include "abi_test.h"

/* The whole file, to be freed; NULL if it cannot be read. */
static inline unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  unsigned char *bytes = NULL;
  long length;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
    bytes = (unsigned char *)malloc((size_t)length + 1);
    if (bytes != NULL) *size = fread(bytes, 1, (size_t)length, file);
  }
  fclose(file);
  return bytes;
}

static inline void write_file(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) {
    FAIL("cannot write %s", path);
    return;
  }
  if (fwrite(bytes, 1, size, file) != size) FAIL("cannot write %s", path);
  if (fclose(file) != 0) FAIL("cannot write %s", path);
}

#endif
