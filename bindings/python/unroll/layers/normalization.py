"""Layers that normalise."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

import numpy as np

from .._arrays import as_input
from .._plain import plain
from ..constraints import ConstraintLike
from ..initializers import InitializerLike
from ..regularizers import RegularizerLike
from ._base import Layer, options

__all__ = [
    "BatchNormalization", "GroupNormalization", "LayerNormalization", "Normalization", "RMSNormalization", "UnitNormalization",
]


class LayerNormalization(Layer):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, over `axis` of each sample and time step.

    Weights, with the lengths of `axis`: gamma with `scale`, and beta with `center`.
    """

    def __init__(
        self, axis: int | Sequence[int] = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
        beta_initializer: InitializerLike = "zeros", gamma_initializer: InitializerLike = "ones",
        beta_regularizer: RegularizerLike = None, gamma_regularizer: RegularizerLike = None,
        beta_constraint: ConstraintLike = None, gamma_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class BatchNormalization(Layer):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, over all axes except `axis`.

    In training the mean and variance are those of the batch, and the moving
    statistics are updated with `momentum`; in prediction, and while the layer is
    not trainable, the moving statistics are used. Weights, each (features,): gamma with
    `scale`, beta with `center`, moving_mean, moving_variance.
    """

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
        beta_initializer: InitializerLike = "zeros", gamma_initializer: InitializerLike = "ones",
        moving_mean_initializer: InitializerLike = "zeros", moving_variance_initializer: InitializerLike = "ones",
        beta_regularizer: RegularizerLike = None, gamma_regularizer: RegularizerLike = None,
        beta_constraint: ConstraintLike = None, gamma_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class UnitNormalization(Layer):
    """Scales x to Euclidean norm 1 along `axis`."""

    def __init__(self, axis: int = -1, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class GroupNormalization(Layer):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, over all positions of a sample and the channels of one group.

    `groups` is the number of groups of equal size that the channels of `axis` form; -1:
    each channel is one. Weights, each (channels,): gamma with `scale`, beta with
    `center`. ValueError if the channels cannot be divided.
    """

    def __init__(
        self, groups: int = 32, axis: int = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
        beta_initializer: InitializerLike = "zeros", gamma_initializer: InitializerLike = "ones",
        beta_regularizer: RegularizerLike = None, gamma_regularizer: RegularizerLike = None,
        beta_constraint: ConstraintLike = None, gamma_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class RMSNormalization(Layer):
    """scale x / sqrt(mean(x^2) + epsilon), over `axis` of each sample and time step.

    Weights: scale, with the lengths of `axis`.
    """

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class Normalization(Layer):
    """(x - mean) / sqrt(variance), with the statistics of the data: `mean` and `variance`, or those that `adapt` measures.

    Positions along `axis` have statistics of their own; None: one pair for all. With
    `invert`: mean + x sqrt(variance). Weights, unless they are given: mean and variance
    with the lengths of `axis`, and count (). ValueError if only one of `mean` and
    `variance` is given, or if they do not fit the input.
    """

    def __init__(
        self, axis: int | Sequence[int] | None = -1, mean: Any = None, variance: Any = None, invert: bool = False, **common: Any
    ) -> None:
        if (mean is None) != (variance is None):
            raise ValueError("give both mean and variance, or neither and call adapt()")
        axis = () if axis is None else axis
        config = {
            "axis": plain([axis] if np.isscalar(axis) else list(axis)),  # type: ignore[arg-type]
            "mean": None if mean is None else np.asarray(mean, np.float64).tolist(),
            "variance": None if variance is None else np.asarray(variance, np.float64).tolist(), "invert": invert,
        }
        super().__init__(config, **common)

    def adapt(self, data: Any) -> None:
        """Measures mean and variance of `data`, an array (samples, ...) or an iterable of such batches.

        Replaces earlier ones. ValueError if the layer was given its statistics, or `data` is empty.
        """
        if self._config.get("mean") is not None:
            raise ValueError(f"{self.name}: its mean and variance were given; adapt() would have no effect")
        batches: Iterable[Any] = [data] if hasattr(data, "shape") or not hasattr(data, "__next__") else data
        count, mean, squares = 0, np.zeros(()), np.zeros(())
        for batch in batches:
            array = np.asarray(as_input(batch, "data"), np.float64)
            kept = {axis % array.ndim for axis in self._config["axis"]}
            reduced = tuple(axis for axis in range(array.ndim) if axis not in kept)
            more = int(np.prod([array.shape[axis] for axis in reduced], dtype=np.int64))
            if more == 0:
                continue
            # Chan, Golub and LeVeque (1979): moments of two parts of the data together.
            delta = array.mean(axis=reduced) - mean
            squares = squares + array.var(axis=reduced) * more + delta**2 * count * more / (count + more)
            mean = mean + delta * more / (count + more)
            count += more
        if count == 0:
            raise ValueError(f"{self.name}: adapt() needs at least one sample")
        self._initial_weights = [mean, squares / count, np.asarray(float(count))]
        if self.built:
            self.set_weights(self._initial_weights)
