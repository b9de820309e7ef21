/* Which damage, how often, and the checksums afterwards. */
#include "bytes.h"
#include "damage.h"
#include "seals.h"

static int is_text(const uint8_t *data, size_t size) {
  size_t at = 0;
  while (at < size && (data[at] == ' ' || data[at] == '\n')) at++;
  return at < size && (data[at] == '{' || data[at] == '[');
}

/* A window through libFuzzer's own mutations, which know what the program compared. */
static void damage_window(uint8_t *data, size_t size, uint64_t *random, resizer resize) {
  uint8_t window[64];
  size_t length = 1 + pick(random, size < sizeof window ? size : sizeof window), at = pick(random, size - length + 1);
  memcpy(window, data + at, length);
  size_t now = resize(window, length, length);
  memcpy(data + at, window, now < length ? now : length);
}

size_t damage(uint8_t *data, size_t size, size_t capacity, uint64_t seed, resizer resize) {
  uint64_t state = seed * 0x9E3779B97F4A7C15u + 1, *random = &state;
  for (int warm = 0; warm < 4; warm++) next_random(random);
  if (size == 0) return resize ? resize(data, size, capacity) : 0;
  if (is_text(data, size)) {
    if (resize && pick(random, 3) == 0) return resize(data, size, capacity);
    for (size_t times = 1 + pick(random, 3); times > 0; times--) size = damage_json(data, size, capacity, random);
    return size;
  }
  if (resize && pick(random, 16) == 0) {
    size = resize(data, size, capacity);
    if (pick(random, 2) == 0) return size;
  }
  static struct seals before, after;
  before.count = after.count = 0;
  collect_seals(&before, data, size);
  collect_chunks(&before, data, size);
  for (size_t times = 1 + pick(random, 4); times > 0 && size > 0; times--) {
    switch (pick(random, 8)) {
    case 0:
    case 1: damage_text(data, size, random); break;
    case 2:
      if (resize) {
        damage_window(data, size, random, resize);
        break;
      }
      /* fallthrough */
    default: damage_field(data, size, random);
    }
  }
  if (pick(random, 16) == 0) return size;
  mend_seals(data, size, &before);
  collect_seals(&after, data, size);
  mend_seals(data, size, &after);
  mend_zip(data, size);
  return size;
}
