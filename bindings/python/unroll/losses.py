"""Losses, with Keras' names and defaults.

`compile(loss=...)` takes an object or a name ("mse", "mean_squared_error",
"binary_crossentropy", ...). y are the targets and p the model's predictions,
both of shape (samples, ..., features) unless a loss says otherwise; each loss
gives one value for every sample, or for every time step of a sample.
`reduction` says how the values of a batch are combined: "sum_over_batch_size" takes
the mean (for which Keras also has "mean" and "auto"), "sum" the sum. ValueError
for other values, and for a `dtype` other than "float32" and "float64".
"""

from __future__ import annotations

from typing import Any

from . import _abi, _enumerators
from ._configured import Numbered, by_name, from_keras
from ._types import wide_type


class Loss(Numbered):
    """The base of all losses: a Keras configuration; the library computes the loss in the model's type."""

    _module = "keras.losses"

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None, **config: Any
    ) -> None:
        if reduction not in _enumerators.REDUCTIONS:
            raise ValueError(f"reduction must be one of {', '.join(map(repr, _enumerators.REDUCTIONS))}, found {reduction!r}")
        self.name = name or self._name
        self.reduction = reduction
        self.dtype = wide_type(dtype, type(self).__name__)
        super().__init__(**config)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction, **super().get_config()}

    def _options(self) -> dict[str, Any]:
        """The members of the header's struct; `axis` and `ignore_class` have only one value here."""
        return {key: value for key, value in self._config.items() if key not in ("axis", "ignore_class")}


def _last_axis(axis: int, owner: str) -> int:
    if axis != -1:
        raise ValueError(f"{owner}: axis must be -1, the last, found {axis!r}")
    return axis


class MeanSquaredError(Loss):
    """The mean of (y - p)² over the features."""

    _kind = _abi.LOSS_MEAN_SQUARED_ERROR

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None) -> None:
        super().__init__(reduction, name, dtype)


class MeanAbsoluteError(Loss):
    """The mean of |y - p| over the features."""

    _kind = _abi.LOSS_MEAN_ABSOLUTE_ERROR

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None) -> None:
        super().__init__(reduction, name, dtype)


class LogCosh(Loss):
    """The mean of log(cosh(p - y)) over the features."""

    _kind = _abi.LOSS_LOG_COSH

    def __init__(self, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None) -> None:
        super().__init__(reduction, name, dtype)


class Huber(Loss):
    """With e = y - p, the mean over the features of e² / 2 where |e| is at most `delta`, otherwise of delta |e| - delta² / 2."""

    _name, _kind = "huber_loss", _abi.LOSS_HUBER

    def __init__(
        self, delta: float = 1.0, reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(reduction, name, dtype, delta=delta)


class BinaryCrossentropy(Loss):
    """The mean of -y log p - (1 - y) log(1 - p) over the features; y are from 0 to 1.

    p are probabilities, or with `from_logits` the logits of a sigmoid.
    `label_smoothing` s replaces y by y (1 - s) + s / 2. ValueError for an `axis`
    other than -1, the last.
    """

    _kind = _abi.LOSS_BINARY_CROSSENTROPY

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None,
    ) -> None:
        super().__init__(
            reduction, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing,
            axis=_last_axis(axis, "BinaryCrossentropy"),
        )


class CategoricalCrossentropy(Loss):
    """The sum of -y log p over the classes, the last axis; y are one-hot vectors or probabilities.

    p are probabilities, or with `from_logits` the logits of a softmax.
    `label_smoothing` s replaces y by y (1 - s) + s / n for n classes. ValueError
    for an `axis` other than -1, the last.
    """

    _kind = _abi.LOSS_CATEGORICAL_CROSSENTROPY

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str = "sum_over_batch_size", name: str | None = None, dtype: Any = None,
    ) -> None:
        super().__init__(
            reduction, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing,
            axis=_last_axis(axis, "CategoricalCrossentropy"),
        )


class SparseCategoricalCrossentropy(Loss):
    """-log p[y]: targets are class indices, with the predictions' shape without its last axis, the classes.

    p are probabilities, or with `from_logits` the logits of a softmax. ValueError
    for an `axis` other than -1, and for an `ignore_class`: give such samples a
    weight of 0 instead.
    """

    _kind = _abi.LOSS_SPARSE_CATEGORICAL_CROSSENTROPY

    def __init__(
        self, from_logits: bool = False, ignore_class: None = None, reduction: str = "sum_over_batch_size",
        axis: int = -1, name: str | None = None, dtype: Any = None,
    ) -> None:
        if ignore_class is not None:
            raise ValueError(f"ignore_class={ignore_class!r} is not supported; give those samples a weight of 0 (sample_weight)")
        _last_axis(axis, "SparseCategoricalCrossentropy")
        super().__init__(reduction, name, dtype, from_logits=from_logits, ignore_class=None)


_CLASSES = (
    MeanSquaredError, MeanAbsoluteError, LogCosh, Huber, BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy,
)
_ALL = by_name(_CLASSES, mse=MeanSquaredError, mae=MeanAbsoluteError, bce=BinaryCrossentropy)


def get(identifier: str | Loss | dict[str, Any]) -> Loss:
    """The loss with this name or Keras configuration, or the object itself. ValueError if unknown."""
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in _ALL:
        return _ALL[identifier.lower()](name=identifier)
    made = from_keras(_CLASSES, identifier)
    if made is None:
        raise ValueError(f"unknown loss {identifier!r}; known: {', '.join(sorted(_ALL))}")
    return made
