"""Metrics, with Keras' names.

`compile(metrics=[...])` takes names ("mae", "mse", "accuracy", ...) or objects.
"accuracy" is binary, categorical or sparse, after the shapes of predictions and
targets. The key in the logs is the name as given, as in Keras 3.
"""

from __future__ import annotations

from typing import Any

from . import _abi
from ._types import wide_type


class Metric:
    """A metric's configuration; it is computed inside the library, in float64."""

    _name = ""
    _kind = 0
    #: Larger values are better.
    grows = False

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        #: The key of the value in the logs and in `History.history`.
        self.name = name or self._name
        self.dtype = wide_type(dtype, type(self).__name__)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Metric":
        return cls(**config)

    def to_keras(self) -> dict[str, Any]:
        return {
            "module": "keras.metrics", "class_name": type(self).__name__, "config": self.get_config(),
            "registered_name": None,
        }

    def _fill(self, struct: Any) -> None:
        """Sets what the header's struct has beyond kind and name."""


class _AccuracyMetric(Metric):
    grows = True


class MeanAbsoluteError(Metric):
    _name, _kind = "mean_absolute_error", _abi.METRIC_MEAN_ABSOLUTE_ERROR


class MeanSquaredError(Metric):
    _name, _kind = "mean_squared_error", _abi.METRIC_MEAN_SQUARED_ERROR


class RootMeanSquaredError(Metric):
    _name, _kind = "root_mean_squared_error", _abi.METRIC_ROOT_MEAN_SQUARED_ERROR


class Accuracy(_AccuracyMetric):
    """How often predictions equal targets. What the name "accuracy" stands for in compile is another: see there."""

    _name, _kind = "accuracy", _abi.METRIC_EQUALITY


class BinaryAccuracy(_AccuracyMetric):
    """How often a prediction is on its target's side of `threshold`."""

    _name, _kind = "binary_accuracy", _abi.METRIC_BINARY_ACCURACY

    def __init__(self, name: str | None = None, dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(name, dtype)
        self.threshold = float(threshold)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "threshold": self.threshold}

    def _fill(self, struct: Any) -> None:
        struct.threshold = self.threshold


class CategoricalAccuracy(_AccuracyMetric):
    _name, _kind = "categorical_accuracy", _abi.METRIC_CATEGORICAL_ACCURACY


class SparseCategoricalAccuracy(_AccuracyMetric):
    _name, _kind = "sparse_categorical_accuracy", _abi.METRIC_SPARSE_CATEGORICAL_ACCURACY


class _ResolvedAccuracy(_AccuracyMetric):
    """The name "accuracy": the library chooses among three when it sees the targets."""

    _name, _kind = "accuracy", _abi.METRIC_ACCURACY


_CLASSES = (
    MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy,
)
_ALL: dict[str, type[Metric]] = {
    **{each._name: each for each in _CLASSES}, **{each.__name__.lower(): each for each in _CLASSES},
    "mae": MeanAbsoluteError, "mse": MeanSquaredError, "rmse": RootMeanSquaredError, "acc": _ResolvedAccuracy,
    "accuracy": _ResolvedAccuracy,
}


def get(identifier: str | Metric | dict) -> Metric:
    """A metric from its name, its Keras configuration, or itself. ValueError if unknown."""
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in _ALL:
        return _ALL[identifier.lower()](name=identifier)
    if isinstance(identifier, dict):
        for each in (*_CLASSES, Accuracy):
            if each.__name__ == identifier.get("class_name"):
                return each.from_config(identifier.get("config", {}))
    raise ValueError(f"unknown metric {identifier!r}; known: {', '.join(sorted(_ALL))}")


def flat(given: Any) -> list[Metric]:
    """The metrics of lists in lists, in which None stands for no metric."""
    if given is None:
        return []
    return [metric for each in given for metric in flat(each)] if isinstance(given, (list, tuple)) else [get(given)]
