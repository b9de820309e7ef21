/* A model's weights as the tests compare them: all numbers, to the bit. */
#ifndef ABI_WEIGHTS_H
#define ABI_WEIGHTS_H

#include "abi_test.h"

/* Copies all weights to `out`, which has room for exactly as many numbers. */
static inline void get_all(const unroll_model *model, double *out, size_t room) {
  unroll_model_info info;
  size_t index, used = 0;
  unroll_model_info_init(&info, sizeof info);
  OK(unroll_model_get_info(model, &info));
  CHECK(info.parameter_count == room);
  for (index = 0; index < info.weight_count; index++) {
    unroll_weight_info weight;
    unroll_array array;
    int64_t count = 1;
    int32_t axis;
    unroll_weight_info_init(&weight, sizeof weight);
    OK(unroll_model_get_weight_info(model, index, &weight));
    for (axis = 0; axis < weight.rank; axis++) count *= weight.shape[axis];
    if (used + (size_t)count > room) {
      FAIL("the weights have more numbers than parameter_count says");
      return;
    }
    array = unroll_array_view_nd(out + used, UNROLL_DTYPE_FLOAT64, weight.rank, weight.shape);
    OK(unroll_model_get_weight(model, index, &array));
    used += (size_t)count;
  }
  CHECK(used == room);
}

#endif
