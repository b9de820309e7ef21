"""Metrics, with Keras' names.

`compile(metrics=[...])` takes names ("mae", "mse", "accuracy", ...) or objects.
"accuracy" is binary, categorical or sparse, after the shape of the predictions.
"""

from __future__ import annotations

from typing import Any


class Metric:
    """A metric's name; it is computed inside the library."""

    _name = ""

    def __init__(self, name: str | None = None) -> None:
        #: The key of the value in the logs and in `History.history`.
        self.name = name or self._name

    @property
    def identifier(self) -> str:
        """The library's name of the metric."""
        return self._name

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


class MeanAbsoluteError(Metric):
    _name = "mean_absolute_error"


class MeanSquaredError(Metric):
    _name = "mean_squared_error"


class RootMeanSquaredError(Metric):
    _name = "root_mean_squared_error"


class Accuracy(Metric):
    _name = "accuracy"


class BinaryAccuracy(Metric):
    _name = "binary_accuracy"


class CategoricalAccuracy(Metric):
    _name = "categorical_accuracy"


class SparseCategoricalAccuracy(Metric):
    _name = "sparse_categorical_accuracy"


_CLASSES = (
    MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError, Accuracy, BinaryAccuracy, CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
_ALL = {each._name: each for each in _CLASSES}
_SHORT = {
    "mae": MeanAbsoluteError, "mse": MeanSquaredError, "rmse": RootMeanSquaredError, "acc": Accuracy,
}


def get(identifier: str | Metric) -> Metric:
    """A metric from its name, or itself. Its key in the logs is the name as given, as in Keras."""
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        key = identifier.lower()
        if key in _SHORT:
            return _SHORT[key](name=key)
        if key in _ALL:
            return _ALL[key]()
        for each in _CLASSES:
            if each.__name__.lower() == key:
                return each()
    raise ValueError(f"unknown metric {identifier!r}; known: {', '.join(sorted([*_ALL, *_SHORT]))}")
