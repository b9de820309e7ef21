/* Wrong arguments to prediction, weights, series and streams. */
#include "abi_test.h"

static void predict(void) {
  unroll_model *model = small_model(3, 2, UNROLL_DTYPE_FLOAT32), *unbuilt = NULL;
  float in[2 * 5 * 2] = {0}, out[4] = {0};
  unroll_array x = unroll_array_view_3d(in, UNROLL_DTYPE_FLOAT32, 2, 5, 2);
  unroll_array y = unroll_array_view_2d(out, UNROLL_DTYPE_FLOAT32, 2, 1);
  unroll_array bad;
  unroll_predict_options options;
  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank;
  OK(unroll_model_create(NULL, &unbuilt));
  OK(unroll_model_predict(model, &x, &y, NULL));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_predict(NULL, &x, &y, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "x is NULL", unroll_model_predict(model, NULL, &y, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "y is NULL", unroll_model_predict(model, &x, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_predict(unbuilt, &x, &y, NULL));
  bad = x;
  bad.data = NULL;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "data is NULL", unroll_model_predict(model, &bad, &y, NULL));
  bad = x;
  bad.rank = 0;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "rank 0", unroll_model_predict(model, &bad, &y, NULL));
  bad.rank = 9;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "rank 9", unroll_model_predict(model, &bad, &y, NULL));
  bad.rank = 2;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "(None, None, 2)", unroll_model_predict(model, &bad, &y, NULL));
  bad = x;
  bad.shape[1] = -5;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "at least 0", unroll_model_predict(model, &bad, &y, NULL));
  bad.shape[1] = INT64_MAX;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "address", unroll_model_predict(model, &bad, &y, NULL));
  bad.shape[1] = 0; /* sequences without a step */
  OK(unroll_model_predict(model, &bad, &y, NULL)); /* ... leave the zero state */
  bad = x;
  bad.shape[2] = 3;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "(2, 5, 3)", unroll_model_predict(model, &bad, &y, NULL));
  bad = x;
  bad.dtype = (unroll_dtype)77;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "77", unroll_model_predict(model, &bad, &y, NULL));
  bad = x;
  bad.strides[0] = INT64_MAX;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stride", unroll_model_predict(model, &bad, &y, NULL));
  bad = x; /* an axis of 0 does not make the others addressable */
  bad.shape[0] = 0;
  bad.shape[1] = bad.shape[2] = INT64_MAX / 2 + 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "address", unroll_model_predict(model, &bad, &y, NULL));
  bad = x; /* each stride can be, their sum cannot */
  bad.strides[0] = INT64_MAX / bad.shape[0];
  bad.strides[1] = INT64_MAX / bad.shape[1];
  bad.strides[2] = 4;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stride", unroll_model_predict(model, &bad, &y, NULL));
  bad = y;
  bad.shape[0] = 3;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected shape (2, 1), found (3, 1)",
          unroll_model_predict(model, &x, &bad, NULL));
  bad = y;
  bad.dtype = UNROLL_DTYPE_INT32;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "results", unroll_model_predict(model, &x, &bad, NULL));
  bad = y;
  bad.strides[0] = 8;
  bad.strides[1] = 4;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "contiguous", unroll_model_predict(model, &x, &bad, NULL));
  bad = y;
  bad.data = (char *)out + 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "aligned", unroll_model_predict(model, &x, &bad, NULL));
  unroll_predict_options_init(&options, sizeof options);
  options.batch_size = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "batch_size", unroll_model_predict(model, &x, &y, &options));
  options.struct_size = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "struct_size", unroll_model_predict(model, &x, &y, &options));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_predict_all(NULL, &x, 1, &y, 1, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "inputs is NULL", unroll_model_predict_all(model, NULL, 1, &y, 1, NULL));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "1 input", unroll_model_predict_all(model, NULL, 0, &y, 1, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "18446744073709551615",
          unroll_model_predict_all(model, &x, (size_t)-1, &y, 1, NULL));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "but there is room for 2", unroll_model_predict_all(model, &x, 1, &y, 2, NULL));

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_predict_shape(NULL, &x, 1, 0, shape, &rank));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "inputs is NULL", unroll_model_predict_shape(model, NULL, 1, 0, shape, &rank));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "output 4", unroll_model_predict_shape(model, &x, 1, 4, shape, &rank));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "shape is NULL", unroll_model_predict_shape(model, &x, 1, 0, NULL, &rank));
  unroll_model_destroy(model);
  unroll_model_destroy(unbuilt);
}

/* Indices that are none; a NaN has no sign for people. */
static void indices(void) {
  unroll_model *model = NULL;
  unroll_embedding_options embedding;
  const int64_t shape[1] = {UNROLL_AXIS_ANY};
  double in[3] = {0, 2, 0}, out[6] = {7, 7, 7, 7, 7, 7};
  unroll_array x = unroll_array_view_2d(in, UNROLL_DTYPE_FLOAT64, 1, 3);
  unroll_array y = unroll_array_view_3d(out, UNROLL_DTYPE_FLOAT64, 1, 3, 2);
  OK(unroll_model_create(NULL, &model));
  unroll_embedding_options_init(&embedding, sizeof embedding);
  embedding.input_dim = 2;
  embedding.output_dim = 2;
  OK(unroll_model_add_embedding(model, &embedding));
  OK(unroll_model_build(model, shape, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "2", unroll_model_predict(model, &x, &y, NULL));
  in[1] = -strtod("nan", NULL);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "nan", unroll_model_predict(model, &x, &y, NULL));
  CHECK(strstr(unroll_get_last_error(), "-nan") == NULL);
  CHECK(out[0] == 7 && out[5] == 7);
  unroll_model_destroy(model);
}

static void weights(void) {
  unroll_model *model = small_model(3, 2, UNROLL_DTYPE_FLOAT32), *unbuilt = NULL;
  float values[24] = {0};
  unroll_array kernel = unroll_array_view_2d(values, UNROLL_DTYPE_FLOAT32, 2, 12);
  unroll_array turned = unroll_array_view_2d(values, UNROLL_DTYPE_FLOAT32, 12, 2);
  unroll_array integers = unroll_array_view_2d(values, UNROLL_DTYPE_INT32, 2, 12);
  unroll_weight_info info;
  char text[8];
  OK(unroll_model_create(NULL, &unbuilt));
  unroll_weight_info_init(&info, sizeof info);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_weight_info(NULL, 0, &info));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_model_get_weight_info(unbuilt, 0, &info));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "weight 5", unroll_model_get_weight_info(model, 5, &info));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "info is NULL", unroll_model_get_weight_info(model, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_weight_name(NULL, 0, text, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "weight 99", unroll_model_get_weight_name(model, 99, text, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "text is NULL", unroll_model_get_weight_name(model, 0, NULL, 8, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_get_weight(NULL, 0, &kernel));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_get_weight(model, 0, NULL));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected shape (2, 12), found (12, 2)",
          unroll_model_get_weight(model, 0, &turned));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "results", unroll_model_get_weight(model, 0, &integers));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "weight 77", unroll_model_set_weight(model, 77, &kernel));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_model_set_weight(model, 0, NULL));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "lstm/kernel: expected shape (2, 12), found (12, 2)",
          unroll_model_set_weight(model, 0, &turned));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_model_set_weight(NULL, 0, &kernel));
  unroll_model_destroy(model);
  unroll_model_destroy(unbuilt);
}

static void series(void) {
  const double nan = strtod("nan", NULL), infinity = strtod("inf", NULL);
  double numbers[4] = {1, 2, 3, 4}, empty[2], infinite[2], low, high;
  unroll_array line = unroll_array_view_1d(numbers, UNROLL_DTYPE_FLOAT64, 4);
  unroll_array square = unroll_array_view_2d(numbers, UNROLL_DTYPE_FLOAT64, 2, 2);
  unroll_array cube = unroll_array_view_3d(numbers, UNROLL_DTYPE_FLOAT64, 1, 2, 2);
  unroll_array none = unroll_array_view_1d(numbers, UNROLL_DTYPE_FLOAT64, 0);
  unroll_array nans = unroll_array_view_1d(empty, UNROLL_DTYPE_FLOAT64, 2);
  unroll_array infinities = unroll_array_view_1d(infinite, UNROLL_DTYPE_FLOAT64, 2);
  unroll_array x, y;
  unroll_scaler *scaler = NULL;
  unroll_window_options cut;
  size_t columns;
  empty[0] = empty[1] = nan;
  infinite[0] = 1;
  infinite[1] = infinity;

  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "scaler is NULL", unroll_scaler_create(0, 1, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "low < high", unroll_scaler_create(1, 1, &scaler));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "finite", unroll_scaler_create(nan, 1, &scaler));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "finite", unroll_scaler_create(0, infinity, &scaler));
  OK(unroll_scaler_create(0, 1, &scaler));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not fitted", unroll_scaler_transform(scaler, &line, &line));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not fitted", unroll_scaler_get_range(scaler, 0, &low, &high));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "scaler is NULL", unroll_scaler_fit(NULL, &line));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "series is NULL", unroll_scaler_fit(scaler, NULL));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "(L, F)", unroll_scaler_fit(scaler, &cube));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "at least one step", unroll_scaler_fit(scaler, &none));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "only NaN", unroll_scaler_fit(scaler, &nans));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "infinite at step 1", unroll_scaler_fit(scaler, &infinities));
  OK(unroll_scaler_fit(scaler, &line));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "scaler is NULL", unroll_scaler_transform(NULL, &line, &line));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "input is NULL", unroll_scaler_transform(scaler, NULL, &line));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "output is NULL", unroll_scaler_transform(scaler, &line, NULL));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected 1 column", unroll_scaler_transform(scaler, &square, &square));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected shape", unroll_scaler_inverse_transform(scaler, &line, &square));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "scaler is NULL", unroll_scaler_inverse_transform(NULL, &line, &line));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "column 1", unroll_scaler_get_range(scaler, 1, &low, &high));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "maximum is NULL", unroll_scaler_get_range(scaler, 0, &low, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "scaler is NULL", unroll_scaler_get_column_count(NULL, &columns));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "columns is NULL", unroll_scaler_get_column_count(scaler, NULL));
  unroll_scaler_destroy(scaler);

  unroll_window_options_init(&cut, sizeof cut);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "window", unroll_array_view_windows(&line, &cut, &x, &y));
  cut.window = 4;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "needs 5", unroll_array_view_windows(&line, &cut, &x, &y));
  cut.window = 2;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "series is NULL", unroll_array_view_windows(NULL, &cut, &x, &y));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options is NULL", unroll_array_view_windows(&line, NULL, &x, &y));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "NULL", unroll_array_view_windows(&line, &cut, NULL, NULL));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "(L, F)", unroll_array_view_windows(&cube, &cut, &x, &y));
  cut.target_column = 1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "target_column", unroll_array_view_windows(&line, &cut, &x, &y));
  cut.target_column = 0;
  cut.stride = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stride", unroll_array_view_windows(&line, &cut, &x, &y));
  cut.stride = 1;
  cut.horizon = (size_t)-1;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "horizon", unroll_array_view_windows(&line, &cut, &x, &y));
}

static void streams(void) {
  unroll_model *model = small_model(3, 2, UNROLL_DTYPE_FLOAT64), *unbuilt = NULL;
  unroll_stream *stream = NULL, *copy = NULL;
  unroll_stream_options options;
  unroll_stream_info info;
  double x[2] = {0}, y[1], state[6], many[6] = {0}, results[3];
  unroll_array in = unroll_array_view_3d(many, UNROLL_DTYPE_FLOAT64, 1, 3, 2);
  unroll_array out = unroll_array_view_3d(results, UNROLL_DTYPE_FLOAT64, 1, 3, 1), bad;
  size_t size;
  OK(unroll_model_create(NULL, &unbuilt));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "model is NULL", unroll_stream_create(NULL, NULL, &stream));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_create(model, NULL, NULL));
  REFUSES(UNROLL_ERROR_INVALID_STATE, "not built", unroll_stream_create(unbuilt, NULL, &stream));
  unroll_stream_options_init(&options, sizeof options);
  options.batch_size = 0;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "batch_size", unroll_stream_create(model, &options, &stream));
  options.batch_size = 1;
  options.weights = (unroll_stream_weights)11;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "options->weights is 11", unroll_stream_create(model, &options, &stream));
  options.weights = UNROLL_STREAM_WEIGHTS_FLOAT16;
  REFUSES(UNROLL_ERROR_UNSUPPORTED, "this one is float64", unroll_stream_create(model, &options, &stream));
  OK(unroll_stream_create(model, NULL, &stream));

  unroll_stream_info_init(&info, sizeof info);
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_get_info(NULL, &info));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "info is NULL", unroll_stream_get_info(stream, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_get_input_size(NULL, 0, &size));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "input 1", unroll_stream_get_input_size(stream, 1, &size));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_get_output_size(NULL, 0, &size));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "size is NULL", unroll_stream_get_output_size(stream, 0, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_step_float64(NULL, x, 2, y, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "input is NULL", unroll_stream_step_float64(stream, NULL, 2, y, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "output is NULL", unroll_stream_step_float64(stream, x, 2, NULL, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "2 elements, found 3", unroll_stream_step_float64(stream, x, 3, y, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "1 elements, found 18446744073709551615",
          unroll_stream_step_float64(stream, x, 2, y, (size_t)-1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "aligned to 8",
          unroll_stream_step_float64(stream, (const double *)(const void *)((char *)state + 4), 2, y, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_step_float32(NULL, NULL, 2, NULL, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_run(NULL, &in, 1, 3, &out, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "inputs is NULL", unroll_stream_run(stream, NULL, 1, 3, &out, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "outputs is NULL", unroll_stream_run(stream, &in, 1, 3, NULL, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "steps", unroll_stream_run(stream, &in, 1, (size_t)-1, &out, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "but there is room for 2", unroll_stream_run(stream, &in, 1, 3, &out, 2));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "1 input", unroll_stream_run(stream, &in, 0, 3, &out, 1));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected shape (1, 4, 1), found (1, 3, 1)",
          unroll_stream_run(stream, &in, 1, 4, &out, 1));
  bad = in;
  bad.shape[2] = 1;
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "expected shape (1, 3, 2), found (1, 3, 1)",
          unroll_stream_run(stream, &bad, 1, 3, &out, 1));
  bad = out;
  bad.dtype = UNROLL_DTYPE_INT64;
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "results", unroll_stream_run(stream, &in, 1, 3, &bad, 1));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_reset(NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_copy(NULL, &copy));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "copy is NULL", unroll_stream_copy(stream, NULL));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_get_state(NULL, state, 48));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "48 bytes, found 6", unroll_stream_get_state(stream, state, 6));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "state is NULL", unroll_stream_get_state(stream, NULL, 48));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "aligned to 8", unroll_stream_get_state(stream, (char *)state + 4, 48));
  REFUSES(UNROLL_ERROR_INVALID_ARGUMENT, "stream is NULL", unroll_stream_set_state(NULL, state, 48));
  REFUSES(UNROLL_ERROR_SHAPE_MISMATCH, "48 bytes, found 56", unroll_stream_set_state(stream, state, 56));
  unroll_stream_destroy(stream);
  unroll_model_destroy(model);
  unroll_model_destroy(unbuilt);
}

int main(void) {
  predict();
  indices();
  weights();
  series();
  streams();
  return finish("refuse_running");
}
