"""What scripts do beside fit: the same steps in Keras and here, from the same weights."""
import warnings

import numpy as np

from results import by_keras
from spec import randomise, worst

SECTION = "scripts"
LIMIT = 1e-4
SHAPE, ROWS = (5, 3), 8


def chain(k):
    return k.Sequential([k.Input(SHAPE), k.layers.SimpleRNN(4, return_sequences=True, name="a"), k.layers.SimpleRNN(3, name="b"),
                         k.layers.Dense(2, name="c")])


def graph(k):
    x = k.Input(SHAPE)
    return k.Model(x, k.layers.Dense(2, name="c")(k.layers.SimpleRNN(3, name="b")(k.layers.SimpleRNN(4, return_sequences=True, name="a")(x))))


def nested(k):
    inner = k.Sequential([k.Input(SHAPE), k.layers.SimpleRNN(4, return_sequences=True, name="a"), k.layers.SimpleRNN(3, name="b")], name="inner")
    return k.Sequential([k.Input(SHAPE), inner, k.layers.Dense(2, name="c")])


def wrapped(k):
    steps = k.layers.TimeDistributed(k.layers.Dense(3), name="steps")
    stack = k.layers.RNN([k.layers.LSTMCell(2, name="low"), k.layers.GRUCell(3, name="high")], name="stack")
    return k.Sequential([k.Input(SHAPE), k.layers.Bidirectional(k.layers.GRU(2, return_sequences=True), name="both"), steps, stack,
                         k.layers.Dense(2, name="c")])


def frozen_wrapper(k):
    both = k.layers.Bidirectional(k.layers.SimpleRNN(2, name="a"), trainable=False, name="both")
    return k.Sequential([k.Input(SHAPE), both, k.layers.Dense(2, name="c")])


def normalized(k):
    return k.Sequential([k.Input(SHAPE), k.layers.BatchNormalization(name="n", momentum=0.7), k.layers.SimpleRNN(4, name="a"),
                         k.layers.Dense(2, name="c")])


def regularized(k):
    return k.Sequential([k.Input(SHAPE), k.layers.SimpleRNN(4, name="a", kernel_regularizer="l2"), k.layers.Dense(2, name="c")])


# What is frozen (-name) and thawed (+name; the bare sign: the model) between compile, fit and the like. "save" goes on
# with the file. On TensorFlow, Keras 3 overlooks `trainable = True` where it is True already, layers inside or not.
FREEZING = {
    "a layer, and back": (chain, "compile fit -a compile fit +a compile fit"),
    "before the first compile": (graph, "-b compile fit"),
    "after compile": (chain, "compile -a fit"),
    "after fit, without compile": (graph, "compile fit -a fit fit +a -b fit"),
    "thawed without compile": (chain, "-a compile fit +a fit"),
    "thawed before the first fit": (chain, "-a compile +a fit"),
    "evaluated between": (chain, "compile evaluate -a fit"),
    "the model, and a layer back": (graph, "- compile fit +a compile fit - + compile fit"),
    "inside a model": (nested, "compile fit -inner/a compile fit -inner compile fit +inner/b compile fit"),
    "a model and a layer inside back": (nested, "-inner +inner/a compile fit"),
    "wrappers": (wrapped, "-both -steps compile fit +both -stack compile fit - + compile fit"),
    "a wrapper made frozen": (frozen_wrapper, "compile fit +both compile fit -both compile fit"),
    "BatchNormalization": (normalized, "compile fit -n compile fit evaluate +n compile fit"),
    "everything behind BatchNormalization": (normalized, "- compile evaluate +n compile fit evaluate"),
    "regularizers": (regularized, "compile fit -a compile fit evaluate"),
    "saved frozen": (chain, "-a compile fit save fit"),
    "saved frozen after fit": (nested, "compile fit -inner/a compile fit save fit -inner +inner compile fit"),
    "a file's layer without compile": (graph, "compile fit save -a fit"),
    "saved model frozen": (graph, "- +a compile save fit - + compile fit"),
}
# In Keras 2 a change waits for compile, in 3 for the first fit after it; a model's flag is lost in its files.
KERAS_2 = ("a layer, and back", "before the first compile", "the model, and a layer back", "inside a model", "wrappers", "BatchNormalization",
           "saved frozen", "saved frozen after fit", "a wrapper made frozen")


def part(model, path):
    for name in filter(None, path.split("/")):
        model = model.get_layer(name)
    return model


def freezing(k, name, start, load):
    """Runs the steps; `load` takes the model and gives what its file becomes. Returns what was seen."""
    make, steps = FREEZING[name]
    model, seen = make(k), []
    model.set_weights(start)
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(ROWS, *SHAPE)).astype("float32"), rng.normal(size=(ROWS, 2)).astype("float32")
    for step in steps.split():
        if step == "compile":
            model.compile(k.optimizers.SGD(0.1, momentum=0.9), "mean_squared_error")
        elif step == "fit":
            seen.append(np.ravel(model.fit(x, y, batch_size=4, shuffle=False, verbose=0).history["loss"]))
        elif step == "evaluate":
            seen.append(np.ravel(model.evaluate(x, y, batch_size=4, verbose=0)))
        elif step == "save":
            model = load(model)
        else:
            part(model, step[1:]).trainable = step[0] == "+"
        seen.append(np.array([len(model.trainable_weights), len(model.non_trainable_weights)]))
    return seen + [np.asarray(weight) for weight in model.get_weights()]


def compare_freezing(keras, name, folder):
    import unroll

    path = folder / "script.keras"

    def through_file(model):
        model.save(path)
        return keras.models.load_model(path)

    def through_ours(model):
        model.save(folder / "ours.keras")
        return unroll.models.load_model(folder / "ours.keras")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with by_keras():
            keras.backend.clear_session()
            model = FREEZING[name][0](keras)
            randomise(model, np.random.default_rng(8))
            start = model.get_weights()
            theirs = freezing(keras, name, start, through_file)
        distances = [worst(freezing(unroll, name, start, through_ours), theirs)]
        if "save" in FREEZING[name][1].split():  # the file is as Keras left it
            distances.append(worst(freezing(unroll, name, start, lambda model: unroll.models.load_model(path)), theirs))
    return max(distances)


def rows(major):
    for name in FREEZING:
        if major == 3 or name in KERAS_2:
            yield f"freezing: {name}"


def run(keras, recorder, label, folder, section=SECTION):
    kind, name = label.split(": ", 1)
    compare = {"freezing": compare_freezing}[kind]
    recorder.check(section, label, "agrees", lambda: compare(keras, name, folder), LIMIT)
