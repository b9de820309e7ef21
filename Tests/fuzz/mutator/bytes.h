/* Little-endian numbers and random choices for the mutators. */
#ifndef FUZZ_BYTES_H
#define FUZZ_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t get_number(const uint8_t *at, int width) {
  uint64_t value = 0;
  for (int index = 0; index < width; index++) value |= (uint64_t)at[index] << (8 * index);
  return value;
}

/* The same for 8 bytes; compilers make one load of it. */
static inline uint64_t get_8(const uint8_t *at) {
  return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 |
         (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

static inline void put_number(uint8_t *at, int width, uint64_t value) {
  for (int index = 0; index < width; index++) at[index] = (uint8_t)(value >> (8 * index));
}

/* Is [offset, offset + length) inside `size` bytes? No sum can overflow. */
static inline int is_inside(uint64_t offset, uint64_t length, size_t size) {
  return offset <= size && length <= size - offset;
}

/* xorshift: any state but 0. */
static inline uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static inline size_t pick(uint64_t *state, size_t below) { return below == 0 ? 0 : next_random(state) % below; }

#endif
