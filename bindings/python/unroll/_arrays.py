"""NumPy arrays as the library's borrowed views."""

from __future__ import annotations

import ctypes
from typing import Any, Sequence

import numpy as np

from . import _abi, _enumerators
from ._lib import initialized

_BY_NUMBER = {number: np.dtype(name) for name, number in _enumerators.DTYPES.items()}
# By type and not by name, which NumPy puts together anew for each array.
_NUMBERS = {dtype: number for number, dtype in _BY_NUMBER.items()}


def as_input(values: Any, what: str) -> np.ndarray:
    """An array of a type that the library reads; not copied if it already is one.

    TypeError if it does not contain numbers, ValueError for ragged lists.
    """
    if _comes_in_pieces(values):
        raise TypeError(
            f"{what}: expected an array, found {type(values).__name__}. Generators and data sets are not supported: "
            "join their batches, or call train_on_batch for each"
        )
    array = np.asarray(values)
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    if array.dtype not in _NUMBERS:  # which are in this machine's byte order
        if array.dtype.kind not in "fiu":
            raise TypeError(f"{what}: expected an array of numbers, found dtype {array.dtype}")
        array = array.astype(np.float32 if array.dtype.itemsize <= 2 else np.float64)
    if array.ndim > _abi.RANK_MAX:
        raise ValueError(f"{what}: at most {_abi.RANK_MAX} axes are supported, found shape {array.shape}")
    # All strides zero would mean "contiguous" to the library.
    if not array.flags.aligned or (array.size > 1 and not any(array.strides)):
        array = np.ascontiguousarray(array)
    return array


def _comes_in_pieces(values: Any) -> bool:
    """True for generators, data loaders and Keras' Sequence, which NumPy would read forever or as one object."""
    if isinstance(values, (np.ndarray, Sequence)) or np.isscalar(values):
        return False
    if any(hasattr(values, name) for name in ("__array__", "__array_interface__", "__array_struct__")):
        return False
    try:
        memoryview(values)  # before Python 3.12 a buffer has no attribute that says so
        return False
    except TypeError:
        pass
    return hasattr(values, "__iter__") or hasattr(values, "__getitem__")


def with_sample_axes(values: Any, what: str) -> np.ndarray:
    """`as_input`, with (N,) seen as (N, 1), as Keras does."""
    array = as_input(values, what)
    return array[:, None] if array.ndim == 1 else array


def view(array: np.ndarray) -> _abi.Array:
    """The library's view of an array, which must live as long as the view is used."""
    result = _abi.Array()
    result.data = array.ctypes.data
    result.dtype = _NUMBERS[array.dtype]
    result.rank = array.ndim
    result.shape[: array.ndim], result.strides[: array.ndim] = array.shape, array.strides
    return result


def views(arrays: Sequence[np.ndarray]) -> Any:
    """Several views as one C array, or None for none."""
    return (_abi.Array * len(arrays))(*map(view, arrays)) if arrays else None


class _Interface:
    """Memory of `owner` under another shape; keeps the owner alive."""

    def __init__(self, array: _abi.Array, owner: np.ndarray) -> None:
        self.owner = owner
        shape = tuple(array.shape[: array.rank])
        self.__array_interface__ = {
            "version": 3, "shape": shape, "strides": tuple(array.strides[: array.rank]),
            "typestr": _BY_NUMBER[array.dtype].str, "data": (array.data or 0, True),
        }


def to_numpy(array: _abi.Array, owner: np.ndarray) -> np.ndarray:
    """A read-only NumPy view of memory inside `owner`."""
    return np.asarray(_Interface(array, owner))


class DataView:
    """Inputs, targets and sample weights for fit and evaluate; keeps the arrays alive."""

    def __init__(self, inputs: Sequence[np.ndarray], targets: Sequence[np.ndarray], weights: Sequence[np.ndarray | None] = ()) -> None:
        self.struct = initialized(_abi.Data, "unroll_data_init")
        self._inputs, self._targets = views(inputs), views(targets)
        self.struct.inputs, self.struct.input_count = self._inputs, len(inputs)
        self.struct.targets, self.struct.target_count = self._targets, len(targets)
        if any(each is not None for each in weights):
            self._weights = (ctypes.POINTER(_abi.Array) * len(weights))()
            for index, each in enumerate(weights):
                if each is not None:
                    self._weights[index] = ctypes.pointer(view(each))
            self.struct.sample_weights, self.struct.sample_weight_count = self._weights, len(weights)
        self._arrays = (list(inputs), list(targets), list(weights))

    def reference(self) -> Any:
        return ctypes.byref(self.struct)


