"""How weights get their first values: Keras' initializers.

Everywhere an initializer is wanted its name will do: "glorot_uniform",
"orthogonal", "zeros", ...
"""

from __future__ import annotations

from typing import Any, Union

from ._plain import plain


class Initializer:
    """Its Keras configuration; the values are drawn inside the library."""

    def __init__(self, **config: Any) -> None:
        self._config = plain(config)

    def get_config(self) -> dict[str, Any]:
        return dict(self._config)

    def to_keras(self) -> dict[str, Any]:
        return {"module": "keras.initializers", "class_name": type(self).__name__, "config": self.get_config(), "registered_name": None}


InitializerLike = Union[str, Initializer, dict, None]


class Zeros(Initializer):
    def __init__(self) -> None:
        super().__init__()


class Ones(Initializer):
    def __init__(self) -> None:
        super().__init__()


class Constant(Initializer):
    def __init__(self, value: float = 0.0) -> None:
        super().__init__(value=value)


class RandomNormal(Initializer):
    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(mean=mean, stddev=stddev, seed=seed)


class RandomUniform(Initializer):
    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(minval=minval, maxval=maxval, seed=seed)


class TruncatedNormal(Initializer):
    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(mean=mean, stddev=stddev, seed=seed)


class VarianceScaling(Initializer):
    def __init__(
        self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal", seed: int | None = None
    ) -> None:
        super().__init__(scale=scale, mode=mode, distribution=distribution, seed=seed)


class _Seeded(Initializer):
    def __init__(self, seed: int | None = None) -> None:
        super().__init__(seed=seed)


class GlorotUniform(_Seeded):
    """Glorot & Bengio 2010: uniform in +-sqrt(6 / (fan_in + fan_out))."""


class GlorotNormal(_Seeded):
    """Glorot & Bengio 2010."""


class HeUniform(_Seeded):
    """He et al. 2015."""


class HeNormal(_Seeded):
    """He et al. 2015."""


class LecunUniform(_Seeded):
    """LeCun 1998."""


class LecunNormal(_Seeded):
    """LeCun 1998."""


class Orthogonal(Initializer):
    """Saxe et al. 2014."""

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(gain=gain, seed=seed)


class Identity(Initializer):
    def __init__(self, gain: float = 1.0) -> None:
        super().__init__(gain=gain)
