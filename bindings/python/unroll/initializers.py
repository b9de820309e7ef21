"""How weights are initialized, with Keras' names.

Wherever an initializer is expected, a name can be given: "glorot_uniform",
"orthogonal", "zeros", ... For a kernel of shape (..., inputs, units), `fan_in`
is the number of inputs of a unit and `fan_out` that of its outputs, both times the
size of the window in a convolution. Values are drawn with the model's seed
(`utils.set_random_seed`); an initializer's own `seed` has no effect, and a
warning says so.
"""

from __future__ import annotations

import warnings
from typing import Any, Dict, Union

from ._configured import Configured


class Initializer(Configured):
    """The base of all initializers: a Keras configuration; the library draws the values."""

    _module = "keras.initializers"

    def __init__(self, **config: Any) -> None:
        if config.get("seed") is not None:
            warnings.warn(
                f"{type(self).__name__}: the seed of an initializer has no effect; values are drawn with the model's seed, "
                "which utils.set_random_seed sets", stacklevel=3)
        super().__init__(**config)


InitializerLike = Union[str, Initializer, Dict[str, Any], None]


class Zeros(Initializer):
    """All elements 0."""

    def __init__(self) -> None:
        super().__init__()


class Ones(Initializer):
    """All elements 1."""

    def __init__(self) -> None:
        super().__init__()


class Constant(Initializer):
    """All elements `value`."""

    def __init__(self, value: float = 0.0) -> None:
        super().__init__(value=value)


class RandomNormal(Initializer):
    """Normally distributed, with mean `mean` and standard deviation `stddev`."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(mean=mean, stddev=stddev, seed=seed)


class RandomUniform(Initializer):
    """Uniformly distributed from `minval` to `maxval`."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(minval=minval, maxval=maxval, seed=seed)


class TruncatedNormal(Initializer):
    """Normally distributed; values more than two standard deviations from the mean are drawn again."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(mean=mean, stddev=stddev, seed=seed)


_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


class VarianceScaling(Initializer):
    """Mean 0 and variance `scale` / n.

    `mode` says what n is: "fan_in", "fan_out" or "fan_avg", their mean. `distribution`
    is "truncated_normal", "untruncated_normal" or "uniform". ValueError for other
    values, and for a scale that is not positive.
    """

    def __init__(
        self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal", seed: int | None = None
    ) -> None:
        if not scale > 0:
            raise ValueError(f"scale must be positive, found {scale!r}")
        for name, value, known in (("mode", mode, _MODES), ("distribution", distribution, _DISTRIBUTIONS)):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, found {value!r}")
        super().__init__(scale=scale, mode=mode, distribution=distribution, seed=seed)


class _Seeded(Initializer):
    def __init__(self, seed: int | None = None) -> None:
        super().__init__(seed=seed)


class GlorotUniform(_Seeded):
    """Uniform within ±sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010)."""


class GlorotNormal(_Seeded):
    """Truncated normal with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""


class HeUniform(_Seeded):
    """Uniform within ±sqrt(6 / fan_in) (He et al. 2015)."""


class HeNormal(_Seeded):
    """Truncated normal with variance 2 / fan_in (He et al. 2015)."""


class LecunUniform(_Seeded):
    """Uniform within ±sqrt(3 / fan_in) (LeCun et al. 1998)."""


class LecunNormal(_Seeded):
    """Truncated normal with variance 1 / fan_in (LeCun et al. 1998)."""


class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns, times `gain` (Saxe et al. 2014).

    All axes but the last together form the rows.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(gain=gain, seed=seed)


class Identity(Initializer):
    """`gain` on the diagonal of a matrix and 0 elsewhere; for weights with two axes."""

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__(gain=gain)
