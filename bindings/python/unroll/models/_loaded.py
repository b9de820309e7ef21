"""Models from files and configurations."""

from __future__ import annotations

import ctypes
import json
from typing import Any

from .. import _abi, layers, metrics, optimizers, utils
from .._bytes import Source, content_of
from .._lib import call, initialized, path_bytes, text
from ..layers import InputLayer
from ..layers._base import from_keras
from ._functional import Model
from ._model import Native
from ._sequential import Sequential

_CLASSES: dict[str, Any] = {name: value for name, value in vars(layers).items() if isinstance(value, type)}


class _LoadedGraph(Model):
    """A functional model that was read: its graph is the library's."""

    def __init__(self, config: dict[str, Any]) -> None:
        Native.__init__(self, name=config.get("name"), default="functional", trainable=config.get("trainable", True), dtype=None)
        self._configuration = config
        self._layers = [from_keras(entry, _CLASSES) for entry in config["layers"]]

    def _keras_config(self) -> dict[str, Any]:
        # The layers' own part may have changed: what is trainable.
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
    """Layer names of [[name, 0, 0], ...], which Keras writes flat for a single one."""
    if entries and isinstance(entries[0], str):
        entries = [entries]
    return [entry[0] for entry in entries]


def _read(entry: dict[str, Any]) -> Native:
    """A Python model of a configuration of the library's."""
    config = entry["config"]
    model: Native
    if entry["class_name"] == "Sequential":
        model = sequential = Sequential(name=config.get("name"), trainable=config.get("trainable", True))
        for each in config["layers"]:
            layer = from_keras(each, _CLASSES)
            if isinstance(layer, InputLayer):
                sequential._input = layer
            else:
                sequential._layers.append(layer)
    else:
        model = _LoadedGraph(config)
    for layer in model._layers:
        layer._model = model
    return model


_CLASSES.update(Sequential=_read, Functional=_read)


def _wrap(handle: ctypes.c_void_p) -> Native:
    """A Python model around a handle of the library."""
    model = _read(json.loads(text("unroll_model_to_json", handle)))
    if model._can_build():
        model._adopt(handle)
    if model._info().is_compiled:
        training = model.describe()["training"]
        model.optimizer = optimizers.get(training["optimizer"])
        model.optimizer._model = model
        model._metrics = metrics.flat([training["metrics"], training["weighted_metrics"]])
    return model


def load_model(filepath: Source, compile: bool = True) -> Any:
    """Reads a whole model that Keras 1 to 3 or this library wrote: .h5 or .keras.

    From a file by its name, from bytes, or from an open binary file. With
    `compile` (the default) optimizer, loss and metrics are restored, and
    training goes on where it stopped. FileNotFoundError if there is no such
    file, FileError if it cannot be read, FormatError if it is not a model,
    UnsupportedError naming a layer that is not known.
    """
    options = initialized(_abi.LoadOptions, "unroll_load_options_init")
    options.compile = bool(compile)
    handle = ctypes.c_void_p()
    content = content_of(filepath)
    if content is not None:
        call("unroll_model_load_memory", *content.arguments, ctypes.byref(options), ctypes.byref(handle))
    else:
        call("unroll_model_load", path_bytes(filepath), ctypes.byref(options), ctypes.byref(handle))
    return _wrap(handle)


def model_from_json(json_string: str) -> Any:
    """A model with fresh weights from the text of `to_json()`, this library's or Keras'."""
    options = initialized(_abi.ModelOptions, "unroll_model_options_init")
    options.seed = utils._next_seed()
    encoded = json_string.encode()
    handle = ctypes.c_void_p()
    call("unroll_model_from_json", encoded, len(encoded), ctypes.byref(options), ctypes.byref(handle))
    return _wrap(handle)


def inspect(filepath: Source) -> dict[str, Any]:
    """What a model file, or its bytes, is: format, who wrote it, layers, shapes, and notes on what would be adapted."""
    content = content_of(filepath)
    if content is not None:
        return json.loads(text("unroll_inspect_memory", *content.arguments))
    return json.loads(text("unroll_inspect", path_bytes(filepath)))


