"""Training goes on across a file, with any Keras 3: every optimizer, schedule and wrapper.

Keras may know what Unroll does not: then the model must load all the same,
predict the same, and say what is missing; such a cell counts as `unsupported`.
"""
import numpy as np

from resuming import FIRST, LIMIT, SECOND, SPEC, data, train
from results import by_keras
from spec import keras_call, randomise, worst
from training import OPTIMIZERS
from version_columns import GOES_ON

SECTION = "optimizers"


def rate(name, **options):
    return lambda library: getattr(library.optimizers.schedules, name)(**options)


# name -> (class, options); an option that is a function makes its value with the library at hand
CASES = {
    **OPTIMIZERS,
    "Adam ExponentialDecay": ("Adam", {"learning_rate": rate(
        "ExponentialDecay", initial_learning_rate=0.02, decay_steps=4, decay_rate=0.7)}),
    "SGD ExponentialDecay staircase": ("SGD", {"momentum": 0.5, "learning_rate": rate(
        "ExponentialDecay", initial_learning_rate=0.05, decay_steps=4, decay_rate=0.7, staircase=True)}),
    "Adam CosineDecay": ("Adam", {"learning_rate": rate(
        "CosineDecay", initial_learning_rate=0.002, decay_steps=9, alpha=0.1, warmup_target=0.02, warmup_steps=3)}),
    "Nadam PiecewiseConstantDecay": ("Nadam", {"learning_rate": rate(
        "PiecewiseConstantDecay", boundaries=[4, 8], values=[0.02, 0.01, 0.005])}),
    "SGD InverseTimeDecay": ("SGD", {"learning_rate": rate(
        "InverseTimeDecay", initial_learning_rate=0.05, decay_steps=2, decay_rate=0.5)}),
    "Adam clipnorm": ("Adam", {"learning_rate": 0.01, "clipnorm": 0.05}),
    "Adam weight_decay": ("Adam", {"learning_rate": 0.01, "weight_decay": 0.05}),
    "Adafactor": ("Adafactor", {"learning_rate": 0.01}),
    "Adam use_ema": ("Adam", {"learning_rate": 0.01, "use_ema": True}),
    "Adam gradient accumulation": ("Adam", {"learning_rate": 0.01, "gradient_accumulation_steps": 2}),
    "LossScaleOptimizer(Adam)": ("LossScaleOptimizer", {"inner_optimizer": lambda library: library.optimizers.Adam(0.01)}),
}


BRIEF = ("SGD momentum", "RMSprop centered", "Adam amsgrad", "AdamW", "Adagrad", "Adamax", "Nadam", "Adam CosineDecay",
         "Adam ExponentialDecay", "Nadam PiecewiseConstantDecay", "LossScaleOptimizer(Adam)", "Lion", "Adadelta", "Ftrl")


def make(library, name):
    cls, options = CASES[name]
    return getattr(library.optimizers, cls)(
        **{key: value(library) if callable(value) else value for key, value in options.items()})


def start(keras, folder):
    """A model with random weights, in a file without an optimizer."""
    keras.backend.clear_session()
    rng = np.random.default_rng(5)
    model = SPEC.build(keras)
    randomise(model, rng)
    path = folder / "start.keras"
    model.save(path)
    return model, path, data(rng)


def refuse_without_optimizer(model):
    import unroll

    if model.optimizer is None:
        notes = [note for note in model.describe()["notes"] if "training configuration" in note]
        assert notes, "the model came without its optimizer, and no note says why"
        raise unroll.errors.UnsupportedError(notes[0])


def keras_starts(keras, name, folder):
    """Keras trains, saves both ways, and goes on; so do we from each file."""
    import unroll

    with by_keras():
        model, _, (x, y) = start(keras, folder)
        model.compile(make(keras, name), "mean_squared_error", run_eagerly=True)
        train(model, x, y, FIRST)
        path = folder / "half.keras"
        model.save(path)
        prediction = keras_call(model, [x])
        train(model, x, y, SECOND)
    ours = unroll.load_model(str(path))
    distance = worst([ours.predict(x, verbose=0)], prediction)
    assert distance < 1e-5, f"predictions differ by {distance:.1e}"
    refuse_without_optimizer(ours)
    train(ours, x, y, SECOND)
    return worst(ours.get_weights(), model.get_weights())


def we_start(keras, name, folder):
    """We train and save; Keras opens that, compiled, and goes on as we do."""
    import unroll

    with by_keras():
        _, path, (x, y) = start(keras, folder)
        make(keras, name)  # a version that has no such optimizer cannot go on
    ours = unroll.load_model(str(path))
    try:
        ours.compile(make(unroll, name), "mean_squared_error")
    except (AttributeError, ValueError) as error:  # no such class or option
        raise unroll.errors.UnsupportedError(str(error)) from error
    train(ours, x, y, FIRST)
    half = folder / "ours.keras"
    ours.save(str(half))
    train(ours, x, y, SECOND)
    model = keras.models.load_model(half)
    model.run_eagerly = True
    train(model, x, y, SECOND)
    return worst(model.get_weights(), ours.get_weights())


def there_and_back(keras, name, folder):
    """Keras trains; our copy of its file must let the same Keras go on."""
    import unroll

    with by_keras():
        model, _, (x, y) = start(keras, folder)
        model.compile(make(keras, name), "mean_squared_error", run_eagerly=True)
        train(model, x, y, FIRST)
        path = folder / "half.keras"
        model.save(path)
        train(model, x, y, SECOND)
    ours = unroll.load_model(str(path))
    refuse_without_optimizer(ours)
    back = folder / "back.keras"
    ours.save(str(back))
    again = keras.models.load_model(back)
    again.run_eagerly = True
    train(again, x, y, SECOND)
    return worst(again.get_weights(), model.get_weights())


def run(keras, recorder, folder, match="", brief=False):
    for name in BRIEF if brief else CASES:
        if match.lower() not in f"optimizers: {name}".lower():
            continue
        recorder.check(SECTION, name, GOES_ON[0], lambda: keras_starts(keras, name, folder), LIMIT)
        recorder.check(SECTION, name, GOES_ON[1], lambda: we_start(keras, name, folder), LIMIT)
        recorder.check(SECTION, name, GOES_ON[2], lambda: there_and_back(keras, name, folder), LIMIT)
