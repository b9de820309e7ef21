"""The base class of callbacks that monitor a value. The library's rules decide what is better, and what follows."""

from __future__ import annotations

import ctypes
from typing import Any

from .. import _abi, _enumerators
from .._lib import call, initialized, whole
from ._base import Callback, Logs

#: A number of epochs that no fit reaches, the largest that the library counts.
_FOR_EVER = 2**31 - 1


class Monitor(Callback):
    """A callback that monitors one value of the logs.

    `monitor` is the value's name. `mode` is "min" if smaller values are better, "max"
    if larger values are better, or "auto" for the model's own loss and metrics:
    larger for accuracies, smaller for all others. ValueError for other modes.
    """

    def __init__(self, monitor: str, mode: str) -> None:
        if mode not in _enumerators.MONITOR_MODES:
            raise ValueError(f"mode must be 'auto', 'min' or 'max', found {mode!r}")
        self.monitor, self.mode = monitor, mode
        self._forget()

    def _forget(self) -> None:
        """Resets the state, which may be read and changed between epochs."""
        self.best: float | None = None
        self.best_epoch = self.wait = self.cooldown_counter = 0

    def get_monitor_value(self, logs: Logs) -> float | None:
        """The monitored value; None after an epoch without validation, if other epochs have one.

        KeyError, with the names that there are, if this fit has no such value.
        """
        logs = logs or {}
        if self.monitor not in logs:
            if self.params.get("do_validation") and self.monitor.startswith("val_") and self.monitor[4:] in logs:
                return None
            raise KeyError(
                f"{type(self).__name__} monitors {self.monitor!r}, which this fit does not have; it has: "
                f"{', '.join(logs)}. Give validation data for val_ values"
            )
        return logs[self.monitor]

    def _rule(self, structure: type[Any], name: str, **options: Any) -> Any:
        """The header's struct of a rule."""
        rule = initialized(structure, f"{name}_options_init")
        rule.monitor, rule.mode = self.monitor.encode(), _enumerators.MONITOR_MODES[self.mode]
        for key, value in options.items():
            setattr(rule, key, value)
        return rule

    def _step(self, name: str, rule: Any, epoch: int, value: float, *more: Any) -> int:
        """Applies a rule to the value of an epoch; returns one of the header's verdicts."""
        state = initialized(_abi.MonitorState, "unroll_monitor_state_init")
        if self.best is not None:
            state.has_best, state.best = True, self.best
        state.best_epoch, state.wait, state.cooldown = self.best_epoch, self.wait, self.cooldown_counter
        verdict = ctypes.c_int()
        call(
            f"{name}_step", self.model._handle_or_raise(), ctypes.byref(rule), epoch, float(value), *more, ctypes.byref(state),
            ctypes.byref(verdict))
        self.best = state.best if state.has_best else None
        self.best_epoch, self.wait, self.cooldown_counter = state.best_epoch, state.wait, state.cooldown
        return verdict.value


def epochs(value: float, name: str) -> int:
    """A number of epochs, which may be infinite."""
    return whole(min(value, _FOR_EVER), name)
