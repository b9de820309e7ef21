/* Min-max scaling, arrays of every type and with strides. */
#include "abi_test.h"

static void scales_and_scales_back(void) {
  const double nan = strtod("nan", NULL);
  double series[4][2] = {{10, -1}, {20, 5}, {nan, 2}, {15, 5}};
  double scaled[4][2], back[4][2], low = 0, high = 0;
  float narrow[4][2];
  size_t columns = 9;
  unroll_array in = unroll_array_view_2d(series, UNROLL_DTYPE_FLOAT64, 4, 2);
  unroll_array out = unroll_array_view_2d(scaled, UNROLL_DTYPE_FLOAT64, 4, 2);
  unroll_array restored = unroll_array_view_2d(back, UNROLL_DTYPE_FLOAT64, 4, 2);
  unroll_array out32 = unroll_array_view_2d(narrow, UNROLL_DTYPE_FLOAT32, 4, 2);
  unroll_scaler *scaler = NULL;
  OK(unroll_scaler_create(-1, 3, &scaler));
  OK(unroll_scaler_get_column_count(scaler, &columns));
  CHECK(columns == 0);
  OK(unroll_scaler_fit(scaler, &in));
  OK(unroll_scaler_get_column_count(scaler, &columns));
  CHECK(columns == 2);
  OK(unroll_scaler_get_range(scaler, 1, &low, &high));
  CHECK(low == -1 && high == 5);
  OK(unroll_scaler_transform(scaler, &in, &out));
  CHECK(scaled[0][0] == -1 && scaled[1][0] == 3 && scaled[3][0] == 1 && scaled[2][0] != scaled[2][0]);
  CHECK(scaled[0][1] == -1 && scaled[1][1] == 3 && scaled[2][1] == 1);
  OK(unroll_scaler_transform(scaler, &in, &out32));
  CHECK(narrow[3][0] == 1.0f && narrow[2][1] == 1.0f);
  OK(unroll_scaler_inverse_transform(scaler, &out, &restored));
  CHECK(close_to(back[0][0], 10, 1e-15) && close_to(back[3][0], 15, 1e-15) && close_to(back[2][1], 2, 1e-15));
  OK(unroll_scaler_inverse_transform(scaler, &out, &out)); /* in place */
  CHECK(memcmp(&scaled[3], &back[3], sizeof scaled[3]) == 0);
  unroll_scaler_destroy(scaler);
}

static void a_constant_column_becomes_low(void) {
  float series[3] = {4, 4, 4}, scaled[3], back[3];
  unroll_array in = unroll_array_view_1d(series, UNROLL_DTYPE_FLOAT32, 3);
  unroll_array out = unroll_array_view_1d(scaled, UNROLL_DTYPE_FLOAT32, 3);
  unroll_array restored = unroll_array_view_1d(back, UNROLL_DTYPE_FLOAT32, 3);
  unroll_scaler *scaler = NULL;
  OK(unroll_scaler_create(0, 1, &scaler));
  OK(unroll_scaler_fit(scaler, &in));
  OK(unroll_scaler_transform(scaler, &in, &out));
  OK(unroll_scaler_inverse_transform(scaler, &out, &restored));
  CHECK(scaled[0] == 0 && scaled[2] == 0 && back[0] == 4 && back[2] == 4);
  unroll_scaler_destroy(scaler);
}

/* The same numbers as every type, and reversed in memory with a negative stride. */
static void every_view_of_the_same_numbers_predicts_the_same(void) {
  unroll_model *model = small_model(4, 2, UNROLL_DTYPE_FLOAT64);
  enum { T = 5 };
  static const int plain[T * 2] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
  float f32[T * 2];
  double f64[T * 2], backward[T * 2], expected = 0, found = 0;
  int32_t i32[T * 2];
  int64_t i64[T * 2];
  uint8_t u8[T * 2];
  struct {
    char odd;
    double values[T * 2 + 1];
  } shifted;
  unroll_array x[7], y = unroll_array_view_2d(&found, UNROLL_DTYPE_FLOAT64, 1, 1);
  int i;
  for (i = 0; i < T * 2; i++) {
    f32[i] = (float)plain[i];
    f64[i] = plain[i];
    i32[i] = plain[i];
    i64[i] = plain[i];
    u8[i] = (uint8_t)plain[i];
    backward[(T - 1 - i / 2) * 2 + i % 2] = plain[i];
  }
  memcpy((char *)&shifted + 1, f64, sizeof f64); /* not aligned */
  x[0] = unroll_array_view_3d(f64, UNROLL_DTYPE_FLOAT64, 1, T, 2);
  x[1] = unroll_array_view_3d(f32, UNROLL_DTYPE_FLOAT32, 1, T, 2);
  x[2] = unroll_array_view_3d(i32, UNROLL_DTYPE_INT32, 1, T, 2);
  x[3] = unroll_array_view_3d(i64, UNROLL_DTYPE_INT64, 1, T, 2);
  x[4] = unroll_array_view_3d(u8, UNROLL_DTYPE_UINT8, 1, T, 2);
  x[5] = unroll_array_view_3d(backward + (T - 1) * 2, UNROLL_DTYPE_FLOAT64, 1, T, 2);
  x[5].strides[0] = sizeof backward;
  x[5].strides[1] = -(int64_t)(2 * sizeof(double));
  x[5].strides[2] = sizeof(double);
  x[6] = unroll_array_view_3d((char *)&shifted + 1, UNROLL_DTYPE_FLOAT64, 1, T, 2);
  OK(unroll_model_predict(model, &x[0], &y, NULL));
  expected = found;
  CHECK(expected != 0);
  for (i = 1; i < 7; i++) {
    found = 0;
    OK(unroll_model_predict(model, &x[i], &y, NULL));
    if (found != expected) FAIL("view %d gives %g instead of %g", i, found, expected);
  }
  unroll_model_destroy(model);
}

/* Setting through a transposed view is setting the transpose. */
static void weights_come_and_go(void) {
  unroll_model *model = small_model(3, 2, UNROLL_DTYPE_FLOAT32);
  enum { COLUMNS = 12 };
  float columns[COLUMNS][2];
  double rows[2][COLUMNS];
  char name[32];
  size_t length = 0;
  unroll_array in = unroll_array_view_2d(columns, UNROLL_DTYPE_FLOAT32, 2, COLUMNS);
  unroll_array out = unroll_array_view_2d(rows, UNROLL_DTYPE_FLOAT64, 2, COLUMNS);
  int i;
  for (i = 0; i < COLUMNS * 2; i++) columns[i / 2][i % 2] = 0.25f * (float)i;
  in.strides[0] = sizeof(float);
  in.strides[1] = 2 * sizeof(float);
  OK(unroll_model_get_weight_name(model, 0, name, sizeof name, &length));
  CHECK(strcmp(name, "lstm/kernel") == 0 && length == 11);
  OK(unroll_model_get_weight_name(model, 0, name, 5, &length)); /* cut, as snprintf does */
  CHECK(strcmp(name, "lstm") == 0 && length == 11);
  OK(unroll_model_set_weight(model, 0, &in));
  OK(unroll_model_get_weight(model, 0, &out));
  for (i = 0; i < COLUMNS; i++) CHECK(rows[0][i] == 0.5 * i && rows[1][i] == 0.5 * i + 0.25);
  unroll_model_destroy(model);
}

int main(void) {
  scales_and_scales_back();
  a_constant_column_becomes_low();
  every_view_of_the_same_numbers_predicts_the_same();
  weights_come_and_go();
  return finish("test_series");
}
