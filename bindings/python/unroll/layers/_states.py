"""States that stateful layers carry from batch to batch."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from .._arrays import as_input
from ..errors import StateError
from ._place import Placed


class Carrying(Placed):
    """The states of a recurrent layer, or of a model that contains some."""

    @property
    def stateful(self) -> bool:
        """Whether each batch starts from the states at the end of the previous one."""
        raise NotImplementedError

    def reset_state(self) -> None:
        """Resets the carried states to zero. The next batch may have another size, unless the input declares one."""
        for model, path in self._holders():
            if model._handle is not None:
                model._handle.reset_states(path)

    def reset_states(self, states: Any = None) -> None:
        """Sets the carried states to zero, or to `states`: a list of arrays (batch, units), in Keras' order.

        ShapeError if their number or a shape differs; all states then stay as they are.
        AttributeError if the layer is not stateful, StateError before it is built.
        """
        if states is None:
            return self.reset_state()
        if not self.stateful:
            raise AttributeError(f"{self.name!r} is not stateful and has no states to set")
        model, path = self._home()
        if model._handle is None:
            raise StateError(f"{self.name!r} has no states yet: build the model first")
        model._handle.set_states(path, [as_input(each, f"states[{index}]") for index, each in enumerate(_flat(states))])

    @property
    def states(self) -> list[np.ndarray] | None:
        """Copies of the carried states, in Keras' order; None as long as there are none."""
        if not self.stateful or not self._holders():
            return None
        model, path = self._home()
        return None if model._handle is None else model._handle.states(path)


def _flat(states: Any) -> list[Any]:
    """The arrays in a list, which for stacked cells contains lists; a single array counts as a list of one."""
    if not isinstance(states, (list, tuple)):
        return [states]
    if states and np.isscalar(states[0]):
        return [states]
    nested: Sequence[Any] = states
    if any(isinstance(each, (list, tuple)) and each and not np.isscalar(each[0]) and np.ndim(each[0]) >= 2 for each in nested):
        return [array for each in nested for array in _flat(each)]
    return list(nested)
