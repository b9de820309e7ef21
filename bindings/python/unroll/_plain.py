"""Converts NumPy values, and names of types and classes, to the forms of JSON, Keras and the library."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from .errors import UnsupportedError

_INDICES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")


def plain(value: Any) -> Any:
    """NumPy numbers and arrays as Python objects, also inside lists and dictionaries."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def snake_case(name: str) -> str:
    """Keras' name of a class in snake case: `SimpleRNN` -> `simple_rnn`, `RMSprop` -> `rm_sprop`."""
    name = re.sub(r"\W", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def element_type(dtype: Any, owner: str, *, indices: bool = False) -> str | None:
    """The name of an element type, in any form that Keras accepts. `indices` allows integer types too.

    UnsupportedError for types of fewer than 32 bits, alone or in a mixed policy.
    """
    if dtype is None:
        return None
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if not isinstance(name, str):
        try:
            name = np.dtype(dtype).name
        except TypeError:
            raise ValueError(f"{owner}: dtype must be the name of an element type, found {dtype!r}") from None
    if name in ("float32", "float64") or indices and name in _INDICES:
        return name
    if "float" in name:
        raise UnsupportedError(f"{owner}: dtype {name!r} is not supported; a model is 'float32' or 'float64'")
    raise ValueError(f"{owner}: dtype must be 'float32' or 'float64', found {dtype!r}")
