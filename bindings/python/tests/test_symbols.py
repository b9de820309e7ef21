"""Models over symbols: vocabulary, training sequence by sequence, generating."""

import numpy as np
import pytest

from unroll import layers, losses, models, optimizers, utils

WORDS = ["abc", "abcabc", "bca", "cab"]


@pytest.fixture
def model():
    utils.set_random_seed(4)
    model = models.Sequential([
        layers.Input(batch_shape=(1, None, 4)), layers.SimpleRNN(12, return_sequences=True, stateful=True),
        layers.Dense(4, activation="softmax"),
    ])
    model.compile(optimizers.SGD(0.05, clipvalue=5.0), losses.SparseCategoricalCrossentropy(reduction="sum"))
    model.vocabulary = models.vocabulary_of("\n" + "".join(WORDS))
    return model


def test_a_vocabulary_is_the_sorted_characters(model):
    assert model.vocabulary == "\nabc"
    np.testing.assert_array_equal(model.encode("cab\n"), [3, 1, 2, 0])
    assert model.decode([3, 1, 2]) == "cab"
    with pytest.raises(ValueError, match="x"):
        model.encode("axb")
    with pytest.raises(ValueError):
        model.decode([4])
    with pytest.raises(ValueError, match="NUL"):
        model.encode("a\0b")


def test_training_lowers_the_loss_and_calls_back(model):
    seen = []
    last = model.fit_sequences(
        WORDS, 2000, end_symbol="\n", order=range(4), initial_loss=10.0, callback=seen.append, callback_every=500
    )
    assert [progress.iteration for progress in seen] == [0, 500, 1000, 1500, 1999]
    assert last == seen[-1] and last.smoothed_loss < seen[0].smoothed_loss / 1.5
    assert seen[0].smoothed_loss == pytest.approx(0.999 * 10 + 0.001 * seen[0].loss)


def test_generating_is_repeatable_and_ends(model):
    model.fit_sequences(WORDS, 3000, end_symbol="\n")
    drawn = [model.generate(end_symbol="\n", limit=20, seed=seed) for seed in range(8)]
    assert drawn == [model.generate(end_symbol="\n", limit=20, seed=seed) for seed in range(8)]
    assert len(set(drawn)) > 1 and all(set(word) <= set("abc") for word in drawn)
    assert model.generate("ab", end_symbol="\n", temperature=0).startswith("abc")
    symbols = model.generate([1], limit=5, top_k=2)
    assert symbols.dtype == np.int32 and len(symbols) == 5


def test_an_exception_and_a_stop_end_the_training(model):
    def fail(progress):
        raise ZeroDivisionError("of the callback")

    with pytest.raises(ZeroDivisionError):
        model.fit_sequences(WORDS, 100, callback=fail)
    seen = []
    model.fit_sequences(WORDS, 100, callback=lambda progress: seen.append(progress) or len(seen) == 3, callback_every=10)
    assert [progress.iteration for progress in seen] == [0, 10, 20]


def test_what_is_wrong_is_said(model):
    with pytest.raises(ValueError, match="one character"):
        model.fit_sequences(WORDS, 1, end_symbol="ab")
    with pytest.raises(ValueError, match="whole numbers"):
        model.fit_sequences([[0.5, 1.0]], 1)
    with pytest.raises(ValueError):
        model.generate(temperature=-1.0)
    other = models.Sequential([layers.Input((5, 3)), layers.LSTM(4)])
    with pytest.raises((ValueError, RuntimeError)):
        other.fit_sequences([[0, 1]], 1)
