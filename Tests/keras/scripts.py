"""What scripts do beside fit: the same steps in Keras and here, from the same weights."""
import tempfile
import warnings
from pathlib import Path

import numpy as np

import calling
import monitoring
import paths
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
    "a wrapper made frozen, from its file": (frozen_wrapper, "save compile fit +both compile fit"),
    "BatchNormalization": (normalized, "compile fit -n compile fit evaluate +n compile fit"),
    "everything behind BatchNormalization": (normalized, "- compile evaluate +n compile fit evaluate"),
    "regularizers": (regularized, "compile fit -a compile fit evaluate"),
    "saved frozen": (chain, "-a compile fit save fit"),
    "saved frozen after fit": (nested, "compile fit -inner/a compile fit save fit -inner +inner compile fit"),
    "a file's layer without compile": (graph, "compile fit save -a fit"),
    "saved model frozen": (graph, "- +a compile save fit - + compile fit"),
}
NOT_IN_KERAS_2 = ("a Sequential that ends in states",)
# In Keras 2 a change waits for compile, in 3 for the first fit after it, and nothing inside what is frozen is trained; a
# model's flag is lost in its files. Models in code follow Keras 3.
KERAS_2 = ("a layer, and back", "before the first compile", "the model, and a layer back", "wrappers", "BatchNormalization",
           "saved frozen", "saved frozen after fit", "a wrapper made frozen, from its file")
OF_FILES = ("a wrapper made frozen, from its file",)


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
            model.compile(k.optimizers.SGD(0.1, momentum=0.9), "mean_squared_error", jit_compile=False)  # which takes long
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
        distances = [] if name in OF_FILES else [worst(freezing(unroll, name, start, through_ours), theirs)]
        if "save" in FREEZING[name][1].split():  # the file is as Keras left it
            distances.append(worst(freezing(unroll, name, start, lambda model: unroll.models.load_model(path)), theirs))
    return max(distances)


# ---- what is called, with which numbers, and what is fed -----------------------------

EVENTS = [f"on_{what}_{edge}" for what in ("train", "test", "predict", "epoch", "train_batch", "test_batch", "predict_batch")
          for edge in ("begin", "end")]


def recorder(k, seen):
    """A callback that writes down every event, its numbers and the names and values of its logs."""
    class Recorder(k.callbacks.Callback):
        pass

    def note(name):
        def method(self, *arguments, logs=None):
            *numbers, logs = (*arguments, logs) if logs is not None or not arguments or not isinstance(arguments[-1], dict) else arguments
            values = sorted((logs or {}).items())
            seen.append((name, [each for each in numbers if each is not None], [key for key, _ in values]))
            seen.extend(np.asarray(value, "float64") for _, value in values)
        return method

    for name in EVENTS:
        setattr(Recorder, name, note(name))
    return Recorder()


def two_outputs(k):
    x = k.Input(SHAPE)
    hidden = k.layers.SimpleRNN(4, return_sequences=True)(x)
    return k.Model(x, [k.layers.Dense(2, name="steps")(hidden), k.layers.Dense(1, name="last")(k.layers.SimpleRNN(3)(hidden))])


def regression(k):
    return k.Sequential([k.Input(SHAPE), k.layers.SimpleRNN(4), k.layers.Dense(2)])


def sequences(k):
    return k.Sequential([k.Input(SHAPE), k.layers.SimpleRNN(4, return_sequences=True), k.layers.Dense(1)])


def classes(k):
    return k.Sequential([k.Input(SHAPE), k.layers.SimpleRNN(4), k.layers.Dense(3, activation="softmax")])


def carrying(k):
    return k.Sequential([k.Input(SHAPE, batch_size=2), k.layers.Bidirectional(k.layers.SimpleRNN(2, stateful=True, return_sequences=True)),
                         k.layers.SimpleRNN(3, stateful=True)])


def ending(k):
    return k.Sequential([k.Input(SHAPE), k.layers.Bidirectional(k.layers.LSTM(4, return_state=True))])


def compiled(model, loss="mean_squared_error", metrics=()):
    model.compile("sgd", loss, metrics=list(metrics), run_eagerly=True)
    return model


def events_of_fit(k, model, x, rng, seen):
    y = rng.normal(size=(ROWS, 2))
    compiled(model, metrics=["mae"]).fit(x, y, batch_size=3, epochs=2, shuffle=False, verbose=0, validation_data=(x[:5], y[:5]),
                                         validation_batch_size=4, validation_freq=2, callbacks=[recorder(k, seen)])


def events_of_evaluate(k, model, x, rng, seen):
    compiled(model, metrics=["mae"]).evaluate(x, rng.normal(size=(ROWS, 2)), batch_size=3, verbose=0, callbacks=[recorder(k, seen)])


def events_of_predict(k, model, x, rng, seen):
    model.predict(x, batch_size=3, verbose=0, callbacks=[recorder(k, seen)])


def log_of_epochs(k, model, x, rng, seen):
    y = rng.normal(size=(ROWS, 2))
    for frequency in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.csv"
            compiled(model, metrics=["mae"]).fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, validation_data=(x[:5], y[:5]),
                                                 validation_freq=frequency, callbacks=[k.callbacks.CSVLogger(str(path))])
            header, *lines = path.read_text().splitlines()
        seen.append((header, len(lines), [line.count("NA") for line in lines]))
        seen.extend(np.array([float(each) for each in line.split(",") if each != "NA"]) for line in lines)


def states_by_layer(k, model, x, rng, seen):
    """Layers set back as scripts do it, one after the other."""
    for step in range(5):
        seen.append(model.predict(x, batch_size=2, verbose=0))
        if step >= 2:
            layer = [each for each in model.layers if hasattr(each, "reset_states")][step % 2]
            layer.reset_states()


def targets_with_an_axis_more(k, model, x, rng, seen):
    y = rng.normal(size=(ROWS, 2))
    for each in (y, y[..., None]):
        compiled(model, metrics=["mae"])
        seen.append(np.ravel(model.evaluate(x, each, batch_size=4, verbose=0)))
        seen.append(np.ravel(model.fit(x, each, batch_size=4, shuffle=False, verbose=0).history["loss"]))


def weights_of_sequences(k, model, x, rng, seen):
    y, weights = rng.normal(size=(ROWS, 5, 1)), rng.uniform(0.5, 2, (ROWS, 5))
    for target, each in ((y, weights), (y[..., 0], weights[:, :1]), (y[..., None], weights[..., None]), (y, weights[:, :1, None])):
        compiled(model)
        seen.append(np.ravel(model.evaluate(x, target, batch_size=4, verbose=0, sample_weight=each)))


def class_numbers(k, model, x, rng, seen):
    y = rng.integers(0, 3, ROWS)
    for each in (y, y[:, None], y[:, None, None], y.astype("float64")):
        # Keras' accuracy would spread an axis more over all samples.
        compiled(model, "sparse_categorical_crossentropy", ["accuracy"] if each.ndim < 3 else [])
        seen.append(np.ravel(model.evaluate(x, each, batch_size=4, verbose=0)))


def weights_by_output(k, model, x, rng, seen):
    compiled(model)
    y, weights = [rng.normal(size=(ROWS, 5, 2)), rng.normal(size=(ROWS, 1))], [rng.uniform(0.5, 2, (ROWS, 5)), rng.uniform(0.5, 2, ROWS)]
    for each in (weights, [weights[0], None]):
        seen.append(np.ravel(model.fit(x, y, sample_weight=each, batch_size=4, shuffle=False, verbose=0).history["loss"]))


def ends_in_states(k, model, x, rng, seen):
    seen.extend(np.asarray(each) for each in model.predict(x, verbose=0))


SCRIPTS = {
    "events of fit": (regression, events_of_fit), "events of evaluate": (regression, events_of_evaluate),
    "events of predict": (regression, events_of_predict), "log of epochs": (regression, log_of_epochs), "states by layer": (carrying, states_by_layer),
    "targets with an axis more": (regression, targets_with_an_axis_more), "sample weights of sequences": (sequences, weights_of_sequences),
    "class numbers": (classes, class_numbers), "sample weights by output": (two_outputs, weights_by_output),
    "a Sequential that ends in states": (ending, ends_in_states),
}


def compare_script(keras, name, folder):
    import unroll

    make, script = SCRIPTS[name]

    def run_in(k, start=None):
        model, seen, rng = make(k), [], np.random.default_rng(4)
        if start is None:
            randomise(model, np.random.default_rng(8))
            start = model.get_weights()
        model.set_weights(start)
        script(k, model, rng.normal(size=(ROWS, *SHAPE)).astype("float32"), rng, seen)
        return seen, start

    with by_keras():
        keras.backend.clear_session()
        theirs, start = run_in(keras)
    ours, _ = run_in(unroll, start)
    told = [[each for each in seen if isinstance(each, tuple)] for seen in (ours, theirs)]
    assert told[0] == told[1], f"events differ: {told[0]} instead of {told[1]}"
    return worst(*([each for each in seen if not isinstance(each, tuple)] for seen in (ours, theirs)))


def rows(major):
    for name in FREEZING:
        if major == 3 or name in KERAS_2:
            yield f"freezing: {name}"
    for name in paths.PATHS:
        if major == 3 or name not in paths.NOT_IN_KERAS_2:
            yield f"paths: {name}"
    for name in SCRIPTS:
        if major == 3 or name not in NOT_IN_KERAS_2:
            yield f"script: {name}"
    if major == 3:  # whose rules these are, with files of either
        yield from (f"monitor: {name}" for name in monitoring.rows())
    yield from calling.rows(major)


def run(keras, recorder, label, folder):
    kind, name = label.split(": ", 1)
    column = "tf.keras 2" if keras.__name__ == "tf_keras" else "Keras 3"
    if kind in calling.KINDS:
        return calling.run(keras, recorder, SECTION, label, column, folder, LIMIT)
    compare = {"freezing": compare_freezing, "script": compare_script, "paths": paths.compare, "monitor": monitoring.compare}[kind]
    recorder.check(SECTION, label, column, lambda: compare(keras, name, folder), LIMIT)
