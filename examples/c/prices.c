#include "prices.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *path, int line, const char *why) {
  if (line > 0) {
    fprintf(stderr, "%s, line %d: %s\n", path, line, why);
  } else {
    fprintf(stderr, "%s: %s\n", path, why);
  }
  exit(EXIT_FAILURE);
}

static void push(price_series *series, int date, double value) {
  if ((series->count & (series->count - 1)) == 0) {
    size_t room = series->count == 0 ? 1 : series->count * 2;
    price *items = realloc(series->items, room * sizeof *items);
    if (items == NULL) fail("prices", 0, "out of memory");
    series->items = items;
  }
  series->items[series->count].date = date;
  series->items[series->count].value = value;
  series->count++;
}

/* "2018-09-28", "28-09-18" or "28-09-2018"; 0 for anything else. */
static int parse_date(const char *text) {
  int a, b, c;
  char rest;
  if (sscanf(text, "%d-%d-%d%c", &a, &b, &c, &rest) != 3) return 0;
  if (a > 31) return b >= 1 && b <= 12 && c >= 1 && c <= 31 ? a * 10000 + b * 100 + c : 0;
  if (c < 100) c += 2000;
  return b >= 1 && b <= 12 && a >= 1 ? c * 10000 + b * 100 + a : 0;
}

/* Cuts a line into its fields, in place. */
static int split(char *line, char **fields, int most) {
  int count = 0;
  line[strcspn(line, "\r\n")] = '\0';
  while (count < most) {
    fields[count++] = line;
    line = strchr(line, ',');
    if (line == NULL) break;
    *line++ = '\0';
  }
  return count;
}

price_series prices_read(const char *path, const char *column) {
  enum { MOST = 64 };
  price_series series = {NULL, 0};
  char line[4096];
  char *fields[MOST];
  FILE *file = fopen(path, "r");
  if (file == NULL) fail(path, 0, "cannot be opened");
  if (fgets(line, sizeof line, file) == NULL) fail(path, 1, "expected a header line");

  int date_column = -1, value_column = -1;
  int count = split(line, fields, MOST);
  for (int i = 0; i < count; i++) {
    if (strcmp(fields[i], "Date") == 0) date_column = i;
    if (strcmp(fields[i], column) == 0) value_column = i;
  }
  if (date_column < 0 || value_column < 0) fail(path, 1, "the columns Date and the one asked for are missing");

  for (int number = 2; fgets(line, sizeof line, file) != NULL; number++) {
    count = split(line, fields, MOST);
    if (count <= date_column || count <= value_column) continue;
    char *end;
    double value = strtod(fields[value_column], &end);
    if (end == fields[value_column] || *end != '\0') continue;
    int date = parse_date(fields[date_column]);
    if (date == 0) fail(path, number, "the date cannot be read; expected 2018-09-28 or 28-09-18");
    push(&series, date, value);
  }
  fclose(file);
  if (series.count == 0) fail(path, 0, "has no prices");
  return series;
}

void prices_append(price_series *series, price_series *other) {
  for (size_t i = 0; i < other->count; i++) push(series, other->items[i].date, other->items[i].value);
  prices_free(other);
}

static int by_date(const void *a, const void *b) {
  int first = ((const price *)a)->date, second = ((const price *)b)->date;
  return (first > second) - (first < second);
}

void prices_sort(price_series *series) {
  size_t kept = 0;
  qsort(series->items, series->count, sizeof *series->items, by_date);
  for (size_t i = 0; i < series->count; i++) {
    if (kept == 0 || series->items[kept - 1].date != series->items[i].date) series->items[kept++] = series->items[i];
  }
  series->count = kept;
}

/* SplitMix64 (Steele, Lea & Flood, 2014). */
static double uniform(unsigned long long *state) {
  unsigned long long z = (*state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double normal(unsigned long long *state) {
  double radius = sqrt(-2 * log(1 - uniform(state)));
  return radius * cos(6.283185307179586 * uniform(state));
}

/* The next day after `date` that is not a Saturday or Sunday; *weekday counts from Monday. */
static int next_working_day(int date, int *weekday) {
  static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = date / 10000, month = date / 100 % 100, day = date % 100;
  do {
    int leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (++day > lengths[month - 1] + leap) {
      day = 1;
      if (++month > 12) {
        month = 1;
        year++;
      }
    }
    *weekday = (*weekday + 1) % 7;
  } while (*weekday > 4);
  return year * 10000 + month * 100 + day;
}

price_series prices_generate(size_t days, unsigned long long seed) {
  price_series series = {NULL, 0};
  double swing = 0, volatility = 0.008, level = log(120);
  int date = 20141231, weekday = 2;
  for (size_t day = 0; day < days; day++) {
    date = next_working_day(date, &weekday);
    volatility = 0.96 * volatility + 0.04 * 0.008 * exp(0.5 * normal(&seed));
    swing = 0.985 * swing + 1.5 * volatility * normal(&seed);
    level += 0.0003;
    push(&series, date, exp(level + swing + 0.08 * sin(6.283185307179586 * (double)day / 252)));
  }
  return series;
}

void prices_free(price_series *series) {
  free(series->items);
  series->items = NULL;
  series->count = 0;
}
