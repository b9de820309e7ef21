"""compile()'s optimizer, losses and metrics as the header's structs."""

from __future__ import annotations

import ctypes
from typing import Any, Sequence

from . import _abi, losses as _losses, metrics as _metrics
from ._lib import call, initialized
from .losses import Loss
from .metrics import Metric
from .optimizers import Optimizer
from .optimizers.schedules import LearningRateSchedule

# Keras' names of options and the header's, where they differ.
_RENAMED = {
    "initial_accumulator_value": "initial_accumulator", "l1_regularization_strength": "l1_regularization",
    "l2_regularization_strength": "l2_regularization", "l2_shrinkage_regularization_strength": "l2_shrinkage_regularization",
}


def _set(struct: Any, config: dict[str, Any], what: str) -> None:
    known = {name for name, _ in struct._fields_}
    for key, value in config.items():
        key = _RENAMED.get(key, key)
        if value is None or key == "name":
            continue
        if key not in known:
            raise ValueError(f"{what}: the option {key}={value!r} is not supported")
        setattr(struct, key, value)


def optimizer_options(optimizer: Optimizer) -> _abi.OptimizerOptions:
    kind = type(optimizer).__name__
    options = _abi.OptimizerOptions()
    call("unroll_optimizer_options_init", ctypes.byref(options), _abi.OPTIMIZERS[kind], ctypes.sizeof(options))
    rate = optimizer._learning_rate
    if isinstance(rate, LearningRateSchedule):
        _set_schedule(options, rate)
    else:
        options.learning_rate = float(rate)
    try:
        _set(options, optimizer._config, kind)
    except TypeError as error:
        raise TypeError(f"{kind}: {error}") from None
    return options


def _set_schedule(options: _abi.OptimizerOptions, schedule: LearningRateSchedule) -> None:
    name = type(schedule).__name__
    config = schedule.get_config()
    options.schedule = _abi.SCHEDULES[name]
    if name == "PiecewiseConstantDecay":
        boundaries, values = config["boundaries"], config["values"]
        if len(values) != len(boundaries) + 1:
            raise ValueError(f"{name}: {len(boundaries)} boundaries need {len(boundaries) + 1} values, found {len(values)}")
        options.boundaries = (ctypes.c_int64 * len(boundaries))(*boundaries)
        options.values = (ctypes.c_double * len(values))(*values)
        options.boundary_count = len(boundaries)
        options.learning_rate = values[0]
        return
    options.learning_rate = config.pop("initial_learning_rate")
    if name == "InverseTimeDecay":
        # The header's decay is per update; Keras' per decay_steps updates.
        config["decay_rate"] /= config.pop("decay_steps")
        config.pop("staircase")
    _set(options, config, name)


class CompileSpec:
    """The arguments of compile(), checked, and as the library takes them."""

    def __init__(
        self, optimizer: Any, loss: Any, metrics: Any, loss_weights: Any, output_names: Sequence[str]
    ) -> None:
        from . import optimizers

        self.optimizer: Optimizer = optimizers.get(optimizer)
        self.losses: list[Loss] = [_losses.get(each) for each in _per_output(loss, output_names, "loss")]
        weights = _per_output(loss_weights, output_names, "loss_weights") if loss_weights is not None else []
        self.loss_weights = [float(each) for each in weights] or [1.0] * len(self.losses)
        if isinstance(metrics, (str, Metric)):
            metrics = [metrics]
        if isinstance(metrics, dict) or any(isinstance(each, (dict, list, tuple)) for each in metrics or []):
            raise ValueError(f"metrics are one list, computed for every output, found {metrics!r}")
        self.metrics: list[Metric] = [_metrics.get(each) for each in metrics or []]

    def apply(self, handle: Any) -> None:
        """Compiles the model of this handle."""
        options = initialized(_abi.CompileOptions, "unroll_compile_options_init")
        optimizer = optimizer_options(self.optimizer)
        options.optimizer = ctypes.pointer(optimizer)
        structs = (_abi.Loss * len(self.losses))()
        for struct, loss, weight in zip(structs, self.losses, self.loss_weights):
            struct.kind = _abi.LOSSES[type(loss).__name__]
            struct.reduction = _abi.REDUCTIONS[loss.reduction]
            struct.delta, struct.weight = 1.0, weight
            _set(struct, loss._config, type(loss).__name__)
        options.losses, options.loss_count = structs, len(structs)
        metrics = (ctypes.c_int * len(self.metrics))(*(_abi.METRICS[each.identifier] for each in self.metrics))
        if self.metrics:
            options.metrics, options.metric_count = metrics, len(metrics)
        call("unroll_model_compile", handle, ctypes.byref(options))


def _per_output(value: Any, names: Sequence[str], what: str) -> list[Any]:
    """A list from one value, a list, or a dictionary by output name."""
    if isinstance(value, dict) and "class_name" not in value:
        if set(value) != set(names):
            raise ValueError(f"{what}: the outputs are {', '.join(names)}, found {', '.join(map(str, value))}")
        return [value[name] for name in names]
    return list(value) if isinstance(value, (list, tuple)) else [value]
