"""Trained models with their optimizer's state: saved half way, and what that Keras has at the end. Runs on Python 3.6."""
import json
import os

import numpy as np

from spec import N, Spec

FIRST, SECOND = 3, 3
LSTM = (N("LSTM", units=4, return_sequences=True), N("GRU", units=5), N("Dense", units=2))
# name -> (class, options)
OPTIMIZERS = (
    ("SGD", "SGD", {"lr": 0.05}),
    ("SGD momentum", "SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD nesterov", "SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD decay", "SGD", {"lr": 0.05, "decay": 0.1}),
    ("SGD clipnorm", "SGD", {"lr": 0.05, "clipnorm": 0.05}),
    ("SGD clipvalue", "SGD", {"lr": 0.05, "clipvalue": 0.02}),
    ("RMSprop", "RMSprop", {"lr": 0.01}),
    ("RMSprop decay", "RMSprop", {"lr": 0.01, "rho": 0.8, "decay": 0.1}),
    ("RMSprop momentum", "RMSprop", {"lr": 0.005, "momentum": 0.5}),
    ("RMSprop centered", "RMSprop", {"lr": 0.005, "centered": True}),
    ("Adam", "Adam", {"lr": 0.01}),
    ("Adam decay", "Adam", {"lr": 0.01, "decay": 0.1}),
    ("Adam amsgrad", "Adam", {"lr": 0.01, "amsgrad": True}),
    ("Adam epsilon", "Adam", {"lr": 0.01, "epsilon": 1e-3}),
    ("AdamW", "AdamW", {"lr": 0.01, "weight_decay": 0.02}),
    ("Adagrad", "Adagrad", {"lr": 0.05}),
    ("Adadelta", "Adadelta", {"lr": 0.5}),
    ("Adamax", "Adamax", {"lr": 0.01}),
    ("Nadam", "Nadam", {"lr": 0.01}),
    ("Ftrl", "Ftrl", {"lr": 0.01}),
)
# loss -> (activation of the last layer, kind of target)
LOSSES = (
    ("mean_squared_error", "linear", "real"), ("mean_absolute_error", "linear", "real"),
    ("binary_crossentropy", "sigmoid", "binary"), ("categorical_crossentropy", "softmax", "one_hot"),
    ("sparse_categorical_crossentropy", "softmax", "class"), ("logcosh", "linear", "real"),
    ("mean_absolute_percentage_error", "linear", "real"), ("hinge", "linear", "real"),
)


def data(rng, kind, outputs=2):
    x = rng.normal(size=(7, 5, 3)).astype("float32")
    classes = rng.randint(0, outputs, 7)
    y = {"real": lambda: rng.normal(size=(7, outputs)), "binary": lambda: rng.randint(0, 2, (7, outputs)),
         "one_hot": lambda: np.eye(outputs)[classes], "class": lambda: classes[:, None]}[kind]()
    return x, y.astype("float32")


def train(model, x, y, steps):
    return [float(np.ravel(model.train_on_batch(x[n % 2 * 4:n % 2 * 4 + 4], y[n % 2 * 4:n % 2 * 4 + 4]))[0])
            for n in range(steps)]


def optimizer(keras, version, cls, options, family=None):
    place = keras.optimizers
    if family == "legacy":
        place = place.legacy
    made = getattr(place, cls)
    if version >= (2, 3) or family:
        options = {"learning_rate" if key == "lr" else key: value for key, value in options.items()}
    return made(**options)


def traces_are_slow():
    import tensorflow

    return getattr(tensorflow, "executing_eagerly", bool)()


def weights(model):
    return {"w%d" % n: value for n, value in enumerate(model.get_weights())}


def trained(writer, name, make, loss, activation, kind):
    def run(entry):
        import models

        rng = np.random.RandomState(7)
        layers = LSTM[:2] + (N("Dense", units=2, activation=activation),)
        model = models.build(Spec(layers), writer.K)
        model.set_weights([rng.normal(0, 0.4, w.shape) for w in model.get_weights()])
        x, y = data(rng, kind)
        eager = {"run_eagerly": True} if traces_are_slow() else {}
        model.compile(optimizer=make(), loss=loss, **eager)
        train(model, x, y, FIRST)
        model.save(writer.path(entry, "full", "h5"))
        if writer.K.version >= (2, 12):
            model.save(writer.path(entry, "keras", "keras"), save_format="keras")
        losses = train(model, x, y, SECOND)
        kept = dict(weights(model), x=x, y=y, losses=losses)
        # Keras does not keep all of every optimizer: what it computes after loading is right, too.
        again = writer.keras.models.load_model(os.path.join(writer.folder, entry["files"]["full"]))
        kept["losses_loaded"] = train(again, x, y, SECOND)
        kept.update(("loaded_" + key, value) for key, value in weights(again).items())
        np.savez(os.path.join(writer.folder, "m%03d.npz" % entry["number"]), **kept)
    return run


def write(writer, match):
    keras, version = writer.keras, writer.K.version
    families = ["", "legacy"] if version >= (2, 11) else [""]
    for family in families:
        for name, cls, options in OPTIMIZERS:
            label = (family + " " + name).strip()
            if match.lower() in label.lower():
                make = lambda: optimizer(keras, version, cls, options, family)
                writer.entry("optimizers", label, trained(writer, label, make, "mean_squared_error", "linear", "real"))
    for loss, activation, kind in LOSSES:
        if match.lower() in loss:
            make = lambda: optimizer(keras, version, "SGD", {"lr": 0.05})
            writer.entry("losses", loss, trained(writer, loss, make, loss, activation, kind))


def open(writer, one, path):
    """Goes on training from what Unroll saved."""
    model = writer.keras.models.load_model(path)
    if traces_are_slow():
        model.run_eagerly = True
    with np.load(os.path.join(writer.folder, one["arrays"])) as stored:
        x, y = stored["x"], stored["y"]
    one["losses"] = train(model, x, y, SECOND)
    one["result"] = "opened%s.npz" % one["id"]
    np.savez(os.path.join(writer.folder, one["result"]), **weights(model))
