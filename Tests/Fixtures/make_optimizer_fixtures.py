"""Trainings by real Keras 3 and tf_keras that go on from a file: optimizers with their state, options and schedules.

    .venv-keras/bin/python Tests/Fixtures/make_optimizer_fixtures.py

`optimizers/` is laid out as `keras3/` (README.md beside this file): lines
`resume` of `manifest.txt` name the files saved after the first 6 updates, and
`training.h5` holds losses and weights of 50 more. The models have their options
from the files alone.
"""
import os
import shutil
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import keras
import numpy as np
import tensorflow as tf
import tf_keras

import archives

OUT = Path(__file__).resolve().parent / "optimizers"
SAMPLES, BATCH, TIME, FEATURES, UNITS, OUTPUTS = 7, 4, 5, 3, 4, 2
FIRST, SECOND = 6, 50
COSINE = ("CosineDecay", {"initial_learning_rate": 0.002, "decay_steps": 40, "alpha": 0.1, "warmup_target": 0.02, "warmup_steps": 9})
STAIRS = ("ExponentialDecay", {"initial_learning_rate": 0.03, "decay_steps": 10, "decay_rate": 0.7, "staircase": True})
# name -> (class, options, files); a pair as learning rate is a schedule
KERAS3 = {
    "sgd_decay": ("SGD", {"learning_rate": 0.05, "weight_decay": 0.05}, ["keras"]),
    "sgd_momentum_decay_schedule": ("SGD", {"learning_rate": STAIRS, "momentum": 0.9, "weight_decay": 0.05}, ["keras"]),
    "rmsprop_decay_clipvalue": ("RMSprop", {"learning_rate": 0.01, "weight_decay": 0.05, "clipvalue": 0.02}, ["keras"]),
    "adam_decay": ("Adam", {"learning_rate": 0.01, "weight_decay": 0.05}, ["keras", "h5"]),
    "adagrad_decay_clipnorm": ("Adagrad", {"learning_rate": 0.05, "weight_decay": 0.05, "clipnorm": 0.05}, ["keras"]),
    "adamax_decay": ("Adamax", {"learning_rate": 0.01, "weight_decay": 0.05}, ["keras"]),
    "nadam_decay_schedule": ("Nadam", {"learning_rate": COSINE, "weight_decay": 0.05}, ["keras", "h5"]),
    "lion": ("Lion", {"learning_rate": 0.003}, ["keras", "h5"]),
    "lion_decay_schedule": ("Lion", {"learning_rate": COSINE, "beta_1": 0.8, "beta_2": 0.95, "weight_decay": 0.05}, ["keras"]),
    "lion_clipvalue": ("Lion", {"learning_rate": 0.003, "clipvalue": 0.02}, ["keras"]),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}, ["keras", "h5"]),
    "adadelta_decay_schedule": ("Adadelta", {"learning_rate": STAIRS, "rho": 0.8, "epsilon": 1e-3, "weight_decay": 0.05}, ["keras"]),
    "adadelta_clipnorm": ("Adadelta", {"learning_rate": 1.0, "clipnorm": 0.05}, ["keras"]),
    "ftrl": ("Ftrl", {"learning_rate": 0.05}, ["keras", "h5"]),
    "ftrl_options_schedule": ("Ftrl", {
        "learning_rate": STAIRS, "learning_rate_power": -0.7, "initial_accumulator_value": 0.3, "l1_regularization_strength": 0.01,
        "l2_regularization_strength": 0.02, "l2_shrinkage_regularization_strength": 0.03, "beta": 0.1}, ["keras"]),
    "ftrl_decay_global_clipnorm": ("Ftrl", {
        "learning_rate": 0.05, "learning_rate_power": -1.0, "weight_decay": 0.05, "global_clipnorm": 0.05}, ["keras"]),
}
TF_KERAS = {
    "tf_sgd_decay": ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.05}, ["h5"]),
    "tf_lion": ("Lion", {"learning_rate": 0.003}, ["h5"]),
    "tf_adadelta": ("Adadelta", {"learning_rate": 1.0}, ["h5"]),
    "tf_ftrl": ("Ftrl", {"learning_rate": 0.05, "l1_regularization_strength": 0.01}, ["h5"]),
}
# Those of tf.keras before 2.11.
LEGACY = {
    "legacy_adadelta": ("Adadelta", {"learning_rate": 1.0}, ["h5"]),
    "legacy_ftrl": ("Ftrl", {"learning_rate": 0.05, "l1_regularization_strength": 0.01}, ["h5"]),
    "legacy_ftrl_shrinkage": ("Ftrl", {"learning_rate": 0.05, "l2_shrinkage_regularization_strength": 0.03}, ["h5"]),
}


def step(model, x, y, count, start=0):
    losses = []
    for number in range(start, start + count):
        first = number % 2 * BATCH
        model.reset_metrics()
        losses.append(model.train_on_batch(x[first:first + BATCH], y[first:first + BATCH]))
    return np.array(losses, dtype="float32")


def option(library, value):
    return getattr(library.optimizers.schedules, value[0])(**value[1]) if isinstance(value, tuple) else value


def train(library, optimizers, name, cls, options, suffixes, x, y, file, manifest):
    L = library.layers
    library.utils.set_random_seed(0)
    rng = np.random.default_rng(sum(map(ord, name)))
    model = library.Sequential([L.Input((TIME, FEATURES)), L.LSTM(UNITS), L.Dense(OUTPUTS)], name="net")
    model.set_weights([rng.normal(0, 0.5, weight.shape).astype("float32") for weight in model.get_weights()])
    model.compile(getattr(optimizers, cls)(**{key: option(library, value) for key, value in options.items()}),
                  "mean_squared_error")
    step(model, x, y, FIRST)
    # The .keras file first: saving .h5 takes the optimizer out of the
    # compile configuration that a .keras file stores afterwards.
    for suffix in sorted(suffixes, reverse=True):
        model.save(OUT / f"{name}.{suffix}")
    group = file.create_group(f"resume/{name}")
    group["losses"] = step(model, x, y, SECOND, FIRST)
    for index, weight in enumerate(model.get_weights()):
        group[f"weight_{index}"] = weight
    saved = ",".join(f"{name}.{suffix}" for suffix in suffixes)
    manifest.append(f"resume name={name} batch={BATCH} steps={SECOND} saved={saved} saved_after={FIRST}")


def without_counter(file, manifest):
    """legacy_adadelta.h5 as Keras 2.0 to 2.2 stored Adadelta: no count of updates, the two kinds one after the other."""
    name = "keras2_adadelta"
    shutil.copy(OUT / "legacy_adadelta.h5", OUT / f"{name}.h5")
    with h5py.File(OUT / f"{name}.h5", "r+") as model:
        model.attrs["keras_version"] = model["model_weights"].attrs["keras_version"] = "2.2.4"
        group = model["optimizer_weights"]
        arrays = [group[path][()] for path in group.attrs["weight_names"]]
        assert [array.shape == () for array in arrays].index(False) == 1
        del model["optimizer_weights"]
        group = model.create_group("optimizer_weights")
        names = [f"training/Adadelta/Variable_{number}:0" for number in range(len(arrays) - 1)]
        group.attrs["weight_names"] = [path.encode() for path in names]
        for path, array in zip(names, arrays[1:]):
            group[path] = array
    file.copy("resume/legacy_adadelta", f"resume/{name}")
    manifest.append(f"resume name={name} batch={BATCH} steps={SECOND} saved={name}.h5")


def main():
    OUT.mkdir(exist_ok=True)
    rng = np.random.default_rng(4)
    x = rng.normal(size=(SAMPLES, TIME, FEATURES)).astype("float32")
    y = rng.normal(size=(SAMPLES, OUTPUTS)).astype("float32")
    manifest = [f"versions keras={keras.__version__} tf_keras={tf_keras.__version__} tensorflow={tf.__version__} h5py={h5py.__version__}"]
    with h5py.File(OUT / "training.h5", "w", libver="earliest") as file:
        file["data/x"], file["data/y"] = x, y
        for library, optimizers, cases in ((keras, keras.optimizers, KERAS3), (tf_keras, tf_keras.optimizers, TF_KERAS),
                                           (tf_keras, tf_keras.optimizers.legacy, LEGACY)):
            for name, (cls, options, suffixes) in cases.items():
                train(library, optimizers, name, cls, options, suffixes, x, y, file, manifest)
        without_counter(file, manifest)
    (OUT / "manifest.txt").write_text("\n".join(manifest) + "\n")
    archives.settle(OUT)


if __name__ == "__main__":
    main()
