"""Arguments of fit, evaluate and predict as the library takes them, and what they return."""

from __future__ import annotations

import ctypes
from typing import Any, Dict, List, Sequence, Union

import numpy as np

from .._arrays import as_input
from .._lib import whole


#: The loss alone, loss and metrics, or both by name.
Result = Union[float, List[float], Dict[str, float]]


def result(logs: dict[str, float], as_dictionary: bool) -> Result:
    """What evaluate and its like return of the loss and metrics."""
    if as_dictionary:
        return logs
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def verbosity(verbose: int | str) -> int:
    """0, 1 or 2. ValueError for others than these and "auto"."""
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto', found {verbose!r}")
    return int(verbose)


def class_weights(weights: dict[int, float]) -> Any:
    """Weights by class index, 1 for classes not named."""
    if not isinstance(weights, dict) or not all(_is_class(index) for index in weights):
        raise ValueError(f"class_weight is a dictionary of class indices to weights, found {weights!r}")
    values = [float(weights.get(index, 1.0)) for index in range(int(max(weights, default=0)) + 1)]
    return (ctypes.c_double * len(values))(*values)


def _is_class(value: Any) -> bool:
    return bool(isinstance(value, (int, float, np.number)) and value >= 0 and value == int(value))


def weights_by_output(values: Any, names: Sequence[str]) -> list[np.ndarray | None]:
    """The sample weights of each output, of all together, or none."""
    if values is None:
        return []
    if isinstance(values, dict):
        listed_values = listed(values, names, "sample_weight")
    elif len(names) > 1 and isinstance(values, (list, tuple)) and not all(np.isscalar(each) for each in values):
        if len(values) != len(names):
            raise ValueError(f"sample_weight: {len(values)} are given for the {len(names)} outputs {', '.join(names)}")
        listed_values = list(values)
    else:
        return [as_input(values, "sample_weight")]
    return [None if each is None else as_input(each, f"sample_weight[{name!r}]") for each, name in zip(listed_values, names)]


def validating(data: Any) -> tuple[Any, Any, Any]:
    """x, y and the sample weights of `validation_data`."""
    if not isinstance(data, (list, tuple)) or len(data) not in (2, 3):
        raise ValueError("validation_data is (x, y) or (x, y, sample_weight)")
    return data[0], data[1], data[2] if len(data) == 3 else None


def shuffling(value: Any) -> bool:
    """ValueError for Keras 2's "batch", which shuffles batches and not samples."""
    if isinstance(value, str):
        raise ValueError(f"shuffle is True or False, found {value!r}")
    return bool(value)


def frequency(value: Any) -> int:
    """ValueError for a list of epochs."""
    if not np.isscalar(value) and np.ndim(value) != 0:
        raise ValueError(f"validation_freq is a number of epochs; lists of epochs are not supported, found {value!r}")
    return whole(value, "validation_freq")


def listed(values: Any, names: Sequence[str], what: str) -> list[Any]:
    """A list of arrays from one array, a list or tuple of them, or a dictionary by name."""
    if isinstance(values, dict):
        missing = [name for name in names if name not in values]
        if missing:
            raise ValueError(f"{what}: nothing is given for {', '.join(missing)}")
        return [values[name] for name in names]
    if len(names) > 1:
        if not isinstance(values, (list, tuple)) or len(values) != len(names):
            raise ValueError(f"{what}: a list of {len(names)} arrays is needed, for {', '.join(names)}")
        return list(values)
    if isinstance(values, (list, tuple)) and len(values) == 1 and isinstance(values[0], np.ndarray):
        return list(values)
    return [values]
