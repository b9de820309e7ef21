"""Constraints that are imposed on weights after every update, with Keras' names.

Pass them to a layer as `kernel_constraint=` and the like, as objects or by name
("non_neg"). Norms are Euclidean and taken along `axis` of the weight, an axis
or several: 0, the default, gives the norm of each unit's inputs in a kernel of
shape (inputs, units).
"""

from __future__ import annotations

from typing import Any, Dict, Sequence, Union

from ._configured import Configured


class Constraint(Configured):
    """The base of all constraints: a Keras configuration; the library applies it."""

    _module = "keras.constraints"


ConstraintLike = Union[str, Constraint, Dict[str, Any], None]
Axes = Union[int, Sequence[int]]


class MaxNorm(Constraint):
    """Scales weights whose norm exceeds `max_value` down to it."""

    def __init__(self, max_value: float = 2, axis: Axes = 0) -> None:
        super().__init__(max_value=max_value, axis=axis)


class NonNeg(Constraint):
    """Sets negative elements to 0."""

    def __init__(self) -> None:
        super().__init__()


class UnitNorm(Constraint):
    """Scales every norm to 1."""

    def __init__(self, axis: Axes = 0) -> None:
        super().__init__(axis=axis)


class MinMaxNorm(Constraint):
    """Scales norms into the range from `min_value` to `max_value`.

    `rate`, from 0 to 1, is how far a norm outside the range moves towards it at
    each update; 1 moves it all the way.
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0) -> None:
        super().__init__(min_value=min_value, max_value=max_value, rate=rate, axis=axis)


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm
