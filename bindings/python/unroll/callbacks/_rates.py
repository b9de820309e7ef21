"""Callbacks that change the learning rate."""

from __future__ import annotations

import ctypes
from typing import Any, Callable

from .. import _abi
from ._base import Callback, Logs
from ._monitor import Monitor, epochs


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch to `schedule(epoch, rate)`, or to `schedule(epoch)`.

    Epochs count from 0. After each epoch `logs["learning_rate"]` is its rate.
    ValueError if the schedule does not return a number.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        try:
            rate = self.schedule(epoch, self.model.learning_rate)
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, (int, float)) and not hasattr(rate, "__float__"):
            raise ValueError(f"the schedule must return a number, found {rate!r}")
        self.model.learning_rate = float(rate)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(rate)}.")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if logs is not None:
            logs["learning_rate"] = self.model.learning_rate


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by `factor` when `monitor` has not improved for `patience` epochs.

    A change of `min_delta` or less is not an improvement. The rate does not fall below
    `min_lr`; the `cooldown` epochs after a reduction are not counted. After each
    epoch `logs["learning_rate"]` is the rate of that epoch. `best`, `wait` and
    `cooldown_counter` hold the state during a fit. `mode` and errors are as for
    `EarlyStopping`; ValueError for a factor outside 0 <= factor < 1.
    """

    def __init__(
        self, monitor: str = "val_loss", factor: float = 0.1, patience: int = 10, verbose: int = 0, mode: str = "auto",
        min_delta: float = 1e-4, cooldown: int = 0, min_lr: float = 0.0, **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(f"ReduceLROnPlateau has no argument {next(iter(unknown))!r}")
        if not 0 <= factor < 1:
            raise ValueError(f"factor must be at least 0 and less than 1, found {factor}")
        super().__init__(monitor, mode)
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.min_delta, self.cooldown, self.min_lr = abs(min_delta), cooldown, min_lr

    def on_train_begin(self, logs: Logs = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        value = self.get_monitor_value(logs)
        rate = ctypes.c_double(self.model.learning_rate)
        if logs is not None:
            logs["learning_rate"] = rate.value
        if value is None:
            return
        rule = self._rule(
            _abi.ReduceOnPlateauOptions, "unroll_reduce_on_plateau", factor=self.factor,
            patience=epochs(self.patience, "patience"), min_delta=self.min_delta, cooldown=epochs(self.cooldown, "cooldown"), minimum_rate=self.min_lr)
        if self._step("unroll_reduce_on_plateau", rule, epoch, value, ctypes.byref(rate)) == _abi.VERDICT_ACT:
            self.model.learning_rate = rate.value
            if self.verbose:
                print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate.value}.")

    def in_cooldown(self) -> bool:
        """Whether the next epoch is not counted because of a recent reduction."""
        return self.cooldown_counter > 0
