"""Small helpers with Keras' names."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np

_lock = threading.Lock()
_seeds: np.random.SeedSequence | None = None


def set_random_seed(seed: int) -> None:
    """Seeds everything random in models created from now on (weights, shuffling, dropout), and NumPy.

    Models take their seeds in the order in which they are created, so that a script gives
    the same weights on every run. ValueError for a seed outside 0 to 2**64 - 1.
    """
    global _seeds
    if not 0 <= int(seed) < 2**64:
        raise ValueError(f"a seed must be an integer from 0 to 2**64 - 1, found {seed!r}")
    with _lock:
        _seeds = np.random.SeedSequence(int(seed))
    np.random.seed(int(seed) % 2**32)


def _next_seed() -> int:
    """The seed of the next model: from `set_random_seed`, or from the system."""
    with _lock:
        if _seeds is None:
            return int.from_bytes(os.urandom(8), "little")
        return int(_seeds.spawn(1)[0].generate_state(1, np.uint64)[0])


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Converts class indices to one-hot vectors: (...) or (..., 1) to (..., num_classes), float32.

    `num_classes` defaults to the largest index plus 1. ValueError for an index outside the classes.
    """
    indices = np.asarray(x, dtype=np.int64)
    if indices.ndim > 1 and indices.shape[-1] == 1:
        indices = indices[..., 0]
    classes = int(num_classes if num_classes is not None else indices.max(initial=-1) + 1)
    if indices.size and (indices.min() < 0 or indices.max() >= classes):
        raise ValueError(f"class indices must be from 0 to {classes - 1}, found {indices.min()} to {indices.max()}")
    return np.eye(classes, dtype=np.float32)[indices]
