"""Views of windows over a series: nothing is copied."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from .. import _abi
from .._arrays import as_input, to_numpy, view
from .._lib import call, initialized, whole


def sliding_windows(
    series: Any, window: int, horizon: int = 1, stride: int = 1, target_column: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Cuts a series into windows and the values that follow them, (X, y) for `fit(X, y)`.

    `series` has shape (time,) or (time, features). X (n, window, features) holds
    the windows, one every `stride` steps; y (n, 1) holds `target_column`, `horizon`
    steps after the last step of each window (1: the next step).
    n = (time - window - horizon) // stride + 1.

    X and y are read-only views of the series: nothing is copied, here or inside
    the library. ShapeError if the series is too short.
    """
    values = as_input(series, "series")
    windows, targets = _abi.Array(), _abi.Array()
    options = _options(window, horizon, stride, target_column)
    call(
        "unroll_array_view_windows", ctypes.byref(view(values)), ctypes.byref(options), ctypes.byref(windows),
        ctypes.byref(targets))
    return to_numpy(windows, values), to_numpy(targets, values)


def windows(series: Any, window: int, stride: int = 1) -> np.ndarray:
    """All windows of a series, (n, window, features), for predict; the last one ends with the series."""
    values = as_input(series, "series")
    result = _abi.Array()
    options = _options(window, 0, stride, 0)
    call("unroll_array_view_windows", ctypes.byref(view(values)), ctypes.byref(options), ctypes.byref(result), None)
    return to_numpy(result, values)


def _options(window: int, horizon: int, stride: int, target_column: int) -> Any:
    options = initialized(_abi.WindowOptions, "unroll_window_options_init")
    for name, value in (("window", window), ("horizon", horizon), ("stride", stride), ("target_column", target_column)):
        setattr(options, name, whole(value, name))
    return options
