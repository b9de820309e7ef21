// What Swift cannot import from zlib.h: inflateInit2 is a macro.
#ifndef UNROLL_CZLIB_SHIMS_H
#define UNROLL_CZLIB_SHIMS_H

#include <zlib.h>

/// `window_bits` 15: a zlib stream (HDF5); -15: bare deflate (ZIP).
static inline int unroll_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

#endif
