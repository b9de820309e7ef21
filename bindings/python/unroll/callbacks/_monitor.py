"""What callbacks that watch a value have in common. Which values are better, and what follows, are the library's rules."""

from __future__ import annotations

import ctypes
from typing import Any

from .. import _abi, _enumerators
from .._lib import call, initialized, whole
from ._base import Callback, Logs

#: So many epochs that none is beyond; the library counts no further.
_FOR_EVER = 2**31 - 1


class Monitor(Callback):
    """A callback that watches one value of the logs get smaller or greater.

    `monitor` is the value's name. `mode` is "min" or "max" for values of which
    smaller or larger ones are better, or "auto" for the model's own loss and
    metrics, of which larger accuracies are better and smaller values of all
    others. ValueError for other modes.
    """

    def __init__(self, monitor: str, mode: str) -> None:
        if mode not in _enumerators.MONITOR_MODES:
            raise ValueError(f"mode is 'auto', 'min' or 'max', found {mode!r}")
        self.monitor, self.mode = monitor, mode
        self._forget()

    def _forget(self) -> None:
        """Begins anew. What is remembered may be read and changed between epochs."""
        self.best: float | None = None
        self.best_epoch = self.wait = self.cooldown_counter = 0

    def get_monitor_value(self, logs: Logs) -> float | None:
        """The watched value; None after an epoch without validation where others have one.

        KeyError, naming what there is, if this fit has no such value.
        """
        logs = logs or {}
        if self.monitor not in logs:
            if self.params.get("do_validation") and self.monitor.startswith("val_") and self.monitor[4:] in logs:
                return None
            raise KeyError(
                f"{type(self).__name__} watches {self.monitor!r}, which this fit does not have; it has: "
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
        """What a rule makes of an epoch's value, one of the header's verdicts."""
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
