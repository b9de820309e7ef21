"""Objects of the library that Python owns: they are destroyed when nothing refers to them.

This module is below models, layers, weights, optimizers and streams: it uses the
library's functions and none of those classes.
"""

from __future__ import annotations

import ctypes
import json
import weakref
from typing import Any, Sequence, cast

import numpy as np

from . import _abi, _enumerators
from ._arrays import view, views
from ._lib import call, initialized, library, shape, text

_DTYPES = {number: name for name, number in _enumerators.DTYPES.items()}


def dtype_name(number: int) -> str:
    """The name of an element type: "float32"."""
    return _DTYPES[number]


class Handle:
    """An object of the library; it can be passed to functions of the header as the pointer."""

    def __init__(self, pointer: ctypes.c_void_p, destroy: str) -> None:
        self._as_parameter_ = pointer
        self._finalizer = weakref.finalize(self, getattr(library(), destroy), pointer)

    def close(self) -> None:
        """Destroys the object now."""
        self._finalizer()


class ModelHandle(Handle):
    """A model of the library and its queries. A `path` names a layer inside; "" is the model."""

    def __init__(self, pointer: ctypes.c_void_p) -> None:
        super().__init__(pointer, "unroll_model_destroy")
        self.dtype = dtype_name(self.info().dtype)

    def info(self) -> Any:
        """The header's `unroll_model_info`."""
        info = initialized(_abi.ModelInfo, "unroll_model_info_init")
        call("unroll_model_get_info", self, ctypes.byref(info))
        return info

    def describe(self) -> dict[str, Any]:
        """The layers, shapes, parameters, training, and notes on what was adapted while loading."""
        return cast("dict[str, Any]", json.loads(text("unroll_model_describe", self)))

    # ---- weights ----------------------------------------------------------------

    def weight_info(self, index: int) -> Any:
        """The header's `unroll_weight_info`."""
        info = initialized(_abi.WeightInfo, "unroll_weight_info_init")
        call("unroll_model_get_weight_info", self, index, ctypes.byref(info))
        return info

    def weight_name(self, index: int) -> str:
        """"lstm_1/recurrent_kernel"."""
        return text("unroll_model_get_weight_name", self, index)

    def read_weight(self, index: int, into: np.ndarray) -> None:
        """Copies the values of a weight to an array of its shape."""
        call("unroll_model_get_weight", self, index, ctypes.byref(view(into)))

    def write_weight(self, index: int, values: np.ndarray) -> None:
        """Copies an array of its shape to a weight."""
        call("unroll_model_set_weight", self, index, ctypes.byref(view(values)))

    def write_weights(self, values: Sequence[np.ndarray]) -> None:
        """Copies arrays to all weights, in order, or to none; what layers derive from their weights is recomputed once."""
        call("unroll_model_set_weights", self, views(values), len(values))

    def set_trainable(self, path: str, value: bool) -> None:
        """Freezes or unfreezes a layer."""
        call("unroll_model_set_trainable", self, _encoded(path), value)

    # ---- the learning rate -----------------------------------------------------------

    @property
    def learning_rate(self) -> float:
        """The rate of the next update."""
        rate = ctypes.c_double()
        call("unroll_model_get_learning_rate", self, ctypes.byref(rate))
        return rate.value

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        call("unroll_model_set_learning_rate", self, value)

    # ---- carried states ----------------------------------------------------------------

    def reset_states(self, path: str) -> None:
        """Resets the states that a layer carries to zero."""
        call("unroll_model_reset_layer_states", self, _encoded(path))

    def set_states(self, path: str, states: Sequence[np.ndarray]) -> None:
        """Replaces the states that a layer carries: all, or none if one does not fit."""
        call("unroll_model_set_states", self, _encoded(path), views(states), len(states))

    def states(self, path: str) -> list[np.ndarray] | None:
        """Copies of the states that a layer carries; None as long as there are none."""
        encoded, count = _encoded(path), ctypes.c_size_t()
        call("unroll_model_get_state_count", self, encoded, ctypes.byref(count))
        arrays = []
        for index in range(count.value):
            axes = shape("unroll_model_get_state_shape", self, encoded, index)
            if axes[0] is None:
                return None
            arrays.append(np.empty([int(axis or 0) for axis in axes], self.dtype))
        for index, array in enumerate(arrays):
            call("unroll_model_get_state", self, encoded, index, ctypes.byref(view(array)))
        return arrays


def _encoded(path: str) -> bytes | None:
    return path.encode() or None
