"""Layers that reshape, convolve and pool."""

from __future__ import annotations

from typing import Any, Sequence

from .._plain import plain
from ..constraints import ConstraintLike
from ..initializers import InitializerLike
from ..regularizers import RegularizerLike
from ._base import Layer, options

__all__ = [
    "AveragePooling1D", "Conv1D", "Cropping1D", "Flatten", "GlobalAveragePooling1D",
    "GlobalMaxPooling1D", "MaxPooling1D", "Permute", "RepeatVector", "Rescaling",
    "Reshape", "UpSampling1D", "ZeroPadding1D",
]

_FORMAT = frozenset({"data_format"})


class Flatten(Layer):
    """(batch, ...) to (batch, features), the last axis changing fastest."""

    _without_effect = _FORMAT

    def __init__(self, **common: Any) -> None:
        super().__init__({}, **common)


class Reshape(Layer):
    """To (batch, *target_shape), with the elements in the same order; one entry of `target_shape` may be -1, for the rest."""

    def __init__(self, target_shape: Sequence[int], **common: Any) -> None:
        super().__init__({"target_shape": list(plain(target_shape))}, **common)


class Permute(Layer):
    """Reorders the axes: axis i of the result is axis `dims[i - 1]` of the input. Axes count from 1; the batch is axis 0."""

    def __init__(self, dims: Sequence[int], **common: Any) -> None:
        super().__init__({"dims": list(plain(dims))}, **common)


class RepeatVector(Layer):
    """(batch, features) to (batch, n, features)."""

    def __init__(self, n: int, **common: Any) -> None:
        super().__init__({"n": n}, **common)


class Conv1D(Layer):
    """Convolution over time: (batch, time, features) to (batch, steps, filters).

    `padding` is "valid" (none), "same" (zeros on both sides, for time / strides
    steps) or "causal" (zeros before, so that no step sees a later one). `groups`
    splits the features into that many groups, each with its own filters.
    Weights: kernel (kernel_size, features / groups, filters), bias (filters,).
    """

    _without_effect = _FORMAT

    def __init__(
        self, filters: int, kernel_size: int, strides: int = 1, padding: str = "valid", dilation_rate: int = 1,
        groups: int = 1, activation: str | None = None, use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform", bias_initializer: InitializerLike = "zeros",
        kernel_regularizer: RegularizerLike = None, bias_regularizer: RegularizerLike = None,
        kernel_constraint: ConstraintLike = None, bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        config = options(locals())
        for key in ("kernel_size", "strides", "dilation_rate"):
            if isinstance(config[key], int):
                config[key] = [config[key]]
        super().__init__(config, **common)


class _Pooling1D(Layer):
    _without_effect = _FORMAT

    def __init__(
        self, pool_size: int = 2, strides: int | None = None, padding: str = "valid", **common: Any
    ) -> None:
        config = options(locals())
        for key in ("pool_size", "strides"):
            if isinstance(config[key], int):
                config[key] = [config[key]]
        if config["strides"] is None:
            config["strides"] = config["pool_size"]
        super().__init__(config, **common)


class MaxPooling1D(_Pooling1D):
    """The largest value of `pool_size` steps, every `strides` (None: pool_size): (batch, time, features), with fewer steps."""


class AveragePooling1D(_Pooling1D):
    """The mean of `pool_size` steps, every `strides` (None: pool_size): (batch, time, features), with fewer steps."""


class GlobalMaxPooling1D(Layer):
    """The largest value over time: (batch, time, features) to (batch, features), or (batch, 1, features) with `keepdims`."""

    _without_effect = _FORMAT

    def __init__(self, keepdims: bool = False, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class GlobalAveragePooling1D(Layer):
    """The mean over the steps that are not masked: (batch, time, features) to (batch, features), or (batch, 1, features) with `keepdims`."""

    _without_effect = _FORMAT

    def __init__(self, keepdims: bool = False, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class ZeroPadding1D(Layer):
    """Adds `padding` steps of zeros before and after, or a pair of numbers of steps: (batch, time, features)."""

    _without_effect = _FORMAT

    def __init__(self, padding: int | Sequence[int] = 1, **common: Any) -> None:
        super().__init__({"padding": _pair(padding)}, **common)


class Cropping1D(Layer):
    """Removes `cropping` steps at the beginning and at the end, or a pair of numbers of steps: (batch, time, features)."""

    def __init__(self, cropping: int | Sequence[int] = (1, 1), **common: Any) -> None:
        super().__init__({"cropping": _pair(cropping)}, **common)


class UpSampling1D(Layer):
    """Repeats every step `size` times: (batch, time, features) to (batch, size time, features)."""

    def __init__(self, size: int = 2, **common: Any) -> None:
        super().__init__({"size": size}, **common)


class Rescaling(Layer):
    """x * scale + offset."""

    def __init__(self, scale: float, offset: float = 0.0, **common: Any) -> None:
        super().__init__(options(locals()), **common)


def _pair(value: int | Sequence[int]) -> list[int]:
    value = plain(value)
    return [value, value] if isinstance(value, int) else list(value)
