"""Options of layers, by real Keras 3 in float64: what it predicts, and the losses and weights of its training.

    .venv-keras/bin/python Tests/Fixtures/make_option_fixtures.py

`options/manifest.txt`: one line per model, `option name= inputs= outputs= steps=`; the model is `<name>.keras`. In
`options/cases.h5` stand `<name>/in0`, ..., `<name>/out0`, ... (predictions before the training), `<name>/target0`, ...,
and `<name>/losses` and `<name>/weight_0`, ... of that many steps of SGD (rate 0.125) on the mean squared error.
"""
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import keras
import numpy as np
from keras import constraints as C
from keras import layers as L

import archives

keras.config.set_floatx("float64")
OUT = pathlib.Path(__file__).parent / "options"
OUT.mkdir(exist_ok=True)
STEPS, RATE = 3, 0.125
rng = np.random.default_rng(11)
lines = [f"versions keras={keras.__version__}"]
cases = h5py.File(OUT / "cases.h5", "w")


def sample(*shape):
    return rng.normal(size=shape)


def tokens(*shape, below):
    return rng.integers(1, below, shape).astype("int32")


def as_list(values):
    return list(values) if isinstance(values, (list, tuple)) else [values]


def add(name, model, inputs):
    """Random weights (positive variances), predicted, saved, trained."""
    values = [rng.normal(scale=0.6, size=w.shape) for w in model.weights]
    model.set_weights([abs(v) + 0.1 if "variance" in w.path else v for w, v in zip(model.weights, values)])
    x = inputs if len(inputs) > 1 else inputs[0]
    outputs = [np.asarray(output) for output in as_list(model(x, training=False))]
    targets = [sample(*output.shape) for output in outputs]
    model.save(OUT / f"{name}.keras")
    model.compile(keras.optimizers.SGD(RATE), ["mean_squared_error"] * len(outputs))
    y = targets if len(targets) > 1 else targets[0]
    losses = [as_list(model.train_on_batch(x, y))[0] for _ in range(STEPS)]
    for kind, arrays in (("in", inputs), ("out", outputs), ("target", targets), ("weight_", model.get_weights())):
        for i, a in enumerate(arrays):
            cases[f"{name}/{kind}{i}"] = np.asarray(a, "f8")
    cases[f"{name}/losses"] = np.asarray(losses, "f8")
    lines.append(f"option name={name} inputs={len(inputs)} outputs={len(outputs)} steps={STEPS}")


def chain(*layers, shape=(5, 3), dtype=None):
    return keras.Sequential([L.Input(shape, dtype=dtype), *layers])


def constraints():
    norms = {"kernel_constraint": C.MaxNorm(0.7), "recurrent_constraint": C.UnitNorm(axis=1), "bias_constraint": C.NonNeg()}
    add("constraints_lstm", chain(L.LSTM(4, **norms), L.Dense(2, kernel_constraint=C.MinMaxNorm(0.4, 0.6, 0.5))), [sample(2, 5, 3)])
    add("constraints_bidirectional", chain(L.Bidirectional(L.GRU(4, **norms)), L.Dense(2)), [sample(2, 5, 3)])
    add("constraints_cells", chain(L.RNN([L.LSTMCell(4, **norms), L.SimpleRNNCell(2, **norms)])), [sample(2, 5, 3)])
    add("constraints_embedding", chain(L.Embedding(7, 3, embeddings_constraint=C.UnitNorm(axis=-1)), L.GRU(2), shape=(5,),
                                       dtype="int32"), [tokens(2, 5, below=7)])
    add("constraints_convolution", chain(
        L.Conv1D(4, 2, kernel_constraint=C.MaxNorm(0.5, axis=[0, 1])), L.PReLU(alpha_constraint="non_neg"),
        L.LayerNormalization(gamma_constraint="non_neg", beta_constraint=C.MaxNorm(0.3)), L.LSTM(2)), [sample(2, 5, 3)])


def masks():
    """Masks as inputs of the model, given to the calls of layers."""
    def bits(*shape):
        values = rng.integers(0, 2, shape)
        values[:, 0] = 1
        return values.astype("bool")

    x, m = L.Input((5, 3)), L.Input((5,), dtype="bool")
    y = L.Bidirectional(L.GRU(4, return_sequences=True))(x, mask=m)
    add("masks_given", keras.Model([x, m], [L.GlobalAveragePooling1D()(y, mask=m), L.LSTM(2)(L.Dense(3)(y))]),
        [sample(2, 5, 3), bits(2, 5)])
    x, q, m, n = L.Input((5, 3)), L.Input((4, 3)), L.Input((5,), dtype="bool"), L.Input((4,), dtype="bool")
    y = L.Attention()([L.Dense(2)(q), L.LSTM(2, return_sequences=True)(x, mask=m)], mask=[n, m])
    add("masks_attention", keras.Model([x, q, m, n], L.Dense(2)(y)),
        [sample(2, 5, 3), sample(2, 4, 3), bits(2, 5), bits(2, 4)])


def axes():
    add("axes_layer_normalization", chain(
        L.LayerNormalization(axis=1), L.LayerNormalization(axis=[2, 3], center=False), L.TimeDistributed(L.LSTM(2)),
        shape=(2, 4, 3)), [sample(3, 2, 4, 3)])
    add("axes_middle", chain(L.LayerNormalization(axis=(1, -1), epsilon=0.1), L.TimeDistributed(L.GRU(2)), shape=(2, 4, 3)),
        [sample(3, 2, 4, 3)])
    add("axes_batch_normalization", chain(L.BatchNormalization(axis=1), L.LSTM(2)), [sample(3, 5, 3)])


def activity():
    """Penalties on outputs (Keras rounds their factors to float32), of masked sequences, of states that nothing reads, of a layer called twice."""
    R = keras.regularizers
    x = sample(3, 5, 3)
    x[0, 3:] = 0
    add("activity", chain(L.Masking(), L.LSTM(4, return_sequences=True, activity_regularizer=R.L2(0.5)),
                          L.Dense(2, activity_regularizer=R.L1L2(0.125, 0.25)), L.ReLU(activity_regularizer=R.L1(0.0625))), [x])
    a, b = L.Input((5, 3)), L.Input((5, 3))
    shared = L.GRU(4, return_state=True, activity_regularizer=R.L2(0.25))
    y, _ = shared(a)
    _, z = shared(b)
    add("activity_graph", keras.Model([a, b], L.Dense(2)(L.Multiply()([y, z]))), [sample(2, 5, 3), sample(2, 5, 3)])


if __name__ == "__main__":
    constraints()
    masks()
    axes()
    activity()
    cases.close()
    (OUT / "manifest.txt").write_text("\n".join(lines) + "\n")
    archives.settle(OUT)
