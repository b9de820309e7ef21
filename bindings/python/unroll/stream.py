"""A model run one time step a call."""

from __future__ import annotations

import ctypes
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _abi
from ._lib import call, initialized, library, whole

if TYPE_CHECKING:
    from .models._core import Core

_WEIGHTS = {"model": 10, "float16": 20}
_DTYPES = {number: name for name, number in _abi.DTYPES.items()}


class Stream:
    """The state of one run through a model: `model.stream()`.

    A step costs the same however long the run is. Many streams, on many
    threads, share one model; one stream is used by one thread at a time. The
    model must not be trained meanwhile.
    """

    def __init__(self, model: "Core", batch_size: int = 1, weights: str = "model") -> None:
        if weights not in _WEIGHTS:
            raise ValueError(f"weights is one of {', '.join(map(repr, _WEIGHTS))}, found {weights!r}")
        options = initialized(_abi.StreamOptions, "unroll_stream_options_init")
        options.batch_size = whole(batch_size, "batch_size")
        options.weights = _WEIGHTS[weights]
        handle = ctypes.c_void_p()
        call("unroll_stream_create", model._handle_or_raise(), ctypes.byref(options), ctypes.byref(handle))
        self._adopt(handle)

    def _adopt(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        self._finalizer = weakref.finalize(self, library().unroll_stream_destroy, handle)
        info = initialized(_abi.StreamInfo, "unroll_stream_info_init")
        call("unroll_stream_get_info", handle, ctypes.byref(info))
        self.dtype = _DTYPES[info.dtype]
        self.batch_size = int(info.batch_size)
        self.state_size = int(info.state_size)
        self._inputs = self._buffers("unroll_stream_input_size", info.input_count)
        self._outputs = self._buffers("unroll_stream_output_size", info.output_count)
        self._input_pointers = _pointers(self._inputs)
        self._output_pointers = _pointers(self._outputs)
        # One call a time step: looked up once.
        self._step = library().unroll_stream_step_all

    def _buffers(self, function: str, count: int) -> list[np.ndarray]:
        buffers = []
        for index in range(count):
            size = ctypes.c_size_t()
            call(function, self._handle, index, ctypes.byref(size))
            buffers.append(np.zeros((self.batch_size, size.value // self.batch_size), self.dtype))
        return buffers

    def step(self, x: Any) -> Any:
        """One time step: x (batch, features), the result (batch, features of the output).

        A stream of batch size 1 also takes (features,), or a number for one
        feature or one index, and gives (features of the output,). Lists for
        several inputs or outputs. ValueError if the shape does not fit.
        """
        listed = [x] if len(self._inputs) == 1 else x
        if len(listed) != len(self._inputs):
            raise ValueError(f"the model has {len(self._inputs)} inputs, found {len(listed)}")
        flat = False
        for buffer, value in zip(self._inputs, listed):
            array = np.asarray(value)
            if array.ndim < 2 and self.batch_size == 1:
                flat, array = True, array.reshape(1, -1)
            elif array.ndim == 1 and buffer.shape[1] == 1:
                array = array[:, None]
            if array.shape != buffer.shape:
                raise ValueError(f"a step of this stream has shape {buffer.shape}, found {np.shape(value)}")
            buffer[...] = array
        status = self._step(
            self._handle, self._input_pointers, len(self._inputs), self._output_pointers, len(self._outputs)
        )
        if status != 0:
            from ._lib import _check_call

            _check_call(status)
        results = [(buffer[0] if flat else buffer).copy() for buffer in self._outputs]
        return results[0] if len(results) == 1 else results

    def reset(self) -> None:
        """Back to the zero state."""
        call("unroll_stream_reset", self._handle)

    def copy(self) -> "Stream":
        """A second stream that goes on from the same state."""
        handle = ctypes.c_void_p()
        call("unroll_stream_copy", self._handle, ctypes.byref(handle))
        twin = object.__new__(Stream)
        twin._adopt(handle)
        return twin

    def export_state(self) -> np.ndarray:
        """The state, (state_size,)."""
        state = np.empty(self.state_size, self.dtype)
        call("unroll_stream_export_state", self._handle, state.ctypes.data, state.size)
        return state

    def import_state(self, state: Any) -> None:
        """Takes over a state that `export_state` gave, of any stream of the same model and batch size."""
        array = np.ascontiguousarray(state, self.dtype)
        call("unroll_stream_import_state", self._handle, array.ctypes.data, array.size)


def _pointers(buffers: list[np.ndarray]) -> Any:
    return (ctypes.c_void_p * len(buffers))(*(buffer.ctypes.data for buffer in buffers))
