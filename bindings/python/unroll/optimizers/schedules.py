"""Learning rates that change with the number of updates made."""

from __future__ import annotations

from typing import Any, Sequence


class LearningRateSchedule:
    def __init__(self, name: str | None = None, **config: Any) -> None:
        self.name = name or type(self).__name__
        self._config = config

    def get_config(self) -> dict[str, Any]:
        return {**self._config, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LearningRateSchedule":
        return cls(**config)

    def to_keras(self) -> dict[str, Any]:
        return {
            "module": "keras.optimizers.schedules", "class_name": type(self).__name__,
            "config": self.get_config(), "registered_name": None,
        }


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps); whole powers with `staircase`."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(
            name, initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, decay_rate=decay_rate,
            staircase=staircase,
        )


class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps); whole steps with `staircase`."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(
            name, initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, decay_rate=decay_rate,
            staircase=staircase,
        )


class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial rate to alpha times it, after an optional linear warm-up."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, alpha: float = 0.0, warmup_target: float | None = None,
        warmup_steps: int = 0, name: str | None = None,
    ) -> None:
        super().__init__(
            name, initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, alpha=alpha,
            warmup_target=warmup_target, warmup_steps=warmup_steps,
        )


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] up to and with step boundaries[i]; one more value than boundaries."""

    def __init__(self, boundaries: Sequence[int], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        super().__init__(name, boundaries=list(boundaries), values=list(values))


_CLASSES = (ExponentialDecay, InverseTimeDecay, CosineDecay, PiecewiseConstantDecay)


def get(configuration: dict[str, Any]) -> LearningRateSchedule:
    """A schedule from its Keras configuration. ValueError if unknown."""
    for each in _CLASSES:
        if each.__name__ == configuration.get("class_name"):
            return each.from_config(configuration.get("config", {}))
    raise ValueError(f"unknown schedule {configuration!r}; known: {', '.join(each.__name__ for each in _CLASSES)}")
