// What Swift cannot import from hdf5.h: its macros, as functions. They are only for
// writing: HDF5 never reads anything that it has not written itself.
//
// None of them may expand H5CHECK or H5F_ACC_*: those call H5check_version,
// which aborts the whole process when header and library differ. The access
// flags are written out as literals and H5open() starts the library.
#ifndef UNROLL_CHDF5_SHIMS_H
#define UNROLL_CHDF5_SHIMS_H

#include <hdf5.h>
#include <stddef.h>
#include <string.h>

// Types. Each macro is (H5open(), variable), hence not a constant.
static inline hid_t unroll_h5t_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t unroll_h5t_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t unroll_h5t_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t unroll_h5t_ieee_f32le(void) { return H5T_IEEE_F32LE; }
static inline hid_t unroll_h5t_ieee_f64le(void) { return H5T_IEEE_F64LE; }
static inline hid_t unroll_h5t_std_i64le(void) { return H5T_STD_I64LE; }

/// A string type of `size` bytes, null-padded; size 0 means variable length.
/// ASCII by declaration: Keras up to tf.keras 2.3 decodes what it finds.
static inline hid_t unroll_h5t_string(size_t size) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  if (H5Tset_size(type, size == 0 ? H5T_VARIABLE : size) < 0 ||
      H5Tset_strpad(type, size == 0 ? H5T_STR_NULLTERM : H5T_STR_NULLPAD) < 0) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

// Files.

/// For files in memory, never written to disk by HDF5, that grow by `increment` bytes.
static inline hid_t unroll_h5p_memory_file(size_t increment) {
  hid_t plist;
  if (H5open() < 0 || (plist = H5Pcreate(H5P_FILE_ACCESS)) < 0) return -1;
  if (H5Pset_fapl_core(plist, increment, 0) >= 0) return plist;
  H5Pclose(plist);
  return -1;
}

/// HDF5 treats two files in memory with the same name as one, so each needs its own name.
static inline hid_t unroll_h5f_create(const char *name, hid_t plist) {
  return H5Fcreate(name, 0x0002u /* truncate */, H5P_DEFAULT, plist);
}

// Groups.
static inline hid_t unroll_h5g_open(hid_t parent, const char *name) { return H5Gopen2(parent, name, H5P_DEFAULT); }
static inline hid_t unroll_h5g_create(hid_t parent, const char *name) {
  return H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}
static inline htri_t unroll_h5l_exists(hid_t parent, const char *name) { return H5Lexists(parent, name, H5P_DEFAULT); }

// Datasets.
static inline herr_t unroll_h5d_write(hid_t dataset, hid_t type, const void *data) {
  return H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

/// For contiguous datasets without a time stamp: equal models give equal bytes.
static inline hid_t unroll_h5p_dataset(void) {
  hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  if (plist < 0 || H5Pset_obj_track_times(plist, 0) >= 0) return plist;
  H5Pclose(plist);
  return -1;
}

static inline hid_t unroll_h5d_create(hid_t group, const char *name, hid_t type, hid_t space, hid_t plist) {
  return H5Dcreate2(group, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
}

static inline hid_t unroll_h5s_scalar(void) { return H5Screate(H5S_SCALAR); }

// Attributes.
static inline hid_t unroll_h5a_create(hid_t object, const char *name, hid_t type, hid_t space) {
  return H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
}

// Errors. HDF5 prints to stderr by default; the stack is per thread.
typedef struct unroll_h5_error_handler {
  H5E_auto2_t function;
  void *data;
} unroll_h5_error_handler;

static inline unroll_h5_error_handler unroll_h5e_silence(void) {
  unroll_h5_error_handler old = {0, 0};
  H5Eget_auto2(H5E_DEFAULT, &old.function, &old.data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return old;
}

static inline void unroll_h5e_restore(unroll_h5_error_handler old) {
  H5Eset_auto2(H5E_DEFAULT, old.function, old.data);
}

typedef struct unroll_h5_text {
  char *buffer;
  size_t size, used;
  int is_memory;
} unroll_h5_text;

static inline herr_t unroll_h5e_collect(unsigned n, const H5E_error2_t *error, void *data) {
  unroll_h5_text *text = (unroll_h5_text *)data;
  const char *part = error->desc ? error->desc : "";
  size_t length = strlen(part);
  if (error->maj_num == H5E_RESOURCE || error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC) text->is_memory = 1;
  // The stack runs from the cause to the entry point; three entries are enough.
  if (n > 2 || length == 0 || text->used + length + 3 > text->size) return 0;
  if (text->used > 0) {
    memcpy(text->buffer + text->used, "; ", 2);
    text->used += 2;
  }
  memcpy(text->buffer + text->used, part, length + 1);
  text->used += length;
  return 0;
}

/// The innermost messages of this thread's error stack, cause first; 1 if
/// memory was refused somewhere in it.
static inline int unroll_h5e_message(char *buffer, size_t size) {
  unroll_h5_text text = {buffer, size, 0, 0};
  buffer[0] = 0;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, unroll_h5e_collect, &text);
  H5Eclear2(H5E_DEFAULT);
  return text.is_memory;
}

#endif
