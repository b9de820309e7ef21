"""A chain of layers."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

import numpy as np

from .._handle import ModelHandle
from .._plain import plain
from .._weights import assign_all
from ..errors import StateError
from ..layers import InputLayer, KerasTensor
from ..layers._base import Layer, from_keras
from ._model import Native


class Sequential(Native):
    """Layers one after the other: `Sequential([...])`, or `Sequential()` and `add`.

    Its weights are created when the input shape is known: from `Input(shape)` as
    the first entry, from `input_shape=` of the first layer, from `build`, or
    from the first data. `dtype` is "float32" or "float64".
    """

    def __init__(
        self, layers: Iterable[Any] | None = None, trainable: bool = True, name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, default="sequential", trainable=trainable, dtype=dtype)
        self._layers: list[Layer] = []
        self._input: InputLayer | None = None
        for layer in layers or []:
            self.add(layer)

    def _class_name(self) -> str:
        return "Sequential"

    @classmethod
    def _from_entry(cls, entry: dict[str, Any]) -> Sequential:
        config = entry["config"]
        model = cls(name=config.get("name"), trainable=config.get("trainable", True))
        for each in map(from_keras, config["layers"]):
            if isinstance(each, InputLayer):
                model._input = each
            else:
                model._layers.append(each)
                each._model = model
        return model

    # ---- layers -----------------------------------------------------------------

    def add(self, layer: Any) -> None:
        """Appends a layer. The weights of the layers before it are kept.

        ValueError for a second layer with the same name, or a layer of another model.
        """
        if isinstance(layer, KerasTensor):
            layer = layer.layer
        if not isinstance(layer, Layer):
            raise TypeError(f"expected a layer of unroll.layers, found {layer!r}")
        if isinstance(layer, InputLayer):
            if self._layers or self._input is not None:
                raise ValueError("a model has one input layer, which must come first")
            self._input = layer
            return
        if layer._model is not None:
            raise ValueError(f"layer {layer.name!r} is part of another model; a layer can belong to one model only")
        self._name(layer)
        if not self._layers and self._input is None:
            declared = layer.batch_shape or _declared_inside(layer)
            if declared is not None:
                self._input = InputLayer(batch_shape=declared, name="input_layer")
        self._change(lambda: self._layers.append(layer))
        layer._model = self

    def pop(self) -> Layer:
        """Removes the last layer and returns it. ValueError if there is none."""
        if not self._layers:
            raise ValueError("the model has no layers")
        last = self._layers[-1]
        self._change(lambda: self._layers.pop())
        last._model = None
        return last

    def _name(self, layer: Layer) -> None:
        taken = {each.name for each in self._layers}
        if not layer._auto_named:
            if layer.name in taken:
                raise ValueError(f"two layers are named {layer.name!r}; the layers of a model need different names")
            return
        stem, number = layer.name, 0
        while layer.name in taken:
            number += 1
            layer.name = f"{stem}_{number}"

    def _change(self, change: Any) -> None:
        """Changes the layers of a model whose weights may already exist, and keeps the weights."""
        old = self.get_weights() if self._handle is not None else []
        self._release()
        change()
        if old and self._layers:
            new = self._own_weights()
            count = min(len(old), len(new))
            assign_all(new[:count], old[:count], self.name)

    # ---- building -----------------------------------------------------------------

    @property
    def input_names(self) -> list[str]:
        return [self._input.name if self._input is not None else "input_layer"]

    @property
    def output_names(self) -> list[str]:
        if not self._layers:
            return ["output"]
        # With return_state the last layer returns its states too.
        return [self._layers[-1].name] * self._output_count(None)

    def _output_count(self, first_input: Any) -> int:
        return self._layers[-1]._output_count(None) if self._layers else 1

    def _can_build(self) -> bool:
        return self._input is not None and bool(self._layers)

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Creates the weights. `input_shape` has the batch axis first, as in Keras: (None, 60, 1).

        StateError if the model has no layers or no shape, ShapeError if the layers do not fit together.
        """
        if input_shape is not None and self._input is None:
            self._input = InputLayer(batch_shape=plain(input_shape), name="input_layer")
        self._handle_or_raise()

    def _build_for(self, inputs: list[np.ndarray], batch: int) -> None:
        """Creates the weights of a model without an input shape, from its first data."""
        if self._handle is None:
            if self._input is None:
                rows = min(batch, len(inputs[0])) if self.stateful else None
                self._input = InputLayer(batch_shape=(rows, *inputs[0].shape[1:]), name="input_layer")
            self._create()

    def _create(self) -> ModelHandle:
        if not self._layers:
            raise StateError("the model has no layers: add some first")
        if self._input is None:
            raise StateError(
                "the model is not built: its input shape is not known. Give the first layer input_shape=..., begin "
                "with Input(shape), or call build((None, ...))"
            )
        return super()._create()

    def _keras_config(self) -> dict[str, Any]:
        entries = [self._entry(layer) for layer in self._layers]
        shape = None
        if self._input is not None:
            entries.insert(0, self._entry(self._input))
            shape = list(self._input.batch_shape or ())
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype, "layers": entries, "build_input_shape": shape}


def _declared_inside(layer: Layer) -> tuple[int | None, ...] | None:
    """The input shape of a model used as the first layer."""
    declared = getattr(layer, "_input", None)
    return declared.batch_shape if declared is not None else None
