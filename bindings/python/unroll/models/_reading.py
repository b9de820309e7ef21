"""The Python objects around the handle of a model that the library loaded."""

from __future__ import annotations

import ctypes
import json
from typing import Any

from .. import _abi, optimizers, utils
from .._handle import ModelHandle
from .._lib import call, initialized, text
from ..layers._base import from_keras
from ._core import Core


def model_of(pointer: ctypes.c_void_p) -> Any:
    """The model for a pointer from the library: `Sequential` or functional."""
    handle = ModelHandle(pointer)
    model = from_keras(json.loads(text("unroll_model_get_json", handle)))
    assert isinstance(model, Core)
    if model._can_build():
        model._adopt(handle)
    if handle.info().is_compiled:
        model.optimizer = optimizers.get(handle.describe()["training"]["optimizer"])
        model.optimizer._model = model
    return model


def model_from_json(json_string: str) -> Any:
    """Creates a model with new weights from the text of `to_json()`, this library's or Keras'.

    FormatError if it is not such a text, UnsupportedError for what the library does not have (the message names it).
    """
    options = initialized(_abi.ModelOptions, "unroll_model_options_init")
    options.seed = utils._next_seed()
    encoded = json_string.encode()
    pointer = ctypes.c_void_p()
    call("unroll_model_create_from_json", encoded, len(encoded), ctypes.byref(options), ctypes.byref(pointer))
    return model_of(pointer)
