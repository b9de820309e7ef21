"""Settings for models made from here on."""

from __future__ import annotations

_floatx = "float32"


def floatx() -> str:
    """The element type of new models: "float32", the default, or "float64"."""
    return _floatx


def set_floatx(value: str) -> None:
    """Sets the element type of new models. ValueError for types other than float32 and float64."""
    global _floatx
    if value not in ("float32", "float64"):
        raise ValueError(f"the element type must be 'float32' or 'float64', found {value!r}")
    _floatx = value
