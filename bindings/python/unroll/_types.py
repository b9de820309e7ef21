"""Element types of losses and metrics."""

from __future__ import annotations

from typing import Any


def wide_type(dtype: Any, owner: str) -> str:
    """The name of a type of at least float32. ValueError for others, which would round differently.

    Losses are computed in the model's type, metrics in float64.
    """
    name = "float32" if dtype is None else getattr(dtype, "name", dtype)
    if name not in ("float32", "float64"):
        raise ValueError(f"{owner}: dtype must be 'float32' or 'float64', found {dtype!r}")
    return name
