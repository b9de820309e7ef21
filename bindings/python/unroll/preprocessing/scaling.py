"""Scaling a series to a range."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from .. import _abi
from .._arrays import as_input, view
from .._handle import Handle
from .._lib import call


class MinMaxScaler:
    """Scales each column linearly, so that its minimum and maximum become the ends of `feature_range`.

    Arrays are (time,) or (time, features); results are float64 of the same
    shape. `fit` skips NaN, and `transform` keeps it. InvalidArgumentError for a range
    whose ends are not in ascending order.
    """

    def __init__(self, feature_range: tuple[float, float] = (0.0, 1.0)) -> None:
        low, high = feature_range
        self.feature_range = (float(low), float(high))
        handle = ctypes.c_void_p()
        call("unroll_scaler_create", *self.feature_range, ctypes.byref(handle))
        self._handle = Handle(handle, "unroll_scaler_destroy")

    def fit(self, series: Any) -> "MinMaxScaler":
        """Finds the minimum and maximum of each column of a series; returns the scaler. ShapeError for an empty series."""
        call("unroll_scaler_fit", self._handle, ctypes.byref(view(as_input(series, "series"))))
        return self

    def transform(self, series: Any) -> np.ndarray:
        """The series, scaled to the range. StateError before `fit`, ShapeError for another number of columns."""
        return self._apply("unroll_scaler_transform", series)

    def inverse_transform(self, series: Any) -> np.ndarray:
        """A scaled series, converted back to its own units. Errors are as for `transform`."""
        return self._apply("unroll_scaler_inverse_transform", series)

    def fit_transform(self, series: Any) -> np.ndarray:
        """`fit` and then `transform` for one series."""
        return self.fit(series).transform(series)

    def _apply(self, function: str, series: Any) -> np.ndarray:
        array = as_input(series, "series")
        result = np.empty(array.shape, np.float64)
        call(function, self._handle, ctypes.byref(view(array)), ctypes.byref(view(result)))
        return result

    def _range(self) -> np.ndarray:
        columns = ctypes.c_size_t()
        call("unroll_scaler_get_column_count", self._handle, ctypes.byref(columns))
        pairs = []
        for column in range(columns.value):
            low, high = ctypes.c_double(), ctypes.c_double()
            call("unroll_scaler_get_range", self._handle, column, ctypes.byref(low), ctypes.byref(high))
            pairs.append((low.value, high.value))
        return np.array(pairs).reshape(-1, 2)

    @property
    def data_min_(self) -> np.ndarray:
        """The minimum of each column, (features,), in the series' units; empty before `fit`."""
        return self._range()[:, 0]

    @property
    def data_max_(self) -> np.ndarray:
        """The maximum of each column, (features,), in the series' units; empty before `fit`."""
        return self._range()[:, 1]
