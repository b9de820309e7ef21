"""States that stateful layers carry from batch to batch."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Sequence

import numpy as np

from .._arrays import as_input, view, views
from .._lib import call, shape
from ..errors import StateError
from ._place import Placed

if TYPE_CHECKING:
    from ..models._core import Core


class Carrying(Placed):
    """What a recurrent layer, or a model with some, has of its own states."""

    @property
    def stateful(self) -> bool:
        """Whether the states at the end of a batch begin the next one."""
        raise NotImplementedError

    def reset_state(self) -> None:
        """Sets the carried states to zero. The next batch may have another size, unless the input declares one."""
        for core, path in self._holders():
            if core._handle is not None:
                call("unroll_model_reset_layer_states", core._handle, path.encode() or None)

    def reset_states(self, states: Any = None) -> None:
        """Sets the carried states to zero, or to `states`: a list of arrays (batch, units), in Keras' order.

        ShapeError if a number or shape differs; then all stay.
        """
        if states is None:
            return self.reset_state()
        if not self.stateful:
            raise AttributeError(f"{self.name!r} is not stateful: it carries no states that could be set")
        core, path = self._home()
        if core._handle is None:
            raise StateError(f"{self.name!r} has no states yet: build the model first")
        arrays = [as_input(each, f"states[{index}]") for index, each in enumerate(_flat(states))]
        call("unroll_model_set_states", core._handle, path.encode() or None, views(arrays), len(arrays))

    @property
    def states(self) -> list[np.ndarray] | None:
        """Copies of the carried states, in Keras' order; None while there are none."""
        holders = self._holders()
        if not self.stateful or not holders or self._home()[0]._handle is None:
            return None
        core, path = self._home()
        encoded, count = path.encode() or None, ctypes.c_size_t()
        call("unroll_model_state_count", core._handle, encoded, ctypes.byref(count))
        found = [shape("unroll_model_state_shape", core._handle, encoded, index) for index in range(count.value)]
        if any(batch is None for batch, _ in found):
            return None
        arrays = [np.empty(each, core.dtype) for each in found]  # type: ignore[arg-type]
        for index, array in enumerate(arrays):
            call("unroll_model_get_state", core._handle, encoded, index, ctypes.byref(view(array)))
        return arrays


def _flat(states: Any) -> list[Any]:
    """The arrays of a list, which for stacked cells has lists in it; a single array stands for itself."""
    if not isinstance(states, (list, tuple)):
        return [states]
    if states and np.isscalar(states[0]):
        return [states]
    nested: Sequence[Any] = states
    if any(isinstance(each, (list, tuple)) and each and not np.isscalar(each[0]) and np.ndim(each[0]) >= 2 for each in nested):
        return [array for each in nested for array in _flat(each)]
    return list(nested)
