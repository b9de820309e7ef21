"""What losses and metrics are called, and their values: for the same compile(), and through files both ways."""
import numpy as np

from results import by_keras

SECTION = "names"
LIMIT = 1e-4
SAMPLES = 8


class Case:
    """Arguments of compile(); an argument that is a function makes its value with the library at hand."""

    def __init__(self, loss, metrics=None, weighted=None, outputs=1, kind="real", loss_weights=None):
        self.loss, self.metrics, self.weighted, self.loss_weights = loss, metrics, weighted, loss_weights
        self.outputs, self.kind = outputs, kind

    def arguments(self, library):
        made = {"loss": self.loss, "metrics": self.metrics, "weighted_metrics": self.weighted, "loss_weights": self.loss_weights}
        return {key: value(library) if callable(value) else value for key, value in made.items() if value is not None}

    def model(self, library):
        """The same model in Keras and in Unroll: one output "out", or "a" and "b"."""
        Input, Dense = library.layers.Input, library.layers.Dense
        activation = {"real": "linear", "binary": "sigmoid"}.get(self.kind, "softmax")
        if self.outputs == 1:
            return library.models.Sequential([Input((3,)), Dense(1 if self.kind == "binary" else 3, activation=activation, name="out")])
        x = Input((3,))
        return library.models.Model(x, [Dense(2, name="a")(x), Dense(1, name="b")(x)])

    def data(self):
        rng = np.random.default_rng(4)
        x = rng.normal(size=(SAMPLES, 3)).astype("float32")
        classes = rng.integers(0, 3, SAMPLES)
        y = {"real": lambda: rng.normal(size=(SAMPLES, 3)), "binary": lambda: rng.integers(0, 2, (SAMPLES, 1)),
             "one_hot": lambda: np.eye(3)[classes], "class": lambda: classes[:, None]}[self.kind]()
        if self.outputs > 1:
            y = [rng.normal(size=(SAMPLES, 2)), rng.normal(size=(SAMPLES, 1))]
        weights = rng.uniform(0.5, 2, SAMPLES).astype("float32") if self.outputs == 1 else None
        return x, [one.astype("float32") for one in y] if isinstance(y, list) else y.astype("float32"), weights


def of(cls, **options):
    """A metric of the library."""
    return lambda library: getattr(library.metrics, cls)(**options)


def loss(cls, **options):
    """A loss of the library."""
    return lambda library: getattr(library.losses, cls)(**options)


def listed(*made):
    return lambda library: [one(library) if callable(one) else one for one in made]


CASES = {
    "mae": Case("mse", ["mae"]),
    "mean_absolute_error": Case("mean_squared_error", ["mean_absolute_error"]),
    "MAE, MSE": Case("MSE", ["MAE", "MSE"]),
    "objects": Case("mse", listed(of("MeanAbsoluteError"), of("RootMeanSquaredError"))),
    "named objects": Case("mse", listed(of("MeanAbsoluteError", name="x"), of("MeanSquaredError", name="y"))),
    "acc, binary": Case("binary_crossentropy", ["acc"], kind="binary"),
    "accuracy, one-hot": Case("categorical_crossentropy", ["accuracy", "mse"], kind="one_hot"),
    "accuracy, classes": Case("sparse_categorical_crossentropy", ["accuracy"], kind="class"),
    "acc, classes": Case("sparse_categorical_crossentropy", ["acc", "sparse_categorical_accuracy"], kind="class"),
    "accuracy objects": Case("categorical_crossentropy", listed(of("CategoricalAccuracy"), of("CategoricalAccuracy", name="hits")), kind="one_hot"),
    "Accuracy object": Case("categorical_crossentropy", listed(of("Accuracy")), kind="one_hot"),
    "threshold": Case("binary_crossentropy", listed(of("BinaryAccuracy", threshold=0.3, name="low"), "binary_accuracy"), kind="binary"),
    "weighted": Case("mse", ["mae"], ["mae", "mse"]),
    "weighted alone": Case("mse", None, ["mae"]),
    "weighted accuracy": Case("sparse_categorical_crossentropy", ["accuracy"], ["accuracy"], kind="class"),
    "label smoothing": Case(loss("CategoricalCrossentropy", label_smoothing=0.2), ["accuracy"], kind="one_hot"),
    "binary label smoothing": Case(loss("BinaryCrossentropy", label_smoothing=0.2), ["accuracy"], kind="binary"),
    "outputs: nested": Case(["mse", "mae"], [["mae"], ["mse", "mae"]], outputs=2),
    "outputs: dictionary": Case({"a": "mse", "b": "mae"}, {"a": "mae", "b": ["mse"]}, outputs=2),
    "outputs: one of them": Case(["mse", "mae"], [None, ["mse"]], outputs=2),
    "outputs: objects": Case(["mse", "mae"], lambda library: {"b": ["mse", library.metrics.MeanAbsoluteError(name="z")]}, outputs=2),
    "outputs: weighted": Case(["mse", "mse"], [["mae"], ["mae"]], [["mae"], ["mse"]], outputs=2),
    "outputs: loss weights": Case(["mse", "mse"], [["mae"], ["mae"]], outputs=2, loss_weights=[1.0, 0.5]),
}


def values(model, data):
    x, y, weights = data
    return model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)


def apart(found, wanted):
    """The largest difference; a name that one of them lacks is shown."""
    assert set(found) == set(wanted), f"{sorted(found)} instead of {sorted(wanted)}"
    return max(abs(found[name] - float(value)) for name, value in wanted.items())


def keras_starts(keras, case, suffix, folder, fit):
    """Keras compiles and saves, before or after a fit; we report what it does."""
    import unroll

    data = x, y, weights = case.data()
    with by_keras():
        keras.backend.clear_session()
        model = case.model(keras)
        model.compile("sgd", run_eagerly=True, **case.arguments(keras))
        path = str(folder / f"theirs.{suffix}")
        if fit:
            model.fit(x, y, epochs=1, verbose=0)
        model.save(path)
        # Saving before a fit makes tf_keras guess what "accuracy" is: a model that was not saved knows.
        fresh = case.model(keras)
        fresh.compile("sgd", run_eagerly=True, **case.arguments(keras))
        fresh.set_weights(model.get_weights())
        wanted = values(fresh, data)
    ours = unroll.load_model(path)
    assert ours.optimizer is not None, ours.describe()["notes"]
    return apart(values(ours, data), wanted)


def in_code(keras, case):
    """The same compile and fit in both: names of the history, values of evaluate."""
    import unroll

    data = x, y, weights = case.data()
    with by_keras():
        keras.backend.clear_session()
        model = case.model(keras)
        model.compile("sgd", run_eagerly=True, **case.arguments(keras))
    ours = case.model(unroll)
    ours.compile("sgd", **case.arguments(unroll))
    ours.set_weights(model.get_weights())
    with by_keras():
        theirs = model.fit(x, y, validation_data=(x, y), epochs=1, verbose=0).history
    history = ours.fit(x, y, validation_data=(x, y), epochs=1, verbose=0).history
    assert set(history) == set(theirs), f"{sorted(history)} instead of {sorted(theirs)}"
    return apart(values(ours, data), values(model, data))


def we_start(keras, case, suffix, folder):
    """We compile and save; Keras reports what we do, and so do we again."""
    import unroll

    data = case.data()
    ours = case.model(unroll)
    ours.compile("sgd", **case.arguments(unroll))
    path = str(folder / f"ours.{suffix}")
    ours.save(path)
    wanted = values(ours, data)
    return max(apart(values(unroll.load_model(path), data), wanted), apart(values(keras.models.load_model(path), data), wanted))


def run(keras, recorder, name, folder):
    case, is_3 = CASES[name], keras.__name__ == "keras"
    which = "" if is_3 else "2.x "

    def check(column, function):
        recorder.check(SECTION, name, which + column, function, LIMIT)

    check("in code", lambda: in_code(keras, case))
    for suffix in ("h5", "keras"):
        for when, fit in (("before", False), ("after", True)):
            check(f"reads .{suffix}, {when} a fit", lambda: keras_starts(keras, case, suffix, folder, fit))
        # To metrics of several outputs in .h5, whose names Keras 2 takes as final, Keras 3 adds the output's once more;
        # and functional .keras files of Keras 3's kind tf_keras does not open.
        if case.outputs == 1 or suffix == ("keras" if is_3 else "h5"):
            check(f"writes .{suffix}", lambda: we_start(keras, case, suffix, folder))
