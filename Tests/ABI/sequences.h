/* Small sequences with which tests train. */
#ifndef ABI_SEQUENCES_H
#define ABI_SEQUENCES_H

#include "abi_test.h"

/* Sequences, and a number to learn of each. */
enum { N = 6, T = 4, F = 3 };

static float x_values[N * T * F], y_values[N];

static inline unroll_data data(void) {
  static unroll_array x, y;
  size_t i;
  for (i = 0; i < N * T * F; i++) x_values[i] = (float)((i * 7) % 11) / 11 - 0.4f;
  for (i = 0; i < N; i++) y_values[i] = (float)(i % 3) - 1;
  x = unroll_array_view_3d(x_values, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(y_values, UNROLL_DTYPE_FLOAT32, N, 1);
  return samples(&x, &y);
}

#endif
