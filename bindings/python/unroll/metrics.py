"""Metrics, with Keras' names.

`compile(metrics=[...])` takes names ("mae", "mse", "accuracy", ...) or objects.
"accuracy" is binary, categorical or sparse, depending on the shapes of the
predictions and targets. As in Keras 3, the key in the logs is the name that was given. y
are the targets and p the predictions, both of shape (samples, ..., features) unless a
metric says otherwise; a value is the mean over all samples and time steps of
an epoch.
"""

from __future__ import annotations

from typing import Any

from . import _abi
from ._configured import Numbered, by_name, from_keras
from ._types import wide_type


class Metric(Numbered):
    """The base of all metrics: a Keras configuration; the library computes the value in float64."""

    _module = "keras.metrics"

    def __init__(self, name: str | None = None, dtype: Any = None, **config: Any) -> None:
        #: The key of the value in the logs and in `History.history`.
        self.name = name or self._name
        self.dtype = wide_type(dtype, type(self).__name__)
        super().__init__(**config)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, **super().get_config()}


class MeanAbsoluteError(Metric):
    """The mean of |y - p|."""

    _kind = _abi.METRIC_MEAN_ABSOLUTE_ERROR


class MeanSquaredError(Metric):
    """The mean of (y - p)²."""

    _kind = _abi.METRIC_MEAN_SQUARED_ERROR


class RootMeanSquaredError(Metric):
    """The square root of the mean of (y - p)² over the whole epoch."""

    _kind = _abi.METRIC_ROOT_MEAN_SQUARED_ERROR


class Accuracy(Metric):
    """The fraction of predictions that equal their targets.

    As in Keras, the name "accuracy" in `compile` means one of the three metrics below
    instead.
    """

    _kind = _abi.METRIC_EQUALITY


class BinaryAccuracy(Metric):
    """The fraction of predictions on the right side of `threshold`: p > threshold where the target is 1, and p <= threshold where it is 0."""

    _kind = _abi.METRIC_BINARY_ACCURACY

    def __init__(self, name: str | None = None, dtype: Any = None, threshold: float = 0.5) -> None:
        self.threshold = float(threshold)
        super().__init__(name, dtype, threshold=self.threshold)


class CategoricalAccuracy(Metric):
    """The fraction of samples whose most probable class is the right one; targets are one-hot."""

    _kind = _abi.METRIC_CATEGORICAL_ACCURACY


class SparseCategoricalAccuracy(Metric):
    """The same for targets that are class indices, with the predictions' shape without its last axis."""

    _kind = _abi.METRIC_SPARSE_CATEGORICAL_ACCURACY


class _ResolvedAccuracy(Metric):
    """The name "accuracy": the library chooses one of the three metrics when it sees the targets."""

    _name, _kind = "accuracy", _abi.METRIC_ACCURACY


_CLASSES = (
    MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError, Accuracy, BinaryAccuracy, CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
_ALL = by_name(
    _CLASSES, mae=MeanAbsoluteError, mse=MeanSquaredError, rmse=RootMeanSquaredError, acc=_ResolvedAccuracy,
    accuracy=_ResolvedAccuracy,
)


def get(identifier: str | Metric | dict[str, Any]) -> Metric:
    """The metric with this name or Keras configuration, or the object itself. ValueError if unknown."""
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in _ALL:
        return _ALL[identifier.lower()](name=identifier)
    made = from_keras(_CLASSES, identifier)
    if made is None:
        raise ValueError(f"unknown metric {identifier!r}; known: {', '.join(sorted(_ALL))}")
    return made


def flat(given: Any) -> list[Metric]:
    """The metrics in nested lists of anything that `get` accepts; None means no metric."""
    if given is None:
        return []
    return [metric for each in given for metric in flat(each)] if isinstance(given, (list, tuple)) else [get(given)]
