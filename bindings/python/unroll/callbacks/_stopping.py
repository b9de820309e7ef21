"""Callbacks that end training."""

from __future__ import annotations

import math
from typing import Any

from .. import _abi
from ._base import Callback, Logs
from ._monitor import Monitor, epochs


class EarlyStopping(Monitor):
    """Ends training when `monitor` has not improved for `patience` epochs.

    An improvement is a change of more than `min_delta` over the best epoch so far; an
    improvement that does not also beat `baseline` does not reset the waiting. Epochs
    before `start_from_epoch` are not counted. With `restore_best_weights` the
    model ends with the weights of its best epoch.

    `mode` is "min", "max", or "auto" for the loss and metrics of the model.
    KeyError if a fit has no value `monitor`, ValueError if "auto" cannot tell which
    of its values are better. `best`, `best_epoch`, `wait` and `stopped_epoch` (0: not
    stopped) hold the state during a fit; `best_weights` are the weights that it
    will restore.
    """

    def __init__(
        self, monitor: str = "val_loss", min_delta: float = 0, patience: int = 0, verbose: int = 0, mode: str = "auto",
        baseline: float | None = None, restore_best_weights: bool = False, start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode)
        self.min_delta, self.patience, self.verbose, self.baseline = abs(min_delta), patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch

    def _forget(self) -> None:
        super()._forget()
        self.stopped_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        value = self.get_monitor_value(logs)
        if value is None:
            return
        rule = self._rule(
            _abi.EarlyStoppingOptions, "unroll_early_stopping", min_delta=self.min_delta,
            patience=epochs(self.patience, "patience"), baseline=math.nan if self.baseline is None else self.baseline,
            start_from_epoch=epochs(self.start_from_epoch, "start_from_epoch"))
        verdict = self._step("unroll_early_stopping", rule, epoch, value)
        # A subclass may have set `best`: then the initial weights are those to restore, as in Keras.
        is_first = self.best_weights is None and self.wait > 0
        if self.restore_best_weights and (verdict == _abi.VERDICT_IMPROVED or is_first):
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        if verdict == _abi.VERDICT_ACT:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)


class TerminateOnNaN(Callback):
    """Ends training without an exception when the loss becomes NaN or infinite.

    Without it such a fit raises `NotFiniteError`. The weights are those after
    the last update with a finite loss; the epoch ends there, and its logs have the loss.
    """

    # The library checks the loss of each batch before the update; fit sets the option.
    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            print(f"Epoch {epoch + 1}: invalid loss {loss}, terminating training")
            self.model.stop_training = True
