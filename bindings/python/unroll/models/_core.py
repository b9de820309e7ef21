"""The library's handle of a model: creating, keeping and destroying it."""

from __future__ import annotations

import ctypes
import json
import warnings
from contextlib import contextmanager
from typing import Any, Iterator, Sequence

import numpy as np

from .. import _abi, config, utils
from .._compile import CompileSpec
from .._handle import ModelHandle
from .._lib import call, initialized
from .._weights import Weight, assign_all
from ..errors import StateError
from ..layers._base import Layer
from ..layers._states import Carrying


class Core(Layer, Carrying):
    """The handle of a model, and what the other mixins share."""

    _layers: list[Layer]
    _kind = "model"

    def __init__(self, *, name: str | None, default: str, trainable: bool, dtype: str | None) -> None:
        Layer.__init__(self, {}, trainable=trainable, dtype=dtype or config.floatx())
        self.name, self._auto_named = name or default, name is None
        self._seed = utils._next_seed()
        self._handle: ModelHandle | None = None
        self._compiled: CompileSpec | None = None
        self._weight_list: list[Weight] | None = None
        self._is_fitting = False
        #: The `trainable` flags of the layers when training began after the last compile.
        self._trained_flags: dict[Layer, bool] | None = None
        self.optimizer: Any = None
        #: The result of the last fit.
        self.history: Any = None
        #: Set it to True in a callback to end training.
        self.stop_training = False

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"{self.name}: a model cannot be pickled or copied; save it and load it where it is needed")

    def _inner_layers(self) -> Sequence[Layer]:
        return getattr(self, "_layers", ())

    @property
    def stateful(self) -> bool:
        """Whether any layer carries states from batch to batch."""
        return any(getattr(layer, "stateful", False) for layer in self._inner_layers())

    # ---- the handle -----------------------------------------------------------

    def _adopt(self, handle: ModelHandle) -> None:
        """Takes over a handle."""
        self._release()
        self._handle, self.dtype = handle, handle.dtype

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
        self._handle = self._weight_list = None

    def _create(self) -> ModelHandle:
        """Creates the library's model from this configuration."""
        encoded = json.dumps(self._full_config()).encode()
        options = initialized(_abi.ModelOptions, "unroll_model_options_init")
        options.seed = self._seed
        pointer = ctypes.c_void_p()
        call("unroll_model_create_from_json", encoded, len(encoded), ctypes.byref(options), ctypes.byref(pointer))
        handle = ModelHandle(pointer)
        self._adopt(handle)
        self._copy_given_weights()
        self._copy_nested_weights()
        if not self._trainable:
            # No version of Keras stores it in the configuration of a Sequential.
            for layer, path in [(self, ""), *_inside(self, "")]:
                layer._tell_trainable(handle, path, layer._trainable)
        if self._compiled is not None:
            self._compiled.apply(handle)
        return handle

    def _copy_given_weights(self) -> None:
        for layer, path in _inside(self, ""):
            if layer._initial_weights is not None:
                assign_all(self._weights_at(path), layer._initial_weights, f"layer {path!r}")

    def _copy_nested_weights(self) -> None:
        """Copies the weights that a model had before it was used as a layer."""
        for core, path in _inside(self, ""):
            if isinstance(core, Core) and core._handle is not None:
                assign_all(self._weights_at(path), [weight.numpy() for weight in core._own_weights()], f"layer {path!r}")

    def _handle_or_raise(self) -> ModelHandle:
        """The handle; builds the model if its input shape is known."""
        return self._create() if self._handle is None else self._handle

    # A model that is part of another one has its weights there. When it computes
    # by itself it uses copies.

    def _computing_handle(self) -> ModelHandle:
        """The handle, with the weights of the model that this one is part of."""
        handle = self._handle_or_raise()
        core, path = self._home()
        if core is not self and not self._is_fitting:
            assign_all(self._own_weights(), [weight.numpy() for weight in core._weights_at(path)], f"model {self.name!r}")
        return handle

    def _note_trained(self) -> None:
        """Warns once per compile that a change of `trainable` takes effect at the next one."""
        flags = {layer: layer._trainable for layer in [self, *(layer for layer, _ in _inside(self, ""))]}
        changed = [layer.name for layer, flag in flags.items() if (self._trained_flags or flags).get(layer, flag) != flag]
        if changed:
            warnings.warn(
                f"`trainable` was changed since the model was trained ({', '.join(changed)}); the change takes effect at "
                "the next compile()", stacklevel=3)
        self._trained_flags = flags

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """A context in which the weights change here."""
        self._is_fitting = True
        try:
            yield
        finally:
            self._is_fitting = False
            self._share()

    def _share(self) -> None:
        """Copies the weights that were changed here to the model that this one is part of."""
        core, path = self._home()
        if core is not self:
            assign_all(core._weights_at(path), [weight.numpy() for weight in self._own_weights()], f"layer {path!r}")

    def _full_config(self) -> dict[str, Any]:
        return {"module": "keras", "class_name": self._class_name(), "config": self._keras_config(), "registered_name": None}

    # Implemented by Sequential and by functional models.

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, in the order of `predict`'s arguments."""
        raise NotImplementedError

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs, in the order of `predict`'s results."""
        raise NotImplementedError

    def _keras_config(self) -> dict[str, Any]:
        raise NotImplementedError

    def _can_build(self) -> bool:
        """True if enough is known to create the weights."""
        raise NotImplementedError

    def _build_for(self, inputs: list[np.ndarray], batch: int) -> None:
        """Creates the weights, if necessary with the shapes of the first data, which comes in batches of this size."""
        raise NotImplementedError

    def _entry(self, layer: Layer) -> dict[str, Any]:
        """A layer's configuration, with the model's element type if it has none."""
        entry = layer.to_keras()
        entry["config"].setdefault("dtype", self.dtype)
        return entry

    # ---- weights ----------------------------------------------------------------

    def _own_weights(self) -> list[Weight]:
        """All weights; builds the model if necessary."""
        handle = self._handle_or_raise()
        if self._weight_list is None:
            self._weight_list = [Weight(self, index) for index in range(handle.info().weight_count)]
        return self._weight_list

    def _weights_at(self, path: str) -> list[Weight]:
        """The weights of the layer at `path`; "" is the model."""
        return [weight for weight in self._own_weights() if not path or weight.path.startswith(path + "/")]

    def _layer_output_shape(self, name: str) -> Any:
        for each in self.describe()["layers"]:
            if each["name"] == name:
                shapes = [tuple(shape) for shape in each["output_shapes"]]
                return shapes[0] if len(shapes) == 1 else shapes
        raise StateError(f"the model has no layer {name!r}")

    # ---- used by optimizers and callbacks --------------------------------------------

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next update; can be set at any time. StateError before `compile`, or if a schedule sets it."""
        return self._handle_or_raise().learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._handle_or_raise().learning_rate = value

    def describe(self) -> dict[str, Any]:
        """A dictionary about the model: layers, shapes, parameters, training, and notes on what was adapted while loading."""
        return self._handle_or_raise().describe()


def _inside(layer: Layer, path: str) -> Iterator[tuple[Layer, str]]:
    """All layers inside, each followed by those inside it, with their paths."""
    for inner in layer._inner_layers():
        inner_path = "/".join(part for part in (path, layer._inner_name(inner)) if part)
        yield inner, inner_path
        yield from _inside(inner, inner_path)
