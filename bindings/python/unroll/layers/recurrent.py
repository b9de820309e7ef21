"""Recurrent layers, and cells for `RNN`.

Inputs are (batch, time, features). Outputs are (batch, units), or (batch, time,
units) with `return_sequences`. With `return_state` a list is returned: the
output, then the states, each (batch, units). A `stateful` layer starts each
batch from the states at the end of the previous one; `go_backwards` processes the
steps from last to first. `dropout` and `recurrent_dropout` are the
fractions of the inputs and of the states that are dropped in training. Masked
steps leave the states unchanged.
"""

from __future__ import annotations

import warnings
from typing import Any, Sequence, cast

from .._handle import ModelHandle
from ..constraints import ConstraintLike
from ..initializers import InitializerLike
from ..regularizers import RegularizerLike
from ._base import Layer, options
from ._place import Placed
from ._states import Carrying

__all__ = [
    "GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "SimpleRNN", "SimpleRNNCell", "StackedRNNCells",
]


class _Recurrent(Layer, Carrying):
    _state_count = 1

    @property
    def stateful(self) -> bool:
        return bool(self._config.get("stateful"))
    _without_effect = frozenset({"unroll", "implementation", "use_cudnn"})

    @property
    def units(self) -> int:
        """The size of the output and of each state."""
        return int(self._config["units"])

    def _output_count(self, first_input: Any) -> int:
        return 1 + self._state_count if self._config.get("return_state") else 1


class SimpleRNN(_Recurrent):
    """A fully connected recurrent layer: h' = activation(x kernel + h recurrent_kernel + bias).

    Weights: kernel (features, units), recurrent_kernel (units, units), bias (units,).
    """

    def __init__(
        self, units: int, activation: str | None = "tanh", use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform", recurrent_initializer: InitializerLike = "orthogonal",
        bias_initializer: InitializerLike = "zeros", kernel_regularizer: RegularizerLike = None,
        recurrent_regularizer: RegularizerLike = None, bias_regularizer: RegularizerLike = None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, return_sequences: bool = False,
        return_state: bool = False, go_backwards: bool = False, stateful: bool = False, seed: int | None = None,
        zero_output_for_mask: bool = False,
        kernel_constraint: ConstraintLike = None, recurrent_constraint: ConstraintLike = None,
        bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        if common.pop("activity_regularizer", None) is not None:
            warnings.warn("the activity_regularizer of SimpleRNN has no effect, as in Keras 3", stacklevel=2)
        super().__init__(options(locals()), **common)


class LSTM(_Recurrent):
    """Long short-term memory, with the gates in the order i, f, c, o.

    i, f, o = recurrent_activation(...); c' = f c + i activation(...); h' = o activation(c').
    The states are h and c. With `unit_forget_bias` the initial biases of f are 1.
    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units), bias (4 units,).
    """

    _state_count = 2

    def __init__(
        self, units: int, activation: str | None = "tanh", recurrent_activation: str | None = "sigmoid",
        use_bias: bool = True, kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal", bias_initializer: InitializerLike = "zeros",
        unit_forget_bias: bool = True, kernel_regularizer: RegularizerLike = None,
        recurrent_regularizer: RegularizerLike = None, bias_regularizer: RegularizerLike = None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None,
        return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False,
        stateful: bool = False, zero_output_for_mask: bool = False,
        kernel_constraint: ConstraintLike = None, recurrent_constraint: ConstraintLike = None,
        bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class GRU(_Recurrent):
    """Gated recurrent unit, with the gates in the order z, r, h: h' = z h + (1 - z) candidate.

    r multiplies h before the product with the recurrent kernel, or with
    `reset_after` (the default) the product itself.
    Weights: kernel (features, 3 units), recurrent_kernel (units, 3 units), bias
    (2, 3 units) with `reset_after`, otherwise (3 units,).
    """

    def __init__(
        self, units: int, activation: str | None = "tanh", recurrent_activation: str | None = "sigmoid",
        use_bias: bool = True, kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal", bias_initializer: InitializerLike = "zeros",
        kernel_regularizer: RegularizerLike = None, recurrent_regularizer: RegularizerLike = None,
        bias_regularizer: RegularizerLike = None, dropout: float = 0.0, recurrent_dropout: float = 0.0,
        seed: int | None = None, return_sequences: bool = False, return_state: bool = False,
        go_backwards: bool = False, stateful: bool = False, reset_after: bool = True,
        zero_output_for_mask: bool = False,
        kernel_constraint: ConstraintLike = None, recurrent_constraint: ConstraintLike = None,
        bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class _Cell(Layer):
    """One step of a recurrent layer, for `RNN`."""

    _state_count = 1
    _without_effect = frozenset({"implementation"})


class SimpleRNNCell(_Cell):
    """The step of `SimpleRNN`."""

    def __init__(
        self, units: int, activation: str | None = "tanh", use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform", recurrent_initializer: InitializerLike = "orthogonal",
        bias_initializer: InitializerLike = "zeros", kernel_regularizer: RegularizerLike = None,
        recurrent_regularizer: RegularizerLike = None, bias_regularizer: RegularizerLike = None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None,
        kernel_constraint: ConstraintLike = None, recurrent_constraint: ConstraintLike = None,
        bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class LSTMCell(_Cell):
    """The step of `LSTM`."""

    _state_count = 2

    def __init__(
        self, units: int, activation: str | None = "tanh", recurrent_activation: str | None = "sigmoid",
        use_bias: bool = True, kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal", bias_initializer: InitializerLike = "zeros",
        unit_forget_bias: bool = True, kernel_regularizer: RegularizerLike = None,
        recurrent_regularizer: RegularizerLike = None, bias_regularizer: RegularizerLike = None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None,
        kernel_constraint: ConstraintLike = None, recurrent_constraint: ConstraintLike = None,
        bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class GRUCell(_Cell):
    """The step of `GRU`."""

    def __init__(
        self, units: int, activation: str | None = "tanh", recurrent_activation: str | None = "sigmoid",
        use_bias: bool = True, kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal", bias_initializer: InitializerLike = "zeros",
        kernel_regularizer: RegularizerLike = None, recurrent_regularizer: RegularizerLike = None,
        bias_regularizer: RegularizerLike = None, dropout: float = 0.0, recurrent_dropout: float = 0.0,
        reset_after: bool = True, seed: int | None = None,
        kernel_constraint: ConstraintLike = None, recurrent_constraint: ConstraintLike = None,
        bias_constraint: ConstraintLike = None, **common: Any,
    ) -> None:
        super().__init__(options(locals()), **common)


class StackedRNNCells(Layer):
    """Several cells, one on top of the other, which `RNN` runs as one. Its states are those of all cells, in order."""

    def __init__(self, cells: Sequence[Layer], **common: Any) -> None:
        _number_names(cells)
        super().__init__({"cells": list(cells)}, **common)

    @property
    def cells(self) -> list[Layer]:
        """The cells, lowest first."""
        return list(self._config["cells"])

    @property
    def _state_count(self) -> int:
        return sum(cell._state_count for cell in self._config["cells"])

    def _tell_trainable(self, handle: ModelHandle, path: str, value: bool) -> None:
        for cell in self.cells:  # which take the place of the RNN
            cell._tell_trainable(handle, f"{path}/{cell.name}", value)


class RNN(Layer, Carrying):
    """A recurrent layer that runs `cell` over time: one cell, a `StackedRNNCells`, or a list of cells."""

    @property
    def stateful(self) -> bool:
        return bool(self._config.get("stateful"))

    _without_effect = frozenset({"unroll"})

    def __init__(
        self, cell: Layer | Sequence[Layer], return_sequences: bool = False, return_state: bool = False,
        go_backwards: bool = False, stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False, **common: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        super().__init__(options(locals()), **common)

    @property
    def cell(self) -> Layer:
        """The cell, which may be a `StackedRNNCells`."""
        return cast(Layer, self._config["cell"])

    def _inner_name(self, layer: Placed) -> str:
        return "" if isinstance(layer, StackedRNNCells) else layer.name

    def _output_count(self, first_input: Any) -> int:
        return 1 + self._config["cell"]._state_count if self._config["return_state"] else 1


def _number_names(cells: Sequence[Layer]) -> None:
    """Gives different names to cells that have none: lstm_cell, lstm_cell_1, ..."""
    taken = {cell.name for cell in cells if not cell._auto_named}
    for cell in cells:
        if cell._auto_named:
            stem, number = cell.name, 0
            while cell.name in taken:
                number += 1
                cell.name = f"{stem}_{number}"
            taken.add(cell.name)
