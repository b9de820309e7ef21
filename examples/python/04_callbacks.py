#!/usr/bin/env python3
"""Monitors training with callbacks, and continues it after an interruption.

Introduces: EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, CSVLogger, a
callback of one's own, History, resuming with initial_epoch. Ctrl-C is safe.
"""

import tempfile
from pathlib import Path

import _checkout  # noqa: F401
import numpy as np

import unroll
from unroll import callbacks
from unroll.layers import LSTM, Dense, Input
from unroll.models import Sequential
from unroll.preprocessing import sliding_windows


class Gradually(callbacks.Callback):
    """Prints when the loss has halved again."""

    def on_train_begin(self, logs=None):
        self.threshold = float("inf")

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.threshold:
            print(f"epoch {epoch + 1}: loss {logs['loss']:.5f}, validation {logs['val_loss']:.5f}")
            self.threshold = logs["loss"] / 2


unroll.utils.set_random_seed(1)
X, y = sliding_windows(np.sin(0.2 * np.arange(600)) + 0.1 * np.random.default_rng(1).standard_normal(600), 20)

with tempfile.TemporaryDirectory() as directory:
    best, log = Path(directory) / "best.keras", Path(directory) / "log.csv"
    model = Sequential([Input((20, 1)), LSTM(16), Dense(1)])
    model.compile("adam", "mse")
    try:
        history = model.fit(
            X, y, epochs=60, verbose=0, validation_split=0.2,
            callbacks=[
                Gradually(), callbacks.ModelCheckpoint(best, save_best_only=True), callbacks.CSVLogger(log),
                callbacks.ReduceLROnPlateau(patience=4, factor=0.5),
                callbacks.EarlyStopping(patience=8, restore_best_weights=True),
            ],
        )
    except KeyboardInterrupt:
        raise SystemExit("stopped; the model keeps what it has learnt so far")
    print(f"{len(history.epoch)} epochs, best validation loss {min(history.history['val_loss']):.5f}")
    print(f"{len(log.read_text().splitlines()) - 1} lines in the log")

    # The checkpoint has the optimizer's state: training continues where it stopped.
    resumed = unroll.load_model(best)
    resumed.fit(X, y, initial_epoch=60, epochs=62, verbose=2)
