"""Random architectures: drawn from a seed, compared with Keras, failures shrunk to a printable model."""
from dataclasses import replace

import numpy as np

from predictions import FLOAT32, Row, predict, saved, trains
from results import KerasFailure, by_keras
from spec import N, Spec, keras_call, shrink_options, worst

SECTION = "random models"
TRAINED = 1e-9


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


def maybe(rng, probability=0.5):
    return bool(rng.random() < probability)


class Draw:
    """Draws one model; keeps track of the shape so that every layer fits."""

    def __init__(self, seed):
        self.rng = np.random.default_rng([99, seed])
        self.time, self.width = int(self.rng.integers(3, 8)), int(self.rng.integers(1, 6))
        self.sequence = True
        self.masked = False

    def spec(self):
        rng = self.rng
        self.masked = maybe(rng, 0.35)
        shape = (self.time, self.width)
        tokens, layers = 0, []
        if maybe(rng, 0.3):
            tokens = 9
            layers.append(N("Embedding", input_dim=9, output_dim=self.width, mask_zero=self.masked))
            shape = (self.time,)
        elif self.masked:
            layers.append(N("Masking"))
        masked = self.masked
        for _ in range(int(rng.integers(1, 6))):
            layers.append(self.layer())
        if maybe(rng):
            layers.append(self.dense())
        return Spec(tuple(layers), shape=shape, tokens=tokens, masked=masked, batch=int(rng.integers(1, 5)))

    def layer(self):
        if not self.sequence:
            return self.vector_layer()
        kinds = ["recurrent"] * 6 + ["bidirectional"] * 2 + ["distributed", "dense", "norm", "cells", "activation"]
        if not self.masked:  # these drop or forbid a mask
            kinds += ["conv", "pool", "merge", "merge", "shape", "batchnorm"]
        return getattr(self, choose(self.rng, kinds))()

    def vector_layer(self):
        kind = choose(self.rng, ["dense", "dense", "activation", "norm", "repeat"])
        return getattr(self, kind)()

    def units(self):
        self.width = int(self.rng.integers(1, 8))
        return self.width

    def recurrent_options(self, cls):
        rng, options = self.rng, {}
        if maybe(rng, 0.3):
            options["activation"] = choose(rng, ["relu", "softsign", "linear", "elu", "sigmoid", "hard_sigmoid"])
        if cls != "SimpleRNN" and maybe(rng, 0.3):
            options["recurrent_activation"] = choose(rng, ["hard_sigmoid", "tanh", "softsign"])
        if cls == "GRU" and maybe(rng):
            options["reset_after"] = False
        if maybe(rng, 0.2):
            options["use_bias"] = False
        return options

    def recurrent(self):
        rng = self.rng
        cls = choose(rng, ["LSTM", "GRU", "SimpleRNN"])
        options = self.recurrent_options(cls)
        if maybe(rng, 0.25):
            options["go_backwards"] = True
        if maybe(rng, 0.65):
            options["return_sequences"] = True
        else:
            self.sequence = self.masked = False
        return N(cls, units=self.units(), **options)

    def bidirectional(self):
        rng = self.rng
        cls = choose(rng, ["LSTM", "GRU", "SimpleRNN"])
        sequences = maybe(rng, 0.65)
        if not sequences:
            self.sequence = self.masked = False
        mode = choose(rng, ["concat", "concat", "sum", "mul", "ave"])
        layer = N(cls, units=self.units(), return_sequences=sequences, **self.recurrent_options(cls))
        self.width *= 2 if mode == "concat" else 1
        return N("Bidirectional", layer=layer, merge_mode=mode)

    def cells(self):
        cells = []
        for _ in range(int(self.rng.integers(1, 4))):
            cls = choose(self.rng, ["LSTM", "GRU", "SimpleRNN"])
            cells.append(N(cls + "Cell", units=self.units(), **self.recurrent_options(cls)))
        cell = cells[0] if len(cells) == 1 else N("StackedRNNCells", cells=cells)
        return N("RNN", cell=cell, return_sequences=True)

    def distributed(self):
        return N("TimeDistributed", layer=self.dense())

    def dense(self):
        activation = choose(self.rng, ["linear", "tanh", "relu", "softmax", "gelu", "silu", "softplus"])
        return N("Dense", units=self.units(), activation=activation, use_bias=maybe(self.rng, 0.8))

    def activation(self):
        return choose(self.rng, [N("Activation", activation="tanh"), N("LeakyReLU"), N("ELU"), N("Softmax"),
                                 N("Activation", activation="mish")])

    def norm(self):
        return N("LayerNormalization", center=maybe(self.rng), scale=maybe(self.rng))

    def batchnorm(self):
        return N("BatchNormalization", momentum=0.9)

    def repeat(self):
        self.sequence, self.time = True, int(self.rng.integers(2, 6))
        return N("RepeatVector", n=self.time)

    def conv(self):
        rng = self.rng
        padding = choose(rng, ["same", "causal"])
        options = {"dilation_rate": 2} if maybe(rng, 0.3) else {}
        return N("Conv1D", filters=self.units(), kernel_size=int(rng.integers(1, 4)), padding=padding, **options)

    def pool(self):
        if maybe(self.rng, 0.4):
            self.sequence = False
            return N(choose(self.rng, ["GlobalMaxPooling1D", "GlobalAveragePooling1D"]))
        self.time = -(-self.time // 2)
        return N(choose(self.rng, ["MaxPooling1D", "AveragePooling1D"]), pool_size=2, padding="same")

    def shape(self):
        kind = choose(self.rng, ["pad", "up", "permute"])
        if kind == "pad":
            self.time += 3
            return N("ZeroPadding1D", padding=(1, 2))
        if kind == "up":
            self.time *= 2
            return N("UpSampling1D", size=2)
        self.time, self.width = self.width, self.time
        return N("Permute", dims=(2, 1))

    def merge(self):
        rng, before = self.rng, self.width
        kind = choose(rng, ["Add", "Multiply", "Average", "Maximum", "Concatenate"])
        width = self.units()
        sides = []
        for _ in range(2):
            cls = choose(rng, ["LSTM", "GRU", "SimpleRNN"])
            sides.append([N(cls, units=width, return_sequences=True, **self.recurrent_options(cls))])
        if kind == "Concatenate" and maybe(rng):
            sides[1] = []
            self.width = width + before
        else:
            self.width = 2 * width if kind == "Concatenate" else width
        return N("Merge", kind=kind, left=sides[0], right=sides[1])


def compare(keras, spec, folder, seed):
    """None if both libraries agree on `spec`, else what differs."""
    import unroll

    row = Row(None, SECTION, "", spec, folder, seed)
    try:
        model, x, y = row.reference(keras)
        for suffix in ("keras", "h5"):
            path = saved(model, folder / f"random.{suffix}")
            ours = unroll.load_model(str(path))
            value = worst(predict(ours, x), y)
            if value > FLOAT32:
                return f".{suffix}: predictions differ by {value:.1e}"
            back = folder / f"random_ours.{suffix}"
            ours.save(str(back))
            value = worst(keras_call(keras.models.load_model(back, compile=False), x), y)
            if value > FLOAT32:
                return f".{suffix} written by us: predictions differ by {value:.1e}"
        value = trains(row, keras, steps=1)
        if value > TRAINED:
            return f"weights differ by {value:.1e} after one training step (float64)"
    except KerasFailure:
        return None  # Keras cannot build or save this one
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def smaller(spec):
    """Models with something left out, the most first."""
    for index in range(len(spec.layers)):
        if len(spec.layers) > 1:
            yield replace(spec, layers=spec.layers[:index] + spec.layers[index + 1:])
    for index, node in enumerate(spec.layers):
        for option in shrink_options(node):
            yield replace(spec, layers=(*spec.layers[:index], option, *spec.layers[index + 1:]))
    if spec.batch > 1:
        yield replace(spec, batch=1)
    if spec.masked:
        yield replace(spec, masked=False)


def kind_of(failure):
    return failure.split(":")[0] if "Error" in failure else failure.split(" ")[0]


def shrink(keras, spec, failure, folder, seed, budget=60):
    """The smallest model found that fails in the same way."""
    progress = True
    while progress and budget > 0:
        progress = False
        for candidate in smaller(spec):
            budget -= 1
            if budget <= 0:
                break
            found = compare(keras, candidate, folder, seed)
            if found and kind_of(found) == kind_of(failure):
                spec, failure, progress = candidate, found, True
                break
    return spec, failure


def run(keras, recorder, number, folder):
    spec = Draw(number).spec()
    failure = compare(keras, spec, folder, number)
    if failure is None:
        recorder.add(SECTION, f"model {number}", "agrees", "ok")
        return
    spec, failure = shrink(keras, spec, failure, folder, number)
    state = "unsupported" if failure.startswith("UnsupportedError") else "FAIL"
    recorder.add(SECTION, f"model {number}", "agrees", state, f"{failure}\n{spec!r}  # batch {spec.batch}, seed {number}")
