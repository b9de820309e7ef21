"""The progress line of `fit`, `evaluate` and `predict`, as Keras 3 shows it."""

from __future__ import annotations

import sys
import time
from typing import Mapping, TextIO

_WIDTH = 20
_REDRAW_SECONDS = 0.08


def format_value(value: float) -> str:
    """Four decimals, or scientific notation where they would not show enough digits."""
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def format_logs(logs: Mapping[str, float]) -> str:
    return "".join(f" - {name}: {format_value(value)}" for name, value in logs.items())


def format_step_time(seconds: float) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def format_duration(seconds: float) -> str:
    whole = int(seconds + 0.5)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole >= 60 else f"{whole}s"


class ProgressBar:
    """One bar over `total` steps.

    verbose 1: a bar with the time left, redrawn in place on a terminal; where
    output is not a terminal, one plain line at the end. verbose 2: one line,
    no bar.
    """

    def __init__(self, total: int, verbose: int, stream: TextIO | None = None) -> None:
        self.total, self.verbose = max(total, 1), verbose
        self.stream = stream if stream is not None else sys.stdout
        self.on_terminal = bool(getattr(self.stream, "isatty", lambda: False)())
        self.start = time.perf_counter()
        self._last_draw = 0.0
        self._drawn = False

    def update(self, step: int, logs: Mapping[str, float]) -> None:
        """Shows that `step` steps are done."""
        if self.verbose != 1 or not self.on_terminal:
            return
        now = time.perf_counter()
        if self._drawn and now - self._last_draw < _REDRAW_SECONDS:
            return
        self._last_draw, self._drawn = now, True
        per_step = (now - self.start) / max(step, 1)
        left = format_duration(per_step * (self.total - step))
        self._write(f"\r{self._bar(step)} \033[1m{left}\033[0m {format_step_time(per_step)}{format_logs(logs)}\033[K")

    def finish(self, step: int, logs: Mapping[str, float]) -> None:
        """Shows the final line: the time taken instead of the time left."""
        if self.verbose == 0:
            return
        elapsed = time.perf_counter() - self.start
        per_step = elapsed / max(step, 1)
        taken, speed = format_duration(elapsed), format_step_time(per_step)
        if self.verbose == 2:
            self._write(f"{step}/{self.total} - {taken} - {speed}{format_logs(logs)}\n")
        elif self.on_terminal:
            self._write(f"\r{self._bar(step)} \033[1m{taken}\033[0m {speed}{format_logs(logs)}\033[K\n")
        else:
            self._write(f"{self._bar(step)} {taken} {speed}{format_logs(logs)}\n")

    def abandon(self) -> None:
        """Ends an unfinished line, so that what follows starts on a new one."""
        if self._drawn:
            self._write("\n")

    def _bar(self, step: int) -> str:
        count = f"{step:{len(str(self.total))}d}/{self.total}"
        full = min(_WIDTH, _WIDTH * step // self.total)
        if not self.on_terminal:
            return f"{count} {'━' * full}{'╌' * (_WIDTH - full)}"
        return f"\033[1m{count}\033[0m \033[32m{'━' * full}\033[0m\033[37m{'━' * (_WIDTH - full)}\033[0m"

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            self.stream.write(text.replace("━", "=").replace("╌", "."))
        self.stream.flush()
