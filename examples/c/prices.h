/* Prices for stock_forecast.c: reading CSV files, ordering by date, generating. */
#ifndef EXAMPLES_PRICES_H
#define EXAMPLES_PRICES_H

#include <stddef.h>

typedef struct {
  int date; /* 20180928 for 28 September 2018 */
  double value;
} price;

typedef struct {
  price *items;
  size_t count;
} price_series;

/* Reads the columns Date and `column` of a CSV file; rows without a number are
 * left out. Ends the program with a message if the file does not have them. */
price_series prices_read(const char *path, const char *column);

/* Appends the prices of `other` to `series`, and frees `other`. */
void prices_append(price_series *series, price_series *other);

/* Sorts by date, oldest first, and keeps each day once. */
void prices_sort(price_series *series);

/* A made-up price for `days` working days, the same for the same seed on every
 * machine: drift, a yearly wave, decaying swings, and noise. */
price_series prices_generate(size_t days, unsigned long long seed);

void prices_free(price_series *series);

#endif
