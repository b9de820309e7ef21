// What Swift cannot import from hdf5.h: its macros, as functions.
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
static inline hid_t unroll_h5t_std_i32le(void) { return H5T_STD_I32LE; }
static inline hid_t unroll_h5t_std_i64le(void) { return H5T_STD_I64LE; }

/// A string type of `size` bytes, null-padded; size 0 means variable length.
static inline hid_t unroll_h5t_string(size_t size, int is_utf8) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  if (H5Tset_size(type, size == 0 ? H5T_VARIABLE : size) < 0 ||
      H5Tset_strpad(type, size == 0 ? H5T_STR_NULLTERM : H5T_STR_NULLPAD) < 0 ||
      H5Tset_cset(type, is_utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII) < 0) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

static inline int unroll_h5t_is_integer(hid_t t) { return H5Tget_class(t) == H5T_INTEGER; }
static inline int unroll_h5t_is_string(hid_t t) { return H5Tget_class(t) == H5T_STRING; }
static inline int unroll_h5t_is_opaque(hid_t t) { return H5Tget_class(t) == H5T_OPAQUE; }

/// 1 if `t` is IEEE binary16, 32 or 64 of either byte order. Other bit layouts
/// are refused: HDF5 would convert them, but nothing writes them.
static inline int unroll_h5t_is_ieee(hid_t t) {
  size_t size = H5Tget_size(t), spos, epos, esize, mpos, msize;
  H5T_order_t order = H5Tget_order(t);
  if (H5Tget_class(t) != H5T_FLOAT || (order != H5T_ORDER_LE && order != H5T_ORDER_BE)) return 0;
  if (H5Tget_fields(t, &spos, &epos, &esize, &mpos, &msize) < 0 || mpos != 0) return 0;
  if (size == 2) return spos == 15 && epos == 10 && esize == 5 && msize == 10 && H5Tget_ebias(t) == 15;
  if (size == 4) return spos == 31 && epos == 23 && esize == 8 && msize == 23 && H5Tget_ebias(t) == 127;
  if (size == 8) return spos == 63 && epos == 52 && esize == 11 && msize == 52 && H5Tget_ebias(t) == 1023;
  return 0;
}

// Files.
static inline hid_t unroll_h5f_open(const char *path) {
  if (H5open() < 0) return -1;
  return H5Fopen(path, 0x0000u /* read only */, H5P_DEFAULT);
}

static inline hid_t unroll_h5f_memory_fapl(size_t increment) {
  hid_t fapl = H5Pcreate(H5P_FILE_ACCESS);
  if (fapl >= 0 && H5Pset_fapl_core(fapl, increment, 0) < 0) {
    H5Pclose(fapl);
    return -1;
  }
  return fapl;
}

// HDF5 takes two files in memory of one name for one file, so each needs its own.

/// Opens a file held in memory; HDF5 copies the bytes.
static inline hid_t unroll_h5f_open_image(const void *bytes, size_t count, const char *name) {
  hid_t fapl, file = -1;
  if (H5open() < 0 || (fapl = unroll_h5f_memory_fapl(65536)) < 0) return -1;
  if (H5Pset_file_image(fapl, (void *)bytes, count) >= 0) file = H5Fopen(name, 0x0000u, fapl);
  H5Pclose(fapl);
  return file;
}

/// A new file in memory, never written to disk by HDF5.
static inline hid_t unroll_h5f_create_image(const char *name) {
  hid_t fapl, file;
  if (H5open() < 0 || (fapl = unroll_h5f_memory_fapl(1 << 20)) < 0) return -1;
  file = H5Fcreate(name, 0x0002u /* truncate */, H5P_DEFAULT, fapl);
  H5Pclose(fapl);
  return file;
}

// Links and objects.
enum { UNROLL_LINK_MISSING = 0, UNROLL_LINK_HARD = 1, UNROLL_LINK_OTHER = 2, UNROLL_LINK_FAILED = -1 };

/// What the one path component `name` in `group` is.
static inline int unroll_h5l_kind(hid_t group, const char *name) {
  H5L_info_t info;
  htri_t exists = H5Lexists(group, name, H5P_DEFAULT);
  if (exists < 0) return UNROLL_LINK_FAILED;
  if (exists == 0) return UNROLL_LINK_MISSING;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return UNROLL_LINK_FAILED;
  return info.type == H5L_TYPE_HARD ? UNROLL_LINK_HARD : UNROLL_LINK_OTHER;
}

static inline hid_t unroll_h5o_open(hid_t group, const char *name) { return H5Oopen(group, name, H5P_DEFAULT); }
static inline int unroll_h5i_is_group(hid_t id) { return H5Iget_type(id) == H5I_GROUP; }
static inline int unroll_h5i_is_dataset(hid_t id) { return H5Iget_type(id) == H5I_DATASET; }

static inline long long unroll_h5g_count(hid_t group) {
  H5G_info_t info;
  return H5Gget_info(group, &info) < 0 ? -1 : (long long)info.nlinks;
}

/// Length of the name of link `index` in name order; the name itself if it fits.
static inline ptrdiff_t unroll_h5l_name(hid_t group, unsigned long long index, char *buffer, size_t size) {
  return H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, buffer, size, H5P_DEFAULT);
}

static inline hid_t unroll_h5g_create(hid_t parent, const char *name) {
  return H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

// Datasets.

/// 1 if reading `dataset` stays within its own file and the filters are those
/// HDF5 itself carries; 0 for external or virtual storage, -1 for an unknown
/// filter, -2 if HDF5 cannot say.
static inline int unroll_h5d_is_plain(hid_t dataset) {
  hid_t plist = H5Dget_create_plist(dataset);
  int result = 1, i, filters;
  if (plist < 0) return -2;
  H5D_layout_t layout = H5Pget_layout(plist);
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) result = 0;
  if (result == 1 && layout == H5D_CONTIGUOUS && H5Pget_external_count(plist) != 0) result = 0;
  filters = H5Pget_nfilters(plist);
  if (filters < 0) result = -2;
  for (i = 0; result == 1 && i < filters; i++) {
    unsigned flags, config;
    size_t values = 0;
    char name[8];
    H5Z_filter_t id = H5Pget_filter2(plist, (unsigned)i, &flags, &values, NULL, sizeof name, name, &config);
    if (id != H5Z_FILTER_DEFLATE && id != H5Z_FILTER_SHUFFLE && id != H5Z_FILTER_FLETCHER32) result = -1;
  }
  H5Pclose(plist);
  return result;
}

/// Bytes of one chunk as declared, or 0 if the dataset is not chunked.
static inline unsigned long long unroll_h5d_chunk_elements(hid_t dataset) {
  hid_t plist = H5Dget_create_plist(dataset);
  hsize_t dims[H5S_MAX_RANK];
  unsigned long long count = 0;
  int rank, i;
  if (plist < 0) return 0;
  if (H5Pget_layout(plist) == H5D_CHUNKED && (rank = H5Pget_chunk(plist, H5S_MAX_RANK, dims)) > 0) {
    count = 1;
    for (i = 0; i < rank; i++) {
      if (dims[i] != 0 && count > ~0ull / dims[i]) { count = ~0ull; break; }
      count *= dims[i];
    }
  }
  H5Pclose(plist);
  return count;
}

/// 1 if the elements stand in the dataset's own header.
static inline int unroll_h5d_is_compact(hid_t dataset) {
  hid_t plist = H5Dget_create_plist(dataset);
  int result = plist >= 0 && H5Pget_layout(plist) == H5D_COMPACT;
  if (plist >= 0) H5Pclose(plist);
  return result;
}

static inline herr_t unroll_h5d_read(hid_t dataset, hid_t type, void *out) {
  return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
}

static inline herr_t unroll_h5d_write(hid_t dataset, hid_t type, const void *data) {
  return H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

/// Contiguous, without a time stamp: equal models give equal bytes.
static inline hid_t unroll_h5d_create(hid_t group, const char *name, hid_t type, hid_t space) {
  hid_t plist = H5Pcreate(H5P_DATASET_CREATE), dataset = -1;
  if (plist < 0) return -1;
  if (H5Pset_obj_track_times(plist, 0) >= 0)
    dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  H5Pclose(plist);
  return dataset;
}

static inline hid_t unroll_h5s_scalar(void) { return H5Screate(H5S_SCALAR); }
static inline int unroll_h5s_is_null(hid_t space) { return H5Sget_simple_extent_type(space) == H5S_NULL; }
static inline int unroll_h5s_max_rank(void) { return H5S_MAX_RANK; }

// Attributes.

/// Length (4), address of a heap collection (8), index in it (4).
enum { UNROLL_HEAP_REFERENCE_SIZE = 16 };

static inline hid_t unroll_h5a_open(hid_t object, const char *name) { return H5Aopen(object, name, H5P_DEFAULT); }
static inline hid_t unroll_h5a_create(hid_t object, const char *name, hid_t type, hid_t space) {
  return H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
}

/// A "conversion" that keeps the bytes: HDF5 calls it with what the file holds
/// for a variable-length string, which is a reference into a global heap.
static herr_t unroll_h5t_keep_reference(hid_t source, hid_t target, H5T_cdata_t *data, size_t count, size_t stride,
                                        size_t background_stride, void *buffer, void *background, hid_t plist) {
  (void)count, (void)stride, (void)background_stride, (void)buffer, (void)background, (void)plist;
  if (data->command != H5T_CONV_INIT) return 0;
  data->need_bkg = H5T_BKG_NO;
  return H5Tget_size(target) == UNROLL_HEAP_REFERENCE_SIZE && H5Tis_variable_str(source) > 0 ? 0 : -1;
}

/// Reads an attribute of variable-length strings as the references that the
/// file holds, UNROLL_HEAP_REFERENCE_SIZE bytes each, without following them:
/// HDF5 1.10 believes damaged heaps and references, and crashes or never returns.
static inline herr_t unroll_h5a_read_references(hid_t attribute, hid_t type, void *out) {
  H5T_cdata_t *found = NULL;
  herr_t status = -1;
  hid_t reference = H5Tcreate(H5T_OPAQUE, UNROLL_HEAP_REFERENCE_SIZE);
  if (reference < 0) return -1;
  // Looked up each time: a host that closes the library loses registrations.
  if (H5Tfind(type, reference, &found) != NULL ||
      H5Tregister(H5T_PERS_SOFT, "unroll reference", type, reference, unroll_h5t_keep_reference) >= 0)
    status = H5Aread(attribute, reference, out);
  H5Tclose(reference);
  return status;
}

/// Where the addresses in the file count from; -1 if HDF5 cannot say, or if
/// its addresses and sizes have other than 8 bytes (no 64-bit HDF5 writes that).
static inline long long unroll_h5_base_address(hid_t object) {
  hsize_t size = 0;
  size_t address_bytes = 0, size_bytes = 0;
  hid_t plist = -1, file = H5Iget_file_id(object);
  long long result = -1;
  if (file < 0) return -1;
  if ((plist = H5Fget_create_plist(file)) >= 0 && H5Pget_userblock(plist, &size) >= 0 && size < 1ull << 62 &&
      H5Pget_sizes(plist, &address_bytes, &size_bytes) >= 0 && address_bytes == 8 && size_bytes == 8)
    result = (long long)size;
  if (plist >= 0) H5Pclose(plist);
  H5Fclose(file);
  return result;
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
} unroll_h5_text;

static inline herr_t unroll_h5e_collect(unsigned n, const H5E_error2_t *error, void *data) {
  unroll_h5_text *text = (unroll_h5_text *)data;
  const char *part = error->desc ? error->desc : "";
  size_t length = strlen(part);
  // The stack runs from the entry point to the cause; three entries say enough.
  if (n > 2 || length == 0 || text->used + length + 3 > text->size) return 0;
  if (text->used > 0) {
    memcpy(text->buffer + text->used, "; ", 2);
    text->used += 2;
  }
  memcpy(text->buffer + text->used, part, length + 1);
  text->used += length;
  return 0;
}

/// The innermost messages of this thread's error stack, cause first.
static inline void unroll_h5e_message(char *buffer, size_t size) {
  unroll_h5_text text = {buffer, size, 0};
  buffer[0] = 0;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, unroll_h5e_collect, &text);
  H5Eclear2(H5E_DEFAULT);
}

#endif
