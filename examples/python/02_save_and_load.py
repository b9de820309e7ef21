#!/usr/bin/env python3
"""Saves a model and loads it again; Keras can open the same file.

Introduces: save, load_model, save_weights, load_weights, get_weights, inspect.
"""

import tempfile
from pathlib import Path

import _checkout  # noqa: F401
import numpy as np

import unroll
from unroll.layers import GRU, Dense, Input
from unroll.models import Sequential

X = np.random.default_rng(1).standard_normal((4, 10, 2))


def build():
    return Sequential([Input((10, 2)), GRU(8), Dense(1)])


with tempfile.TemporaryDirectory() as directory:
    model = build()
    model.compile("adam", "mse")

    # The whole model: configuration, weights, optimizer. The extension selects the format.
    for name in ("model.keras", "model.h5"):
        path = Path(directory) / name
        model.save(path)
        loaded = unroll.load_model(path)
        same = np.array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
        print(f"{name}: {path.stat().st_size} bytes, predicts the same: {same}")

    # Describes a file without keeping the model.
    print("layers:", [layer["name"] for layer in unroll.inspect(path)["layers"]])

    # A file of weights is loaded into a model with the same layers.
    model.save_weights(Path(directory) / "model.weights.h5")
    other = build()
    other.load_weights(Path(directory) / "model.weights.h5")
    kernel, recurrent_kernel, bias = other.layers[0].get_weights()
    print("the GRU's weights:", kernel.shape, recurrent_kernel.shape, bias.shape)
