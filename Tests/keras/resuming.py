"""Optimizer state through files, both ways: one trains, the other goes on."""
import h5py
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


def resumable(keras, path):
    """The model Keras loads, ready to go on.

    Keras 3 (seen in 3.15) builds the optimizer of a loaded .h5 for no
    variables at all, so that it cannot train even its own files. For these
    the values in the file are put, in order, into an optimizer built for the
    model's variables, which is what load_model means to do.
    """
    model = keras.models.load_model(path)
    if path.suffix == ".h5" and keras.__version__.startswith("3"):
        with h5py.File(path) as file:
            names = file["optimizer_weights"].attrs["weight_names"]
            values = [file["optimizer_weights"][name][()] for name in names]
        optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
        optimizer.build(model.trainable_variables)
        assert len(values) == len(optimizer.variables), (
            f"optimizer_weights: {len(values)} arrays instead of {len(optimizer.variables)}")
        for variable, value in zip(optimizer.variables, values):
            variable.assign(value)
        model.compile(optimizer, model.loss)
    model.run_eagerly = True
    return model


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
    model = resumable(keras, path)
    train(model, x, y, SECOND)
    return worst(model.get_weights(), ours.get_weights())


def run(keras, recorder, name, folder):
    cls, options = OPTIMIZERS[name]

    def make(library):
        return getattr(library.optimizers, cls)(**options)

    for suffix in ("h5", "keras"):
        recorder.check(SECTION, name, f"Keras starts .{suffix}", lambda: keras_starts(keras, make, suffix, folder), LIMIT)
        recorder.check(SECTION, name, f"we start .{suffix}", lambda: we_start(keras, make, suffix, folder), LIMIT)


# tf_keras has two families: those of 2.11 and later, and `legacy`, which 2.10 and before called by the plain names.
TF_KERAS = {name: options for name, options in OPTIMIZERS.items() if name != "SGD global_clipnorm"}
LEGACY = ("SGD", "SGD momentum", "SGD nesterov", "RMSprop", "RMSprop momentum", "RMSprop centered", "Adam",
          "Adam amsgrad", "Adagrad", "Adamax", "Nadam")


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
