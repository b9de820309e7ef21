"""One weight of a model: a kernel, a bias, a moving mean."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Sequence

import numpy as np

from . import _abi
from ._arrays import as_input, view
from ._lib import call, initialized, text

if TYPE_CHECKING:
    from .models._core import Core


class Weight:
    """A weight of a built model. Its values live in the library; `numpy()` copies them."""

    def __init__(self, model: "Core", handle: Any, index: int) -> None:
        self._model, self._index = model, index
        info = initialized(_abi.WeightInfo, "unroll_weight_info_init")
        call("unroll_model_get_weight_info", handle, index, ctypes.byref(info))
        #: "lstm_1/recurrent_kernel"
        self.path = text("unroll_model_weight_name", handle, index)
        self.shape: tuple[int, ...] = tuple(info.shape[: info.rank])

    @property
    def trainable(self) -> bool:
        """Whether the next `compile` will train it."""
        info = initialized(_abi.WeightInfo, "unroll_weight_info_init")
        call("unroll_model_get_weight_info", self._model._handle, self._index, ctypes.byref(info))
        return bool(info.is_trainable)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def dtype(self) -> str:
        return self._model.dtype or "float32"

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def numpy(self) -> np.ndarray:
        """A copy of the values."""
        array = np.empty(self.shape or (1,), self.dtype)  # the library has no arrays without axes
        call("unroll_model_get_weight", self._model._handle, self._index, ctypes.byref(view(array)))
        return array.reshape(self.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def assign(self, value: Any) -> None:
        """Replaces the values. ValueError if the shape differs."""
        array = np.ascontiguousarray(as_input(value, self.path))
        call("unroll_model_set_weight", self._model._handle, self._index, ctypes.byref(view(array)))

    def __repr__(self) -> str:
        return f"<Weight path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def assign_all(weights: Sequence[Weight], values: Sequence[Any], owner: str) -> None:
    """Replaces all of `weights`, or none: shapes are compared before the first is changed."""
    if len(values) != len(weights):
        raise ValueError(f"{owner} has {len(weights)} weights, found {len(values)}")
    arrays = [as_input(value, weight.path) for weight, value in zip(weights, values)]
    for weight, array in zip(weights, arrays):
        if array.shape != weight.shape:
            raise ValueError(f"{weight.path}: expected shape {weight.shape}, found {array.shape}")
    for weight, array in zip(weights, arrays):
        weight.assign(array)
