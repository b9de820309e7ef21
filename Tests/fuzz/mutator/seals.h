/* Checksums inside HDF5 files and ZIP archives, so that damage elsewhere is not
 * found out by them: collected from the file before the damage and after it,
 * mended after it. */
#ifndef FUZZ_SEALS_H
#define FUZZ_SEALS_H

#include <stddef.h>
#include <stdint.h>

enum { SEAL_LOOKUP3, SEAL_FLETCHER32 };

struct seal {
  size_t start, length; /* what is summed */
  size_t at;            /* where the sum stands; zero while it is summed, if inside */
  int kind;
};

enum { MAXIMUM_SEALS = 512 };

struct seals {
  struct seal list[MAXIMUM_SEALS];
  size_t count;
};

/* Adds a seal that lies inside `size` bytes; others are left out. */
void add_seal(struct seals *seals, size_t size, uint64_t start, uint64_t length, uint64_t at, int kind);

/* Every checksummed structure of HDF5 found by its signature, wherever it is. */
void collect_seals(struct seals *seals, const uint8_t *data, size_t size);
/* Chunks with fletcher32 whose sum is right now. */
void collect_chunks(struct seals *seals, const uint8_t *data, size_t size);

void mend_seals(uint8_t *data, size_t size, const struct seals *seals);
/* The CRCs of all members, in their headers and in the directory. */
void mend_zip(uint8_t *data, size_t size);

uint32_t lookup3(const uint8_t *data, size_t length);
uint32_t fletcher32(const uint8_t *data, size_t length);

#endif
