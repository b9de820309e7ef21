"""Losses, with Keras' names and defaults.

`compile(loss=...)` takes an object or a name ("mse", "mean_squared_error",
"binary_crossentropy", ...). `reduction` is "sum_over_batch_size" (the mean
over samples and time steps), for which "mean" and "auto" stand too, or "sum".
"""

from __future__ import annotations

from typing import Any

from . import _enumerators
from ._types import wide_type


class Loss:
    """A loss's configuration; it is computed inside the library."""

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None, **config: Any
    ) -> None:
        if reduction not in _enumerators.REDUCTIONS:
            raise ValueError(f"reduction is one of {', '.join(map(repr, _enumerators.REDUCTIONS))}, found {reduction!r}")
        self.name = name or _NAMES.get(type(self).__name__, type(self).__name__)
        self.reduction = reduction
        self.dtype = wide_type(dtype, type(self).__name__)
        self._config = config

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction, **self._config}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Loss":
        return cls(**config)

    def to_keras(self) -> dict[str, Any]:
        return {
            "module": "keras.losses", "class_name": type(self).__name__, "config": self.get_config(),
            "registered_name": None,
        }

    def _options(self) -> dict[str, Any]:
        """What the header's struct is given: `axis` and `ignore_class` have but one value here."""
        return {key: value for key, value in self._config.items() if key not in ("axis", "ignore_class")}


def _last_axis(axis: int, owner: str) -> int:
    if axis != -1:
        raise ValueError(f"{owner}: axis is -1, the last, found {axis!r}")
    return axis


class MeanSquaredError(Loss):
    """mean((y - prediction)^2) over the last axis."""

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None) -> None:
        super().__init__(reduction, name, dtype)


class MeanAbsoluteError(Loss):
    """mean(|y - prediction|) over the last axis."""

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None) -> None:
        super().__init__(reduction, name, dtype)


class LogCosh(Loss):
    """mean(log(cosh(prediction - y))) over the last axis."""

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None) -> None:
        super().__init__(reduction, name, dtype)


class Huber(Loss):
    """Squared up to `delta` from the truth, linear beyond."""

    def __init__(
        self, delta: float = 1.0, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(reduction, name, dtype, delta=delta)


class BinaryCrossentropy(Loss):
    """Predictions are probabilities, or logits with `from_logits`; targets 0 or 1, same shape.

    `label_smoothing` s moves targets y to y (1 - s) + s / 2.
    """

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None,
    ) -> None:
        super().__init__(
            reduction, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing,
            axis=_last_axis(axis, "BinaryCrossentropy"),
        )


class CategoricalCrossentropy(Loss):
    """Targets are one-hot (or probabilities), of the predictions' shape.

    `label_smoothing` s over n classes moves targets y to y (1 - s) + s / n.
    """

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None,
    ) -> None:
        super().__init__(
            reduction, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing,
            axis=_last_axis(axis, "CategoricalCrossentropy"),
        )


class SparseCategoricalCrossentropy(Loss):
    """Targets are class indices: the predictions' shape without its last axis."""

    def __init__(
        self, from_logits: bool = False, ignore_class: None = None, reduction: str = "sum_over_batch_size",
        axis: int = -1, name: str | None = None, dtype: Any = None,
    ) -> None:
        if ignore_class is not None:
            raise ValueError(f"ignore_class={ignore_class!r} is not supported; give those samples the weight 0 (sample_weight)")
        _last_axis(axis, "SparseCategoricalCrossentropy")
        super().__init__(reduction, name, dtype, from_logits=from_logits, ignore_class=None)


_NAMES = {
    "MeanSquaredError": "mean_squared_error", "MeanAbsoluteError": "mean_absolute_error", "LogCosh": "log_cosh",
    "Huber": "huber_loss", "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}
_ALL = {
    "mean_squared_error": MeanSquaredError, "mse": MeanSquaredError, "mean_absolute_error": MeanAbsoluteError,
    "mae": MeanAbsoluteError, "log_cosh": LogCosh, "logcosh": LogCosh, "huber": Huber, "huber_loss": Huber,
    "binary_crossentropy": BinaryCrossentropy, "bce": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
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
            return (_ALL.get(key) or classes[key])(name=identifier)
    if isinstance(identifier, dict):
        for each in _ALL.values():
            if each.__name__ == identifier.get("class_name"):
                return each.from_config(identifier.get("config", {}))
    raise ValueError(f"unknown loss {identifier!r}; known: {', '.join(sorted(_ALL))}")
