"""The base class of callbacks, with Keras' method names, and the list that fit calls."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Optional

from .._progress import ProgressBar
from ._trained import TrainedModel

Logs = Optional[dict[str, float]]


class Callback:
    """The base of all callbacks: override the methods that you need.

    `self.model` is the model. `self.params` is a dictionary with "epochs" (the
    number of the last one), "steps" (batches in an epoch), "verbose", "metrics" (the
    names of the loss and metrics) and "do_validation". Epochs and batches count
    from 0. `logs` holds values by name; at the end of a batch they are running means
    over the epoch. What a method changes in the logs of an epoch is visible to the
    callbacks after it, and to `History`.

    An exception raised in a callback ends the fit, which raises it. Set
    `self.model.stop_training = True` to end training after the current batch
    or epoch. Weights may be read and the model saved at the beginning and the end
    of epochs, but not between batches.
    """

    model: TrainedModel
    params: dict[str, Any]

    def set_model(self, model: Any) -> None:
        """Called once with the model, before all other methods."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Called before the first event with the new value of `self.params`."""
        self.params = params

    def on_train_begin(self, logs: Logs = None) -> None:
        """Called by `fit` before the first epoch."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Called by `fit` after the last epoch, with that epoch's logs."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Called by `fit` before each epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Called by `fit` after each epoch and its validation, with loss and metrics; validation values begin with "val_"."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called by `fit` before each batch."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called by `fit` after each batch and its update, with the running means of the epoch."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Called by `evaluate`, and by `fit` before a validation."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Called by `evaluate`, and by `fit` after a validation, with its loss and metrics."""

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before each batch of an evaluation or validation."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after each batch of an evaluation or validation, with the running means."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Called by `predict` before the first batch."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Called by `predict` after the last batch."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called by `predict` before each batch."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called by `predict` after each batch; `logs["outputs"]` is its prediction, a list for several outputs."""

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Keras' older name for `on_train_batch_begin`; called if that is not overridden."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Keras' older name for `on_train_batch_end`; called if that is not overridden."""


#: Older methods that are called in place of the newer ones.
_OLDER = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


class CallbackList:
    """Several callbacks as one. TypeError if one is not a callback."""

    def __init__(self, callbacks: Callback | Iterable[Callback] | None, model: Any) -> None:
        given = [callbacks] if hasattr(callbacks, "on_epoch_end") else callbacks
        self.callbacks: list[Callback] = list(given or [])  # type: ignore[arg-type]
        for callback in self.callbacks:
            if not hasattr(callback, "on_epoch_end"):
                raise TypeError(f"callbacks must be objects of unroll.callbacks.Callback, found {callback!r}")
            callback.set_model(model)
        self._methods: dict[str, list[Callable[..., None]]] = {}

    def append(self, callback: Callback, model: Any) -> None:
        """Adds a callback at the end."""
        callback.set_model(model)
        self.callbacks.append(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        """Passes `params` to all callbacks."""
        for callback in self.callbacks:
            callback.set_params(params)

    def methods(self, name: str) -> list[Callable[..., None]]:
        """The methods of this name of those callbacks that override it, in order."""
        if name not in self._methods:
            found = (_overridden(each, name) or _overridden(each, _OLDER.get(name)) for each in self.callbacks)
            self._methods[name] = [method for method in found if method is not None]
        return self._methods[name]

    def call(self, name: str, *arguments: Any) -> None:
        """Calls the method of this name of all callbacks that override it."""
        for method in self.methods(name):
            method(*arguments)


def _overridden(callback: Callback, name: str | None) -> Callable[..., None] | None:
    """A callback's own method, if it overrides the empty one."""
    if name is None or not hasattr(callback, name):
        return None
    own = name in vars(callback) or getattr(type(callback), name, None) is not getattr(Callback, name)
    return getattr(callback, name) if own else None


class History(Callback):
    """What `fit` returns: `history["loss"][i]` is the loss of the i-th epoch that was run."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        #: The number of each epoch run, counted from 0.
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class ProgbarLogger(Callback):
    """Shows the progress of a fit on the terminal, as Keras 3 does; `fit` adds it automatically.

    `verbose` is 0 (nothing), 1 (a bar) or 2 (a line for each epoch).
    """

    def __init__(self, verbose: int = 1) -> None:
        self.verbose = verbose
        self.bar: ProgressBar | None = None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self.bar = ProgressBar(self.params["steps"], self.verbose)
        if self.verbose and self.params["epochs"] > 1:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}", flush=True)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self.bar is not None:
            self.bar.update(batch + 1, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self.bar is not None:
            self.bar.finish(self.params["steps"], logs or {})
            self.bar = None

    def abandon(self) -> None:
        """Ends an unfinished line, so that what follows begins on a new one."""
        if self.bar is not None:
            self.bar.abandon()


class LambdaCallback(Callback):
    """A callback made of functions: `LambdaCallback(on_epoch_end=lambda epoch, logs: ...)`.

    TypeError if a name is not a method of `Callback`.
    """

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        for name, function in functions.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                raise TypeError(f"LambdaCallback has no method {name!r}")
            if function is not None:
                setattr(self, name, function)
