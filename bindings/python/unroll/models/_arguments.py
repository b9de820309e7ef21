"""Converts the arguments of fit, evaluate and predict for the library, and their results for the caller."""

from __future__ import annotations

import ctypes
from typing import Any, Dict, List, Sequence, Union

import numpy as np

from .._arrays import as_input
from .._lib import whole


#: The loss, a list of loss and metrics, or a dictionary of both by name.
Result = Union[float, List[float], Dict[str, float]]


def result(logs: dict[str, float], as_dictionary: bool) -> Result:
    """The loss and metrics as evaluate and similar methods return them."""
    if as_dictionary:
        return logs
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def verbosity(verbose: int | str) -> int:
    """0, 1 or 2. ValueError for values other than these and "auto"."""
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0, 1, 2 or 'auto', found {verbose!r}")
    return int(verbose)


def class_weights(weights: dict[int, float]) -> Any:
    """Weights by class index; 1 for classes that are not given."""
    if not isinstance(weights, dict) or not all(_is_class(index) for index in weights):
        raise ValueError(f"class_weight must be a dictionary of class indices to weights, found {weights!r}")
    values = [float(weights.get(index, 1.0)) for index in range(int(max(weights, default=0)) + 1)]
    return (ctypes.c_double * len(values))(*values)


def _is_class(value: Any) -> bool:
    return bool(isinstance(value, (int, float, np.number)) and value >= 0 and value == int(value))


def weights_by_output(values: Any, names: Sequence[str]) -> list[np.ndarray | None]:
    """The sample weights: one array for each output, one for all outputs, or none."""
    if values is None:
        return []
    if isinstance(values, dict):
        listed_values = listed(values, names, "sample_weight")
    elif len(names) > 1 and isinstance(values, (list, tuple)) and not all(np.isscalar(each) for each in values):
        if len(values) != len(names):
            raise ValueError(f"sample_weight: expected one for each of the outputs {', '.join(names)}, found {len(values)}")
        listed_values = list(values)
    else:
        return [as_input(values, "sample_weight")]
    return [None if each is None else as_input(each, f"sample_weight[{name!r}]") for each, name in zip(listed_values, names)]


def validating(data: Any) -> tuple[Any, Any, Any]:
    """The x, y and sample weights of `validation_data`."""
    if not isinstance(data, (list, tuple)) or len(data) not in (2, 3):
        raise ValueError("validation_data must be (x, y) or (x, y, sample_weight)")
    return data[0], data[1], data[2] if len(data) == 3 else None


def shuffling(value: Any) -> bool:
    """Whether to shuffle. ValueError for Keras 2's "batch", which shuffles batches rather than samples."""
    if isinstance(value, str):
        raise ValueError(f"shuffle must be True or False, found {value!r}")
    return bool(value)


def frequency(value: Any) -> int:
    """How often to validate. ValueError for a list of epochs."""
    if not np.isscalar(value) and np.ndim(value) != 0:
        raise ValueError(f"validation_freq must be a number of epochs; lists of epochs are not supported, found {value!r}")
    return whole(value, "validation_freq")


def listed(values: Any, names: Sequence[str], what: str) -> list[Any]:
    """A list of arrays from one array, a list or tuple of them, or a dictionary by name."""
    if isinstance(values, dict):
        missing = [name for name in names if name not in values]
        if missing:
            raise ValueError(f"{what}: there is no entry for {', '.join(missing)}")
        return [values[name] for name in names]
    if len(names) > 1:
        if not isinstance(values, (list, tuple)) or len(values) != len(names):
            raise ValueError(f"{what}: expected a list of {len(names)} arrays, for {', '.join(names)}")
        return list(values)
    if isinstance(values, (list, tuple)) and len(values) == 1 and isinstance(values[0], np.ndarray):
        return list(values)
    return [values]
