/* Programs compiled against an earlier header (unroll.h beside this file, as it
 * was before the first release) run with the library of today: every function
 * of that header, which run.sh makes sure of, and every option struct by its
 * _init. run.sh compiles other tests against that header too. */
#include "frozen.h"

/* What _init writes is as long as the program says, and what it says is what
 * the functions take. */
#define SIZED(type, ...)                                          \
  do {                                                            \
    struct {                                                      \
      type options;                                               \
      unsigned char guard[64];                                    \
    } room;                                                       \
    size_t index_;                                                \
    memset(&room, 0xee, sizeof room);                             \
    type##_init(&room.options __VA_ARGS__, sizeof room.options);  \
    CHECK(room.options.struct_size == sizeof(type));              \
    for (index_ = 0; index_ < sizeof room.guard; index_++) {      \
      if (room.guard[index_] != 0xee) {                           \
        FAIL(#type "_init writes behind the struct");             \
        break;                                                    \
      }                                                           \
    }                                                             \
  } while (0)

static void structs_have_the_size_of_the_program(void) {
  SIZED(unroll_activation_options, , UNROLL_ACTIVATION_ELU);
  SIZED(unroll_initializer_options, , UNROLL_INITIALIZER_ONES);
  SIZED(unroll_loss_options, , UNROLL_LOSS_HUBER);
  SIZED(unroll_metric_options, , UNROLL_METRIC_ACCURACY);
  SIZED(unroll_activation_layer_options, );
  SIZED(unroll_dropout_options, );
  SIZED(unroll_masking_options, );
  SIZED(unroll_evaluate_options, );
  SIZED(unroll_train_on_batch_options, );
  SIZED(unroll_scaler_options, );
  SIZED(unroll_layer_info, );
  SIZED(unroll_monitor_state, );
  SIZED(unroll_predict_options, );
  SIZED(unroll_model_options, );
  SIZED(unroll_input_options, );
  SIZED(unroll_dense_options, );
  SIZED(unroll_recurrent_options, );
  SIZED(unroll_embedding_options, );
  SIZED(unroll_model_info, );
  SIZED(unroll_optimizer_options, , UNROLL_OPTIMIZER_NADAM);
  SIZED(unroll_compile_options, );
  SIZED(unroll_data, );
  SIZED(unroll_early_stopping_options, );
  SIZED(unroll_checkpoint_options, );
  SIZED(unroll_reduce_on_plateau_options, );
  SIZED(unroll_fit_options, );
  SIZED(unroll_weight_info, );
  SIZED(unroll_window_options, );
  SIZED(unroll_stream_options, );
  SIZED(unroll_stream_info, );
  SIZED(unroll_save_options, );
  SIZED(unroll_load_options, );
  SIZED(unroll_sequence_progress, );
  SIZED(unroll_sequence_options, );
  SIZED(unroll_generate_options, );
}

static void models_are_built_and_described(void) {
  unroll_model *model = built();
  struct {
    unroll_model_info info;
    unsigned char guard[32];
  } room;
  unroll_weight_info weight;
  unroll_array array;
  float kernel[F * 16];
  char text[64];
  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank = 0;
  memset(&room, 0xee, sizeof room);
  unroll_model_info_init(&room.info, sizeof room.info);
  OK(unroll_model_get_info(model, &room.info));
  CHECK(room.info.struct_size == sizeof room.info && room.info.layer_count == 10 && room.info.is_sequential);
  CHECK(room.guard[0] == 0xee);
  unroll_weight_info_init(&weight, sizeof weight);
  OK(unroll_model_get_weight_info(model, 0, &weight));
  CHECK(weight.rank == 2 && weight.shape[0] == F && weight.shape[1] == 16 && weight.is_trainable);
  array = unroll_array_view_nd(kernel, UNROLL_DTYPE_FLOAT32, 2, weight.shape);
  OK(unroll_model_get_weight(model, 0, &array));
  OK(unroll_model_set_weight(model, 0, &array));
  OK(unroll_model_get_weight_name(model, 0, text, sizeof text, NULL));
  CHECK(strcmp(text, "lstm/kernel") == 0);
  OK(unroll_model_get_input_shape(model, 0, shape, &rank));
  CHECK(rank == 3 && shape[1] == T);
  OK(unroll_model_get_output_shape(model, 0, shape, &rank));
  CHECK(rank == 2 && shape[1] == 1);
  OK(unroll_model_get_summary(model, NULL, 0, &room.info.layer_count));
  OK(unroll_model_describe(model, NULL, 0, &room.info.layer_count));
  OK(unroll_model_reset_states(model));
  OK(unroll_model_set_thread_count(model, 2));
  unroll_model_destroy(model);
}

static double predicted(const unroll_model *model) {
  float output[N];
  unroll_array p = unroll_array_view_2d(output, UNROLL_DTYPE_FLOAT32, N, 1);
  unroll_predict_options options;
  double sum = 0;
  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank = 0;
  int i;
  unroll_predict_options_init(&options, sizeof options);
  options.batch_size = 7;
  OK(unroll_model_predict_shape(model, &x, 1, 0, shape, &rank));
  CHECK(rank == 2 && shape[0] == N && shape[1] == 1);
  OK(unroll_model_predict(model, &x, &p, &options));
  for (i = 0; i < N; i++) sum += output[i];
  OK(unroll_model_predict_all(model, &x, 1, &p, 1, NULL));
  for (i = 0; i < N; i++) sum -= output[i];
  CHECK(sum == 0);
  return (double)output[0];
}

static void models_are_saved_and_loaded(void) {
  static const char path[] = "build/tests/frozen.h5", weights[] = "build/tests/frozen.weights.h5";
  unroll_model *model = built(), *again = NULL, *twin = NULL;
  unroll_save_options save;
  unroll_load_options load;
  const double before = predicted(model);
  char *json = NULL;
  size_t length = 0;
  unroll_save_options_init(&save, sizeof save);
  save.format = UNROLL_FILE_FORMAT_H5;
  save.sample = &x;
  save.sample_count = 1;
  OK(unroll_model_save(model, path, &save));
  unroll_load_options_init(&load, sizeof load);
  load.compile = 0;
  OK(unroll_model_load(path, &load, &again));
  CHECK(predicted(again) == before);
  unroll_save_options_init(&save, sizeof save);
  OK(unroll_model_save_weights(model, weights, &save));
  OK(unroll_model_get_json(model, NULL, 0, &length));
  json = (char *)malloc(length + 1);
  if (json == NULL) return;
  OK(unroll_model_get_json(model, json, length + 1, NULL));
  OK(unroll_model_create_from_json(json, length, NULL, &twin));
  OK(unroll_model_load_weights(twin, weights));
  CHECK(predicted(twin) == before);
  OK(unroll_file_describe(path, NULL, 0, &length));
  free(json);
  unroll_model_destroy(model);
  unroll_model_destroy(again);
  unroll_model_destroy(twin);
}

static void streams_step(void) {
  unroll_model *model = small_model(4, F, UNROLL_DTYPE_FLOAT64), *single = small_model(4, F, UNROLL_DTYPE_FLOAT32);
  unroll_stream_options options;
  struct {
    unroll_stream_info info;
    unsigned char guard[32];
  } room;
  unroll_stream *a = NULL, *b = NULL, *c = NULL, *d = NULL;
  double in[F] = {0.25, -0.5}, state[8], out[3] = {0, 0, 9}, twin[2] = {0, 9}, copied = 0;
  float half[F] = {0.25f, -0.5f}, answer = 0;
  unroll_array from = unroll_array_view_3d(in, UNROLL_DTYPE_FLOAT64, 1, 1, F);
  unroll_array to = unroll_array_view_3d(twin, UNROLL_DTYPE_FLOAT64, 1, 1, 1);
  size_t size = 0;
  unroll_stream_options_init(&options, sizeof options);
  OK(unroll_stream_create(model, &options, &a));
  OK(unroll_stream_create(model, NULL, &b));
  OK(unroll_stream_create(single, NULL, &d));
  memset(&room, 0xee, sizeof room);
  unroll_stream_info_init(&room.info, sizeof room.info);
  OK(unroll_stream_get_info(a, &room.info));
  CHECK(room.info.struct_size == sizeof room.info && room.info.state_size == 8 && room.info.state_bytes == sizeof state);
  CHECK(room.info.dtype == UNROLL_DTYPE_FLOAT64 && room.guard[0] == 0xee && room.guard[31] == 0xee);
  OK(unroll_stream_get_input_size(a, 0, &size));
  CHECK(size == F);
  OK(unroll_stream_get_output_size(a, 0, &size));
  CHECK(size == 1);
  OK(unroll_stream_step_float64(a, in, F, out, 1));
  OK(unroll_stream_get_state(a, state, sizeof state));
  OK(unroll_stream_set_state(b, state, sizeof state));
  OK(unroll_stream_copy(a, &c));
  OK(unroll_stream_step_float64(a, in, F, out + 1, 1));
  OK(unroll_stream_run(b, &from, 1, 1, &to, 1));
  OK(unroll_stream_step_float64(c, in, F, &copied, 1));
  CHECK(out[0] != out[1] && out[1] == twin[0] && out[1] == copied && out[2] == 9 && twin[1] == 9);
  OK(unroll_stream_step_float32(d, half, F, &answer, 1));
  CHECK(close_to(answer, out[0], 1e-5));
  OK(unroll_stream_reset(a));
  OK(unroll_stream_step_float64(a, in, F, out + 1, 1));
  CHECK(out[0] == out[1]);
  unroll_stream_destroy(a);
  unroll_stream_destroy(b);
  unroll_stream_destroy(c);
  unroll_stream_destroy(d);
  unroll_model_destroy(model);
  unroll_model_destroy(single);
}

int main(void) {
  fill();
  CHECK(strlen(unroll_get_version()) > 0 && strlen(unroll_get_instruction_set()) > 0);
  CHECK(strcmp(unroll_status_get_name(UNROLL_ERROR_CANCELLED), "UNROLL_ERROR_CANCELLED") == 0);
  structs_have_the_size_of_the_program();
  models_are_built_and_described();
  models_are_saved_and_loaded();
  streams_step();
  return finish("test_frozen");
}
