"""compile()'s optimizer, losses and metrics as the header's structs."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple, Sequence

from . import _abi, _enumerators, losses as _losses, metrics as _metrics, optimizers as _optimizers
from ._handle import ModelHandle
from ._lib import call, initialized
from ._plain import plain
from .losses import Loss
from .metrics import Metric
from .optimizers import Optimizer
from .optimizers.schedules import LearningRateSchedule, PiecewiseConstantDecay

# The names of options in Keras and in the header, where they differ.
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
        setattr(struct, key, plain(value))


def optimizer_options(optimizer: Optimizer) -> _abi.OptimizerOptions:
    kind = type(optimizer).__name__
    options = _abi.OptimizerOptions()
    call("unroll_optimizer_options_init", ctypes.byref(options), optimizer._kind, ctypes.sizeof(options))
    rate = optimizer._learning_rate
    options.name = optimizer.name.encode()
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
    options.schedule = schedule._kind
    if isinstance(schedule, PiecewiseConstantDecay):
        boundaries, values = plain(config["boundaries"]), plain(config["values"])
        if len(values) != len(boundaries) + 1:
            raise ValueError(f"{name}: {len(boundaries)} boundaries need {len(boundaries) + 1} values, found {len(values)}")
        options.boundaries = (ctypes.c_int64 * len(boundaries))(*boundaries)
        options.values = (ctypes.c_double * len(values))(*values)
        options.boundary_count = len(boundaries)
        options.learning_rate = values[0]
        return
    options.learning_rate = config.pop("initial_learning_rate")
    _set(options, config, name)


class CompileSpec:
    """The checked arguments of compile(), in the library's form."""

    def __init__(
        self, optimizer: Any, loss: Any, metrics: Any, loss_weights: Any, weighted_metrics: Any, output_names: Sequence[str]
    ) -> None:
        self.optimizer: Optimizer = _optimizers.get(optimizer)
        self.losses: list[Loss] = [_losses.get(each) for each in _per_output(loss, output_names, "loss")]
        weights = _per_output(loss_weights, output_names, "loss_weights") if loss_weights is not None else []
        self.loss_weights = [float(each) for each in weights] or [1.0] * len(self.losses)
        if len(self.losses) == 1 and len(self.loss_weights) > 1:
            self.losses *= len(self.loss_weights)
        if len(self.losses) != len(self.loss_weights):
            raise ValueError(f"loss_weights: {len(self.losses)} losses need as many weights, found {len(self.loss_weights)}")
        self.metrics: list[JudgedOutput] = [
            JudgedOutput(metric, output, weighted)
            for given, weighted, what in ((metrics, False, "metrics"), (weighted_metrics, True, "weighted_metrics"))
            for metric, output in _with_outputs(given, output_names, what)
        ]

    def apply(self, handle: ModelHandle) -> None:
        """Compiles the model of this handle."""
        options = initialized(_abi.CompileOptions, "unroll_compile_options_init")
        optimizer = optimizer_options(self.optimizer)
        options.optimizer = ctypes.pointer(optimizer)
        losses = (_abi.LossOptions * len(self.losses))()
        for struct, loss, weight in zip(losses, self.losses, self.loss_weights):
            kind = type(loss).__name__
            _begin(struct, "unroll_loss_options_init", loss._kind)
            struct.reduction, struct.weight, struct.name = _enumerators.REDUCTIONS[loss.reduction], weight, loss.name.encode()
            _set(struct, loss._options(), kind)
        options.loss_options, options.loss_option_count = losses, len(losses)
        metrics = (_abi.MetricOptions * len(self.metrics))()
        for struct, judged in zip(metrics, self.metrics):
            metric = judged.metric
            _begin(struct, "unroll_metric_options_init", metric._kind)
            struct.name, struct.output, struct.weighted = metric.name.encode(), judged.output, judged.weighted
            _set(struct, metric._config, type(metric).__name__)
        if self.metrics:
            options.metric_options, options.metric_option_count = metrics, len(metrics)
        call("unroll_model_compile", handle, ctypes.byref(options))


class JudgedOutput(NamedTuple):
    """A metric, the output it is computed for, and whether it uses the samples' weights."""

    metric: Metric
    output: int
    weighted: bool


def _begin(struct: Any, function: str, kind: int) -> None:
    call(function, ctypes.byref(struct), kind, ctypes.sizeof(struct))


def _with_outputs(given: Any, names: Sequence[str], what: str) -> list[tuple[Metric, int]]:
    """Metrics and the outputs they are computed for, from any of the forms that Keras accepts.

    With several outputs: a dictionary by output; a list with an entry for each
    output (None, a metric or a list); any other list applies to each output.
    """
    if given is None:
        return []
    if isinstance(given, (str, Metric)):
        given = [given]
    if isinstance(given, dict) and "class_name" not in given:
        if not set(given) <= set(names):
            raise ValueError(f"{what}: the outputs are {', '.join(names)}, found {', '.join(map(str, given))}")
        given = [given.get(name) for name in names]
    elif not isinstance(given, (list, tuple)):
        raise ValueError(f"{what}: expected a list or a dictionary, found {given!r}")
    elif len(names) > 1 and len(given) != len(names):
        if any(each is None or isinstance(each, (list, tuple)) for each in given):
            raise ValueError(f"{what}: expected an entry for each of {', '.join(names)}, found {len(given)}")
        return [(_metrics.get(each), _abi.OUTPUT_EVERY) for each in given]
    if len(names) == 1:
        return [(metric, 0) for metric in _metrics.flat(given)]
    return [(metric, output) for output, mine in enumerate(given) for metric in _metrics.flat(mine)]


def _per_output(value: Any, names: Sequence[str], what: str) -> list[Any]:
    """A list from one value, a list, or a dictionary by output name."""
    if isinstance(value, dict) and "class_name" not in value:
        if set(value) != set(names):
            raise ValueError(f"{what}: the outputs are {', '.join(names)}, found {', '.join(map(str, value))}")
        return [value[name] for name in names]
    return list(value) if isinstance(value, (list, tuple)) else [value]
