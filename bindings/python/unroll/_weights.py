"""One weight of a model: a kernel, a bias, a moving mean."""

from __future__ import annotations

from typing import Any, Protocol, Sequence

import numpy as np

from ._arrays import as_input
from ._handle import ModelHandle


class HandleOwner(Protocol):
    """What a weight needs from its model: the handle, which changes when the model is rebuilt."""

    def _handle_or_raise(self) -> ModelHandle: ...


class Weight:
    """A weight of a built model. Its values live in the library; `numpy()` copies them."""

    def __init__(self, model: HandleOwner, index: int) -> None:
        self._model, self._index = model, index
        handle = model._handle_or_raise()
        info = handle.weight_info(index)
        #: "lstm_1/recurrent_kernel"
        self.path = handle.weight_name(index)
        self.shape: tuple[int, ...] = tuple(info.shape[: info.rank])

    @property
    def trainable(self) -> bool:
        """Whether it is trained after the next `compile`."""
        return bool(self._model._handle_or_raise().weight_info(self._index).is_trainable)

    @property
    def name(self) -> str:
        """The last part of `path`: "recurrent_kernel"."""
        return self.path.rpartition("/")[2]

    @property
    def dtype(self) -> str:
        """The element type: "float32" or "float64"."""
        return self._model._handle_or_raise().dtype

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    def numpy(self) -> np.ndarray:
        """A copy of the values."""
        array = np.empty(self.shape, self.dtype)
        self._model._handle_or_raise().read_weight(self._index, _with_an_axis(array))
        return array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def assign(self, value: Any) -> None:
        """Replaces the values. ShapeError if the shape differs."""
        self._model._handle_or_raise().write_weight(self._index, _with_an_axis(as_input(value, self.path)))

    def __repr__(self) -> str:
        return f"<Weight path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def assign_all(weights: Sequence[Weight], values: Sequence[Any], owner: str) -> None:
    """Replaces all of `weights`, or none: shapes are compared before the first one is changed."""
    if len(values) != len(weights):
        raise ValueError(f"{owner} has {len(weights)} weights, found {len(values)}")
    arrays = [as_input(value, weight.path) for weight, value in zip(weights, values)]
    for weight, array in zip(weights, arrays):
        if array.shape != weight.shape:
            raise ValueError(f"{weight.path}: expected shape {weight.shape}, found {array.shape}")
    handle = weights[0]._model._handle_or_raise() if weights else None
    if handle is not None and handle.info().weight_count == len(weights):
        handle.write_weights([_with_an_axis(array) for array in arrays])
    else:  # those of a layer
        for weight, array in zip(weights, arrays):
            weight.assign(array)


def _with_an_axis(array: np.ndarray) -> np.ndarray:
    """A single number as shape (1,): the library has no arrays without axes."""
    return array.reshape(array.shape or (1,))
