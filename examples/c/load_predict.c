/*
 * Loads a Keras file, shows what is in it, and predicts for an input of zeros.
 *
 *   load_predict sine.keras
 *
 * Introduces: load, summary, text results, input and output shapes.
 */
#include "check.h"

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s MODEL\n", argv[0]);
    return EXIT_FAILURE;
  }
  unroll_model *model;
  check(unroll_model_load(argv[1], NULL, &model));

  /* Text goes to your memory: ask for the length, then for the text. */
  size_t length;
  check(unroll_model_get_summary(model, NULL, 0, &length));
  char *text = malloc(length + 1);
  if (text == NULL) return EXIT_FAILURE;
  check(unroll_model_get_summary(model, text, length + 1, NULL));
  fputs(text, stdout);
  free(text);

  int64_t shape[UNROLL_RANK_MAX];
  int32_t rank;
  check(unroll_model_get_input_shape(model, 0, shape, &rank));
  int64_t elements = 1;
  for (int32_t axis = 0; axis < rank; axis++) {
    if (shape[axis] == UNROLL_AXIS_ANY) shape[axis] = 1; /* one sample, one step */
    elements *= shape[axis];
  }
  float *zeros = calloc((size_t)elements, sizeof *zeros);
  if (zeros == NULL) return EXIT_FAILURE;
  unroll_array x = unroll_array_view_nd(zeros, UNROLL_DTYPE_FLOAT32, rank, shape);

  check(unroll_model_predict_shape(model, &x, 1, 0, shape, &rank));
  elements = 1;
  for (int32_t axis = 0; axis < rank; axis++) elements *= shape[axis];
  float *result = calloc((size_t)elements, sizeof *result);
  if (result == NULL) return EXIT_FAILURE;
  unroll_array y = unroll_array_view_nd(result, UNROLL_DTYPE_FLOAT32, rank, shape);
  check(unroll_model_predict(model, &x, &y, NULL));
  for (int64_t i = 0; i < elements && i < 10; i++) printf("%g\n", (double)result[i]);

  free(result);
  free(zeros);
  unroll_model_destroy(model);
  return 0;
}
