"""Optimizer state through files, both ways: one trains, the other goes on."""
import numpy as np

from results import by_keras
from spec import N, Spec, randomise, worst
from training import OPTIMIZERS

SECTION = "optimizer state"
LIMIT = 1e-4
SPEC = Spec((N("LSTM", units=4, return_sequences=True), N("GRU", units=5), N("Dense", units=2)))
FIRST, SECOND = 6, 6


def rate(name, **options):
    """A schedule of the library."""
    return lambda library: getattr(library.optimizers.schedules, name)(**options)


# name -> (class, options, updates before the file)
CASES = {
    **{name: (cls, options, FIRST) for name, (cls, options) in OPTIMIZERS.items()},
    **{f"Nadam after {count}": ("Nadam", {"learning_rate": 0.01}, count) for count in (0, 1, 2, 3)},
    "Adam after 1": ("Adam", {"learning_rate": 0.01}, 1),
    "SGD InverseTimeDecay": ("SGD", {"learning_rate": rate(
        "InverseTimeDecay", initial_learning_rate=0.05, decay_steps=3, decay_rate=0.5)}, FIRST),
    "SGD InverseTimeDecay staircase": ("SGD", {"learning_rate": rate(
        "InverseTimeDecay", initial_learning_rate=0.05, decay_steps=3, decay_rate=0.5, staircase=True)}, FIRST),
    "Adam CosineDecay to a target at once": ("Adam", {"learning_rate": rate(
        "CosineDecay", initial_learning_rate=0.002, decay_steps=9, alpha=0.1, warmup_target=0.02, warmup_steps=0)}, FIRST),
    "Adam ExponentialDecay": ("Adam", {"learning_rate": rate(
        "ExponentialDecay", initial_learning_rate=0.02, decay_steps=4, decay_rate=0.7, staircase=True)}, FIRST),
    "Nadam PiecewiseConstantDecay": ("Nadam", {"learning_rate": rate(
        "PiecewiseConstantDecay", boundaries=[4, 8], values=[0.02, 0.01, 0.005])}, FIRST),
}


def made(place, library, name):
    """The optimizer, of the library or of another place in it, and the updates before the file."""
    cls, options, first = CASES[name]
    return getattr(place, cls)(**{key: value(library) if callable(value) else value for key, value in options.items()}), first


def data(rng):
    x = rng.normal(size=(7, 5, 3)).astype("float32")
    return x, rng.normal(size=(7, 2)).astype("float32")


def train(model, x, y, steps):
    for number in range(steps):
        first = number % 2 * 4
        model.train_on_batch(x[first:first + 4], y[first:first + 4])


def prepared(keras, optimizer, folder):
    """A compiled model of Keras, its file from before, and data."""
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
        optimizer, first = make(keras)
        model, _, (x, y) = prepared(keras, optimizer, folder)
        train(model, x, y, first)
        path = folder / f"half.{suffix}"
        model.save(path)
        train(model, x, y, SECOND)
    ours = unroll.load_model(str(path))
    train(ours, x, y, SECOND)
    return worst(ours.get_weights(), model.get_weights())


def keras_reopens(keras, make, folder):
    """Keras trains and saves as .keras; it and we load that and go on. Of its legacy optimizers Keras 2 stores no state there."""
    import unroll

    with by_keras():
        optimizer, first = make(keras)
        model, _, (x, y) = prepared(keras, optimizer, folder)
        train(model, x, y, first)
        path = folder / "half.keras"
        model.save(path)
        theirs = keras.models.load_model(path)
        theirs.run_eagerly = True
        train(theirs, x, y, SECOND)
    ours = unroll.load_model(str(path))
    train(ours, x, y, SECOND)
    return worst(ours.get_weights(), theirs.get_weights())


def we_start(keras, make, suffix, folder):
    """We train and save; Keras loads and goes on as we do."""
    import unroll

    with by_keras():
        _, start, (x, y) = prepared(keras, make(keras)[0], folder)
    ours = unroll.load_model(str(start))
    optimizer, first = make(unroll)
    ours.compile(optimizer, "mean_squared_error")
    train(ours, x, y, first)
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
        _, start, (x, y) = prepared(keras, make(keras)[0], folder)
    ours = unroll.load_model(str(start))
    optimizer, first = make(unroll)
    ours.compile(optimizer, "mean_squared_error")
    train(ours, x, y, first)
    path = folder / "ours.h5"
    ours.save(str(path))
    theirs = worst(keras.models.load_model(path).get_weights(), ours.get_weights())
    train(ours, x, y, SECOND)
    again = unroll.load_model(str(path))
    train(again, x, y, SECOND)
    return max(theirs, worst(again.get_weights(), ours.get_weights()))


def run(keras, recorder, name, folder):
    def make(library):
        return made(library.optimizers, library, name)

    for suffix in ("h5", "keras"):
        recorder.check(SECTION, name, f"Keras starts .{suffix}", lambda: keras_starts(keras, make, suffix, folder), LIMIT)
    # Not by .h5: Keras 3 (seen in 3.15) builds the optimizer of a loaded .h5 for
    # no variables at all and then cannot train, not even after its own files.
    recorder.check(SECTION, name, "we start .keras", lambda: we_start(keras, make, "keras", folder), LIMIT)
    recorder.check(SECTION, name, "we go on .h5", lambda: we_go_on(keras, make, folder), LIMIT)


# tf_keras has two families: those of 2.11 and later, and `legacy`, which 2.10 and before called by the plain names.
LEGACY = ("SGD", "SGD momentum", "SGD nesterov", "RMSprop", "RMSprop momentum", "RMSprop centered", "Adam",
          "Adam amsgrad", "Adagrad", "Adamax", "Nadam", "Adadelta", "Ftrl", "Ftrl regularization", "Adam after 1",
          "SGD InverseTimeDecay", "SGD InverseTimeDecay staircase", "Adam ExponentialDecay")


def run_tf_keras(keras, recorder, name, folder):
    families = [("2.x", keras.optimizers)] + ([("2.x legacy", keras.optimizers.legacy)] if name in LEGACY else [])
    for family, optimizers in families:
        def make(library):
            return made(optimizers if library is keras else library.optimizers, library, name)

        recorder.check(SECTION, name, f"{family} starts", lambda: keras_starts(keras, make, "h5", folder), LIMIT)
        # Its new Nadam forgets its product of momenta there.
        if family != "2.x" or CASES[name][0] != "Nadam":
            recorder.check(SECTION, name, f"{family} reopens .keras", lambda: keras_reopens(keras, make, folder), LIMIT)
    recorder.check(SECTION, name, "we start, 2.x goes on",
                   lambda: we_start(keras, lambda library: made(library.optimizers, library, name), "h5", folder), LIMIT)
