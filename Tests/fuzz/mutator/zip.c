/* The CRCs of a ZIP archive's members, mended in both headers. */
#include <stdlib.h>
#include <zlib.h>

#include "bytes.h"
#include "seals.h"

enum { LARGEST_MEMBER = 1 << 20 };

static void mend_member(uint8_t *data, size_t size, size_t entry) {
  uint64_t method = get_number(data + entry + 10, 2), stored = get_number(data + entry + 20, 4);
  uint64_t header = get_number(data + entry + 42, 4);
  if (!is_inside(header, 30, size)) return;
  uint64_t start = header + 30 + get_number(data + header + 26, 2) + get_number(data + header + 28, 2);
  if (!is_inside(start, stored, size)) return;
  uLong crc = crc32(0, Z_NULL, 0);
  if (method == 0) {
    crc = crc32_z(crc, data + start, (size_t)stored);
  } else if (method == 8) {
    uint8_t *output = malloc(LARGEST_MEMBER);
    if (output == NULL) return;
    z_stream stream = {0};
    if (inflateInit2(&stream, -15) == Z_OK) {
      stream.next_in = data + start;
      stream.avail_in = (uInt)stored;
      stream.next_out = output;
      stream.avail_out = LARGEST_MEMBER;
      if (inflate(&stream, Z_FINISH) == Z_STREAM_END) crc = crc32_z(crc, output, LARGEST_MEMBER - stream.avail_out);
      inflateEnd(&stream);
    }
    free(output);
  }
  put_number(data + entry + 16, 4, crc);
  put_number(data + header + 14, 4, crc);
}

void mend_zip(uint8_t *data, size_t size) {
  const uint8_t *next;
  for (size_t at = 0; at + 46 <= size && (next = memchr(data + at, 'P', size - 45 - at)) != NULL; at++) {
    at = (size_t)(next - data);
    if (memcmp(next, "PK\1\2", 4) == 0) mend_member(data, size, at);
  }
}
