/* Numbers of binary formats, changed in place. */
#include "bytes.h"
#include "damage.h"

static const char *const signatures[] = {"\x89HDF", "OHDR", "OCHK", "TREE", "SNOD", "HEAP", "GCOL", "FRHP", "FHDB", "FHIB", "BTHD",
                                         "BTLF",    "BTIN", "FAHD", "FADB", "EAHD", "EAIB", "EADB", "EASB", "PK\1\2", "PK\3\4", "PK\5\6"};
enum { SIGNATURES = sizeof signatures / sizeof *signatures };

/* A place behind a signature; anywhere if the file has none near. */
static size_t structure(const uint8_t *data, size_t size, uint64_t *random) {
  static uint8_t begins[256];
  for (size_t index = 0; index < SIGNATURES; index++) begins[(uint8_t)signatures[index][0]] = 1;
  size_t from = pick(random, size);
  for (size_t step = 0; step + 4 < size && step < 8192; step++) {
    size_t at = (from + step) % (size - 4);
    for (size_t index = 0; index < SIGNATURES && begins[data[at]]; index++)
      if (memcmp(data + at, signatures[index], 4) == 0) return at + 4 + pick(random, 1 + pick(random, 256));
  }
  return from;
}

static uint64_t interesting(const uint8_t *data, size_t size, uint64_t old, uint64_t *random) {
  static const uint64_t values[] = {0,      1,          2,          3,          4,       7,       8,         16,        24,        0x7f,
                                    0x80,   0xff,       0x100,      0x7fff,     0x8000,  0xffff,  0x10000,   0x100000,  0x7fffffff, 0x80000000,
                                    0xffffffff, 0x100000000, 1ull << 40, 1ull << 62, (1ull << 63) - 1, 1ull << 63, ~0ull, ~0ull - 1, ~0ull - 7};
  switch (pick(random, 8)) {
  case 0: return old + 1 + pick(random, 16);
  case 1: return old - 1 - pick(random, 16);
  case 2: return old * 2;
  case 3: return size - pick(random, 16);
  case 4: return size + pick(random, 64);
  case 5: return get_number(data + pick(random, size - 8), 8); /* another field of the file */
  default: return values[pick(random, sizeof values / sizeof *values)];
  }
}

void damage_field(uint8_t *data, size_t size, uint64_t *random) {
  if (size < 16) return;
  size_t at = pick(random, 3) == 0 ? pick(random, size) : structure(data, size, random);
  if (at > size - 8) at = size - 8;
  /* Fields of the old formats are aligned. */
  if (pick(random, 2) == 0) at &= ~(size_t)7;
  int width = 1 << pick(random, 4);
  switch (pick(random, 8)) {
  case 0: data[at] ^= (uint8_t)(1u << pick(random, 8)); break;
  case 1: data[at] = (uint8_t)next_random(random); break;
  case 2: { /* a block from elsewhere */
    size_t length = 1 + pick(random, 64), from = pick(random, size);
    if (at + length <= size && from + length <= size) memmove(data + at, data + from, length);
    break;
  }
  default: put_number(data + at, width, interesting(data, size, get_number(data + at, width), random));
  }
}
