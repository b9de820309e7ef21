"""The loop of fit as seen from Python: the library calls back per batch and epoch."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

from . import _abi
from .callbacks import CallbackList, ProgbarLogger

if TYPE_CHECKING:
    from .models._core import Core


class Interrupts:
    """Ctrl-C during a fit: noted, and acted upon at the next batch.

    An exception raised between two instructions of a callback could get lost in
    the library, so the signal only sets a flag; a second one raises at once.
    Only the main thread, and only Python's own handler, are touched.
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
            # It came after the last batch: nothing has acted on it yet.
            raise KeyboardInterrupt


class Driver:
    """Receives the library's events and passes them on to the callbacks.

    An exception is kept in `error`, the fit is cancelled, and the caller raises
    it after the library has returned.
    """

    def __init__(self, model: "Core", callbacks: CallbackList, interrupts: Interrupts) -> None:
        self.model, self.callbacks, self.interrupts = model, callbacks, interrupts
        self.error: BaseException | None = None
        self.function = _abi.Callback(self._receive)

    def _receive(self, pointer: Any, user_data: Any) -> int:
        try:
            self._dispatch(pointer.contents)
        except BaseException as error:  # noqa: B902: whatever it is, it must not cross the library
            self.error = error
            return _abi.CANCEL
        if self.interrupts.pending:
            self.error = KeyboardInterrupt()
            return _abi.CANCEL
        return _abi.STOP if self.model.stop_training else _abi.CONTINUE

    def _dispatch(self, progress: Any) -> None:
        event, callbacks = progress.event, self.callbacks
        if event == _abi.BATCH_END:
            if callbacks.wants_batch_end:
                callbacks.batch_end(progress.batch, self._logs(progress))
        elif event == _abi.BATCH_BEGIN:
            if callbacks.wants_batch_begin:
                callbacks.batch_begin(progress.batch)
        elif event == _abi.EPOCH_BEGIN:
            callbacks.call("on_epoch_begin", progress.epoch, {})
        elif event == _abi.EPOCH_END:
            callbacks.call("on_epoch_end", progress.epoch, self._logs(progress))

    def _logs(self, progress: Any) -> dict[str, float]:
        return {progress.names[index].decode(): progress.values[index] for index in range(progress.value_count)}

    def abandon_progress(self) -> None:
        """Ends an unfinished progress line, before an error is shown."""
        for callback in self.callbacks.callbacks:
            if isinstance(callback, ProgbarLogger):
                callback.abandon()
