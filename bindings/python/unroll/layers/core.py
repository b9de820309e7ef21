"""Dense, Embedding, activations, dropout and noise."""

from __future__ import annotations

from typing import Any, Sequence

from .._plain import plain
from ..constraints import ConstraintLike
from ..initializers import InitializerLike
from ..regularizers import RegularizerLike
from ._base import KerasTensor, Layer, options

__all__ = [
    "Activation", "ActivityRegularization", "AlphaDropout", "Dense", "Dropout", "ELU", "Embedding", "GaussianDropout", "GaussianNoise",
    "Identity", "Input",
    "InputLayer", "LeakyReLU", "Masking", "PReLU", "ReLU", "Softmax", "SpatialDropout1D",
]


class InputLayer(Layer):
    """Declares a model's input: `shape` is that of one sample; None is an axis of any length.

    `batch_size` fixes the first axis, which stateful models need; `batch_shape`
    gives both. ValueError without a shape.
    """

    _takes_indices = True

    def __init__(
        self, shape: Sequence[int | None] | None = None, batch_size: int | None = None, dtype: str | None = None,
        *, batch_shape: Sequence[int | None] | None = None, input_shape: Sequence[int | None] | None = None,
        name: str | None = None,
    ) -> None:
        shape, batch_shape = plain(shape if shape is not None else input_shape), plain(batch_shape)
        batch_size = plain(batch_size)
        if batch_shape is None:
            if shape is None:
                raise ValueError("Input needs the shape of one sample, for example (60, 1)")
            batch_shape = (batch_size, *([shape] if isinstance(shape, int) else shape))
        super().__init__({"batch_shape": list(batch_shape)}, name=name, dtype=dtype, batch_input_shape=batch_shape)


def Input(
    shape: Sequence[int | None] | None = None, batch_size: int | None = None, dtype: str | None = None,
    *, batch_shape: Sequence[int | None] | None = None, name: str | None = None,
) -> KerasTensor:
    """The first entry of a `Sequential`, or a tensor to call layers on (functional models).

    `shape` is that of one sample, for example (60, 1); None is an axis of any length.
    `batch_size`, `batch_shape` and errors are as for `InputLayer`.
    """
    layer = InputLayer(shape, batch_size, dtype, batch_shape=batch_shape, name=name)
    return KerasTensor(layer, 0, 0, layer.batch_shape)


class Dense(Layer):
    """activation(x kernel + bias) over the last axis: (batch, ..., features) to (batch, ..., units).

    Weights: kernel (features, units), and with `use_bias` bias (units,).
    """

    def __init__(
        self, units: int, activation: str | None = None, use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform", bias_initializer: InitializerLike = "zeros",
        kernel_regularizer: RegularizerLike = None, bias_regularizer: RegularizerLike = None,
        kernel_constraint: ConstraintLike = None, bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class Embedding(Layer):
    """Replaces indices by learned vectors: (batch, time) to (batch, time, output_dim).

    Indices are whole numbers from 0 to `input_dim` - 1; others raise
    InvalidArgumentError when they are computed. `mask_zero` masks the steps with index
    0 for the layers that follow. Weights: embeddings (input_dim, output_dim).
    """

    _takes_indices = True

    def __init__(
        self, input_dim: int, output_dim: int, embeddings_initializer: InitializerLike = "uniform",
        embeddings_regularizer: RegularizerLike = None, mask_zero: bool = False, input_length: int | None = None,
        embeddings_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        if input_length is not None:
            common.setdefault("input_shape", (input_length,))
        config = options(locals())
        del config["input_length"]
        super().__init__(config, **common)


class Activation(Layer):
    """Applies an activation function, given by name: "tanh", "sigmoid", "relu", "softmax", ..."""

    def __init__(self, activation: str, **common: Any) -> None:
        super().__init__({"activation": activation}, **common)


class Identity(Layer):
    """Its input."""

    def __init__(self, **common: Any) -> None:
        super().__init__({}, **common)


class ActivityRegularization(Layer):
    """Its input; adds l1 sum |x| + l2 sum x^2, divided by the batch size, to the loss."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class ReLU(Layer):
    """x, at most `max_value`, from `threshold` up; below it `negative_slope` (x - threshold)."""

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **common: Any
    ) -> None:
        super().__init__(options(locals()), **common)


class LeakyReLU(Layer):
    """x where x is positive, `negative_slope` x elsewhere."""

    def __init__(self, negative_slope: float = 0.3, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class ELU(Layer):
    """x where x is positive, `alpha` (exp(x) - 1) elsewhere."""

    def __init__(self, alpha: float = 1.0, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class PReLU(Layer):
    """ReLU with learned slopes for negative values.

    Weights: alpha, with the shape of one sample, but length 1 for each of
    `shared_axes` (counted from 1, the batch being axis 0).
    """

    def __init__(
        self, alpha_initializer: InitializerLike = "zeros", alpha_regularizer: RegularizerLike = None,
        shared_axes: Sequence[int] | None = None,
        alpha_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class Softmax(Layer):
    """exp(x) divided by its sum along `axis`."""

    def __init__(self, axis: int = -1, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class Dropout(Layer):
    """In training sets a random fraction `rate` of the values to 0 and scales the others by 1 / (1 - rate).

    `noise_shape`, the batch axis first, is 1 for an axis along which all values are
    dropped together, and None for an axis as long as the input's.
    """

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **common: Any
    ) -> None:
        super().__init__(options(locals()), **common)


class SpatialDropout1D(Layer):
    """Dropout of whole features, the same at all time steps: (batch, time, features)."""

    def __init__(self, rate: float, seed: int | None = None, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class AlphaDropout(Layer):
    """Dropout for selu: in training replaces a random fraction `rate` by selu's lower limit, and keeps mean and variance.

    `noise_shape` is as for `Dropout`. ValueError unless 0 <= `rate` < 1.
    """

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **common: Any
    ) -> None:
        super().__init__(options(locals()), **common)


class GaussianNoise(Layer):
    """In training adds normal noise of mean 0 and standard deviation `stddev`."""

    def __init__(self, stddev: float, seed: int | None = None, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class GaussianDropout(Layer):
    """In training multiplies by normal noise of mean 1 and variance rate / (1 - rate)."""

    def __init__(self, rate: float, seed: int | None = None, **common: Any) -> None:
        super().__init__(options(locals()), **common)


class Masking(Layer):
    """Masks the time steps whose features all equal `mask_value`, for the layers that follow: (batch, time, features)."""

    def __init__(self, mask_value: float = 0.0, **common: Any) -> None:
        super().__init__(options(locals()), **common)
