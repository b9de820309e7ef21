"""Conditions that weights are made to satisfy after every update, with Keras' names.

Norms are taken along `axis` of the weight: 0, the default, is that of the
inputs of each unit of a kernel.
"""

from __future__ import annotations

from typing import Any, Sequence, Union

from ._plain import plain


class Constraint:
    def __init__(self, **config: Any) -> None:
        self._config = plain(config)

    def get_config(self) -> dict[str, Any]:
        return dict(self._config)

    def to_keras(self) -> dict[str, Any]:
        return {"module": "keras.constraints", "class_name": type(self).__name__, "config": self.get_config(), "registered_name": None}


ConstraintLike = Union[str, Constraint, dict, None]
Axes = Union[int, Sequence[int]]


class MaxNorm(Constraint):
    """No norm above `max_value`."""

    def __init__(self, max_value: float = 2, axis: Axes = 0) -> None:
        super().__init__(max_value=max_value, axis=axis)


class NonNeg(Constraint):
    """No negative weight."""


class UnitNorm(Constraint):
    """Norms of one."""

    def __init__(self, axis: Axes = 0) -> None:
        super().__init__(axis=axis)


class MinMaxNorm(Constraint):
    """Norms from `min_value` to `max_value`; `rate` is how far others are moved towards that at each update."""

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0) -> None:
        super().__init__(min_value=min_value, max_value=max_value, rate=rate, axis=axis)


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm
