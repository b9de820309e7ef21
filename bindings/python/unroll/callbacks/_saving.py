"""Callbacks that write files."""

from __future__ import annotations

import ctypes
import os
from typing import Any, Iterable

from .. import _abi
from .._handle import Handle
from .._lib import call, initialized
from ._base import Callback, Logs
from ._monitor import Monitor


class ModelCheckpoint(Monitor):
    """Saves the model after every epoch, or with `save_best_only` after those in which `monitor` has improved.

    `filepath` may contain `{epoch:02d}` (counted from 1) and names in the logs,
    `{val_loss:.4f}`; missing directories are created. Its extension selects the
    format: .keras, .h5, or .weights.h5 with `save_weights_only`. A save that fails
    leaves the old file as it was. With `save_best_only` the first value to be saved must
    beat `initial_value_threshold`, if given; `best`, the best value so far, is kept for
    the next fit.

    `mode` and errors are as for `EarlyStopping`; ValueError if `save_freq` is not
    "epoch", and for a name in `filepath` that is not in the logs.
    """

    def __init__(
        self, filepath: str | os.PathLike[str], monitor: str = "val_loss", verbose: int = 0, save_best_only: bool = False,
        save_weights_only: bool = False, mode: str = "auto", save_freq: str = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode)
        if save_freq != "epoch":
            raise ValueError(f"save_freq: only 'epoch' is supported, found {save_freq!r}")
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.best = initial_value_threshold

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        before, value = self.best, 0.0
        if self.save_best_only:
            found = self.get_monitor_value(logs)
            if found is None:
                return
            value = found
        rule = self._rule(_abi.CheckpointOptions, "unroll_checkpoint", save_best_only=self.save_best_only)
        saves = self._step("unroll_checkpoint", rule, epoch, value) == _abi.VERDICT_IMPROVED
        path = self._path(epoch, logs) if saves else ""
        if self.verbose:
            known = "None" if before is None else f"{before:.5f}"
            if not saves:
                what = f"{self.monitor} did not improve from {known}"
            elif self.save_best_only:
                what = f"{self.monitor} improved from {known} to {value:.5f}, saving model to {path}"
            else:
                what = f"saving model to {path}"
            print(f"\nEpoch {epoch + 1}: {what}")
        if saves:
            os.makedirs(os.path.dirname(os.path.expanduser(path)) or ".", exist_ok=True)
            (self.model.save_weights if self.save_weights_only else self.model.save)(path)
            if self.verbose:
                print(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch: int, logs: Logs) -> str:
        known = {"epoch": epoch + 1, **(logs or {})}
        try:
            return self.filepath.format(**known)
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"ModelCheckpoint: {self.filepath}: {error}; there are {', '.join(known)}") from None


class CSVLogger(Callback):
    """Writes the logs of each epoch as a line of a CSV file, whose first line has the names.

    The columns are "epoch" (counted from 0) and, sorted, the logs of the first epoch
    and of the validation; a value that is missing in an epoch is "NA". With
    `append`, lines are added to an existing file, in its columns. `separator` is one
    ASCII character. OSError if the file cannot be written, ValueError if it has no
    column for a log of the first epoch, TypeError for a log that is not a number.
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = os.fspath(filename), separator, append
        self._log: Handle | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        later = [f"val_{name}" for name in self.params["metrics"]] if self.params.get("do_validation") else []
        options = initialized(_abi.CsvLogOptions, "unroll_csv_log_options_init")
        options.append, options.separator = self.append, self.separator.encode()
        options.later_names, options.later_name_count = _texts(later), len(later)
        log = ctypes.c_void_p()
        call("unroll_csv_log_create", os.fsencode(self.filename), ctypes.byref(options), ctypes.byref(log))
        self._log = Handle(log, "unroll_csv_log_destroy")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self._log is None:
            return
        logs = logs or {}
        values = (ctypes.c_double * len(logs))(*(float(value) for value in logs.values()))
        call("unroll_csv_log_add_epoch", self._log, epoch, _texts(logs), values, len(logs))

    def on_train_end(self, logs: Logs = None) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None


def _texts(names: Iterable[str]) -> Any:
    """The array that the header has for names."""
    texts = [name.encode() for name in names]
    return (ctypes.c_char_p * len(texts))(*texts)
