"""The models of the inference fixtures: one per layer and option."""
from dataclasses import dataclass
from typing import Callable

import keras
import numpy as np
from keras import layers as L

BATCH, TIME, FEATURES, UNITS = 2, 5, 3, 4
ACTIVATIONS = (
    ("relu", "linear", "softsign"), ("sigmoid", "hard_sigmoid", "tanh"), ("elu", "selu", "gelu"),
    ("softplus", "softmax", "leaky_relu"), ("silu", "mish", "relu6"), ("exponential", "log_softmax"))
BOTH = ("h5", "keras")
EVERY = ("h5", "weights_only.h5", "weights.h5", "keras")
RECURRENT = {"simple_rnn": L.SimpleRNN, "lstm": L.LSTM, "gru": L.GRU}


@dataclass
class Case:
    name: str
    layers: Callable  # () -> list of layers
    shape: tuple = (TIME, FEATURES)
    dtype: str = "float32"
    tokens: int = 0  # > 0: the input holds token numbers below this
    formats: tuple = ("h5",)
    keep_initial_weights: bool = False
    calls_twice: bool = False
    masked: bool = False
    state_class: type = None  # the recurrent class whose final states are stored

    def build(self):
        batch = BATCH if self.calls_twice else None
        dtype = "int32" if self.tokens else self.dtype
        previous = keras.config.floatx()
        keras.config.set_floatx(self.dtype)
        model = keras.Sequential([L.Input(self.shape, batch_size=batch, dtype=dtype)] + self.layers(), name="net")
        keras.config.set_floatx(previous)
        return model

    def draw_input(self, rng):
        shape = (BATCH, *self.shape)
        if self.tokens:  # stored as float: one kind of dataset for every reader
            x = rng.integers(0, self.tokens, shape).astype("float32")
            if self.masked:
                x[0, :2] = 0
                x[1, 3:] = 0
            return x
        x = rng.normal(size=shape).astype(self.dtype)
        if self.masked:
            x[0, :1] = 0
            x[1, 3:] = 0
        return x

    def final_states(self, model, x):
        if self.state_class is None:
            return []
        layer = model.layers[0]
        config = {**layer.get_config(), "return_state": True, "stateful": False}
        twin = self.state_class.from_config(config)
        twin.build((BATCH, *self.shape))
        twin.set_weights(layer.get_weights())
        return [state.numpy() for state in twin(x)[1:]]


def activations(cls, base):
    """A chain of one layer per pair of activations: one file instead of four."""
    pairs = [("relu", "hard_sigmoid"), ("softsign", "linear"), ("hard_sigmoid", "tanh"), ("linear", "softsign")]
    gated = cls is not L.SimpleRNN
    return lambda: [cls(UNITS, activation=activation, return_sequences=True, **base,
                        **({"recurrent_activation": recurrent} if gated else {}))
                    for activation, recurrent in pairs]


def recurrent_cases():
    for name, cls in RECURRENT.items():
        variants = [("", {})] + ([("_reset_before", {"reset_after": False})] if name == "gru" else [])
        for suffix, base in variants:
            def make(extra=None, cls=cls, base=base):
                return lambda: [cls(UNITS, **base, **(extra or {}))]

            stem = name + suffix
            yield Case(stem, make(), formats=BOTH, state_class=cls)
            # Dropout must do nothing here.
            yield Case(f"{stem}_backwards", make({"go_backwards": True, "dropout": 0.3, "recurrent_dropout": 0.2}),
                       state_class=cls)
            yield Case(f"{stem}_backwards_sequences", make({"go_backwards": True, "return_sequences": True}))
            yield Case(f"{stem}_no_bias", make({"use_bias": False}))
            yield Case(f"{stem}_stateful", make({"stateful": True, "return_sequences": True}), calls_twice=True)
            yield Case(f"{stem}_float64", make({"return_sequences": True}), dtype="float64")
            yield Case(f"{stem}_activations", activations(cls, base))
    yield Case("lstm_initial", lambda: [L.LSTM(UNITS)], keep_initial_weights=True)
    yield Case("lstm_no_unit_forget_bias_initial",
               lambda: [L.LSTM(UNITS, unit_forget_bias=False)], keep_initial_weights=True)


def feed_forward_cases():
    yield Case("dense", lambda: [L.Dense(UNITS)], shape=(FEATURES,), formats=BOTH)
    yield Case("dense_no_bias", lambda: [L.Dense(UNITS, use_bias=False)])
    yield Case("dense_float64", lambda: [L.Dense(UNITS, activation="tanh")], dtype="float64")
    yield Case("dropout", lambda: [L.Dense(UNITS), L.Dropout(0.5)])
    yield Case("time_distributed_dense",
               lambda: [L.TimeDistributed(L.Dense(UNITS, activation="tanh"))], formats=BOTH)
    yield Case("embedding", lambda: [L.Embedding(7, UNITS)], shape=(TIME,), tokens=7, formats=BOTH)
    for number, group in enumerate(ACTIVATIONS):
        yield Case(f"activations_{number}", lambda group=group: [
            layer for name in group for layer in (L.Dense(UNITS), L.Activation(name))])


def stacked_cases():
    yield Case("stock", lambda: [
        L.LSTM(UNITS, return_sequences=True), L.Dropout(0.2), L.LSTM(UNITS + 1, return_sequences=True),
        L.Dropout(0.2), L.LSTM(UNITS + 2, return_sequences=True), L.Dropout(0.2), L.LSTM(UNITS + 3),
        L.Dropout(0.2), L.Dense(1)], formats=BOTH)
    yield Case("mixed", lambda: [
        L.LSTM(UNITS, return_sequences=True), L.GRU(6, return_sequences=True), L.SimpleRNN(7, return_sequences=True),
        L.TimeDistributed(L.Dense(2))], formats=EVERY)
    # More layers of one class than ten: numeric, not alphabetic, order of groups.
    yield Case("twelve_dense", lambda: [L.Dense(2 + n % 3, activation="tanh") for n in range(12)], shape=(FEATURES,), formats=("keras",))
    yield Case("character", lambda: [
        L.Embedding(9, FEATURES), L.GRU(UNITS, return_sequences=True), L.Dense(9, activation="softmax")],
        shape=(TIME,), tokens=9, formats=EVERY)


def wider_cases():
    """Layers beyond the first set: wrappers, masks, convolutions, normalisation."""
    yield Case("bidirectional", lambda: [L.Bidirectional(L.LSTM(UNITS, return_sequences=True))], formats=BOTH)
    yield Case("bidirectional_modes", lambda: [
        L.Bidirectional(L.SimpleRNN(UNITS, return_sequences=True), merge_mode=mode) for mode in ("sum", "mul", "ave")])
    yield Case("bidirectional_gru_last", lambda: [L.Bidirectional(L.GRU(UNITS))])
    yield Case("masking_lstm", lambda: [L.Masking(), L.LSTM(UNITS, return_sequences=True)], masked=True, formats=BOTH)
    yield Case("masking_bidirectional", lambda: [
        L.Masking(), L.Bidirectional(L.GRU(UNITS, return_sequences=True))], masked=True)
    yield Case("embedding_mask", lambda: [L.Embedding(7, FEATURES, mask_zero=True), L.LSTM(UNITS)],
               shape=(TIME,), tokens=7, masked=True, formats=BOTH)
    yield Case("conv_lstm", lambda: [
        L.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"), L.MaxPooling1D(2), L.LSTM(UNITS)],
        shape=(8, FEATURES), formats=BOTH)
    yield Case("normalised", lambda: [
        L.LayerNormalization(), L.LSTM(UNITS, return_sequences=True), L.BatchNormalization(),
        L.GlobalAveragePooling1D(), L.Dense(2)], formats=BOTH)
    yield Case("stacked_cells", lambda: [
        L.RNN(L.StackedRNNCells([L.LSTMCell(UNITS), L.GRUCell(6)]), return_sequences=True)], formats=BOTH)
    yield Case("shapes", lambda: [
        L.ZeroPadding1D((1, 2)), L.Cropping1D((1, 0)), L.UpSampling1D(2), L.Permute((2, 1)), L.Flatten(),
        L.Dense(6), L.Reshape((2, 3)), L.PReLU(), L.LeakyReLU(), L.Rescaling(0.5, 1)])


def all_cases():
    for group in (recurrent_cases, feed_forward_cases, stacked_cases, wider_cases):
        for case in group():
            yield case
