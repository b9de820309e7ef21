#!/usr/bin/env python3
"""A network that continues a sine wave.

Introduces: Sequential, Input, LSTM, Dense, compile, fit, evaluate, predict.
"""

import _checkout  # noqa: F401
import numpy as np

from unroll.layers import LSTM, Dense, Input
from unroll.models import Sequential
from unroll.utils import set_random_seed

set_random_seed(1)

# Each sample is 20 values of the wave, its target the value that follows.
wave = np.sin(0.2 * np.arange(1000))
X = np.array([wave[i : i + 20] for i in range(980)])[:, :, None]
y = wave[20:]

model = Sequential([Input((20, 1)), LSTM(16), Dense(1)])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.summary()
model.fit(X[:800], y[:800], epochs=5, batch_size=32)

loss, mae = model.evaluate(X[800:], y[800:], verbose=0)
print(f"on values it has not seen: mean squared error {loss:.5f}, mean absolute error {mae:.4f}")
for truth, predicted in zip(y[800:805], model.predict(X[800:805], verbose=0)[:, 0]):
    print(f"  truth {truth:7.4f}   predicted {predicted:7.4f}")
