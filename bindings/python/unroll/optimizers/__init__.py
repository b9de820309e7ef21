"""Optimizers, with Keras' names, arguments and defaults.

`compile(optimizer=...)` takes an object or a name: "adam", "sgd", "rmsprop", ...
Below, g is the gradient of a weight and lr the learning rate; the library does the
arithmetic, elementwise.
"""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, Protocol, Union

from .. import _abi
from .._configured import Numbered
from .._plain import snake_case
from . import schedules
from .schedules import LearningRateSchedule

Rate = Union[float, LearningRateSchedule]  # or the Keras configuration of a schedule


#: Other options in Keras' configurations, and the values at which they do nothing. Without
#: use_ema the two ema options have no effect; jit_compile and is_legacy_optimizer only concern Keras.
_OFF: dict[str, Any] = {
    "use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None, "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
_ANY_VALUE = ("ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer")


def _is_off(key: str, value: Any) -> bool:
    return key in _ANY_VALUE or key in _OFF and (not value or key == "gradient_accumulation_steps" and value == 1)


class Rated(Protocol):
    """What an optimizer needs from the model that it was compiled into."""

    learning_rate: float


class Optimizer(Numbered):
    """The base of all optimizers: a Keras configuration. The model keeps its state (moments, number of updates).

    All optimizers take at most one of `clipvalue` (the bound on each element of
    a gradient), `clipnorm` (on the norm of each weight's gradient) and
    `global_clipnorm` (on the norm of all gradients together), and
    `weight_decay`: before its update each weight w becomes
    w (1 - weight_decay * lr). ValueError for options that the library does not have.
    """

    _module = "keras.optimizers"

    #: The options other than the learning rate, clipping and weight decay; subclasses inherit them.
    _options: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "_kind" in vars(cls):
            cls._options = tuple(
                name for name, each in inspect.signature(cls).parameters.items()
                if each.kind is not each.VAR_KEYWORD and name not in ("learning_rate", "weight_decay"))

    def __init__(
        self, learning_rate: Rate, *, clipnorm: float | None = None, clipvalue: float | None = None,
        global_clipnorm: float | None = None, weight_decay: float | None = None, name: str | None = None, **config: Any,
    ) -> None:
        given = [each for each in (clipnorm, clipvalue, global_clipnorm) if each is not None]
        if len(given) > 1:
            raise ValueError("give at most one of clipnorm, clipvalue and global_clipnorm")
        for key, value in config.items():
            if key not in self._options and not _is_off(key, value):
                raise ValueError(f"{type(self).__name__}: the option {key}={value!r} is not supported")
        #: Keras' name, which is kept in files.
        self.name = name or snake_case(type(self).__name__)
        self._learning_rate = schedules.get(learning_rate) if isinstance(learning_rate, dict) else learning_rate
        super().__init__(
            weight_decay=weight_decay, clipnorm=clipnorm, global_clipnorm=global_clipnorm, clipvalue=clipvalue,
            **{key: config[key] for key in self._options if key in config})
        self._ema = {key: config[key] for key in _ANY_VALUE[:2] if key in config}
        self._model: Rated | None = None

    @property
    def learning_rate(self) -> float | LearningRateSchedule:
        """The learning rate of the next update, or the schedule. A rate can be set at any time.

        ValueError when a schedule is set after `compile`.
        """
        if self._model is not None and not isinstance(self._learning_rate, LearningRateSchedule):
            return self._model.learning_rate
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Rate) -> None:
        if self._model is not None:
            if isinstance(value, LearningRateSchedule):
                raise ValueError("a schedule can be set only when the optimizer is created; expected a number")
            self._model.learning_rate = float(value)
        self._learning_rate = value

    def get_config(self) -> dict[str, Any]:
        rate = self.learning_rate
        shown = rate.to_keras() if isinstance(rate, LearningRateSchedule) else float(rate)
        options = {key: value for key, value in self._config.items() if key in self._options}
        common = {key: value for key, value in self._config.items() if key not in self._options}
        return {"name": self.name, "learning_rate": shown, **common, **_OFF, **self._ema, **options}


class SGD(Optimizer):
    """w += v with v = momentum v - lr g; with `nesterov` w += momentum v - lr g."""

    _kind = _abi.OPTIMIZER_SGD

    def __init__(self, learning_rate: Rate = 0.01, momentum: float = 0.0, nesterov: bool = False, **common: Any) -> None:
        super().__init__(learning_rate, momentum=momentum, nesterov=nesterov, **common)


class RMSprop(Optimizer):
    """Subtracts lr g / sqrt(v + epsilon), where v is a moving mean of g² with decay rate `rho`.

    With `centered` the square of the moving mean of g is subtracted from v;
    with `momentum` the steps accumulate as in SGD.
    """

    _kind = _abi.OPTIMIZER_RMSPROP

    def __init__(
        self, learning_rate: Rate = 0.001, rho: float = 0.9, momentum: float = 0.0, epsilon: float = 1e-7,
        centered: bool = False, **common: Any,
    ) -> None:
        super().__init__(learning_rate, rho=rho, momentum=momentum, epsilon=epsilon, centered=centered, **common)


class Adam(Optimizer):
    """Subtracts lr m / (sqrt(v) + epsilon), where m and v are bias-corrected moving means of g and g² (Kingma & Ba 2014).

    `beta_1` and `beta_2` are the decay rates of m and v; with `amsgrad` v never decreases.
    """

    _kind = _abi.OPTIMIZER_ADAM

    def __init__(
        self, learning_rate: Rate = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
        amsgrad: bool = False, **common: Any,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, amsgrad=amsgrad, **common)


class AdamW(Optimizer):
    """Adam with a `weight_decay` of 0.004 by default (Loshchilov & Hutter 2017)."""

    _kind = _abi.OPTIMIZER_ADAMW

    def __init__(
        self, learning_rate: Rate = 0.001, weight_decay: float = 0.004, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-7, amsgrad: bool = False, **common: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay=weight_decay, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, amsgrad=amsgrad,
            **common,
        )


class Adagrad(Optimizer):
    """Subtracts lr g / sqrt(v + epsilon), where v is `initial_accumulator_value` plus the sum of all g² (Duchi et al. 2011)."""

    _kind = _abi.OPTIMIZER_ADAGRAD

    def __init__(
        self, learning_rate: Rate = 0.001, initial_accumulator_value: float = 0.1, epsilon: float = 1e-7, **common: Any
    ) -> None:
        super().__init__(learning_rate, initial_accumulator_value=initial_accumulator_value, epsilon=epsilon, **common)


class Adamax(Optimizer):
    """Adam with a decaying maximum of |g| in place of sqrt(v) (Kingma & Ba 2014)."""

    _kind = _abi.OPTIMIZER_ADAMAX

    def __init__(
        self, learning_rate: Rate = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, **common)


class Nadam(Optimizer):
    """Adam with Nesterov's momentum (Dozat 2015)."""

    _kind = _abi.OPTIMIZER_NADAM

    def __init__(
        self, learning_rate: Rate = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, **common)


class Lion(Optimizer):
    """Moves each weight by lr against the sign of a mean of g and its moving mean (Chen et al. 2023)."""

    _kind = _abi.OPTIMIZER_LION

    def __init__(self, learning_rate: Rate = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, **common: Any) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, **common)


class Adadelta(Optimizer):
    """Takes steps in proportion to the root mean square of the earlier steps (Zeiler 2012; the paper's `learning_rate` is 1)."""

    _kind = _abi.OPTIMIZER_ADADELTA

    def __init__(self, learning_rate: Rate = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **common: Any) -> None:
        super().__init__(learning_rate, rho=rho, epsilon=epsilon, **common)


class Ftrl(Optimizer):
    """Follows the regularized leader (McMahan et al. 2013), with penalties that can make weights exactly 0.

    As in Keras, a weight depends only on its gradients so far: one that never had
    a gradient becomes 0.
    """

    _kind = _abi.OPTIMIZER_FTRL

    def __init__(
        self, learning_rate: Rate = 0.001, learning_rate_power: float = -0.5, initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0, l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0, beta: float = 0.0, **common: Any,
    ) -> None:
        super().__init__(
            learning_rate, learning_rate_power=learning_rate_power, initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength, l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength, beta=beta, **common,
        )


_ALL = {each.__name__.lower(): each for each in (SGD, RMSprop, Adam, AdamW, Adagrad, Adamax, Nadam, Lion, Adadelta, Ftrl)}


def get(identifier: str | Optimizer | dict[str, Any]) -> Optimizer:
    """The optimizer with this name or Keras configuration, or the object itself. ValueError if unknown."""
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in _ALL:
        return _ALL[identifier.lower()]()
    if isinstance(identifier, dict) and str(identifier.get("class_name", "")).lower() in _ALL:
        return _ALL[identifier["class_name"].lower()].from_config(identifier.get("config", {}))
    raise ValueError(f"unknown optimizer {identifier!r}; known: {', '.join(sorted(_ALL))}")


__all__ = [
    "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "LearningRateSchedule", "Lion", "Nadam", "Optimizer",
    "RMSprop", "SGD", "get", "schedules",
]
