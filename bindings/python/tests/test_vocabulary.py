"""Vocabularies, on their own and in files; models over symbols that read indices."""

import numpy as np
import pytest

from unroll import Vocabulary, layers, models, utils
from unroll.errors import InvalidArgumentError, ShapeError


def embedding():
    utils.set_random_seed(2)
    model = models.Sequential(
        [
            layers.Input((None,), dtype="int32"), layers.Embedding(4, 3), layers.LSTM(8, return_sequences=True),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.learning_rate = 0.05
    model.vocabulary = "\nabc"
    return model


def test_a_vocabulary_sorts_encodes_and_decodes():
    vocabulary = Vocabulary.of("raptor\nrex\u00e9\U0001F995")
    assert vocabulary.characters == "\naeoprtx\u00e9\U0001F995"
    assert vocabulary.encode("rex").tolist() == [5, 2, 7]
    assert vocabulary.decode([5, 2, 7, 9]) == "rex\U0001F995"
    assert len(vocabulary) == 10 and "\u00e9" in vocabulary and vocabulary.index("\n") == 0
    assert vocabulary == Vocabulary(vocabulary.characters) == str(vocabulary)


def test_a_vocabulary_names_what_is_wrong():
    vocabulary = Vocabulary("ab")
    with pytest.raises(ValueError, match="'z' .*is not in the vocabulary"):
        vocabulary.encode("az")
    for symbols in ([2], [-1]):
        with pytest.raises(ValueError, match="outside the vocabulary of 2"):
            vocabulary.decode(symbols)
    for characters in ("", "aba", "a\0"):
        with pytest.raises(ValueError):
            Vocabulary(characters)


def test_symbols_are_not_cut_to_32_bits():
    model = embedding()
    for symbols in ([2**32], [-(2**32) + 1], np.array([2**63], np.uint64)):
        for wrong in (lambda: Vocabulary("ab").decode(symbols), lambda: model.decode(symbols), lambda: model.generate(symbols, end_symbol=0)):
            with pytest.raises(ValueError, match="32 bits"):
                wrong()


def test_it_fits_its_model():
    model = embedding()
    model.vocabulary = Vocabulary("\nxyz")
    assert model.vocabulary == "\nxyz"
    with pytest.raises(ShapeError, match="5 characters"):
        model.vocabulary = "\nwxyz"
    model.vocabulary = None
    assert model.vocabulary == ""


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_files_carry_it(name, tmp_path):
    model = embedding()
    model.vocabulary = "\n\u00e9\U0001F995\""
    model.save(tmp_path / name)
    assert models.load_model(tmp_path / name).vocabulary == model.vocabulary


def test_a_model_that_reads_indices_learns_a_word_and_says_it():
    model = embedding()
    progress = model.fit_sequences(["abcca"], 200, end_symbol="\n")
    assert progress.iteration == 199 and progress.loss < 0.05
    assert model.generate(end_symbol="\n", temperature=0) == "abcca"
    assert model.generate("abc", end_symbol="\n", temperature=0) == "abcca"
    assert model.generate(end_symbol="\n", temperature=0, limit=2) == "ab"
    model.vocabulary = None
    assert model.generate([1, 2, 3], end_symbol=0, temperature=0).tolist() == [3, 1]
    with pytest.raises(InvalidArgumentError, match="zero vector"):
        model.fit_sequences([[1, 2]], 1, start="zeros")


def test_training_on_sequences_equals_training_on_each_as_a_batch():
    model, other = embedding(), embedding()
    words = ["ab", "cab", "", "bbba"]
    losses = []
    model.fit_sequences(words, 8, end_symbol="\n", shuffle=False, callback=lambda progress: losses.append(progress.loss))
    for iteration in range(8):
        symbols = other.encode(words[iteration % 4])
        loss = other.train_on_batch(np.array([[0, *symbols]]), np.array([[*symbols, 0]]))
        assert loss == pytest.approx(losses[iteration], rel=1e-6)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_temperature_and_top_k():
    model = embedding()
    likeliest = model.generate("a", limit=20, temperature=0)
    assert likeliest == model.generate("a", limit=20, top_k=1) == model.generate("a", limit=20, temperature=1e-9)
    for options in ({"temperature": float("nan")}, {"end_symbol": 9}, {"start": 7}):
        with pytest.raises(InvalidArgumentError):
            model.generate("a", **options)
