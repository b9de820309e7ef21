"""The model: a handle of the library, and Keras' methods on it."""

from __future__ import annotations

import ctypes
import json
import os
import weakref
from typing import Any, Callable, Sequence

import numpy as np

from .. import _abi, config, utils
from .._compile import CompileSpec
from .._lib import call, initialized, library, path_bytes, shape, text
from .._weights import Weight, assign_all
from ..errors import StateError
from ..layers._base import Layer
from ..stream import Stream
from ._compute import Compute
from ._symbols import Symbols


class Native(Compute, Symbols, Layer):
    """What Sequential and functional models share. Subclasses give `_keras_config` and `layers`."""

    _layers: list[Layer]

    def __init__(self, *, name: str | None, default: str, trainable: bool, dtype: str | None) -> None:
        Layer.__init__(self, {}, name=name or default, trainable=trainable, dtype=dtype or config.floatx())
        self._auto_named = name is None
        self._seed = utils._next_seed()
        self._handle: Any = None
        self._finalizer: weakref.finalize | None = None
        self._compiled: CompileSpec | None = None
        self._weight_list: list[Weight] | None = None
        self.optimizer: Any = None
        #: Set it to True in a callback to end the training.
        self.stop_training = False

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
            if isinstance(layer, Native) and layer._handle is not None:
                assign_all(self._layer_weights(layer), layer.get_weights(), f"layer {layer.name!r}")

    def _handle_or_raise(self) -> Any:
        """The handle; builds the model if its input shape is known."""
        if self._handle is None:
            self._create()
        return self._handle

    def _full_config(self) -> dict[str, Any]:
        return {"module": "keras", "class_name": self._class_name(), "config": self._keras_config(), "registered_name": None}

    def _keras_config(self) -> dict[str, Any]:
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

    # ---- what it is -------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        return list(self._layers)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by name or index. ValueError if there is none."""
        layers = self.layers
        if index is not None and -len(layers) <= index < len(layers):
            return layers[index]
        for layer in layers:
            if name is not None and layer.name == name:
                return layer
        raise ValueError(f"no layer {name if index is None else index!r}; there are: {', '.join(each.name for each in layers)}")

    @property
    def built(self) -> bool:
        """True once the weights exist."""
        return self._handle is not None

    @property
    def input_shape(self) -> tuple[int | None, ...] | list[tuple[int | None, ...]]:
        """Shape of the input, the batch axis first as None; a list for several."""
        shapes = [shape("unroll_model_input_shape", self._handle_or_raise(), i) for i in range(self._info().input_count)]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> tuple[int | None, ...] | list[tuple[int | None, ...]]:  # type: ignore[override]
        """Shape of the output, the batch axis first as None; a list for several."""
        shapes = [shape("unroll_model_output_shape", self._handle_or_raise(), i) for i in range(self._info().output_count)]
        return shapes[0] if len(shapes) == 1 else shapes

    def count_params(self) -> int:
        """The number of elements of all weights."""
        return int(self._info().parameter_count)

    def summary(self, print_fn: Callable[[str], Any] | None = None, line_length: int | None = None) -> None:
        """Prints a table of the layers, their output shapes and parameters."""
        (print_fn or print)(text("unroll_model_summary", self._handle_or_raise()))

    def describe(self) -> dict[str, Any]:
        """What the model is: layers, shapes, parameters, and notes on what was adapted while loading."""
        return json.loads(text("unroll_model_describe", self._handle_or_raise()))

    def to_json(self) -> str:
        """The Keras configuration, which `model_from_json` and Keras read."""
        return text("unroll_model_to_json", self._handle_or_raise())

    def get_config(self) -> dict[str, Any]:
        """The Keras configuration: what `from_config` takes."""
        return self._keras_config()

    def to_keras(self) -> dict[str, Any]:
        entry = self._full_config()
        entry["config"]["name"] = self.name
        return entry

    # ---- weights ----------------------------------------------------------------

    def _all_weights(self) -> list[Weight]:
        handle = self._handle_or_raise()
        if self._weight_list is None:
            self._weight_list = [Weight(self, handle, index) for index in range(self._info().weight_count)]
        return self._weight_list

    def _layer_weights(self, layer: Layer) -> list[Weight]:
        return [weight for weight in self._all_weights() if weight.layer_name == layer.name]

    def _layer_output_shape(self, layer: Layer) -> tuple[int | None, ...]:
        for each in self.describe().get("layers", []):
            if each.get("name") == layer.name:
                return tuple(each["output_shape"])
        raise StateError(f"the model has no layer {layer.name!r}")

    @property
    def weights(self) -> list[Weight]:
        """All weights in Keras' order."""
        if self._model is not None:
            return self._model._layer_weights(self)
        return list(self._all_weights())

    # ---- files --------------------------------------------------------------------

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True, include_optimizer: bool = True) -> None:
        """Writes the whole model: .keras, or .h5. A save that fails leaves the old file.

        FileError if it cannot be written, FileExistsError without `overwrite`.
        """
        self._save("unroll_model_save", filepath, overwrite, include_optimizer)

    def save_weights(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Writes the weights only: .weights.h5 (Keras 3's) or .h5."""
        self._save("unroll_model_save_weights", filepath, overwrite, False)

    def _save(self, function: str, filepath: Any, overwrite: bool, include_optimizer: bool) -> None:
        if not overwrite and os.path.exists(filepath):
            raise FileExistsError(f"{os.fspath(filepath)} exists, and overwrite is False")
        options = initialized(_abi.SaveOptions, "unroll_save_options_init")
        options.include_optimizer = include_optimizer
        call(function, self._handle_or_raise(), path_bytes(filepath), ctypes.byref(options))

    def load_weights(self, filepath: str | os.PathLike[str]) -> None:
        """Reads the weights of any file Keras or this library wrote, layer by layer in order.

        FileError or FormatError if it cannot be read or does not fit; then the
        weights are as before.
        """
        call("unroll_model_load_weights", self._handle_or_raise(), path_bytes(filepath))

    # ---- the rest -------------------------------------------------------------------

    def stream(self, batch_size: int = 1) -> Stream:
        """A run through the model one time step a call; many may share one model."""
        return Stream(self, batch_size)

    def reset_states(self) -> None:
        """Sets the states of stateful layers to zero."""
        call("unroll_model_reset_states", self._handle_or_raise())

    def set_threads(self, threads: int) -> None:
        """Threads that fit, evaluate and predict may use; 0: one per core. Results do not depend on it."""
        if threads < 0:
            raise ValueError(f"threads is at least 0, found {threads}")
        call("unroll_model_set_threads", self._handle_or_raise(), threads)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r}, {'built' if self.built else 'not built'}>"


