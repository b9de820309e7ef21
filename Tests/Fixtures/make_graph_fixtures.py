"""Functional graphs written by real Keras 3, with what it computed.

    .venv-keras/bin/python Tests/Fixtures/make_graph_fixtures.py

`graphs/manifest.txt`: one line per model, `graph name= inputs= outputs=`; the
arrays are `<name>/in0`, `<name>/out0`, ... in `graphs/cases.h5`.
"""
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import keras
import numpy as np
from keras import layers as L

import archives

OUT = pathlib.Path(__file__).parent / "graphs"
OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(3)
lines = [f"versions keras={keras.__version__}"]
cases = h5py.File(OUT / "cases.h5", "w")


def sample(*shape):
    return rng.normal(size=shape).astype("f4")


def add(name, model, inputs):
    """Random weights (positive variances), predicted and saved in two formats."""
    values = [rng.normal(scale=0.5, size=w.shape) for w in model.weights]
    model.set_weights([abs(v) + 0.1 if "variance" in w.path else v for w, v in zip(model.weights, values)])
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for kind, arrays in (("in", inputs), ("out", outputs)):
        for i, a in enumerate(arrays):
            cases[f"{name}/{kind}{i}"] = np.asarray(a, "f4")
    model.save(OUT / f"{name}.keras")
    model.save(OUT / f"{name}.h5")
    lines.append(f"graph name={name} inputs={len(inputs)} outputs={len(outputs)}")


# Encoder and decoder, joined by states.
e, d = L.Input((5, 3)), L.Input((6, 2))
_, h, c = L.LSTM(4, return_state=True)(e)
y = L.LSTM(4, return_sequences=True)(d, initial_state=[h, c])
add("encoder_decoder", keras.Model([e, d], L.Dense(3, activation="softmax")(y)), [sample(2, 5, 3), sample(2, 6, 2)])

# Two kinds of attention, a state as an output.
e, d = L.Input((5, 3)), L.Input((6, 2))
q, h = L.GRU(4, return_state=True, return_sequences=True)(e)
y, _ = L.GRU(4, return_sequences=True, return_state=True)(d, initial_state=h)
z = L.Concatenate()([y, L.Attention()([y, q])])
add("attention", keras.Model([e, d], [L.AdditiveAttention()([z, L.Dense(8)(q)]), h]), [sample(2, 5, 3), sample(2, 6, 2)])

# One layer called twice, several merges and outputs.
a, b = L.Input((5, 3)), L.Input((5, 3))
shared = L.LSTM(4)
u, v = shared(a), shared(b)
merges = [m([u, v]) for m in (L.Add(), L.Subtract(), L.Dot(axes=1, normalize=True), L.Multiply())]
add("shared_layer", keras.Model([a, b], merges), [sample(2, 5, 3), sample(2, 5, 3)])

# Models as layers, one of them called twice; statistics in the middle of the weights.
i = L.Input((5, 3))
x = L.Bidirectional(L.GRU(4, return_sequences=True))(L.BatchNormalization()(i))
inner = keras.Model(i, x, name="inner")
head = keras.Sequential([L.Input((5, 8)), L.LSTM(3), L.Dense(2)], name="head")
a, b = L.Input((5, 3)), L.Input((5, 3))
x = inner(a)
add("nested_models", keras.Model([a, b], [head(L.Add()([x, inner(b)])), x]), [sample(2, 5, 3), sample(2, 5, 3)])

# Masks through branches that meet again.
i = L.Input((6, 3))
x = L.Masking()(i)
x = L.Concatenate()([L.LSTM(4, return_sequences=True)(x), L.LSTM(4, return_sequences=True)(x)])
masked = sample(2, 6, 3)
masked[0, 4:] = 0
add("masked_branches", keras.Model(i, L.GlobalAveragePooling1D()(L.TimeDistributed(L.Dense(3))(x))), [masked])

# States of both directions, handed on.
i = L.Input((6, 3))
x = L.Bidirectional(L.LSTM(4, return_state=True, return_sequences=True))(i)
add("bidirectional_states", keras.Model(i, L.Bidirectional(L.LSTM(4))(x[0], initial_state=x[1:])), [sample(2, 6, 3)])

cases.close()
(OUT / "manifest.txt").write_text("\n".join(lines) + "\n")
archives.settle(OUT)
