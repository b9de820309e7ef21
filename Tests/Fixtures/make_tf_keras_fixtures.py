"""Writes the tf.keras 2.x fixtures with real tf_keras (Keras 2.21 as tf_keras).

    .venv-keras/bin/python Tests/Fixtures/make_tf_keras_fixtures.py

Keras 2 differs from Keras 3 in its files (InputLayer, time_major, weight
names with ":0", optimizer lists) and in its mathematics (hard_sigmoid is
clip(0.2 x + 0.5, 0, 1)). The layout is that of make_fixtures.py.
"""
import os
import shutil
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np
import tensorflow as tf
import tf_keras as keras

import archives

L = keras.layers
OUT = Path(__file__).resolve().parent / "tf_keras2"
BATCH, TIME, FEATURES, UNITS = 2, 5, 3, 4
HARD = {"recurrent_activation": "hard_sigmoid"}


def sequential(*layers, shape=(TIME, FEATURES)):
    return lambda: keras.Sequential([L.InputLayer(input_shape=shape), *(make() for make in layers)], name="net")


def functional():
    x = keras.Input((TIME, FEATURES), name="prices")
    y = L.LSTM(UNITS, return_sequences=True, name="first")(x)
    y = L.LSTM(UNITS + 1, name="second")(y)
    return keras.Model(x, L.Dense(2, name="forecast")(y), name="chain")


CASES = {  # name -> (model, formats)
    "lstm": (sequential(lambda: L.LSTM(UNITS), lambda: L.Dense(2)), ("h5", "weights_only.h5", "weights.h5", "keras")),
    "lstm_hard_sigmoid": (sequential(lambda: L.LSTM(UNITS, return_sequences=True, **HARD)), ("h5",)),
    "gru": (sequential(lambda: L.GRU(UNITS), lambda: L.Dense(2)), ("h5", "keras")),
    "gru_reset_before": (sequential(lambda: L.GRU(UNITS, reset_after=False, **HARD)), ("h5",)),
    "simple_rnn": (sequential(lambda: L.SimpleRNN(UNITS)), ("h5",)),
    "stacked": (sequential(lambda: L.LSTM(UNITS, return_sequences=True), lambda: L.Dropout(0.2),
                           lambda: L.LSTM(UNITS + 1), lambda: L.Dense(1)), ("h5", "weights_only.h5", "keras")),
    "bidirectional": (sequential(lambda: L.Bidirectional(L.LSTM(UNITS, return_sequences=True))), ("h5", "keras")),
    "time_distributed": (sequential(lambda: L.GRU(UNITS, return_sequences=True),
                                    lambda: L.TimeDistributed(L.Dense(2))), ("h5",)),
    "embedding_mask": (sequential(lambda: L.Embedding(7, FEATURES, mask_zero=True), lambda: L.LSTM(UNITS),
                                  shape=(TIME,)), ("h5",)),
    "functional": (functional, ("h5", "keras")),
}
OPTIMIZERS = {  # name -> optimizer; `legacy` are those of Keras 2.10 and before
    "adam": lambda: keras.optimizers.Adam(0.01),
    "sgd_momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
    "legacy_adam": lambda: keras.optimizers.legacy.Adam(0.01),
    "legacy_sgd_momentum": lambda: keras.optimizers.legacy.SGD(0.05, momentum=0.9),
    "legacy_rmsprop": lambda: keras.optimizers.legacy.RMSprop(0.01),
    "legacy_adam_decay": lambda: keras.optimizers.legacy.Adam(0.01, decay=0.1),
}


def randomise(model, rng):
    model.set_weights([rng.normal(0, 0.5, w.shape).astype(w.dtype) for w in model.get_weights()])


def write_cases(manifest):
    with h5py.File(OUT / "cases.h5", "w", libver="earliest") as file:
        for number, (name, (build, formats)) in enumerate(CASES.items()):
            keras.backend.clear_session()
            rng = np.random.default_rng(2000 + number)
            model = build()
            randomise(model, rng)
            shape = (BATCH, *model.input_shape[1:])
            x = rng.normal(size=shape).astype("float32")
            if name == "embedding_mask":
                x = rng.integers(0, 7, shape).astype("float32")
                x[0, 3:] = 0
            group = file.create_group(name)
            group["input"], group["output"] = x, model(x).numpy()
            files = [f"{name}.{suffix}" for suffix in formats]
            for path in files:
                if path.endswith("weights.h5"):
                    model.save_weights(OUT / path)  # the v3 layout
                elif path.endswith("weights_only.h5"):
                    model.save_weights(OUT / path, save_format="h5")
                else:
                    model.save(OUT / path)
            manifest.append(f"case name={name} files={','.join(files)} dtype=float32")


def train(model, x, y, epochs):
    history = []
    for _ in range(epochs):
        for first in range(0, len(x), 4):
            history.append(model.train_on_batch(x[first:first + 4], y[first:first + 4]))
    return np.array(history, dtype="float32")


def write_resumed(manifest):
    """Trainings saved after 3 epochs (batches of 4 and 3), then 3 epochs more."""
    rng = np.random.default_rng(2900)
    x = rng.normal(size=(7, TIME, FEATURES)).astype("float32")
    y = rng.normal(size=(7, 2)).astype("float32")
    with h5py.File(OUT / "training.h5", "w", libver="earliest") as file:
        file["data/x"], file["data/y"] = x, y
        for name, optimizer in OPTIMIZERS.items():
            keras.backend.clear_session()
            model = keras.Sequential([L.InputLayer(input_shape=(TIME, FEATURES)), L.LSTM(UNITS), L.Dense(2)], name="net")
            randomise(model, rng)
            model.compile(optimizer(), "mean_squared_error")
            train(model, x, y, 3)
            model.save(OUT / f"resume_{name}.h5")
            group = file.create_group(f"resume/{name}")
            group["losses"] = train(model, x, y, 3)
            for index, weight in enumerate(model.get_weights()):
                group[f"weight_{index}"] = weight
            manifest.append(f"resume name={name} saved=resume_{name}.h5 batch=4 steps=6 saved_after=6")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    manifest = [f"versions tf_keras={keras.__version__} tensorflow={tf.__version__} h5py={h5py.__version__}"]
    write_cases(manifest)
    write_resumed(manifest)
    (OUT / "manifest.txt").write_text("\n".join(manifest) + "\n")
    archives.settle(OUT)
    total = sum(path.stat().st_size for path in OUT.iterdir())
    print(f"{len(list(OUT.iterdir()))} files, {total / 1e6:.2f} MB in {OUT}")


if __name__ == "__main__":
    main()
