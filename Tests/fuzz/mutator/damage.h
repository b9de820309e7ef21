/* Damage with the formats in mind. `random` is the state of next_random. */
#ifndef FUZZ_DAMAGE_H
#define FUZZ_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

/* Changes one number, byte or block where it stands. */
void damage_field(uint8_t *data, size_t size, uint64_t *random);

/* Replaces, removes, doubles or nests one value of a JSON text that may grow to
 * `capacity`; gives the new length. */
size_t damage_json(uint8_t *text, size_t length, size_t capacity, uint64_t *random);

/* A configuration inside a file: from `{"` to the text's end, padded with spaces. */
int find_text(const uint8_t *data, size_t size, size_t from, size_t *start, size_t *length);
/* The same damage to such a text, which keeps its length. */
void damage_text(uint8_t *data, size_t size, uint64_t *random);

/* All of it, then the checksums: what LLVMFuzzerCustomMutator does, and Python's
 * fuzzer through ctypes. `resize` may be NULL. */
typedef size_t (*resizer)(uint8_t *data, size_t size, size_t capacity);
size_t damage(uint8_t *data, size_t size, size_t capacity, uint64_t seed, resizer resize);

#endif
