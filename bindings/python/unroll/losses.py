"""Losses, with Keras' names and defaults.

`compile(loss=...)` takes an object or a name ("mse", "mean_squared_error",
"binary_crossentropy", ...). `reduction` is "sum_over_batch_size" (the mean
over samples and time steps) or "sum".
"""

from __future__ import annotations

from typing import Any


class Loss:
    """A loss's configuration; it is computed inside the library."""

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None, **config: Any) -> None:
        reduction = "sum_over_batch_size" if reduction in ("mean", "auto") else reduction
        if reduction not in ("sum_over_batch_size", "sum"):
            raise ValueError(f"reduction is 'sum_over_batch_size' or 'sum', found {reduction!r}")
        self.name = name or _NAMES.get(type(self).__name__, type(self).__name__)
        self.reduction = reduction
        self._config = config

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction, **self._config}

    def to_keras(self) -> dict[str, Any]:
        return {
            "module": "keras.losses", "class_name": type(self).__name__, "config": self.get_config(),
            "registered_name": None,
        }


class MeanSquaredError(Loss):
    """mean((y - prediction)^2) over the last axis."""

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(reduction, name)


class MeanAbsoluteError(Loss):
    """mean(|y - prediction|) over the last axis."""

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(reduction, name)


class LogCosh(Loss):
    """mean(log(cosh(prediction - y))) over the last axis."""

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(reduction, name)


class Huber(Loss):
    """Squared up to `delta` from the truth, linear beyond."""

    def __init__(self, delta: float = 1.0, reduction: str = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(reduction, name, delta=delta)


class BinaryCrossentropy(Loss):
    """Predictions are probabilities, or logits with `from_logits`; targets 0 or 1, same shape."""

    def __init__(
        self, from_logits: bool = False, reduction: str = "sum_over_batch_size", name: str | None = None
    ) -> None:
        super().__init__(reduction, name, from_logits=from_logits)


class CategoricalCrossentropy(Loss):
    """Targets are one-hot (or probabilities), of the predictions' shape."""

    def __init__(
        self, from_logits: bool = False, reduction: str = "sum_over_batch_size", name: str | None = None
    ) -> None:
        super().__init__(reduction, name, from_logits=from_logits)


class SparseCategoricalCrossentropy(Loss):
    """Targets are class indices: the predictions' shape without its last axis."""

    def __init__(
        self, from_logits: bool = False, reduction: str = "sum_over_batch_size", name: str | None = None
    ) -> None:
        super().__init__(reduction, name, from_logits=from_logits)


_NAMES = {
    "MeanSquaredError": "mean_squared_error", "MeanAbsoluteError": "mean_absolute_error", "LogCosh": "log_cosh",
    "Huber": "huber_loss", "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}
_ALL = {
    "mean_squared_error": MeanSquaredError, "mse": MeanSquaredError, "mean_absolute_error": MeanAbsoluteError,
    "mae": MeanAbsoluteError, "log_cosh": LogCosh, "logcosh": LogCosh, "huber": Huber, "huber_loss": Huber,
    "binary_crossentropy": BinaryCrossentropy, "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}


def get(identifier: str | Loss | dict) -> Loss:
    """A loss from its name, its Keras configuration, or itself. ValueError if unknown."""
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, str):
        key = identifier.lower()
        classes = {each.__name__.lower(): each for each in _ALL.values()}
        if key in _ALL or key in classes:
            return (_ALL.get(key) or classes[key])()
    if isinstance(identifier, dict):
        for each in _ALL.values():
            if each.__name__ == identifier.get("class_name"):
                return each(**identifier.get("config", {}))
    raise ValueError(f"unknown loss {identifier!r}; known: {', '.join(sorted(_ALL))}")
