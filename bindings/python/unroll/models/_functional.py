"""Graphs of layers with several inputs, outputs or shared layers."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from ..layers import InputLayer, KerasTensor
from ..layers._base import Layer, from_keras
from ._model import Native


class Model(Native, keras_name="Functional"):
    """A functional model: `x = Input((60, 1)); y = LSTM(50)(x); Model(x, Dense(1)(y))`.

    `inputs` and `outputs` are tensors or lists of them. A layer belongs to one model;
    instead of models that share weights, use one model with several outputs.
    ValueError for an input that is not a result of `Input()`, for outputs that
    need another input, for two layers with the same name, and for shapes that do not fit.
    """

    def __init__(
        self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool = True, dtype: str | None = None
    ) -> None:
        super().__init__(name=name, default="functional", trainable=trainable, dtype=dtype)
        self.inputs: list[KerasTensor] = _tensors(inputs, "inputs")
        self.outputs: list[KerasTensor] = _tensors(outputs, "outputs")
        for tensor in self.inputs:
            if not isinstance(tensor.layer, InputLayer):
                raise ValueError(f"inputs must be results of Input(), found one of layer {tensor.layer.name!r}")
        self._nodes: dict[Layer, list[int]] = {}
        self._collect()
        self._name_layers()
        self._create()
        for layer in self._layers:
            layer._model = self

    def _class_name(self) -> str:
        return "Functional"

    @classmethod
    def _from_entry(cls, entry: dict[str, Any]) -> Model:
        return _LoadedGraph(entry["config"])

    # ---- the graph ----------------------------------------------------------------

    def _collect(self) -> None:
        """The layers and calls that the outputs need, in Keras' order.

        Files hold weights in the order of the layers, so it must be the same: the layers
        farthest from the outputs come first, and among equals those that are reached
        first on the way from the outputs to the inputs.
        """
        met: dict[Layer, int] = {}
        calls = self._calls_in_order(met)
        depths: dict[tuple[Layer, int], int] = {}
        layer_depths: dict[Layer, int] = {}
        for layer, node in reversed(calls):
            depth = max(depths.get((layer, node), 0), layer_depths.get(layer, 0))
            depths[layer, node] = layer_depths[layer] = depth
            for tensor in _taken(layer, node):
                key = (tensor.layer, tensor.node)
                depths[key] = max(depths.get(key, 0), depth + 1)
        for tensor in self.inputs:
            layer_depths.setdefault(tensor.layer, 0)
            met.setdefault(tensor.layer, -1)
        self._layers = sorted(layer_depths, key=lambda layer: (-layer_depths[layer], met[layer]))
        self._nodes = {layer: sorted({n for each, n in calls if each is layer}) or [0] for layer in self._layers}

    def _calls_in_order(self, met: dict[Layer, int]) -> list[tuple[Layer, int]]:
        """The calls, each after those whose results it takes; `met` receives the layers in the order in which they are reached."""
        given = {tensor.layer for tensor in self.inputs}
        done: dict[tuple[Layer, int], None] = {}
        # An explicit stack: a chain of layers may be longer than Python's recursion limit.
        stack = [(tensor.layer, tensor.node, False) for tensor in reversed(self.outputs)]
        while stack:
            layer, node, expanded = stack.pop()
            if (layer, node) in done:
                continue
            if isinstance(layer, InputLayer) and layer not in given:
                raise ValueError(f"the outputs need the input {layer.name!r}, which is not among the model's inputs")
            if expanded:
                done[layer, node] = None
                continue
            met.setdefault(layer, len(met))
            stack.append((layer, node, True))
            stack.extend((each.layer, each.node, False) for each in reversed(_taken(layer, node)))
        return list(done)

    def _name_layers(self) -> None:
        taken = {layer.name for layer in self._layers if not layer._auto_named}
        if len(taken) < sum(not layer._auto_named for layer in self._layers):
            raise ValueError("the layers of a model need different names")
        for layer in self._layers:
            if layer._model is not None:
                raise ValueError(f"layer {layer.name!r} is part of another model; a layer can belong to one model only")
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
        """The origin of a tensor: layer, call within this model, output."""
        return [tensor.layer.name, self._nodes[tensor.layer].index(tensor.node), tensor.output]

    def _keras(self, value: Any) -> Any:
        """The arguments of a call, with tensors in Keras' notation."""
        if isinstance(value, KerasTensor):
            shape = None if value.shape is None else list(value.shape)
            return {
                "class_name": "__keras_tensor__",
                "config": {"shape": shape, "dtype": self.dtype, "keras_history": self._history(value)},
            }
        if isinstance(value, dict):
            return {key: self._keras(each) for key, each in value.items()}
        return [self._keras(each) for each in value] if isinstance(value, (list, tuple)) else value

    # ---- what the mixins need --------------------------------------------------------

    @property
    def input_names(self) -> list[str]:
        return [tensor.layer.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:
        return [tensor.layer.name for tensor in self.outputs]

    def _can_build(self) -> bool:
        return True

    def _build_for(self, inputs: list[np.ndarray], batch: int) -> None:
        self._handle_or_raise()

    def _output_count(self, first_input: Any) -> int:
        return len(self.outputs)


class _LoadedGraph(Model):
    """A functional model that was loaded: the library has its graph."""

    def __init__(self, config: dict[str, Any]) -> None:
        Native.__init__(self, name=config.get("name"), default="functional", trainable=config.get("trainable", True), dtype=None)
        self._configuration = config
        self._layers = [from_keras(entry) for entry in config["layers"]]
        for layer in self._layers:
            layer._model = self

    def _keras_config(self) -> dict[str, Any]:
        # The trainable flags of the layers may have changed.
        entries = [{**entry, "config": layer.to_keras()["config"]} for entry, layer in zip(self._configuration["layers"], self._layers)]
        return {**self._configuration, "trainable": self.trainable, "layers": entries}

    @property
    def input_names(self) -> list[str]:
        return _names(self._configuration["input_layers"])

    @property
    def output_names(self) -> list[str]:
        return _names(self._configuration["output_layers"])

    def _output_count(self, first_input: Any) -> int:
        return len(self.output_names)


def _names(entries: Any) -> list[str]:
    """The layer names in [[name, 0, 0], ...], which Keras writes flat for a single one."""
    if entries and isinstance(entries[0], str):
        entries = [entries]
    return [entry[0] for entry in entries]


def _taken(layer: Layer, node: int) -> list[KerasTensor]:
    """The arguments of call `node` of a layer."""
    return [] if isinstance(layer, InputLayer) else layer._calls[node][0]


def _tensors(value: Any, what: str) -> list[KerasTensor]:
    listed: Sequence[Any] = list(value) if isinstance(value, (list, tuple)) else [value]
    for each in listed:
        if not isinstance(each, KerasTensor):
            raise TypeError(f"{what} must be results of Input() or of layers called on them, found {each!r}")
    if not listed:
        raise ValueError(f"a model needs {what}")
    return list(listed)
