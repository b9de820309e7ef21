/* A model with every layer that has a function of its own, and data for it. */
#ifndef ABI_FROZEN_H
#define ABI_FROZEN_H

#include "../abi_test.h"

enum { N = 12, T = 5, F = 2 };

static float inputs[N * T * F], targets[N];
static unroll_array x, y;
static unroll_data data;

/* Every layer that has a function of its own. */
static inline unroll_model *built(void) {
  unroll_model_options options;
  unroll_input_options input;
  unroll_recurrent_options cell;
  unroll_dense_options dense;
  unroll_model *model = NULL;
  static const char json[] = "{\"class_name\": \"Bidirectional\", \"config\": {\"layer\": "
                             "{\"class_name\": \"GRU\", \"config\": {\"units\": 3, \"return_sequences\": true}}}}";
  unroll_model_options_init(&options, sizeof options);
  options.seed = 3;
  options.name = "frozen";
  OK(unroll_model_create(&options, &model));
  unroll_input_options_init(&input, sizeof input);
  input.rank = 2;
  input.shape[0] = T;
  input.shape[1] = F;
  OK(unroll_model_add_input(model, &input));
  OK(unroll_model_add_masking(model, -1, NULL));
  unroll_recurrent_options_init(&cell, sizeof cell);
  cell.units = 4;
  cell.return_sequences = 1;
  cell.kernel_initializer.kind = UNROLL_INITIALIZER_HE_UNIFORM;
  cell.kernel_regularizer.l2 = 1e-4;
  OK(unroll_model_add_lstm(model, &cell));
  OK(unroll_model_add_dropout(model, 0.1, "drop"));
  OK(unroll_model_add_layer_from_json(model, json, sizeof json - 1));
  OK(unroll_model_add_gru(model, &cell));
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 3;
  dense.activation = UNROLL_ACTIVATION_RELU;
  OK(unroll_model_add_time_distributed_dense(model, &dense));
  cell.return_sequences = 0;
  OK(unroll_model_add_simple_rnn(model, &cell));
  OK(unroll_model_add_activation(model, UNROLL_ACTIVATION_TANH, "act"));
  dense.units = 1;
  dense.activation = UNROLL_ACTIVATION_LINEAR;
  OK(unroll_model_add_dense(model, &dense));
  OK(unroll_model_build(model, NULL, 0));
  return model;
}

static inline void fill(void) {
  int i;
  for (i = 0; i < N * T * F; i++) inputs[i] = (float)(i * 7 % 11) / 11 - 0.5f;
  for (i = 0; i < N; i++) targets[i] = inputs[i * T * F] - inputs[i * T * F + 3];
  x = unroll_array_view_3d(inputs, UNROLL_DTYPE_FLOAT32, N, T, F);
  y = unroll_array_view_2d(targets, UNROLL_DTYPE_FLOAT32, N, 1);
  data = samples(&x, &y);
}

#endif
