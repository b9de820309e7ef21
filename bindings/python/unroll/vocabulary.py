"""Characters and their indices."""

from __future__ import annotations

import ctypes
from typing import Any, Iterator

import numpy as np

from ._lib import call, text


def vocabulary_of(corpus: str) -> str:
    """The distinct characters of a text, sorted, as a text. ValueError for an empty text, or one that contains a NUL."""
    return text("unroll_vocabulary_collect", _utf8(corpus, "corpus"))


class Vocabulary:
    """The characters that a model reads and writes; character i is symbol i.

        vocabulary = Vocabulary.of(corpus)      the distinct characters, sorted
        vocabulary.encode("raptor")             symbols, int32
        vocabulary.decode([4, 2, 7])            text
        model.vocabulary = vocabulary           saved with the model

    `Vocabulary(model.vocabulary)` is that of a model. ValueError for a character
    that occurs twice, for NUL, and for an empty text.
    """

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self._encoded = _utf8(characters, "vocabulary")
        self.encode("")  # The library checks that it is a vocabulary.

    @classmethod
    def of(cls, corpus: str) -> Vocabulary:
        """The vocabulary of a text: its distinct characters, sorted."""
        return cls(vocabulary_of(corpus))

    def index(self, character: str) -> int:
        """The symbol of a character. KeyError if it is not in the vocabulary."""
        if character not in self:
            raise KeyError(character)
        return self.characters.index(character)

    def encode(self, text: str) -> np.ndarray:
        """The symbols of a text, int32 (characters,). ValueError for a character that is not in the vocabulary."""
        return encoded("unroll_vocabulary_encode", self._encoded, text)

    def decode(self, symbols: Any) -> str:
        """The text of symbols. ValueError for a symbol outside the vocabulary."""
        return decoded("unroll_vocabulary_decode", self._encoded, np.reshape(symbols, -1))

    def __str__(self) -> str:
        return self.characters

    def __len__(self) -> int:
        return len(self.characters)

    def __iter__(self) -> Iterator[str]:
        return iter(self.characters)

    def __contains__(self, character: object) -> bool:
        return isinstance(character, str) and len(character) == 1 and character in self.characters

    def __eq__(self, other: object) -> bool:
        return self.characters == str(other) if isinstance(other, (Vocabulary, str)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.characters)

    def __repr__(self) -> str:
        return f"Vocabulary({self.characters!r})"


def encoded(function: str, owner: Any, characters: str) -> np.ndarray:
    """The symbols of a text, from a function of the library that uses the vocabulary of `owner`."""
    count = ctypes.c_size_t()
    symbols = np.empty(len(characters), np.int32)
    call(function, owner, _utf8(characters, "text"), int32_pointer(symbols), symbols.size, ctypes.byref(count))
    return symbols[: count.value]


def decoded(function: str, owner: Any, symbols: Any) -> str:
    """The text of symbols, from a function of the library."""
    array = symbols_of(symbols)
    return text(function, owner, int32_pointer(array), array.size)


def symbols_of(values: Any) -> np.ndarray:
    """Symbols as an array for the library. ValueError if they are not a one-dimensional array of whole numbers."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"symbols must be a one-dimensional array of whole numbers, found shape {array.shape}, dtype {array.dtype}")
    if array.size and not -(2**31) <= int(array.min()) <= int(array.max()) < 2**31:
        raise ValueError(f"symbols must fit in 32 bits, found {array.min()} to {array.max()}")
    return np.ascontiguousarray(array, np.int32)


def int32_pointer(array: np.ndarray) -> Any:
    """The address of symbols."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))


def _utf8(characters: str, what: str) -> bytes:
    if "\0" in characters:
        raise ValueError(f"{what}: the text must not contain a NUL character")
    return characters.encode("utf-8")
