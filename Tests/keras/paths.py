"""Weights without a path to a loss or a penalty, which no update touches: in Keras, and here."""
import warnings

import numpy as np

from results import by_keras
from spec import randomise, worst

SHAPE = (5, 3)

DECAYING = {"AdamW": {"weight_decay": 0.5, "global_clipnorm": 0.1}, "Ftrl": {"learning_rate": 0.1}}  # they move a weight of gradient 0


def beside(k, dead, alive, units=3, shared=False):
    """A model in another that reads its second output alone."""
    first, second = k.Input(SHAPE), k.Input(SHAPE)
    inner = k.Model([first, second], [dead(first), dead(alive(second)) if shared else alive(second)], name="inner")
    x = k.Input(SHAPE)
    return k.Model(x, k.layers.Dense(2, name="c")(k.layers.SimpleRNN(units)(inner([x, x])[1])))


def read_alone(k, layer, output):
    x = k.Input(SHAPE)
    return k.Model(x, k.layers.Dense(2, name="c")(flattened(layer(x))[output]))


def flattened(values):
    return [each for value in values for each in (flattened(value) if isinstance(value, (list, tuple)) else [value])]


def index_of(k):
    x = k.Input(SHAPE)
    indices = k.layers.Dense(3, activation="sigmoid", name="a")(k.layers.SimpleRNN(4)(x))
    return k.Model(x, k.layers.Dense(2, name="c")(k.layers.Flatten()(k.layers.Embedding(3, 2, trainable=False)(indices))))


def unused_dense(**options):
    return lambda k: beside(k, k.layers.Dense(3, name="a", **{key: value(k) for key, value in options.items()}), k.layers.Dense(3, name="b"))


def both(k, output, merge="concat", **options):
    return read_alone(k, k.layers.Bidirectional(k.layers.LSTM(3, return_state=True, **options), merge_mode=merge), output)


def cells(k, output, unroll):
    stack = [k.layers.LSTMCell(2), k.layers.GRUCell(3)]
    return read_alone(k, k.layers.RNN(stack, return_state=True, unroll=unroll), output)


NOT_IN_KERAS_2 = ("the other's penalty",)  # which cannot differentiate it
PATHS = {
    "an unused output": unused_dense(kernel_constraint=lambda k: k.constraints.UnitNorm()),
    "an unused output's penalty": unused_dense(activity_regularizer=lambda k: k.regularizers.L2(0.1)),
    "a penalty is a path": unused_dense(
        kernel_regularizer=lambda k: k.regularizers.L2(0.1), kernel_constraint=lambda k: k.constraints.UnitNorm()),
    "and one of 0": unused_dense(kernel_regularizer=lambda k: k.regularizers.L2(0.0), bias_regularizer=lambda k: k.regularizers.L1L2(0.0, 0.0)),
    "an unused recurrent layer": lambda k: beside(k, k.layers.GRU(3), k.layers.Dense(3)),
    "a shared layer": lambda k: beside(k, k.layers.Dense(3), k.layers.Dense(3), shared=True),
    "unused BatchNormalization": lambda k: beside(k, k.layers.BatchNormalization(), k.layers.Dense(3)),
    "a frozen layer's input": lambda k: beside(k, k.layers.Dense(3), k.layers.Dense(3, trainable=False)),
    "the indices of an Embedding": index_of,
    "forward states alone": lambda k: both(k, 1), "backward states alone": lambda k: both(k, 4),
    "one of two directions": lambda k: both(k, 1, None), "the other's penalty": lambda k: both(k, 1, activity_regularizer="l2"),
    "states of the lower cell": lambda k: cells(k, 1, False), "states of the lower cell, unrolled": lambda k: cells(k, 1, True),
    "states of the upper cell, unrolled": lambda k: cells(k, 3, True),
}


def compare(keras, name, folder):
    """Four updates by each optimizer, in code and from the compiled file."""
    import unroll

    def trained(model):
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        return [np.asarray(weight) for weight in model.get_weights()]

    rng, distances = np.random.default_rng(5), []
    x, y = rng.normal(size=(6, *SHAPE)).astype("float32"), rng.normal(size=(6, 2)).astype("float32")
    for optimizer, options in DECAYING.items():
        path = folder / "paths.keras"
        with by_keras(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "Gradients do not exist for variables"
            keras.backend.clear_session()
            model = PATHS[name](keras)
            randomise(model, np.random.default_rng(8))
            model.compile(getattr(keras.optimizers, optimizer)(**options), "mean_squared_error", jit_compile=False)
            model.save(path)
            start = model.get_weights()
            theirs = trained(model)
        ours = PATHS[name](unroll)
        ours.set_weights(start)
        ours.compile(getattr(unroll.optimizers, optimizer)(**options), "mean_squared_error")
        distances += [worst(trained(each), theirs) for each in (ours, unroll.models.load_model(path))]
    if keras.__name__ == "tf_keras":  # whose legacy optimizers hold nothing for such weights; it starts them afresh
        path = folder / "paths.h5"
        with by_keras(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.compile(keras.optimizers.legacy.Adam(0.01), "mean_squared_error")
            trained(model)
            model.save(path)
            theirs = trained(model)
        distances.append(worst(trained(unroll.models.load_model(path)), theirs))
    return max(distances)
