#!/usr/bin/env python3
"""Forecasts three steps ahead from two quantities of different size.

Introduces: MinMaxScaler, sliding_windows (views, no copies), horizon,
validation_split, inverse_transform.
"""

import _checkout  # noqa: F401
import numpy as np

from unroll.layers import LSTM, Dense, Input
from unroll.models import Sequential
from unroll.optimizers import Adam
from unroll.preprocessing import MinMaxScaler, sliding_windows
from unroll.utils import set_random_seed

set_random_seed(1)
random = np.random.default_rng(1)

hours = np.arange(2000)
temperature = 15 + 8 * np.sin(2 * np.pi * hours / 24) + random.normal(0, 0.5, 2000)
pressure = 1013 + 6 * np.sin(2 * np.pi * hours / 170)
series = np.column_stack([temperature, pressure])

# The scaler is fitted to the training days; windows are views of the scaled series.
scaler = MinMaxScaler().fit(series[:1600])
X, y = sliding_windows(scaler.transform(series), window=48, horizon=3, target_column=0)
print(f"windows {X.shape}, targets {y.shape}, memory of the series shared: {np.shares_memory(X, y)}")

model = Sequential([Input((48, 2)), LSTM(12), Dense(1)])
model.compile(Adam(0.005), "mse")
model.fit(X[:1500], y[:1500], epochs=12, validation_split=0.2, verbose=2)

# Back to degrees: the scaler needs both columns, so the other one is filled in.
predicted = np.column_stack([model.predict(X[1550:], verbose=0), np.zeros(len(X) - 1550)])
degrees = scaler.inverse_transform(predicted)[:, 0]
truth = temperature[1550 + 48 + 3 - 1 :]
print(f"three hours ahead: mean absolute error {np.mean(np.abs(degrees - truth)):.2f} degrees")
print(f"of the last value known: {np.mean(np.abs(temperature[1550 + 47 : -3] - truth)):.2f} degrees")
