"""Layers that wrap another layer."""

from __future__ import annotations

from typing import Any, Sequence, cast

from . import recurrent
from ._base import Layer, from_keras, options
from ._place import Placed
from ._states import Carrying

__all__ = [
    "Bidirectional", "TimeDistributed",
]


class Bidirectional(Layer, Carrying):
    """Runs a recurrent layer forwards, and a copy of it, or `backward_layer`, backwards.

    `merge_mode` says how their outputs are combined: "concat" (the features of
    both, 2 units), "sum", "mul", "ave", or None for a list of the two. The
    weights are those of the forward layer, then those of the backward layer.
    ValueError for layers that are not recurrent.
    """

    def __init__(
        self, layer: Layer, merge_mode: str | None = "concat", backward_layer: Layer | None = None, **common: Any
    ) -> None:
        for each in (layer, *([] if backward_layer is None else [backward_layer])):
            if not isinstance(each, (recurrent._Recurrent, recurrent.RNN)):
                raise ValueError(f"Bidirectional needs recurrent layers, found {each!r}")
        config = options(locals())
        if backward_layer is None:
            del config["backward_layer"]
        if layer.batch_shape is not None and not {"input_shape", "batch_input_shape"} & common.keys():
            common["batch_input_shape"] = layer.batch_shape
        super().__init__(config, **common)

    def _output_count(self, first_input: Any) -> int:
        layer = self._config["layer"]
        states = 2 * layer._state_count if layer._config.get("return_state") else 0
        return states + (2 if self._config["merge_mode"] is None else 1)

    @property
    def stateful(self) -> bool:
        return self.forward_layer.stateful

    def reset_state(self) -> None:
        if not self.stateful:  # as in Keras
            raise AttributeError(f"{self.name!r} is not stateful and has no states")
        super().reset_state()

    # ---- its two layers -------------------------------------------------------

    @property
    def forward_layer(self) -> recurrent._Recurrent | recurrent.RNN:
        """The layer that processes the steps from first to last."""
        return cast(recurrent.RNN, self._config["layer"])

    layer = forward_layer

    @property
    def backward_layer(self) -> Layer:
        """The layer that processes the steps from last to first."""
        given: Layer | None = self._config.get("backward_layer")
        if given is not None:
            return given
        if self._twin is None:
            entry = self.forward_layer.to_keras()
            entry["config"]["go_backwards"] = not entry["config"].get("go_backwards", False)
            self._twin = from_keras(entry)
        return self._twin

    _twin: Layer | None = None

    def _inner_layers(self) -> Sequence[Layer]:
        return [self.forward_layer, self.backward_layer]

    def _inner_name(self, layer: Placed) -> str:
        prefix = "forward_" if layer is self.forward_layer else "backward_"
        return layer.name if layer.name.startswith(prefix) else prefix + layer.name

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if _flags(self.backward_layer) != _flags(self.forward_layer):
            # One configuration serves both until they differ.
            config["backward_layer"] = self.backward_layer.to_keras()
        return config


class TimeDistributed(Layer):
    """Applies a layer to every time step: (batch, time, ...) to (batch, time, ...). ValueError if `layer` is not a layer."""

    def __init__(self, layer: Layer, **common: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(f"TimeDistributed needs a layer, found {layer!r}")
        super().__init__({"layer": layer}, **common)

    @property
    def layer(self) -> Layer:
        """The layer that is applied."""
        return cast(Layer, self._config["layer"])


def _flags(layer: Layer) -> list[bool]:
    """`trainable` of a layer and all inside it."""
    return [layer.trainable, *(flag for inner in layer._inner_layers() for flag in _flags(inner))]
