"""Runs a model one time step per call."""

from __future__ import annotations

import ctypes
from typing import Any, Protocol

import numpy as np

from . import _abi
from ._arrays import as_input, views
from ._handle import Handle, ModelHandle, dtype_name
from ._lib import _check_call, call, initialized, library, whole

_WEIGHTS = {"model": 10, "float16": 20}

class Computing(Protocol):
    """What a stream needs from its model."""

    def _computing_handle(self) -> ModelHandle: ...


class Stream:
    """Runs a model step by step and keeps its state: `model.stream()`.

    The cost of a step does not depend on how many came before. Many streams, on many
    threads, can share one model; each is used by one thread at a time. The
    model must not be trained meanwhile.
    """

    def __init__(self, model: Computing, batch_size: int = 1, weights: str = "model") -> None:
        if weights not in _WEIGHTS:
            raise ValueError(f"weights must be one of {', '.join(map(repr, _WEIGHTS))}, found {weights!r}")
        options = initialized(_abi.StreamOptions, "unroll_stream_options_init")
        options.batch_size = whole(batch_size, "batch_size")
        options.weights = _WEIGHTS[weights]
        handle = ctypes.c_void_p()
        call("unroll_stream_create", model._computing_handle(), ctypes.byref(options), ctypes.byref(handle))
        self._adopt(handle)

    def _adopt(self, handle: ctypes.c_void_p) -> None:
        self._handle = Handle(handle, "unroll_stream_destroy")
        info = initialized(_abi.StreamInfo, "unroll_stream_info_init")
        call("unroll_stream_get_info", handle, ctypes.byref(info))
        self.dtype = dtype_name(info.dtype)
        self.batch_size = int(info.batch_size)
        self.state_size = int(info.state_size)
        self._inputs = self._buffers("unroll_stream_get_input_size", info.input_count)
        self._outputs = self._buffers("unroll_stream_get_output_size", info.output_count)
        # There is one call per time step: everything that stays the same is looked up once.
        self._single = len(self._inputs) == len(self._outputs) == 1
        self._step = getattr(library(), f"unroll_stream_step_{self.dtype}")
        if self._single:
            given, result = self._inputs[0], self._outputs[0]
            self._arguments = (handle, given.ctypes.data, given.size, result.ctypes.data, result.size)

    def _buffers(self, function: str, count: int) -> list[np.ndarray]:
        buffers = []
        for index in range(count):
            size = ctypes.c_size_t()
            call(function, self._handle, index, ctypes.byref(size))
            buffers.append(np.zeros((self.batch_size, size.value // self.batch_size), self.dtype))
        return buffers

    def step(self, x: Any) -> Any:
        """Runs one time step: x is (batch, features), the result (batch, features of the output).

        A stream of batch size 1 also takes (features,), or a number for one
        feature or one index, and returns (features of the output,). With several inputs
        or outputs, x or the result is a list. ValueError if the shape does not fit.
        """
        if not self._single:
            return self._run_one(x)
        buffer, result = self._inputs[0], self._outputs[0]
        shape = x.shape if type(x) is np.ndarray else None
        if shape == buffer.shape:
            buffer[...] = x
            flat = False
        else:
            flat = self._fill(buffer, x)
        status = self._step(*self._arguments)
        if status != 0:
            _check_call(status)
        return result[0].copy() if flat else result.copy()

    def _fill(self, buffer: np.ndarray, x: Any) -> bool:
        """Copies a step to `buffer`; True if it had no batch axis."""
        array = np.asarray(x)
        flat = False
        if array.ndim < 2 and self.batch_size == 1:
            flat, array = True, array.reshape(1, -1)
        elif array.ndim == 1 and buffer.shape[1] == 1:
            array = array[:, None]
        if array.shape != buffer.shape:
            raise ValueError(f"a step of this stream must have shape {buffer.shape}, found {np.shape(x)}")
        buffer[...] = array
        return flat

    def _run_one(self, x: Any) -> Any:
        """A step of several inputs or outputs: a run of length one."""
        listed = [x] if len(self._inputs) == 1 else x
        if len(listed) != len(self._inputs):
            raise ValueError(f"the model has {len(self._inputs)} inputs, found {len(listed)}")
        flat = [self._fill(buffer, value) for buffer, value in zip(self._inputs, listed)]
        self._call_run([buffer[:, None] for buffer in self._inputs], 1, [buffer[:, None] for buffer in self._outputs])
        results = [(buffer[0] if any(flat) else buffer).copy() for buffer in self._outputs]
        return results[0] if len(results) == 1 else results

    def run(self, x: Any) -> Any:
        """Runs many time steps: x is (batch, steps, features), the result (batch, steps, features of the output).

        The result is the same as from calls of `step`, and faster. A stream of batch
        size 1 also takes (steps, features), or (steps,) for one feature or
        indices, and returns (steps, features of the output). With several inputs or
        outputs, x or the result is a list. ValueError if the shape does not fit; the
        state is then unchanged.
        """
        listed = [x] if len(self._inputs) == 1 else x
        if len(listed) != len(self._inputs):
            raise ValueError(f"the model has {len(self._inputs)} inputs, found {len(listed)}")
        flat = False
        arrays = []
        for buffer, value in zip(self._inputs, listed):
            array = as_input(value, "x")
            if self.batch_size == 1 and (array.ndim == 1 or array.ndim == 2 and array.shape[1] == buffer.shape[1]):
                flat, array = True, array[None] if array.ndim == 2 else array[None, :, None]
            elif array.ndim == 2 and buffer.shape[1] == 1:
                array = array[:, :, None]
            if array.ndim != 3 or (array.shape[0], array.shape[2]) != buffer.shape:
                wanted = f"({self.batch_size}, steps, {buffer.shape[1]})"
                raise ValueError(f"a run of this stream must have shape {wanted}, found {np.shape(value)}")
            arrays.append(array)
        steps = arrays[0].shape[1]
        outputs = [np.empty((self.batch_size, steps, buffer.shape[1]), self.dtype) for buffer in self._outputs]
        self._call_run(arrays, steps, outputs)
        results = [output[0] if flat else output for output in outputs]
        return results[0] if len(results) == 1 else results

    def _call_run(self, inputs: list[np.ndarray], steps: int, outputs: list[np.ndarray]) -> None:
        call("unroll_stream_run", self._handle, views(inputs), len(inputs), steps, views(outputs), len(outputs))

    def reset(self) -> None:
        """Resets the state to zero."""
        call("unroll_stream_reset", self._handle)

    def copy(self) -> "Stream":
        """A second stream of the same model, which continues from the same state."""
        handle = ctypes.c_void_p()
        call("unroll_stream_copy", self._handle, ctypes.byref(handle))
        twin = object.__new__(Stream)
        twin._adopt(handle)
        return twin

    def export_state(self) -> np.ndarray:
        """A copy of the state, (state_size,), of the model's element type."""
        state = np.empty(self.state_size, self.dtype)
        call("unroll_stream_get_state", self._handle, state.ctypes.data, state.nbytes)
        return state

    def import_state(self, state: Any) -> None:
        """Sets the state to a result of `export_state`, from any stream of the same model and batch size. ShapeError for another size."""
        array = np.ascontiguousarray(state, self.dtype)
        call("unroll_stream_set_state", self._handle, array.ctypes.data, array.nbytes)
