"""Learning rates that change with the number of updates made.

Pass a schedule to an optimizer as its `learning_rate`. `step` below is the number
of updates made so far.
"""

from __future__ import annotations

from typing import Any, Sequence

from .. import _abi
from .._configured import Numbered, from_keras


class LearningRateSchedule(Numbered):
    """The base of all schedules: a Keras configuration; the library computes the rate."""

    _module = "keras.optimizers.schedules"

    def __init__(self, name: str | None = None, **config: Any) -> None:
        super().__init__(**config)
        self.name = name or type(self).__name__

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "name": self.name}


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps); with `staircase` the exponent is rounded down."""

    _kind = _abi.SCHEDULE_EXPONENTIAL

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(
            name, initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, decay_rate=decay_rate,
            staircase=staircase,
        )


class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps); with `staircase` the quotient is rounded down."""

    _kind = _abi.SCHEDULE_INVERSE_TIME

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(
            name, initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, decay_rate=decay_rate,
            staircase=staircase,
        )


class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial rate down to `alpha` times that rate, over `decay_steps` updates.

    With `warmup_target` the rate first changes linearly from the initial rate to the
    target, over `warmup_steps` updates, and then falls from there.
    """

    _kind = _abi.SCHEDULE_COSINE

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, alpha: float = 0.0, warmup_target: float | None = None,
        warmup_steps: int = 0, name: str | None = None,
    ) -> None:
        super().__init__(
            name, initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, alpha=alpha,
            warmup_target=warmup_target, warmup_steps=warmup_steps,
        )


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] up to and including step boundaries[i], the last value after that.

    ValueError at `compile` unless there is one more value than boundaries.
    """

    _kind = _abi.SCHEDULE_PIECEWISE

    def __init__(self, boundaries: Sequence[int], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        super().__init__(name, boundaries=list(boundaries), values=list(values))


_CLASSES = (ExponentialDecay, InverseTimeDecay, CosineDecay, PiecewiseConstantDecay)


def get(configuration: dict[str, Any]) -> LearningRateSchedule:
    """The schedule with this Keras configuration, `{"class_name": ..., "config": ...}`. ValueError if unknown."""
    made = from_keras(_CLASSES, configuration)
    if made is None:
        raise ValueError(f"unknown schedule {configuration!r}; known: {', '.join(each.__name__ for each in _CLASSES)}")
    return made
