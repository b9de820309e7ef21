"""Models as bytes and in open files, where a path may stand."""

import io
import tempfile

import numpy as np
import pytest

import unroll
from unroll import layers, models


@pytest.fixture
def trained(small, random):
    x, y = random.standard_normal((8, 5, 3)), random.standard_normal((8, 2))
    small.fit(x, y, epochs=1, verbose=0)
    return small, x


def saved(model, **options):
    file = io.BytesIO()
    model.save(file, **options)
    return file.getvalue()


@pytest.mark.parametrize("file_format, begins", [("auto", b"PK"), ("keras", b"PK"), ("h5", b"\x89HDF"), ("h5_keras2", b"\x89HDF")])
def test_a_model_comes_back_from_its_bytes(trained, file_format, begins):
    model, x = trained
    content = saved(model, file_format=file_format)
    assert content.startswith(begins)
    expected = model.predict(x, verbose=0)
    for source in (content, bytearray(content), memoryview(content), memoryview(b"." + content)[1:], io.BytesIO(content)):
        twin = unroll.load_model(source)
        np.testing.assert_array_equal(twin.predict(x, verbose=0), expected)
        assert twin.optimizer is not None
    assert unroll.load_model(content, compile=False).optimizer is None
    assert unroll.inspect(content)["layers"] == unroll.inspect(io.BytesIO(content))["layers"]


def test_memory_that_does_not_lie_in_one_piece(trained):
    model, x = trained
    content = saved(model)
    spread = bytearray(2 * len(content))
    spread[::2] = content
    twin = unroll.load_model(memoryview(spread)[::2])
    np.testing.assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("file_format", ["auto", "weights_h5", "h5_weights"])
def test_weights_alone(trained, file_format):
    model, x = trained
    file = io.BytesIO()
    model.save_weights(file, file_format=file_format)
    for source in (file.getvalue(), io.BytesIO(file.getvalue())):
        other = models.Sequential([layers.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.GRU(6), layers.Dense(2)])
        other.load_weights(source)
        np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))


def test_real_files_buffered_or_not(trained, tmp_path):
    model, x = trained
    for buffering in (-1, 0):
        with open(tmp_path / "model", "wb", buffering=buffering) as file:
            file.write(b"head")
            model.save(file, file_format="h5")
        with open(tmp_path / "model", "rb", buffering=buffering) as file:
            assert file.read(4) == b"head"  # from where it stands
            np.testing.assert_array_equal(unroll.load_model(file).predict(x, verbose=0), model.predict(x, verbose=0))
    with tempfile.TemporaryFile() as file:
        model.save(file)
        file.seek(0)
        assert unroll.inspect(file)["format"]


class Keeps:
    """A file that takes a part of what it is given, and keeps it."""

    def __init__(self, most=None, fails=None):
        self.parts, self.most, self.fails = [], most, fails

    def write(self, data):
        if self.fails is not None:
            raise self.fails
        self.parts.append(data[: self.most])
        return None if self.most is None else len(self.parts[-1])


def test_files_that_take_parts_or_say_nothing(trained):
    model, x = trained
    expected = model.predict(x, verbose=0)
    for most in (None, 1000):
        file = Keeps(most)
        model.save(file)
        np.testing.assert_array_equal(unroll.load_model(b"".join(file.parts)).predict(x, verbose=0), expected)


def test_what_a_file_raises_arrives(trained):
    model, x = trained
    with pytest.raises(KeyError, match="full"):
        model.save(Keeps(fails=KeyError("full")))
    model.fit(x, np.zeros((8, 2)), epochs=1, verbose=0)  # the model is free again


def test_what_is_no_model_is_refused(trained):
    model, _ = trained
    content = saved(model, file_format="h5")
    for wrong in (b"", b"no model", content[: len(content) // 2]):
        with pytest.raises(unroll.errors.FormatError):
            unroll.load_model(wrong)
        with pytest.raises(unroll.errors.FormatError):
            model.load_weights(wrong)
    with pytest.raises(TypeError, match="binary"):
        unroll.load_model(io.StringIO("text"))
    with pytest.raises(TypeError):
        model.save(io.StringIO())
