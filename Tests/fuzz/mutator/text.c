/* JSON texts: one value becomes another, goes, doubles or holds itself. */
#include "bytes.h"
#include "damage.h"

static const char *const values[] = {
    "0", "1", "-1", "2", "3", "1e308", "-0.5", "9223372036854775807", "4611686018427387904", "65536", "NaN", "null", "true", "false",
    "\"\"", "[]", "{}", "[null]", "[1]", "[[]]", "\"relu\"", "\"LSTM\"", "\"GRU\"", "\"Sequential\"", "\"Functional\"", "\"Model\"", "\"Merge\"",
    "\"Bidirectional\"", "\"TimeDistributed\"", "\"RNN\"", "\"StackedRNNCells\"", "\"InputLayer\"", "\"Concatenate\"", "\"float64\"", "\"channels_first\"",
    "{\"class_name\":\"LSTM\",\"config\":{\"units\":2}}", "{\"class_name\":\"Sequential\",\"config\":[]}",
    "{\"class_name\":\"Merge\"}", "{\"class_name\":\"__tuple__\",\"items\":[]}"};

static size_t skip_string(const uint8_t *text, size_t length, size_t at) {
  for (at++; at < length; at++) {
    if (text[at] == '\\') at++;
    else if (text[at] == '"') return at + 1;
  }
  return length;
}

/* The end of the value that begins at `at`. */
static size_t skip_value(const uint8_t *text, size_t length, size_t at) {
  size_t depth = 0;
  while (at < length) {
    uint8_t byte = text[at];
    if (byte == '"') {
      at = skip_string(text, length, at);
      if (depth == 0) return at;
      continue;
    }
    if (byte == '{' || byte == '[') depth++;
    if (byte == '}' || byte == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    }
    if (byte == ',' && depth == 0) return at;
    at++;
  }
  return length;
}

/* Where some value begins: behind ':', '[' or ',' outside strings. */
static size_t find_value(const uint8_t *text, size_t length, uint64_t *random) {
  size_t count = 0, target = 0;
  for (int pass = 0; pass < 2; pass++) {
    size_t seen = 0;
    for (size_t at = 0; at < length;) {
      if (text[at] == '"') {
        at = skip_string(text, length, at);
        continue;
      }
      if (text[at] == ':' || text[at] == '[' || text[at] == ',') {
        if (pass == 1 && seen == target) {
          for (at++; at < length && text[at] == ' ';) at++;
          return at;
        }
        seen++;
      }
      at++;
    }
    if (pass == 0) {
      if (seen == 0) return length;
      count = seen;
      target = pick(random, count);
    }
  }
  return length;
}

static size_t replace(
    uint8_t *text, size_t length, size_t capacity, size_t start, size_t end, const uint8_t *with, size_t count) {
  if (length - (end - start) + count > capacity) return length;
  memmove(text + start + count, text + end, length - end);
  memcpy(text + start, with, count);
  return length - (end - start) + count;
}

size_t damage_json(uint8_t *text, size_t length, size_t capacity, uint64_t *random) {
  size_t start = find_value(text, length, random);
  if (start >= length) return length;
  size_t end = skip_value(text, length, start);
  uint8_t copy[4096];
  size_t count = 0;
  switch (pick(random, 8)) {
  case 0: { /* another value of the text */
    size_t other = find_value(text, length, random);
    count = other < length ? skip_value(text, length, other) - other : 0;
    if (count == 0 || count > sizeof copy) return length;
    memcpy(copy, text + other, count);
    break;
  }
  case 1: /* gone, with its comma */
    if (end < length && text[end] == ',') end++;
    break;
  case 2: /* twice */
    count = end - start;
    if (2 * count + 1 > sizeof copy) return length;
    memcpy(copy, text + start, count);
    copy[count] = ',';
    memcpy(copy + count + 1, text + start, count);
    count = 2 * count + 1;
    break;
  case 3: { /* inside another */
    static const char *const wraps[][2] = {
        {"[", "]"}, {"{\"class_name\":\"Sequential\",\"config\":[", "]}"},
        {"{\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[", "]}}"},
        {"{\"class_name\":\"Bidirectional\",\"config\":{\"name\":\"b\",\"layer\":", "}}"},
        {"{\"class_name\":\"TimeDistributed\",\"config\":{\"name\":\"t\",\"layer\":", "}}"},
        {"{\"class_name\":\"Merge\",\"config\":{\"layers\":[", "]}}"}};
    const char *const *wrap = wraps[pick(random, sizeof wraps / sizeof *wraps)];
    size_t before = strlen(wrap[0]), after = strlen(wrap[1]);
    count = before + (end - start) + after;
    if (count > sizeof copy) return length;
    memcpy(copy, wrap[0], before);
    memcpy(copy + before, text + start, end - start);
    memcpy(copy + before + (end - start), wrap[1], after);
    break;
  }
  case 4: { /* a digit */
    size_t digit = start;
    while (digit < end && (text[digit] < '0' || text[digit] > '9')) digit++;
    if (digit == end) return length;
    text[digit] = (uint8_t)('0' + pick(random, 10));
    return length;
  }
  default: {
    const char *value = values[pick(random, sizeof values / sizeof *values)];
    count = strlen(value);
    memcpy(copy, value, count);
  }
  }
  return replace(text, length, capacity, start, end, copy, count);
}

int find_text(const uint8_t *data, size_t size, size_t from, size_t *start, size_t *length) {
  const uint8_t *next;
  for (size_t at = from; at + 2 < size && (next = memchr(data + at, '{', size - at - 1)) != NULL; at++) {
    at = (size_t)(next - data);
    if (data[at + 1] != '"') continue;
    size_t end = at;
    while (end < size && data[end] >= ' ' && data[end] < 0x7f) end++;
    if (end - at >= 32) {
      *start = at;
      *length = end - at;
      return 1;
    }
    at = end;
  }
  return 0;
}

void damage_text(uint8_t *data, size_t size, uint64_t *random) {
  size_t start = 0, length = 0;
  size_t from = pick(random, 2) == 0 ? 0 : pick(random, size);
  if (!find_text(data, size, from, &start, &length)) return;
  /* Room is what stands behind the text: spaces, so files for this end their texts with some. */
  size_t used = length;
  while (used > 0 && data[start + used - 1] == ' ') used--;
  size_t now = damage_json(data + start, used, length, random);
  if (now < length) memset(data + start + now, ' ', length - now);
}
