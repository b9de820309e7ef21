"""Keras 1's Merge, written by real Keras 1.2.2 (Python 3.6, Theano 0.9, h5py 2), with what it computed.

    KERAS_BACKEND=theano python Tests/Fixtures/make_keras1_fixtures.py

`keras1/manifest.txt`: one line per model, `graph name= inputs= outputs=`, as in `graphs/`. Files named refused_ must
be refused.
"""
import os

import h5py
import keras
import numpy as np
from keras.layers import GRU, LSTM, Dense, Dropout, Embedding, Input, Merge, TimeDistributed, merge
from keras.models import Model, Sequential

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras1")
if not os.path.isdir(OUT):
    os.makedirs(OUT)
np.random.seed(5)
lines = ["versions keras=" + keras.__version__]
cases = h5py.File(os.path.join(OUT, "cases.h5"), "w")


def sample(*shape):
    return np.random.normal(size=shape).astype("f4")


def add(name, model, inputs):
    model.compile("sgd", "mse")
    model.set_weights([np.random.normal(scale=0.5, size=w.shape) for w in model.get_weights()])
    model.save(os.path.join(OUT, name + ".h5"))
    if name.startswith("refused_"):
        return
    cases[name + "/out0"] = model.predict(inputs)
    for number, array in enumerate(inputs):
        cases["%s/in%d" % (name, number)] = array
    lines.append("graph name=%s inputs=%d outputs=1" % (name, len(inputs)))


def chain(*layers, **options):
    model = Sequential(**options)
    for layer in layers:
        model.add(layer)
    return model


def sides(**last):
    left = chain(LSTM(4, input_shape=(5, 3), return_sequences=True), Dropout(0.2), LSTM(4, **last))
    return [left, chain(GRU(4, input_shape=(5, 2), **last))]


for mode in ("concat", "sum", "mul", "ave", "max", "dot"):
    add("sequential_" + mode, chain(Merge(sides(), mode=mode), Dense(2, activation="tanh")), [sample(2, 5, 3), sample(2, 5, 2)])
add("sequential_time", chain(Merge(sides(return_sequences=True), mode="concat", concat_axis=1), GRU(3)),
    [sample(2, 5, 3), sample(2, 5, 2)])
add("sequential_dot_axes", chain(Merge(sides(return_sequences=True), mode="dot", dot_axes=[1, 1]), LSTM(3)),
    [sample(2, 5, 3), sample(2, 5, 2)])
words = np.random.randint(1, 7, (2, 6)).astype("f4")
inner = chain(Merge(sides(), mode="sum"), Dense(3))
add("sequential_nested", chain(Merge([inner, chain(Embedding(7, 3, input_length=6), LSTM(3))], mode="mul"), Dense(2)),
    [sample(2, 5, 3), sample(2, 5, 2), words])
a, b = Input((5, 3)), Input((5, 2))
x, y = LSTM(4, return_sequences=True)(a), TimeDistributed(Dense(4))(b)
z = merge([merge([x, y], mode="mul"), x], mode="concat")
add("functional", Model([a, b], Dense(2)(GRU(3)(z))), [sample(2, 5, 3), sample(2, 5, 2)])
add("refused_cos", chain(Merge(sides(), mode="cos", name="merged"), Dense(2)), None)
cases.close()
with open(os.path.join(OUT, "manifest.txt"), "w") as manifest:
    manifest.write("\n".join(lines) + "\n")
