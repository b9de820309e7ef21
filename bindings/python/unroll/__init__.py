"""Unroll: recurrent networks (SimpleRNN, LSTM, GRU) with Keras' names, in one C library.

    from unroll.models import Sequential
    from unroll.layers import LSTM, Dense, Dropout

    model = Sequential()
    model.add(LSTM(units=50, return_sequences=True, input_shape=(60, 1)))
    ...
    model.compile(optimizer="adam", loss="mean_squared_error")
    model.fit(X, y, epochs=100, batch_size=32)

Arrays are NumPy's, in Keras' order: (samples, time, features). Errors are
`unroll.UnrollError`, and also the matching built-in exception.
"""

from . import (
    callbacks, cells, config, constraints, errors, initializers, layers, losses, metrics, models, optimizers, preprocessing,
    regularizers, utils,
)
from ._lib import instruction_set, version
from .errors import UnrollError
from .layers import Input
from .models import Model, Sequential, inspect, load_model
from .stream import Stream
from .vocabulary import Vocabulary

__version__ = "0.1.0"
__all__ = [
    "Input", "Model", "Sequential", "Stream", "UnrollError", "Vocabulary", "callbacks", "cells", "config",
    "constraints", "errors", "initializers", "inspect",
    "instruction_set", "layers", "load_model", "losses", "metrics", "models", "optimizers", "preprocessing",
    "regularizers", "utils", "version",
]
