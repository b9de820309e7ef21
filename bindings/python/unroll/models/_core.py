"""The library's handle of a model: making it, keeping it, giving it back."""

from __future__ import annotations

import ctypes
import json
import weakref
from typing import Any

import numpy as np

from .. import _abi, config, utils
from .._compile import CompileSpec
from .._lib import call, initialized, library, text
from .._weights import Weight, assign_all
from ..errors import StateError
from ..layers._base import Layer
from ..metrics import Metric


class Core(Layer):
    """The handle of a model, and what its parts need of each other."""

    _layers: list[Layer]
    _kind = "model"

    def __init__(self, *, name: str | None, default: str, trainable: bool, dtype: str | None) -> None:
        Layer.__init__(self, {}, trainable=trainable, dtype=dtype or config.floatx())
        self.name, self._auto_named = name or default, name is None
        self._seed = utils._next_seed()
        self._handle: Any = None
        self._finalizer: weakref.finalize | None = None
        self._compiled: CompileSpec | None = None
        self._metrics: list[Metric] = []
        self._weight_list: list[Weight] | None = None
        self.optimizer: Any = None
        #: What the last fit returned.
        self.history: Any = None
        #: Set it to True in a callback to end the training.
        self.stop_training = False

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"{self.name}: a model cannot be pickled or copied; save it, and load it where it is needed")

    # ---- the handle -----------------------------------------------------------

    def _adopt(self, handle: ctypes.c_void_p) -> None:
        """Takes over a handle, which is destroyed with this object."""
        self._release()
        self._handle = handle
        self._finalizer = weakref.finalize(self, library().unroll_model_destroy, handle)
        self.dtype = {number: name for name, number in _abi.DTYPES.items()}[self._info().dtype]

    def _release(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._handle = self._finalizer = self._weight_list = None

    def _create(self) -> None:
        """Makes the library's model of this configuration."""
        encoded = json.dumps(self._full_config()).encode()
        options = initialized(_abi.ModelOptions, "unroll_model_options_init")
        options.seed = self._seed
        handle = ctypes.c_void_p()
        call("unroll_model_from_json", encoded, len(encoded), ctypes.byref(options), ctypes.byref(handle))
        self._adopt(handle)
        self._copy_nested_weights()
        if self._compiled is not None:
            self._compiled.apply(self._handle)

    def _copy_nested_weights(self) -> None:
        """A model used as a layer brings the weights it had on its own."""
        for layer in self._layers:
            if isinstance(layer, Core) and layer._handle is not None:
                assign_all(self._layer_weights(layer), layer.get_weights(), f"layer {layer.name!r}")

    def _handle_or_raise(self) -> Any:
        """The handle; builds the model if its input shape is known."""
        if self._handle is None:
            self._create()
        return self._handle

    def _full_config(self) -> dict[str, Any]:
        return {"module": "keras", "class_name": self._class_name(), "config": self._keras_config(), "registered_name": None}

    # What Sequential and functional models say of themselves.

    @property
    def input_names(self) -> list[str]:
        raise NotImplementedError

    @property
    def output_names(self) -> list[str]:
        raise NotImplementedError

    def _keras_config(self) -> dict[str, Any]:
        raise NotImplementedError

    def _can_build(self) -> bool:
        """True if enough is known to make the weights."""
        raise NotImplementedError

    def _build_for(self, inputs: list[np.ndarray]) -> None:
        """Makes the weights, if need be with the shapes of the first data."""
        raise NotImplementedError

    def _entry(self, layer: Layer) -> dict[str, Any]:
        """A layer's configuration with the model's element type where it has none."""
        entry = layer.to_keras()
        entry["config"].setdefault("dtype", self.dtype)
        return entry

    def _info(self) -> Any:
        info = initialized(_abi.ModelInfo, "unroll_model_info_init")
        call("unroll_model_get_info", self._handle_or_raise(), ctypes.byref(info))
        return info

    # ---- weights ----------------------------------------------------------------

    def _all_weights(self) -> list[Weight]:
        handle = self._handle_or_raise()
        if self._weight_list is None:
            self._weight_list = [Weight(self, handle, index) for index in range(self._info().weight_count)]
        return self._weight_list

    def _layer_weights(self, layer: Layer) -> list[Weight]:
        return [weight for weight in self._all_weights() if weight.layer_name == layer.name]

    def _layer_output_shape(self, layer: Layer) -> Any:
        for each in self.describe()["layers"]:
            if each["name"] == layer.name:
                shapes = [tuple(shape) for shape in each["output_shapes"]]
                return shapes[0] if len(shapes) == 1 else shapes
        raise StateError(f"the model has no layer {layer.name!r}")

    # ---- asked for by layers and optimizers -----------------------------------------

    def _get_learning_rate(self) -> float:
        rate = ctypes.c_double()
        call("unroll_model_get_learning_rate", self._handle_or_raise(), ctypes.byref(rate))
        return rate.value

    def _set_learning_rate(self, value: float) -> None:
        call("unroll_model_set_learning_rate", self._handle_or_raise(), value)

    def describe(self) -> dict[str, Any]:
        """What the model is: layers, shapes, parameters, and notes on what was adapted while loading."""
        return json.loads(text("unroll_model_describe", self._handle_or_raise()))

    def reset_states(self) -> None:
        """Sets the states of stateful layers to zero."""
        call("unroll_model_reset_states", self._handle_or_raise())
