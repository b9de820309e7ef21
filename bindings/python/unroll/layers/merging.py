"""Layers of several inputs: merges and attention (functional models)."""

from __future__ import annotations

from typing import Any, Sequence

from ._base import Layer, options


class Concatenate(Layer):
    """Inputs side by side along `axis`."""

    def __init__(self, axis: int = -1, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class _Merge(Layer):
    def __init__(self, **common: Any) -> None:
        super().__init__({}, **common)


class Add(_Merge):
    """The sum of the inputs."""


class Subtract(_Merge):
    """The first input minus the second."""


class Multiply(_Merge):
    """The elementwise product of the inputs."""


class Average(_Merge):
    """The elementwise mean of the inputs."""


class Maximum(_Merge):
    """The elementwise maximum of the inputs."""


class Minimum(_Merge):
    """The elementwise minimum of the inputs."""


class Dot(Layer):
    """The product of two inputs, contracted over `axes`."""

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class Attention(Layer):
    """Luong's attention, called on [query, value] or [query, value, key]."""

    def __init__(
        self, use_scale: bool = False, score_mode: str = "dot", dropout: float = 0.0, seed: int | None = None, **common: Any
    ) -> None:
        super().__init__(options(locals()), **common)


class AdditiveAttention(Layer):
    """Bahdanau's attention, called on [query, value] or [query, value, key]."""

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **common: Any) -> None:
        super().__init__(options(locals()), **common)
