"""Models from files."""

from __future__ import annotations

import ctypes
import json
from typing import Any, cast

from .. import _abi
from .._bytes import Content, Source, content_of
from .._lib import call, initialized, text
from ._reading import model_of

def load_model(filepath: Source, compile: bool = True) -> Any:
    """Loads a whole model that Keras 1 to 3 or this library wrote: .h5 or .keras.

    `filepath` is the name of a file, bytes, or an open binary file. With `compile`
    (the default) optimizer, loss and metrics are restored, and training continues
    where it stopped. FileNotFoundError if there is no such file, FileError if it
    cannot be read, FormatError if it is not a model, UnsupportedError if a layer is
    unknown (the message names it).
    """
    options = initialized(_abi.LoadOptions, "unroll_load_options_init")
    options.compile = bool(compile)
    handle = ctypes.c_void_p()
    content = content_of(filepath)
    if isinstance(content, Content):
        call("unroll_model_load_from_memory", *content.arguments, ctypes.byref(options), ctypes.byref(handle))
    else:
        call("unroll_model_load", content, ctypes.byref(options), ctypes.byref(handle))
    return model_of(handle)


def inspect(filepath: Source) -> dict[str, Any]:
    """Describes a model file, or its bytes, as a dictionary, without keeping the model.

    It has the format, what wrote the file, layers, shapes, and notes on what a load
    would adapt. If the model cannot be loaded, "error" says why. FileNotFoundError,
    FileError or FormatError if this is not a readable Keras file.
    """
    content = content_of(filepath)
    if isinstance(content, Content):
        found = text("unroll_file_describe_from_memory", *content.arguments)
    else:
        found = text("unroll_file_describe", content)
    return cast("dict[str, Any]", json.loads(found))
