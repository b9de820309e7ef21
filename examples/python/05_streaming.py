#!/usr/bin/env python3
"""Runs a trained model on a signal, one value at a time.

Introduces: stream, step, run, copy, export_state; sequences of any length.
"""

import time

import _checkout  # noqa: F401
import numpy as np

from unroll.layers import GRU, Dense, Input
from unroll.models import Sequential
from unroll.utils import set_random_seed

set_random_seed(1)
signal = np.sin(0.2 * np.arange(2001)).astype(np.float32)

# return_sequences: an output for every step. None: sequences of any length.
model = Sequential([Input((None, 1)), GRU(24, return_sequences=True), Dense(1)])
model.compile("adam", "mse")
model.fit(signal[:2000].reshape(20, 100, 1), signal[1:].reshape(20, 100, 1), epochs=40, batch_size=5, verbose=0)

# A stream keeps the state: the cost of a step does not depend on how long it has run.
stream = model.stream()
start = time.perf_counter()
for value in signal[:1000]:
    prediction = stream.step(value)
print(f"{(time.perf_counter() - start) * 1e3:.2f} us a step; predicted {prediction[0]:.3f}, truth {signal[1000]:.3f}")

# Values that are already there can be run in one call, with the same results.
at_once = model.stream().run(signal[:1000])
print("a run is as many steps:", np.array_equal(at_once[-1], prediction))

# A copy looks ahead, fed with its own predictions, while the stream keeps its state.
ahead = stream.copy()
guesses = []
for _ in range(5):
    guesses.append(float(prediction[0]))
    prediction = ahead.step(prediction)
print("five steps ahead:", np.round(guesses, 3), "truth:", np.round(signal[1000:1005], 3))

# The state is an array: keep it to continue later, or in another process.
state = stream.export_state()
later = model.stream()
later.import_state(state)
print("goes on the same:", np.array_equal(later.step(signal[1000]), stream.step(signal[1000])))
