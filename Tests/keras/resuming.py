"""Optimizer state through files, both ways: one trains, the other goes on."""
import numpy as np

from results import by_keras
from spec import N, Spec, randomise, worst
from training import OPTIMIZERS

SECTION = "optimizer state"
LIMIT = 1e-4
SPEC = Spec((N("LSTM", units=4, return_sequences=True), N("GRU", units=5), N("Dense", units=2)))
FIRST, SECOND = 6, 6


def data(rng):
    x = rng.normal(size=(7, 5, 3)).astype("float32")
    return x, rng.normal(size=(7, 2)).astype("float32")


def train(model, x, y, steps):
    for number in range(steps):
        first = number % 2 * 4
        model.train_on_batch(x[first:first + 4], y[first:first + 4])


def prepared(keras, optimizer, folder):
    keras.backend.clear_session()
    rng = np.random.default_rng(5)
    model = SPEC.build(keras)
    randomise(model, rng)
    path = folder / "start.h5"
    model.save(path)
    model.compile(optimizer, "mean_squared_error", run_eagerly=True)
    return model, path, data(rng)


def keras_starts(keras, make, suffix, folder):
    """Keras trains and saves; we load and go on as Keras does."""
    import unroll

    with by_keras():
        model, _, (x, y) = prepared(keras, make(keras), folder)
        train(model, x, y, FIRST)
        path = folder / f"half.{suffix}"
        model.save(path)
        train(model, x, y, SECOND)
    ours = unroll.load_model(str(path))
    train(ours, x, y, SECOND)
    return worst(ours.get_weights(), model.get_weights())


def we_start(keras, make, suffix, folder):
    """We train and save; Keras loads and goes on as we do."""
    import unroll

    with by_keras():
        _, start, (x, y) = prepared(keras, make(keras), folder)
    ours = unroll.load_model(str(start))
    ours.compile(make(unroll), "mean_squared_error")
    train(ours, x, y, FIRST)
    path = folder / f"ours.{suffix}"
    ours.save(str(path))
    train(ours, x, y, SECOND)
    model = keras.models.load_model(path)
    model.run_eagerly = True
    train(model, x, y, SECOND)
    return worst(model.get_weights(), ours.get_weights())


def we_go_on(keras, make, folder):
    """We train and save as .h5; Keras opens that compiled, and we go on from it."""
    import unroll

    with by_keras():
        _, start, (x, y) = prepared(keras, make(keras), folder)
    ours = unroll.load_model(str(start))
    ours.compile(make(unroll), "mean_squared_error")
    train(ours, x, y, FIRST)
    path = folder / "ours.h5"
    ours.save(str(path))
    theirs = worst(keras.models.load_model(path).get_weights(), ours.get_weights())
    train(ours, x, y, SECOND)
    again = unroll.load_model(str(path))
    train(again, x, y, SECOND)
    return max(theirs, worst(again.get_weights(), ours.get_weights()))


def run(keras, recorder, name, folder):
    cls, options = OPTIMIZERS[name]

    def make(library):
        return getattr(library.optimizers, cls)(**options)

    for suffix in ("h5", "keras"):
        recorder.check(SECTION, name, f"Keras starts .{suffix}", lambda: keras_starts(keras, make, suffix, folder), LIMIT)
    # Not by .h5: Keras 3 (seen in 3.15) builds the optimizer of a loaded .h5 for
    # no variables at all and then cannot train, not even after its own files.
    recorder.check(SECTION, name, "we start .keras", lambda: we_start(keras, make, "keras", folder), LIMIT)
    recorder.check(SECTION, name, "we go on .h5", lambda: we_go_on(keras, make, folder), LIMIT)


# tf_keras has two families: those of 2.11 and later, and `legacy`, which 2.10 and before called by the plain names.
TF_KERAS = {name: options for name, options in OPTIMIZERS.items() if name != "SGD global_clipnorm"}
LEGACY = ("SGD", "SGD momentum", "SGD nesterov", "RMSprop", "RMSprop momentum", "RMSprop centered", "Adam",
          "Adam amsgrad", "Adagrad", "Adamax", "Nadam", "Adadelta", "Ftrl", "Ftrl regularization")


def run_tf_keras(keras, recorder, name, folder):
    cls, options = OPTIMIZERS[name]
    families = [("2.x", keras.optimizers)] + ([("2.x legacy", keras.optimizers.legacy)] if name in LEGACY else [])
    for family, optimizers in families:
        def make(library):
            place = optimizers if library is keras else library.optimizers
            return getattr(place, cls)(**options)

        recorder.check(SECTION, name, f"{family} starts", lambda: keras_starts(keras, make, "h5", folder), LIMIT)
    recorder.check(SECTION, name, "we start, 2.x goes on",
                   lambda: we_start(keras, lambda library: getattr(library.optimizers, cls)(**options), "h5", folder), LIMIT)
