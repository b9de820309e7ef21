"""What callbacks are: Keras' method names, and the list that fit drives."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Optional

from .._progress import ProgressBar
from ._trained import TrainedModel

Logs = Optional[dict[str, float]]


class Callback:
    """Override what you need. `self.model` is the model, `self.params` has epochs and steps.

    Exceptions raised here end the fit and come out of it. Set
    `self.model.stop_training = True` to end the training after the present
    batch or epoch. Weights may be read and the model saved at the begin and end
    of epochs, not between batches.
    """

    model: TrainedModel
    params: dict[str, Any]

    def set_model(self, model: Any) -> None:
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def on_train_begin(self, logs: Logs = None) -> None: ...
    def on_train_end(self, logs: Logs = None) -> None: ...
    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None: ...
    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None: ...
    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None: ...
    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None: ...

    # Of evaluate, and of the validation of a fit.
    def on_test_begin(self, logs: Logs = None) -> None: ...
    def on_test_end(self, logs: Logs = None) -> None: ...
    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None: ...
    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None: ...

    # At the end of a batch `logs["outputs"]` is what was predicted for it.
    def on_predict_begin(self, logs: Logs = None) -> None: ...
    def on_predict_end(self, logs: Logs = None) -> None: ...
    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None: ...
    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None: ...

    # Keras' older names of the batch methods of a training.
    def on_batch_begin(self, batch: int, logs: Logs = None) -> None: ...
    def on_batch_end(self, batch: int, logs: Logs = None) -> None: ...


#: Methods that stand in for others, which came later.
_OLDER = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


class CallbackList:
    """Calls the same method of several callbacks, of those that have their own."""

    def __init__(self, callbacks: Callback | Iterable[Callback] | None, model: Any) -> None:
        given = [callbacks] if hasattr(callbacks, "on_epoch_end") else callbacks
        self.callbacks: list[Callback] = list(given or [])  # type: ignore[arg-type]
        for callback in self.callbacks:
            if not hasattr(callback, "on_epoch_end"):
                raise TypeError(f"callbacks are objects of unroll.callbacks.Callback, found {callback!r}")
            callback.set_model(model)
        self._methods: dict[str, list[Callable[..., None]]] = {}

    def append(self, callback: Callback, model: Any) -> None:
        callback.set_model(model)
        self.callbacks.append(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        for callback in self.callbacks:
            callback.set_params(params)

    def methods(self, name: str) -> list[Callable[..., None]]:
        if name not in self._methods:
            found = (_overridden(each, name) or _overridden(each, _OLDER.get(name)) for each in self.callbacks)
            self._methods[name] = [method for method in found if method is not None]
        return self._methods[name]

    def call(self, name: str, *arguments: Any) -> None:
        for method in self.methods(name):
            method(*arguments)


def _overridden(callback: Callback, name: str | None) -> Callable[..., None] | None:
    """A callback's own method, not the empty one."""
    if name is None or not hasattr(callback, name):
        return None
    own = name in vars(callback) or getattr(type(callback), name, None) is not getattr(Callback, name)
    return getattr(callback, name) if own else None


class History(Callback):
    """What fit returns: `history["loss"][i]` is the loss of the i-th epoch run."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        #: The number of each epoch run, counted from 0.
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class ProgbarLogger(Callback):
    """The progress of a fit on the terminal, as Keras 3 shows it. fit adds it by itself."""

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
        if self.bar is not None:
            self.bar.abandon()


class LambdaCallback(Callback):
    """A callback from functions: `LambdaCallback(on_epoch_end=lambda epoch, logs: ...)`."""

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        for name, function in functions.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                raise TypeError(f"LambdaCallback has no method {name!r}")
            if function is not None:
                setattr(self, name, function)


class Monitor(Callback):
    """A callback that watches one value of the logs get smaller or greater."""

    def __init__(self, monitor: str, mode: str, min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is 'auto', 'min' or 'max', found {mode!r}")
        self.monitor, self.mode = monitor, mode
        self.min_delta = abs(min_delta)

    @property
    def _sign(self) -> float:
        """-1 where larger values are better: of accuracies, whatever they are called."""
        model = getattr(self, "model", None)
        growing = self.mode == "max" or self.mode == "auto" and model is not None and model._is_accuracy(self.monitor)
        return -1.0 if growing else 1.0

    def improved(self, value: float, best: float | None) -> bool:
        """True if `value` is better than `best` by more than min_delta."""
        return best is None or self._sign * value < self._sign * best - self.min_delta

    def value(self, logs: Logs) -> float | None:
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
