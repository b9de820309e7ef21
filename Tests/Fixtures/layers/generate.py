"""Writes layers.json: single layers and small chains computed by real Keras 3 in float64.

Every case has inputs, weights in Keras' order and outputs; cases that train
differently also have `training`: the outputs of a call with training=True
and the weights after it. The same names stand in LayerValueTests.swift.

Run with an environment that has keras and tensorflow:
    python Tests/Fixtures/layers/generate.py
"""

import json
import os

import keras
import numpy as np
from keras import layers as L

keras.backend.set_floatx("float64")
random = np.random.default_rng(20)
B, T, F, U = 2, 5, 3, 4


def numbers(*shape):
    return np.round(random.uniform(-1, 1, (B, *shape)), 3)


def indices(below, *shape):
    return random.integers(0, below, (B, *shape)).astype("float64")


def padded(*shape):
    """A sequence with masked steps: at the end of row 0, inside row 1."""
    x = numbers(*shape)
    x[0, -2:] = 0
    x[1, 1] = 0
    return x


CASES = {}


def case(name, inputs, call, training=False):
    inputs = inputs if isinstance(inputs, list) else [inputs]
    CASES[name] = (inputs, call, training)


def chain(name, x, *stack, training=False, dtype=None):
    def call(tensors):
        y = tensors[0]
        for layer in stack:
            y = layer(y)
        return y

    case(name, x, call, training)


def merge(name, xs, layer, before=None, after=None):
    def call(tensors):
        if before:
            tensors = [b(t) if b else t for b, t in zip(before, tensors)]
        y = layer(tensors)
        return after(y) if after else y

    case(name, xs, call)


chain("dense", numbers(F), L.Dense(U, activation="tanh"))
chain("dense_rank4", numbers(2, T, F), L.Dense(U, use_bias=False))
chain("embedding", indices(7, T), L.Embedding(7, F))
chain("embedding_rank3", indices(7, 2, T), L.Embedding(7, F))
chain("time_distributed_dense", numbers(T, F), L.TimeDistributed(L.Dense(U, activation="relu")))
chain("time_distributed_conv1d", numbers(2, T, F), L.TimeDistributed(L.Conv1D(U, 2)))
chain("time_distributed_lstm", numbers(2, T, F), L.TimeDistributed(L.LSTM(U)))
chain("time_distributed_flatten", numbers(2, T, F), L.TimeDistributed(L.Flatten()))
chain("time_distributed_batch_normalization", numbers(T, F), L.TimeDistributed(L.BatchNormalization()), training=True)
for function in (
    "relu relu6 leaky_relu elu selu gelu sigmoid hard_sigmoid tanh softplus softsign silu hard_silu exponential mish "
    "softmax log_softmax linear"
).split():
    chain(f"activation_{function}", 3 * numbers(T, F), L.Activation(function))
chain("relu", 3 * numbers(T, F), L.ReLU(max_value=1.5, negative_slope=0.2, threshold=0.5))
chain("leaky_relu", numbers(T, F), L.LeakyReLU())
chain("elu", numbers(T, F), L.ELU(alpha=0.7))
chain("prelu", numbers(T, F), L.PReLU())
chain("prelu_shared", numbers(T, F), L.PReLU(shared_axes=[1]))
chain("prelu_shared_features", numbers(T, F), L.PReLU(shared_axes=[2]))
chain("softmax", numbers(T, F), L.Softmax())
chain("softmax_axis1", numbers(T, F), L.Softmax(axis=1))
chain("dropout", numbers(T, F), L.Dropout(0.5), L.SpatialDropout1D(0.5), L.GaussianNoise(0.5), L.GaussianDropout(0.5))
chain("masking", padded(T, F), L.Masking())
chain("masking_lstm", padded(T, F), L.Masking(), L.LSTM(U))
chain("masking_value", np.where(padded(T, F) == 0, -7.0, 0.5), L.Masking(mask_value=-7.0), L.GRU(U))
chain("mask_through", padded(T, F), L.Masking(), L.Dense(U), L.Dropout(0.5), L.LayerNormalization(),
      L.BatchNormalization(), L.Activation("tanh"), L.ReLU(negative_slope=0.5), L.Rescaling(2.0, 0.5),
      L.TimeDistributed(L.Dense(F)), L.UnitNormalization(), L.SimpleRNN(U, return_sequences=True), L.LSTM(U))
chain("mask_stops_at_conv1d", padded(T, F), L.Masking(), L.Conv1D(U, 2), L.LSTM(F))
chain("mask_stops_at_reshape", padded(T, F), L.Masking(), L.Reshape((T, F)), L.LSTM(U))
chain("mask_stops_at_up_sampling", padded(T, F), L.Masking(), L.UpSampling1D(2), L.LSTM(U))
chain("embedding_mask_zero", indices(3, T), L.Embedding(3, F, mask_zero=True), L.LSTM(U, return_sequences=True), L.GRU(F))
chain("embedding_mask_average", indices(3, T), L.Embedding(3, F, mask_zero=True), L.GlobalAveragePooling1D())
chain("flatten", numbers(T, F), L.Flatten())
chain("flatten_rank4", numbers(2, T, F), L.Flatten())
chain("reshape", numbers(6, 4), L.Reshape((3, 8)))
chain("reshape_open", numbers(6, 4), L.Reshape((2, -1, 3)))
chain("permute", numbers(T, F), L.Permute((2, 1)))
chain("permute_rank4", numbers(2, T, F), L.Permute((3, 1, 2)))
chain("repeat_vector", numbers(F), L.RepeatVector(T))
chain("layer_normalization", numbers(T, F), L.LayerNormalization(epsilon=0.01))
chain("layer_normalization_plain", numbers(T, F), L.LayerNormalization(center=False, scale=False))
chain("layer_normalization_rms", numbers(T, F), L.LayerNormalization(rms_scaling=True))
chain("batch_normalization", numbers(T, F), L.BatchNormalization(momentum=0.9), training=True)
chain("batch_normalization_rank2", numbers(F), L.BatchNormalization(center=False, scale=False), training=True)
chain("batch_normalization_axis1", numbers(T, F), L.BatchNormalization(axis=1, momentum=0.8), training=True)
chain("batch_normalization_masked", padded(T, F), L.Masking(), L.BatchNormalization(momentum=0.9), training=True)
frozen = L.BatchNormalization()
frozen.trainable = False
chain("batch_normalization_frozen", numbers(T, F), frozen, training=True)
chain("unit_normalization", numbers(T, F), L.UnitNormalization())
chain("unit_normalization_axis1", numbers(T, F), L.UnitNormalization(axis=1))
chain("conv1d", numbers(T, F), L.Conv1D(U, 3, activation="tanh"))
chain("conv1d_same_strides", numbers(6, F), L.Conv1D(U, 3, strides=2, padding="same"))
chain("conv1d_same_even", numbers(T, F), L.Conv1D(U, 4, padding="same", use_bias=False))
chain("conv1d_causal_dilation", numbers(7, F), L.Conv1D(U, 3, padding="causal", dilation_rate=2))
chain("conv1d_groups", numbers(T, 4), L.Conv1D(6, 2, groups=2, padding="same", dilation_rate=2))
chain("conv1d_causal_strides", numbers(7, F), L.Conv1D(U, 3, padding="causal", strides=3))
chain("max_pooling", numbers(7, F), L.MaxPooling1D(3, strides=2))
chain("max_pooling_same", numbers(7, F), L.MaxPooling1D(2, padding="same"))
chain("average_pooling", numbers(7, F), L.AveragePooling1D(3))
chain("average_pooling_same", numbers(7, F), L.AveragePooling1D(4, strides=2, padding="same"))
chain("global_max_pooling", padded(T, F), L.Masking(), L.GlobalMaxPooling1D())
chain("global_average_pooling", numbers(T, F), L.GlobalAveragePooling1D(keepdims=True))
chain("global_average_pooling_masked", padded(T, F), L.Masking(), L.GlobalAveragePooling1D())
chain("zero_padding", numbers(T, F), L.ZeroPadding1D((1, 2)))
chain("cropping", numbers(T, F), L.Cropping1D((1, 2)))
chain("up_sampling", numbers(T, F), L.UpSampling1D(3))
chain("rescaling", numbers(T, F), L.Rescaling(2.5, -0.5))
chain("nested", numbers(T, F), keras.Sequential([keras.Input((T, F)), L.LSTM(U, return_sequences=True), L.Dense(F)]), L.GRU(2))

two, masks = [numbers(T, F), numbers(T, F)], [L.Masking(), L.Masking()]
merge("concatenate", [numbers(T, F), numbers(T, 2)], L.Concatenate())
merge("concatenate_axis1", [numbers(T, F), numbers(2, F)], L.Concatenate(axis=1))
merge("concatenate_masked", [padded(T, F), padded(T, F)[::-1]], L.Concatenate(), masks, L.LSTM(U))
merge("concatenate_half_masked", [padded(T, F), numbers(T, F)], L.Concatenate(), [L.Masking(), None], L.LSTM(U))
merge("concatenate_axis1_masked", [padded(T, F), padded(T, F)], L.Concatenate(axis=1), [L.Masking(), None], L.LSTM(U))
for kind in "Add Subtract Multiply Average Maximum Minimum".split():
    name = kind.lower()
    merge(name, two, getattr(L, kind)())
    merge(f"{name}_broadcast", [numbers(T, F), numbers(1, F)], getattr(L, kind)())
    merge(f"{name}_ranks", [numbers(T, F), numbers(F)], getattr(L, kind)())
    merge(f"{name}_masked", [padded(T, F), padded(T, F)[::-1]], getattr(L, kind)(), masks, L.LSTM(U))
    merge(f"{name}_half_masked", [padded(T, F), numbers(T, F)], getattr(L, kind)(), [L.Masking(), None], L.LSTM(U))
three = [numbers(T, F), numbers(T, F), numbers(T, F)]
for kind in "Add Multiply Average Maximum Minimum".split():
    merge(f"{kind.lower()}_three", three, getattr(L, kind)())
merge("dot", [numbers(F), numbers(F)], L.Dot(axes=1))
merge("dot_sequences", [numbers(T, F), numbers(2, F)], L.Dot(axes=(2, 2)))
merge("dot_time", [numbers(T, F), numbers(T, 2)], L.Dot(axes=1))
merge("dot_vector", [numbers(T, F), numbers(F)], L.Dot(axes=(2, 1)))
merge("dot_normalized", [numbers(T, F), numbers(2, F)], L.Dot(axes=-1, normalize=True))

qv, qvk = [numbers(T, F), numbers(4, F)], [numbers(T, F), numbers(4, 2), numbers(4, F)]
merge("attention", qv, L.Attention())
merge("attention_scale_key", qvk, L.Attention(use_scale=True))
merge("attention_concat", qv, L.Attention(score_mode="concat"))
merge("attention_concat_scale", qvk, L.Attention(score_mode="concat", use_scale=True))
merge("attention_masked", [padded(T, F), padded(4, F)], L.Attention(), masks, L.LSTM(U))
causal = L.Attention(use_scale=True)
merge("attention_causal", [padded(T, F), padded(T, F)], lambda x: causal(x, use_causal_mask=True), masks)
merge("additive_attention", qvk, L.AdditiveAttention())
merge("additive_attention_masked", [padded(T, F), padded(4, F)], L.AdditiveAttention(use_scale=False), masks)

for mode in ("concat", "sum", "mul", "ave"):
    chain(f"bidirectional_{mode}", numbers(T, F), L.Bidirectional(L.LSTM(U, return_sequences=True), merge_mode=mode))
chain("bidirectional_none", numbers(T, F), L.Bidirectional(L.GRU(U, return_sequences=True), merge_mode=None))
chain("bidirectional_last", numbers(T, F), L.Bidirectional(L.SimpleRNN(U)))
chain("bidirectional_masked", padded(T, F), L.Masking(), L.Bidirectional(L.LSTM(U, return_sequences=True)), L.GRU(2))
chain("bidirectional_masked_last", padded(T, F), L.Masking(), L.Bidirectional(L.GRU(U)))
chain("bidirectional_backward_layer", numbers(T, F), L.Bidirectional(
    L.LSTM(U, return_sequences=True), backward_layer=L.GRU(2, return_sequences=True, go_backwards=True)))
chain("bidirectional_state", numbers(T, F), L.Bidirectional(L.LSTM(U, return_state=True)))
merge("bidirectional_initial_state", [numbers(T, F), numbers(U), numbers(U)],
      lambda x, layer=L.Bidirectional(L.GRU(U)): layer(x[0], initial_state=x[1:]))
chain("rnn_cell", numbers(T, F), L.RNN(L.GRUCell(U), return_sequences=True))
chain("rnn_stacked", numbers(T, F), L.RNN([L.LSTMCell(U), L.GRUCell(2), L.SimpleRNNCell(F)]))
chain("rnn_stacked_masked_backwards", padded(T, F), L.Masking(),
      L.RNN([L.LSTMCell(U), L.GRUCell(2)], return_sequences=True, go_backwards=True))
chain("rnn_stacked_state", numbers(T, F), L.RNN([L.LSTMCell(U), L.GRUCell(2)], return_state=True))
chain("bidirectional_rnn", numbers(T, F), L.Bidirectional(L.RNN([L.LSTMCell(U), L.GRUCell(2)], return_sequences=True)))
chain("identity", padded(T, F), L.Masking(), L.Identity(), L.LSTM(U))
chain("group_normalization", numbers(T, 6), L.GroupNormalization(groups=3, epsilon=0.01))
chain("group_normalization_rank2", numbers(4), L.GroupNormalization(groups=2, center=False))
chain("group_normalization_axis1", numbers(4, F), L.GroupNormalization(groups=-1, axis=1, scale=False))
chain("rms_normalization", numbers(T, F), L.RMSNormalization(epsilon=0.01))
chain("rms_normalization_axes", numbers(T, F), L.RMSNormalization(axis=[1, 2]))
chain("normalization", numbers(T, F), L.Normalization())
chain("normalization_axes", numbers(T, F), L.Normalization(axis=(1, 2), invert=True))
chain("normalization_of_all", numbers(T, F), L.Normalization(axis=None))
chain("normalization_given", numbers(T, F), L.Normalization(mean=[0.125, 0.25, -0.375], variance=[0.5, 0.75, 2.0]))
chain("alpha_dropout", numbers(T, F), L.AlphaDropout(0.3))

LEARNED = (
    "dense_rank4 embedding embedding_mask_zero embedding_mask_average time_distributed_conv1d time_distributed_lstm prelu "
    "softmax_axis1 masking_lstm layer_normalization layer_normalization_rms batch_normalization batch_normalization_masked "
    "batch_normalization_frozen conv1d conv1d_same_strides conv1d_causal_dilation conv1d_groups nested concatenate_masked "
    "multiply_masked maximum_masked attention_scale_key attention_masked attention_causal attention_concat_scale "
    "additive_attention bidirectional_concat bidirectional_mul bidirectional_masked bidirectional_backward_layer "
    "rnn_stacked rnn_stacked_masked_backwards bidirectional_rnn group_normalization group_normalization_axis1 rms_normalization "
    "rms_normalization_axes"
).split()
"""Cases with `learning`: targets, and losses and weights of three steps of SGD(0.1) on the mean squared error."""


def flat(structure):
    return [np.asarray(t) for t in keras.tree.flatten(structure)]


def written(array):
    return {"shape": list(array.shape), "values": [float(v) for v in np.asarray(array).ravel()]}


result = []
for name, (inputs, call, training) in CASES.items():
    tensors = [keras.Input(x.shape[1:], dtype="float64") for x in inputs]
    model = keras.Model(tensors, keras.tree.flatten(call(tensors)))
    weights = []
    for w in model.weights:
        low = 0.5 if "variance" in w.name else -0.8
        weights.append(np.round(random.uniform(low, low + 1.6, w.shape), 3))
    model.set_weights(weights)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # Normalization computes with copies
            layer.finalize_state()
    entry = {
        "name": name,
        "inputs": [written(x) for x in inputs],
        "weights": [written(w) for w in weights],
        "outputs": [written(y) for y in flat(model(inputs))],
    }
    if training:
        entry["training"] = {
            "outputs": [written(y) for y in flat(model(inputs, training=True))],
            "weights": [written(w) for w in model.get_weights()],
        }
    if name in LEARNED and weights:
        targets = np.round(random.uniform(-1, 1, entry["outputs"][0]["shape"]), 3)
        model.set_weights(weights)
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mean_squared_error")
        losses = [float(model.train_on_batch(inputs, targets)) for _ in range(3)]
        entry["learning"] = {
            "targets": written(targets),
            "losses": losses,
            "weights": [written(w) for w in model.get_weights()],
        }
    result.append(entry)

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.json")
with open(path, "w") as file:
    file.write('{"keras": "%s", "cases": [\n' % keras.__version__)
    file.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in result))
    file.write("\n]}\n")
print(len(result), "cases,", os.path.getsize(path), "bytes")
