"""Layers with several inputs, for functional models: merges and attention.

They are called on a list of tensors. Merges broadcast axes of length 1, as NumPy does.
"""

from __future__ import annotations

from typing import Any, Sequence

from ._base import Layer, options

__all__ = [
    "Add", "AdditiveAttention", "Attention", "Average", "Concatenate", "Dot", "Maximum", "Minimum",
    "Multiply", "Subtract",
]


class Concatenate(Layer):
    """The inputs, joined along `axis`; their other axes must have equal lengths."""

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
    """The product of two inputs, summed over one axis of each; `axes` is one number for both, or a pair.

    With `normalize` the inputs are first scaled to norm 1 along these axes; the
    result is the cosine of their angle.
    """

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class Attention(Layer):
    """Luong's attention, called on [query, value] or [query, value, key].

    query is (batch, T, features), value and key are (batch, S, features). The result
    (batch, T, features) is the sum of the values, weighted by the softmax of the scores
    over S. `score_mode` is "dot" or "concat"; `use_scale` learns a factor for the scores
    (weights: scale, and with "concat" concat_score_weight); `dropout` is the
    fraction of the softmax weights that is dropped in training.
    """

    def __init__(
        self, use_scale: bool = False, score_mode: str = "dot", dropout: float = 0.0, seed: int | None = None, **common: Any
    ) -> None:
        super().__init__(options(locals()), **common)


class AdditiveAttention(Layer):
    """Bahdanau's attention, called on [query, value] or [query, value, key].

    Shapes are as for `Attention`; a score is the sum over the features of
    scale tanh(query + key). Weights, with `use_scale`: scale (features,).
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **common: Any) -> None:
        super().__init__(options(locals()), **common)
