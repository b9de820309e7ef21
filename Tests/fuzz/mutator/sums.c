/* The two checksums of HDF5, and how they are put where they belong. */
#include "bytes.h"
#include "seals.h"

static uint32_t rotate(uint32_t value, int count) { return value << count | value >> (32 - count); }

/* Bob Jenkins' lookup3 (hashlittle, initial value 0), a byte at a time. */
uint32_t lookup3(const uint8_t *data, size_t length) {
  uint32_t a = 0xdeadbeef + (uint32_t)length, b = a, c = a;
  while (length > 12) {
    a += (uint32_t)get_number(data, 4);
    b += (uint32_t)get_number(data + 4, 4);
    c += (uint32_t)get_number(data + 8, 4);
    a -= c, a ^= rotate(c, 4), c += b;
    b -= a, b ^= rotate(a, 6), a += c;
    c -= b, c ^= rotate(b, 8), b += a;
    a -= c, a ^= rotate(c, 16), c += b;
    b -= a, b ^= rotate(a, 19), a += c;
    c -= b, c ^= rotate(b, 4), b += a;
    data += 12, length -= 12;
  }
  if (length == 0) return c;
  uint8_t rest[12] = {0};
  memcpy(rest, data, length);
  a += (uint32_t)get_number(rest, 4);
  b += (uint32_t)get_number(rest + 4, 4);
  c += (uint32_t)get_number(rest + 8, 4);
  c ^= b, c -= rotate(b, 14);
  a ^= c, a -= rotate(c, 11);
  b ^= a, b -= rotate(a, 25);
  c ^= b, c -= rotate(b, 16);
  a ^= c, a -= rotate(c, 4);
  b ^= a, b -= rotate(a, 14);
  c ^= b, c -= rotate(b, 24);
  return c;
}

uint32_t fletcher32(const uint8_t *data, size_t length) {
  uint32_t first = 0, second = 0;
  for (size_t index = 0; index < length; index += 2) {
    uint32_t word = (uint32_t)data[index] << 8;
    if (index + 1 < length) word |= data[index + 1];
    first = (first + word) % 65535;
    second = (second + first) % 65535;
  }
  return second << 16 | first;
}

void add_seal(struct seals *seals, size_t size, uint64_t start, uint64_t length, uint64_t at, int kind) {
  if (seals->count == MAXIMUM_SEALS || !is_inside(start, length, size) || !is_inside(at, 4, size)) return;
  seals->list[seals->count++] = (struct seal){(size_t)start, (size_t)length, (size_t)at, kind};
}

void mend_seals(uint8_t *data, size_t size, const struct seals *seals) {
  /* Damage may have changed the length. */
  for (size_t index = 0; index < seals->count; index++) {
    const struct seal *seal = &seals->list[index];
    if (!is_inside(seal->start, seal->length, size) || !is_inside(seal->at, 4, size)) continue;
    if (seal->kind == SEAL_LOOKUP3) {
      if (seal->at - seal->start < seal->length) put_number(data + seal->at, 4, 0);
      put_number(data + seal->at, 4, lookup3(data + seal->start, seal->length));
    } else {
      put_number(data + seal->at, 4, fletcher32(data + seal->start, seal->length));
    }
  }
}
