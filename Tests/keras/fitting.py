"""fit and evaluate as a user calls them: histories, metrics, validation."""
import numpy as np

from results import by_keras
from spec import N, Spec, distance, randomise, worst

SECTION = "fit"
LIMIT = 1e-4
SAMPLES, OUTPUTS = 23, 3  # 23 rows in batches of 5: the last one has 3
RNN = N("LSTM", units=4)
SEQUENCES = N("GRU", units=4, return_sequences=True)


def head(activation="linear", units=OUTPUTS):
    return N("Dense", units=units, activation=activation)


# name -> (layers, loss, metrics, kind of target, options of fit)
CASES = {
    "regression, validation_split": ((RNN, head()), "mean_squared_error", ["mae", "mse"], "real", {"validation_split": 0.3}),
    "regression, validation_data": ((RNN, head()), "mean_absolute_error", ["mean_squared_error"], "real", {"validation": True}),
    "sequences, masks": ((N("Masking"), SEQUENCES, head()), "mean_squared_error", ["mae"], "real", {"validation_split": 0.3}),
    "sample_weight": ((RNN, head()), "mean_squared_error", ["mae"], "real", {"weights": (SAMPLES,)}),
    "sample_weight of steps": ((SEQUENCES, head()), "mean_squared_error", [], "real", {"weights": (SAMPLES, 5)}),
    "binary": ((RNN, head("sigmoid", 1)), "binary_crossentropy", ["accuracy"], "binary", {"validation": True}),
    "categorical": ((RNN, head("softmax")), "categorical_crossentropy", ["accuracy"], "one_hot", {}),
    "sparse": ((RNN, head("softmax")), "sparse_categorical_crossentropy", ["accuracy"], "class", {"validation_split": 0.3}),
    "sparse sequences, masks": ((N("Masking"), SEQUENCES, head("softmax")), "sparse_categorical_crossentropy",
                                ["accuracy"], "class", {}),
    "regularizers": ((N("LSTM", units=4, kernel_regularizer="l2", recurrent_regularizer="l1", bias_regularizer="l2"),
                      N("Dense", units=OUTPUTS, kernel_regularizer="l1")), "mean_squared_error", [], "real", {}),
    "BatchNormalization": ((N("GRU", units=4, return_sequences=True), N("BatchNormalization", momentum=0.8),
                            N("LSTM", units=4), head()), "mean_squared_error", [], "real", {"validation_split": 0.3}),
    "a layer that is not trainable": ((N("LSTM", units=4, return_sequences=True, trainable=False), RNN, head()),
                                      "mean_squared_error", [], "real", {}),
}


def targets(kind, layers, rng):
    sequence = any(node is SEQUENCES for node in layers)
    shape = (SAMPLES, 5) if sequence else (SAMPLES,)
    units = layers[-1].options["units"]
    if kind == "real":
        return rng.normal(size=(*shape, units)).astype("float32")
    if kind == "binary":
        return rng.integers(0, 2, (*shape, units)).astype("float32")
    classes = rng.integers(0, units, shape)
    return np.eye(units, dtype="float32")[classes] if kind == "one_hot" else classes[..., None].astype("int32")


def compare(keras, name, folder):
    import unroll

    layers, loss, metrics, kind, options = CASES[name]
    rng = np.random.default_rng(21)
    spec = Spec(layers, masked=layers[0].cls == "Masking")
    fit = {"epochs": 3, "batch_size": 5, "shuffle": False, "verbose": 0}
    with by_keras():
        keras.backend.clear_session()
        model = spec.build(keras)
        randomise(model, rng)
        path = folder / "fit.keras"
        model.save(path)
        x, y = spec.inputs(rng, batch=SAMPLES)[0], targets(kind, layers, rng)
        if "validation_split" in options:
            fit["validation_split"] = options["validation_split"]
        if options.get("validation"):
            fit["validation_data"] = (spec.inputs(rng, batch=SAMPLES)[0], targets(kind, layers, rng))
        if "weights" in options:
            fit["sample_weight"] = rng.uniform(0.2, 2, options["weights"]).astype("float32")
        model.compile(keras.optimizers.Adam(0.01), loss, metrics=metrics, run_eagerly=True)
        theirs = model.fit(x, y, **fit).history
        evaluated = np.ravel(model.evaluate(x, y, batch_size=5, verbose=0))
    ours = unroll.load_model(str(path))
    ours.compile(unroll.optimizers.Adam(0.01), loss, metrics=metrics)
    history = ours.fit(x, y, **fit).history
    assert sorted(history) == sorted(theirs), f"history has {list(history)} instead of {list(theirs)}"
    values = [distance(history[key], theirs[key]) for key in theirs]
    values.append(distance(np.ravel(ours.evaluate(x, y, batch_size=5, verbose=0)), evaluated))
    values.append(worst(ours.get_weights(), model.get_weights()))
    return max(values)


def run(keras, recorder, name, folder):
    recorder.check(SECTION, name, "agrees", lambda: compare(keras, name, folder), LIMIT)
