"""Graphs of layers with several inputs, outputs or shared layers."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from ..layers import InputLayer, KerasTensor
from ..layers._base import Layer
from ._model import Native


class Model(Native):
    """A functional model: `x = Input((60, 1)); y = LSTM(50)(x); Model(x, Dense(1)(y))`.

    `inputs` and `outputs` are tensors or lists of them. Every layer belongs to
    one model; models that share weights are one model with several outputs.
    """

    def __init__(
        self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool = True, dtype: str | None = None
    ) -> None:
        super().__init__(name=name, default="functional", trainable=trainable, dtype=dtype)
        self.inputs: list[KerasTensor] = _tensors(inputs, "inputs")
        self.outputs: list[KerasTensor] = _tensors(outputs, "outputs")
        for tensor in self.inputs:
            if not isinstance(tensor.layer, InputLayer):
                raise ValueError(f"inputs are results of Input(), found one of layer {tensor.layer.name!r}")
        self._nodes: dict[Layer, list[int]] = {}
        self._collect()
        self._name_layers()
        self._create()
        for layer in self._layers:
            layer._model = self

    def _class_name(self) -> str:
        return "Functional"

    # ---- the graph ----------------------------------------------------------------

    def _collect(self) -> None:
        """The layers and calls that the outputs need, each after what it takes."""
        for tensor in self.inputs:
            self._nodes.setdefault(tensor.layer, [0])
        # An explicit stack: a chain of layers may be longer than Python's recursion.
        stack = [(tensor, False) for tensor in reversed(self.outputs)]
        while stack:
            tensor, expanded = stack.pop()
            layer, node = tensor.layer, tensor.node
            if node in self._nodes.get(layer, []):
                continue
            if isinstance(layer, InputLayer):
                raise ValueError(f"the outputs need the input {layer.name!r}, which is not among the model's inputs")
            if expanded:
                self._nodes.setdefault(layer, []).append(node)
                continue
            stack.append((tensor, True))
            stack.extend((each, False) for each in reversed(layer._calls[node][0]))
        self._layers = list(self._nodes)

    def _name_layers(self) -> None:
        taken = {layer.name for layer in self._layers if not layer._auto_named}
        if len(taken) < sum(not layer._auto_named for layer in self._layers):
            raise ValueError("layers of a model need different names")
        for layer in self._layers:
            if layer._model is not None:
                raise ValueError(f"layer {layer.name!r} is part of another model; a layer's weights belong to one model")
            if layer._auto_named:
                stem, number = layer.name, 0
                while layer.name in taken:
                    number += 1
                    layer.name = f"{stem}_{number}"
                taken.add(layer.name)

    def _keras_config(self) -> dict[str, Any]:
        layers = []
        for layer in self._layers:
            entry = self._entry(layer)
            entry["name"] = layer.name
            entry["inbound_nodes"] = []
            if not isinstance(layer, InputLayer):
                for node in self._nodes[layer]:
                    call = layer._calls[node][1]
                    entry["inbound_nodes"].append({"args": self._keras(call["args"]), "kwargs": self._keras(call["kwargs"])})
            layers.append(entry)
        return {
            "name": self.name, "trainable": self.trainable, "layers": layers,
            "input_layers": [self._history(tensor) for tensor in self.inputs],
            "output_layers": [self._history(tensor) for tensor in self.outputs],
        }

    def _history(self, tensor: KerasTensor) -> list[Any]:
        """Where a tensor comes from: layer, call within this model, output."""
        return [tensor.layer.name, self._nodes[tensor.layer].index(tensor.node), tensor.output]

    def _keras(self, value: Any) -> Any:
        """Arguments of a call, with tensors as Keras writes them."""
        if isinstance(value, KerasTensor):
            shape = None if value.shape is None else list(value.shape)
            return {
                "class_name": "__keras_tensor__",
                "config": {"shape": shape, "dtype": self.dtype, "keras_history": self._history(value)},
            }
        if isinstance(value, dict):
            return {key: self._keras(each) for key, each in value.items()}
        return [self._keras(each) for each in value] if isinstance(value, (list, tuple)) else value

    # ---- as the rest of the model needs it -------------------------------------------

    @property
    def input_names(self) -> list[str]:
        return [tensor.layer.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:
        return [tensor.layer.name for tensor in self.outputs]

    def _can_build(self) -> bool:
        return True

    def _build_for(self, inputs: list[np.ndarray]) -> None:
        self._handle_or_raise()

    def _output_count(self, first_input: Any) -> int:
        return len(self.outputs)


def _tensors(value: Any, what: str) -> list[KerasTensor]:
    listed: Sequence[Any] = list(value) if isinstance(value, (list, tuple)) else [value]
    for each in listed:
        if not isinstance(each, KerasTensor):
            raise TypeError(f"{what} are results of Input() and of layers called on them, found {each!r}")
    if not listed:
        raise ValueError(f"a model needs {what}")
    return list(listed)
