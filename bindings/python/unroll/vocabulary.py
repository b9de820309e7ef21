"""Characters and their indices."""

from __future__ import annotations

from typing import Any, Iterator

import numpy as np

from ._lib import text


def vocabulary_of(corpus: str) -> str:
    """The distinct characters of a text, sorted."""
    return text("unroll_vocabulary_of", _utf8(corpus, "corpus"))


class Vocabulary:
    """The characters a model reads and writes; character i is symbol i.

        vocabulary = Vocabulary.of(corpus)      the distinct characters, sorted
        vocabulary.encode("raptor")             indices, int32
        vocabulary.decode([4, 2, 7])            text
        model.vocabulary = vocabulary           saved with the model

    `Vocabulary(model.vocabulary)` is that of a model.
    """

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self._indices = {character: index for index, character in enumerate(characters)}
        if len(self._indices) != len(characters):
            twice = next(each for each in characters if characters.count(each) > 1)
            raise ValueError(f"every character stands in a vocabulary once, found {twice!r} twice")
        if not characters or "\0" in self._indices:
            raise ValueError("a vocabulary has at least one character, and not NUL")

    @classmethod
    def of(cls, corpus: str) -> Vocabulary:
        """The distinct characters of a text, sorted."""
        return cls(vocabulary_of(corpus))

    def index(self, character: str) -> int:
        """The index of a character. KeyError if it is not in the vocabulary."""
        return self._indices[character]

    def encode(self, text: str) -> np.ndarray:
        """The indices of a text's characters. ValueError for one that is not in the vocabulary."""
        try:
            return np.array([self._indices[character] for character in text], np.int32)
        except KeyError as error:
            raise ValueError(f"{error.args[0]!r} is not in the vocabulary of {len(self)} characters") from None

    def decode(self, symbols: Any) -> str:
        """The text of some indices. ValueError for one that is outside the vocabulary."""
        symbols = np.asarray(symbols, np.int64).reshape(-1)
        if symbols.size and (symbols.min() < 0 or symbols.max() >= len(self)):
            raise ValueError(f"symbols are from 0 to {len(self) - 1}, found {symbols.min()} to {symbols.max()}")
        return "".join(self.characters[symbol] for symbol in symbols)

    def __str__(self) -> str:
        return self.characters

    def __len__(self) -> int:
        return len(self.characters)

    def __iter__(self) -> Iterator[str]:
        return iter(self.characters)

    def __contains__(self, character: object) -> bool:
        return character in self._indices

    def __eq__(self, other: object) -> bool:
        return self.characters == str(other) if isinstance(other, (Vocabulary, str)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.characters)

    def __repr__(self) -> str:
        return f"Vocabulary({self.characters!r})"


def _utf8(characters: str, what: str) -> bytes:
    if "\0" in characters:
        raise ValueError(f"{what}: a NUL character cannot be passed")
    return characters.encode("utf-8")
