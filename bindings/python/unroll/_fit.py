"""The Python side of fit, evaluate and predict: the library calls back per batch and epoch."""

from __future__ import annotations

import signal
import threading
from typing import Any, Callable

from . import _abi
from .callbacks import CallbackList, ProgbarLogger


class Interrupts:
    """Ctrl-C during a fit: recorded, and handled at the next batch.

    An exception raised between two instructions of a callback could get lost in
    the library, so the signal only sets a flag; a second signal raises at once.
    Only Python's own handler is replaced, and only on the main thread.
    """

    def __init__(self) -> None:
        self.pending = False
        self._previous: Any = None

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                self._previous = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: Any) -> None:
        if self.pending:
            raise KeyboardInterrupt
        self.pending = True

    def __exit__(self, kind: Any, *_: Any) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
        if self.pending and kind is None:
            # It came after the last batch and has not been handled yet.
            raise KeyboardInterrupt


#: The method called at an event without a batch, at one with a batch, and at one with values too.
_WHOLE = {
    _abi.EVENT_FIT_BEGIN: "on_train_begin", _abi.EVENT_TEST_BEGIN: "on_test_begin",
    _abi.EVENT_PREDICT_BEGIN: "on_predict_begin", _abi.EVENT_PREDICT_END: "on_predict_end",
}
_BATCH = {
    _abi.EVENT_BATCH_BEGIN: "on_train_batch_begin", _abi.EVENT_TEST_BATCH_BEGIN: "on_test_batch_begin",
    _abi.EVENT_PREDICT_BATCH_BEGIN: "on_predict_batch_begin",
}
_VALUES = {_abi.EVENT_BATCH_END: "on_train_batch_end", _abi.EVENT_TEST_BATCH_END: "on_test_batch_end"}


class Driver:
    """Receives the library's events and passes them on to the callbacks.

    An exception is kept in `error`, the call is cancelled, and the caller raises
    it after the library has returned. `stop` is the model's attribute that a
    callback sets to end it; `outputs` gives what was predicted for a batch.
    """

    def __init__(
        self, model: object, callbacks: CallbackList, interrupts: Interrupts, *, stop: str,
        params: dict[str, Any] | None, outputs: Callable[[int], Any] | None = None,
    ) -> None:
        self.model, self.callbacks, self.interrupts = model, callbacks, interrupts
        self.stop, self.params, self.outputs = stop, params, outputs
        self.error: BaseException | None = None
        self.function = _abi.ProgressCallback(self._receive)
        #: The number of batches, and how many of them have been predicted.
        self.steps = self.predicted = 0
        #: The logs of the last epoch, with everything that callbacks added.
        self._epoch_logs: dict[str, float] = {}
        setattr(model, stop, False)

    def _receive(self, pointer: Any, user_data: Any) -> int:
        try:
            self._dispatch(pointer.contents)
        except BaseException as error:  # noqa: B902: whatever it is, it must not propagate into the library
            self.error = error
            return _abi.CALLBACK_CANCEL
        if self.interrupts.pending:
            self.error = KeyboardInterrupt()
            return _abi.CALLBACK_CANCEL
        return _abi.CALLBACK_STOP if getattr(self.model, self.stop) else _abi.CALLBACK_CONTINUE

    def _dispatch(self, progress: Any) -> None:
        event, callbacks = progress.event, self.callbacks
        if event in _VALUES:
            if callbacks.methods(_VALUES[event]):
                callbacks.call(_VALUES[event], progress.batch, self._logs(progress))
        elif event in _BATCH:
            callbacks.call(_BATCH[event], progress.batch, {})
        elif event == _abi.EVENT_EPOCH_BEGIN:
            callbacks.call("on_epoch_begin", progress.epoch, {})
        elif event == _abi.EVENT_EPOCH_END:
            self._epoch_logs = self._logs(progress)
            callbacks.call("on_epoch_end", progress.epoch, self._epoch_logs)
        elif event == _abi.EVENT_FIT_END:
            callbacks.call("on_train_end", self._epoch_logs)
        elif event == _abi.EVENT_TEST_END:
            callbacks.call("on_test_end", self._logs(progress))
        elif event == _abi.EVENT_PREDICT_BATCH_END:
            self.predicted = progress.batch + 1
            if self.outputs is not None and callbacks.methods("on_predict_batch_end"):
                callbacks.call("on_predict_batch_end", progress.batch, {"outputs": self.outputs(progress.batch)})
        elif event in _WHOLE:
            if self.params is not None:
                self.steps = progress.batches
                callbacks.set_params({**self.params, "steps": self.steps})
                self.params = None
            callbacks.call(_WHOLE[event], {})

    def _logs(self, progress: Any) -> dict[str, float]:
        return {progress.names[index].decode(): progress.values[index] for index in range(progress.value_count)}

    def abandon_progress(self) -> None:
        """Ends an unfinished progress line, before an error is shown."""
        for callback in self.callbacks.callbacks:
            if isinstance(callback, ProgbarLogger):
                callback.abandon()
