"""Models over symbols: vocabulary, training on one sequence per update, generation."""

from __future__ import annotations

import ctypes
import math
from typing import Any, Callable, NamedTuple, Sequence

import numpy as np

from .. import _abi
from .._fit import Interrupts
from .._lib import _check_call, call, initialized, library, text, whole
from .._progress import ProgressBar
from ..vocabulary import Vocabulary, _utf8, decoded, encoded, int32_pointer, symbols_of
from ._core import Core

_STARTS = {
    "default": _abi.START_DEFAULT, "zeros": _abi.START_ZEROS, "nothing": _abi.START_NOTHING,
}


class SequenceProgress(NamedTuple):
    """The progress of `fit_sequences` after an iteration, counted from 0: its loss, and a smoothed loss."""

    iteration: int
    loss: float
    smoothed_loss: float


class Symbols(Core):
    """The mixin of a model that reads and writes symbols.

    Such a model reads one-hot vectors (batch, T, V), or indices (batch, T) with an
    Embedding, and its last layer has V units with softmax, or without (logits).
    """

    @property
    def vocabulary(self) -> str:
        """A text whose character i is symbol i; "" if there is none. It is saved with the model.

        Can be set to a text, a `Vocabulary`, or None. ShapeError if the number of
        characters is not that of the model's output features, ValueError for a character
        that occurs twice.
        """
        return text("unroll_model_get_vocabulary", self._handle_or_raise())

    @vocabulary.setter
    def vocabulary(self, characters: str | Vocabulary | None) -> None:
        given = None if characters is None else _utf8(str(characters), "vocabulary")
        call("unroll_model_set_vocabulary", self._handle_or_raise(), given)

    def encode(self, characters: str) -> np.ndarray:
        """The symbols of a text, int32 (characters,). ValueError for a character not in the vocabulary, StateError without one."""
        return encoded("unroll_model_encode", self._handle_or_raise(), characters)

    def decode(self, symbols: Any) -> str:
        """The text of symbols. ValueError for a symbol not in the vocabulary, StateError without one."""
        return decoded("unroll_model_decode", self._handle_or_raise(), symbols)

    def fit_sequences(
        self, sequences: Sequence[Any], iterations: int = 1, *, end_symbol: int | str | None = None,
        start: int | str = "default", order: Any = None, shuffle: bool = True, seed: int | None = None,
        smoothing: float = 0.999, initial_loss: float | None = None, first_iteration: int = 0,
        callback: Callable[[SequenceProgress], Any] | None = None, callback_every: int = 1, verbose: int = 0,
    ) -> SequenceProgress:
        """Trains on one sequence per update: each symbol is predicted from those before it.

        `sequences` are strings (with a vocabulary) or arrays of symbols. In a
        stateful model the state is carried from sequence to sequence. `start` is
        read before the first symbol: "zeros", a symbol, "nothing", or the model's
        default. `end_symbol` (a symbol or a character) is predicted after the last
        symbol. Iteration j takes sequence order[j % len(order)]; without `order`
        each sequence is taken once per pass, in random order.

        `callback(progress)` is called every `callback_every` iterations and after
        the last. This method raises what the callback raises; training ends if the
        callback returns True. Ctrl-C raises KeyboardInterrupt after at most 100 more
        iterations.

        StateError if not compiled with a cross-entropy, ShapeError if this is not
        a model over symbols, NotFiniteError if the loss becomes NaN.
        """
        handle = self._computing_handle()
        self._note_trained()
        rows = [self.encode(each) if isinstance(each, str) else symbols_of(each) for each in sequences]
        symbols = np.concatenate(rows) if rows else np.empty(0, np.int32)
        lengths = (ctypes.c_size_t * len(rows))(*map(len, rows))
        options = initialized(_abi.SequenceOptions, "unroll_sequence_options_init")
        options.iterations, options.first_iteration = whole(iterations, "iterations"), whole(first_iteration, "first_iteration")
        options.start, options.end_symbol = self._start(start), self._symbol(end_symbol)
        if order is not None:
            options.order, options.order_count = (ctypes.c_size_t * len(order))(*order), len(order)
        options.shuffle, options.seed = bool(shuffle), self._seed if seed is None else seed
        options.smoothing = smoothing
        if initial_loss is not None:
            options.initial_loss = initial_loss
        # Often enough for the progress line and for Ctrl-C.
        options.callback_every = math.gcd(callback_every, 100) if callback is not None else 100
        bar = ProgressBar(iterations, verbose)
        last = initialized(_abi.SequenceProgress, "unroll_sequence_progress_init")
        with Interrupts() as interrupts:
            watcher = _Watcher(callback, callback_every, first_iteration + iterations, interrupts, bar)
            options.callback = watcher.function
            with self._fitting():
                status = library().unroll_model_fit_sequences(
                    handle, int32_pointer(symbols), lengths, len(rows), ctypes.byref(options), ctypes.byref(last)
                )
        if watcher.error is not None:
            bar.abandon()
            raise watcher.error
        _check_call(status)
        bar.finish(iterations, {"loss": last.smoothed_loss})
        return SequenceProgress(last.iteration, last.loss, last.smoothed_loss)

    def generate(
        self, prefix: Any = None, *, end_symbol: int | str | None = None, limit: int = 50, temperature: float = 1.0,
        top_k: int = 0, seed: int = 0, start: int | str = "default",
    ) -> Any:
        """Draws symbols one by one, each from the model's output for all symbols before it.

        With a vocabulary the result is text, including the prefix; without one, or
        for a prefix of symbols, it is an int32 array of the symbols drawn. `temperature`
        divides the logits; 0 takes the most probable symbol. `top_k` draws only among
        that many most probable symbols. Drawing ends after `limit` symbols, or with
        `end_symbol`, which is not part of the result. The same seed and weights give the
        same result.
        ValueError for options outside their domain, ShapeError if this is not a
        model over symbols.
        """
        options = initialized(_abi.GenerateOptions, "unroll_generate_options_init")
        options.start, options.end_symbol = self._start(start), self._symbol(end_symbol)
        options.limit, options.top_k = whole(limit, "limit"), whole(top_k, "top_k")
        options.temperature, options.seed = temperature, seed
        as_text = isinstance(prefix, str) or (prefix is None and bool(self.vocabulary))
        given = self.encode(prefix or "") if as_text else symbols_of([] if prefix is None else prefix)
        drawn, count = np.empty(limit, np.int32), ctypes.c_size_t()
        call(
            "unroll_model_generate", self._computing_handle(), int32_pointer(given) if given.size else None, given.size,
            ctypes.byref(options), int32_pointer(drawn), drawn.size, ctypes.byref(count),
        )
        drawn = drawn[: count.value]
        return (prefix or "") + self.decode(drawn) if as_text else drawn

    def _symbol(self, symbol: int | str | None) -> int:
        if symbol is None:
            return _abi.SYMBOL_NONE
        if isinstance(symbol, str):
            if len(symbol) != 1:
                raise ValueError(f"end_symbol must be one character, found {symbol!r}")
            return int(self.encode(symbol)[0])
        if symbol < 0:
            raise ValueError(f"a symbol must not be negative, found {symbol}")
        return int(symbol)

    def _start(self, start: int | str) -> int:
        if isinstance(start, str):
            return _STARTS[start] if start in _STARTS else self._symbol(start)
        return self._symbol(start)


class _Watcher:
    """Receives the library's calls, and keeps an exception until the library has returned."""

    def __init__(
        self, callback: Callable[[SequenceProgress], Any] | None, every: int, end: int, interrupts: Interrupts,
        bar: ProgressBar,
    ) -> None:
        self.callback, self.every, self.end, self.interrupts, self.bar = callback, every, end, interrupts, bar
        self.error: BaseException | None = None
        self.function = _abi.SequenceCallback(self._receive)

    def _receive(self, pointer: Any, user_data: Any) -> int:
        try:
            progress = pointer.contents
            stop = False
            if self.callback is not None and (progress.iteration % self.every == 0 or progress.iteration + 1 == self.end):
                stop = self.callback(SequenceProgress(progress.iteration, progress.loss, progress.smoothed_loss)) is True
            self.bar.update(progress.iteration + 1, {"loss": progress.smoothed_loss})
        except BaseException as error:  # noqa: B902: whatever it is, it must not propagate into the library
            self.error = error
            return _abi.CALLBACK_CANCEL
        if self.interrupts.pending:
            self.error = KeyboardInterrupt()
            return _abi.CALLBACK_CANCEL
        return _abi.CALLBACK_STOP if stop else _abi.CALLBACK_CONTINUE
