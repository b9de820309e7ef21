"""The models and wrapper that a layer is part of, and what depends on them."""

from __future__ import annotations

from typing import Any, Protocol, Sequence

import numpy as np

from .._handle import ModelHandle
from .._weights import Weight, assign_all


class Home(Protocol):
    """What a layer needs from a model that it is part of."""

    #: None until the model is built.
    _handle: ModelHandle | None

    def _weights_at(self, path: str) -> list[Weight]: ...
    def _layer_output_shape(self, name: str) -> Any: ...


class Placed:
    """The part of a layer that depends on its model: the weights, and whether they are trained."""

    name: str
    #: Its name in messages.
    _kind = "layer"
    #: The model that it is a layer of, or the wrapper around it.
    _model: Home | None = None
    _wrapper: Placed | None = None
    _trainable = True
    #: Values for its weights once they exist, in place of those of the initializers.
    _initial_weights: list[Any] | None = None

    # ---- models and wrappers --------------------------------------------------

    def _inner_layers(self) -> Sequence[Placed]:
        """The layers inside a wrapper or a model."""
        return ()

    def _inner_name(self, layer: Placed) -> str:
        """The name of a layer inside as part of weight names; "": this layer's own."""
        return layer.name

    def _holders(self) -> list[tuple[Home, str]]:
        """The models that it is or is part of, innermost first, and its path in each: "encoder/lstm"."""
        holders: list[tuple[Home, str]] = []
        layer: Any = self
        path = ""
        while layer is not None:
            if layer._kind == "model":
                holders.append((layer, path))
            outer = layer._wrapper if layer._wrapper is not None else layer._model
            if outer is not None:
                path = "/".join(part for part in (outer._inner_name(layer), path) if part)
            layer = outer
        return holders

    def _home(self) -> tuple[Home, str]:
        """The model that holds the weights (the outermost one that is built), and the path in it."""
        holders = self._holders()
        if not holders:
            raise ValueError(f"layer {self.name!r} has no weights yet: add it to a model")
        return next((each for each in reversed(holders) if each[0]._handle is not None), holders[-1])

    @property
    def built(self) -> bool:
        """True once the weights exist."""
        return any(model._handle is not None for model, _ in self._holders())

    # ---- trained or not ---------------------------------------------------------

    @property
    def trainable(self) -> bool:
        """Whether the weights are trained. Setting it sets the layers inside too.

        A change takes effect at the next `compile`, or at the first update after a
        compile or a load. A BatchNormalization layer that is not trained uses its
        moving statistics in training too.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        value = bool(value)
        for model, path in self._holders():
            if model._handle is not None:
                self._tell_trainable(model._handle, path, value)
        self._mark_trainable(value)

    def _tell_trainable(self, handle: ModelHandle, path: str, value: bool) -> None:
        handle.set_trainable(path, value)

    def _mark_trainable(self, value: bool) -> None:
        self._trainable = value
        for layer in self._inner_layers():
            layer._mark_trainable(value)

    # ---- weights ------------------------------------------------------------------

    @property
    def weights(self) -> list[Weight]:
        """The weights, in Keras' order (kernel, recurrent_kernel, bias). ValueError before the layer is part of a model."""
        model, path = self._home()
        return model._weights_at(path)

    variables = weights

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that training changes."""
        return [weight for weight in self.weights if weight.trainable] if self._trainable else []

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that training does not change: frozen ones, and moving statistics."""
        return [weight for weight in self.weights if not (self._trainable and weight.trainable)]

    @property
    def trainable_variables(self) -> list[Weight]:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Weight]:
        """The same as `non_trainable_weights`."""
        return self.non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the weights as arrays, in Keras' order. ValueError before the layer is part of a model."""
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces all weights by arrays in the order of `get_weights`.

        ValueError if the number or a shape differs; all weights then keep their values.
        """
        assign_all(self.weights, weights, f"{self._kind} {self.name!r}")

    def count_params(self) -> int:
        """The total number of elements in its weights."""
        return sum(weight.size for weight in self.weights)

    @property
    def output_shape(self) -> Any:
        """The shape of the output, the batch axis first as None; a list for several outputs.

        ValueError before the layer is part of a model.
        """
        if self._model is None:
            raise ValueError(f"layer {self.name!r} has no output shape yet: add it to a model")
        return self._model._layer_output_shape(self.name)
