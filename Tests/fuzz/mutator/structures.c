/* Where HDF5's checksummed structures begin and end (HDF5 File Format
 * Specification 3.0). Sizes of offsets and lengths are 8, as h5py writes them;
 * addresses count from the superblock before the structure, since files may
 * begin with a user block or lie in an archive. */
#include "bytes.h"
#include "seals.h"

struct file {
  struct seals *seals;
  const uint8_t *data;
  size_t size;
  size_t base; /* of the superblock */
};

static void sum(const struct file *file, uint64_t start, uint64_t length) {
  if (length < file->size) add_seal(file->seals, file->size, start, length, start + length, SEAL_LOOKUP3);
}

/* The place of an address; SIZE_MAX for none. */
static size_t place(const struct file *file, uint64_t address, size_t least) {
  return address < file->size && is_inside(file->base + address, least, file->size) ? file->base + (size_t)address : SIZE_MAX;
}

static uint64_t number(const struct file *file, size_t at, int width) {
  return is_inside(at, (uint64_t)width, file->size) ? get_number(file->data + at, width) : 0;
}

/* Continuations among the messages of [start, end). */
static void continuations(const struct file *file, size_t start, size_t end, int head, int depth) {
  while (start + (size_t)head <= end && end <= file->size) {
    uint64_t length = number(file, start + 1, 2);
    size_t body = start + (size_t)head;
    if (file->data[start] == 0x10 && length >= 16 && depth < 8) {
      size_t next = place(file, number(file, body, 8), 8);
      uint64_t size = number(file, body + 8, 8);
      if (next != SIZE_MAX && size >= 8 && is_inside(next, size, file->size)) {
        sum(file, next, size - 4);
        continuations(file, next + 4, next + (size_t)size - 4, head, depth + 1);
      }
    }
    start = body + (size_t)length;
  }
}

static void object_header(const struct file *file, size_t at) {
  if (!is_inside(at, 32, file->size) || file->data[at + 4] != 2) return;
  int flags = file->data[at + 5], width = 1 << (flags & 3);
  size_t start = at + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  uint64_t length = number(file, start, width);
  start += (size_t)width;
  if (!is_inside(start, length, file->size)) return;
  sum(file, at, start + length - at);
  continuations(file, start, start + (size_t)length, flags & 4 ? 6 : 4, 0);
}

static void tree(const struct file *file, size_t at) {
  sum(file, at, 34);
  uint64_t node = number(file, at + 6, 4), record = number(file, at + 10, 2), depth = number(file, at + 12, 2);
  uint64_t count = number(file, at + 24, 2);
  size_t root = place(file, number(file, at + 16, 8), 10);
  if (root == SIZE_MAX || record == 0 || node < 16) return;
  if (depth == 0) {
    sum(file, root, 6 + count * record);
  } else if (depth == 1) {
    uint64_t most = (node - 10) / record;
    int width = most < 256 ? 1 : most < 65536 ? 2 : 3;
    size_t pointers = root + 6 + (size_t)(count * record);
    sum(file, root, pointers - root + (count + 1) * (8 + (uint64_t)width));
    for (size_t index = 0; index <= count && index < 64; index++) {
      size_t pointer = pointers + index * (size_t)(8 + width);
      size_t leaf = place(file, number(file, pointer, 8), 10);
      if (leaf != SIZE_MAX) sum(file, leaf, 6 + number(file, pointer + 8, width) * record);
    }
  }
}

/* A direct block holds its sum behind its head, and is summed with zero there. */
static void direct_block(const struct file *file, size_t at, uint64_t length, size_t head) {
  if (at != SIZE_MAX && is_inside(at, length, file->size) && length >= head + 4)
    add_seal(file->seals, file->size, at, length, at + head, SEAL_LOOKUP3);
}

static void fractal_heap(const struct file *file, size_t at) {
  uint64_t filters = number(file, at + 7, 2), width = number(file, at + 110, 2), first = number(file, at + 112, 8);
  uint64_t bits = number(file, at + 128, 2), rows = number(file, at + 140, 2);
  sum(file, at, 142 + (filters == 0 ? 0 : 12 + filters));
  size_t root = place(file, number(file, at + 132, 8), 24), head = 13 + (size_t)((bits + 7) / 8);
  if (root == SIZE_MAX || bits > 64 || filters != 0) return;
  if (rows == 0) {
    direct_block(file, root, first, head);
  } else if (width > 0 && width <= 64 && rows <= 32) {
    sum(file, root, head + rows * width * 8);
    for (size_t index = 0; index < rows * width; index++) {
      uint64_t row = index / width, length = row < 2 ? first : first << (row - 1);
      direct_block(file, place(file, number(file, root + head + index * 8, 8), 24), length, head);
    }
  }
}

static void fixed_array(const struct file *file, size_t at) {
  sum(file, at, 24);
  uint64_t entry = number(file, at + 6, 1), page = number(file, at + 7, 1), count = number(file, at + 8, 8);
  size_t block = place(file, number(file, at + 16, 8), 18);
  if (block == SIZE_MAX || count > file->size || page > 30) return;
  uint64_t paged = (uint64_t)1 << page;
  if (count <= paged) {
    sum(file, block, 14 + count * entry);
    return;
  }
  uint64_t pages = (count + paged - 1) / paged, start = block + 14 + (pages + 7) / 8;
  sum(file, block, start - block);
  for (uint64_t index = 0; index < pages && index < 64; index++) {
    uint64_t here = index + 1 < pages ? paged : count - index * paged;
    sum(file, start + 4 + index * (paged * entry + 4), here * entry);
  }
}

static void extensible_array(const struct file *file, size_t at) {
  sum(file, at, 68);
  const uint8_t *head = file->data + at;
  if (!is_inside(at, 72, file->size)) return;
  uint64_t entry = head[6], inside = head[8], least = head[9], pointers = head[10];
  size_t block = place(file, number(file, at + 60, 8), 18);
  if (block == SIZE_MAX || pointers == 0 || least == 0) return;
  /* Data blocks of the first super blocks hang on the index block itself. */
  uint64_t own = 2 * (pointers - 1), bits = head[7];
  uint64_t supers = 0, smallest = 0;
  while (((uint64_t)1 << smallest) < least && smallest < 8) smallest++;
  if (1 + bits > smallest) supers = 1 + bits - smallest;
  uint64_t logarithm = 0;
  while (((uint64_t)1 << logarithm) < pointers && logarithm < 8) logarithm++;
  uint64_t above = supers > 2 * logarithm ? supers - 2 * logarithm : 0;
  size_t addresses = block + 14 + (size_t)(inside * entry);
  sum(file, block, 14 + inside * entry + (own + above) * 8);
  uint64_t offset_width = (bits + 7) / 8;
  for (uint64_t index = 0; index < own && index < 16; index++) {
    size_t data = place(file, number(file, addresses + (size_t)index * 8, 8), 18);
    /* Blocks come in pairs: 1 of the least size, then 1 twice, 2 twice, 2 four times ... */
    uint64_t level = 0, passed = 1;
    while (passed <= index) level++, passed += (uint64_t)1 << (level / 2);
    uint64_t elements = least << ((level + 1) / 2);
    if (data != SIZE_MAX) sum(file, data, 14 + offset_width + elements * entry);
  }
}

static int is_superblock(const uint8_t *at) { return memcmp(at, "\x89HDF\r\n\x1a\n", 8) == 0; }

void collect_seals(struct seals *seals, const uint8_t *data, size_t size) {
  struct file file = {seals, data, size, 0};
  for (size_t at = 0; at + 12 <= size; at++) {
    const uint8_t *here = data + at;
    if (*here == 0x89 && is_superblock(here)) {
      file.base = at;
      if (here[8] >= 2) sum(&file, at, 44);
    }
    if (*here < 'B' || *here > 'O') continue;
    if (memcmp(here, "OHDR", 4) == 0) object_header(&file, at);
    if (memcmp(here, "BTHD", 4) == 0) tree(&file, at);
    if (memcmp(here, "FRHP", 4) == 0) fractal_heap(&file, at);
    if (memcmp(here, "FAHD", 4) == 0) fixed_array(&file, at);
    if (memcmp(here, "EAHD", 4) == 0) extensible_array(&file, at);
  }
}

static void chunk(struct seals *seals, const uint8_t *data, size_t size, uint64_t at, uint64_t length) {
  if (length <= 4 || length > 1 << 16 || at == 0 || !is_inside(at, length, size)) return;
  uint64_t stored = get_number(data + at + length - 4, 4);
  if (stored != 0 && fletcher32(data + at, (size_t)length - 4) == stored)
    add_seal(seals, size, at, length - 4, at + length - 4, SEAL_FLETCHER32);
}

void collect_chunks(struct seals *seals, const uint8_t *data, size_t size) {
  size_t base = 0;
  for (size_t at = 0; at + 64 <= size; at++) {
    const uint8_t *here = data + at;
    uint64_t first = get_8(here), second = get_8(here + 8);
    if (first == 0) continue;
    if (*here == 0x89 && is_superblock(here)) base = at;
    /* One chunk: its size (8), mask (4) and address stand in the layout message. */
    if (first < size && (uint32_t)second == 0) chunk(seals, data, size, base + get_8(here + 12), first);
    /* A v1 B-tree's key: size (4), mask (4), rank + 1 offsets, and the address. */
    if (first < size)
      for (size_t rank = 1; rank <= 3; rank++)
        if (get_8(here + 8 + 8 * rank) == 0) chunk(seals, data, size, base + get_8(here + 16 + 8 * rank), first);
    /* An array's element: address (8), size (1 to 3), mask (4). */
    if (first < size)
      for (int width = 1; width <= 3; width++)
        if (get_number(here + 8 + width, 4) == 0) chunk(seals, data, size, base + first, get_number(here + 8, width));
  }
}
