"""Weights and files."""

import errno
import io
import json
import os
import zipfile

import numpy as np
import pytest

import unroll
from unroll import layers, models, utils


@pytest.fixture
def trained(small, random):
    x, y = random.standard_normal((8, 5, 3)), random.standard_normal((8, 2))
    small.fit(x, y, epochs=2, verbose=0)
    return small, x, y


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_a_saved_model_predicts_the_same(trained, tmp_path, name):
    model, x, _ = trained
    model.save(tmp_path / name)
    twin = unroll.load_model(tmp_path / name)
    assert isinstance(twin, models.Sequential)
    assert [layer.name for layer in twin.layers] == [layer.name for layer in model.layers]
    np.testing.assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_training_resumes_to_the_bit(random, tmp_path, name):
    x, y = random.standard_normal((8, 5, 3)), random.standard_normal((8, 2))

    def make():
        utils.set_random_seed(11)
        model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4), layers.Dropout(0.3), layers.Dense(2)])
        model.compile("adam", "mse", metrics=["mae"])
        return model

    whole = make()
    whole.fit(x, y, epochs=4, batch_size=3, verbose=0)
    half = make()
    half.fit(x, y, epochs=2, batch_size=3, verbose=0)
    half.save(tmp_path / name)
    utils.set_random_seed(11)
    resumed = unroll.load_model(tmp_path / name)
    history = resumed.fit(x, y, epochs=4, initial_epoch=2, batch_size=3, verbose=0)
    assert history.epoch == [2, 3]
    for a, b in zip(whole.get_weights(), resumed.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_a_sample_stored_with_a_model_is_checked_on_load(trained, tmp_path, name):
    model, x, _ = trained
    path = tmp_path / name
    model.save(path, sample=x[:2])
    assert unroll.inspect(path)["sample"] == {"input_shapes": [[2, 5, 3]], "output_shapes": [[2, 2]]}
    np.testing.assert_array_equal(unroll.load_model(path).predict(x, verbose=0), model.predict(x, verbose=0))
    # The output as the file has it, found by its bytes, becomes another.
    content, expected = path.read_bytes(), model.predict(x[:2], verbose=0).astype("<f4")
    assert content.count(expected.tobytes()) == 1
    if name.endswith(".h5"):  # an archive's checksum would tell already
        path.write_bytes(content.replace(expected.tobytes(), (expected + np.float32(0.5)).tobytes()))
        with pytest.raises(unroll.errors.FormatError, match=r"output 0 at \[\d, \d\]: expected .*, found"):
            unroll.load_model(path)
        assert "sample" in unroll.inspect(path)["error"]
    with pytest.raises(ValueError, match="expected shape"):
        model.save(path, sample=x[:, :, :2])


@pytest.mark.parametrize("name", ["only.weights.h5", "only.h5"])
def test_weights_alone(trained, tmp_path, name):
    model, x, _ = trained
    model.save_weights(tmp_path / name)
    other = models.Sequential([layers.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.GRU(6), layers.Dense(2)])
    assert np.abs(other.predict(x, verbose=0) - model.predict(x, verbose=0)).max() > 1e-3
    other.load_weights(tmp_path / name)
    np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))


def test_weights_that_do_not_fit_change_nothing(trained, tmp_path):
    model, _, _ = trained
    model.save_weights(tmp_path / "a.weights.h5")
    other = models.Sequential([layers.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.GRU(7), layers.Dense(2)])
    before = other.get_weights()
    with pytest.raises(unroll.UnrollError, match="gru"):
        other.load_weights(tmp_path / "a.weights.h5")
    for a, b in zip(before, other.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_get_and_set_weights(trained, random):
    model, x, _ = trained
    weights = model.get_weights()
    changed = [weight + 0.1 for weight in weights]
    model.set_weights(changed)
    np.testing.assert_allclose(model.get_weights()[0], weights[0] + 0.1, atol=1e-6)
    with pytest.raises(ValueError, match="9 weights|8 weights"):
        model.set_weights(weights[1:])
    with pytest.raises(ValueError, match=r"lstm/recurrent_kernel: expected shape \(4, 16\), found \(4, 15\)"):
        model.set_weights([weights[0], weights[1][:, :15], *weights[2:]])
    np.testing.assert_allclose(model.get_weights()[0], weights[0] + 0.1, atol=1e-6)
    gru = model.get_layer("gru")
    gru.set_weights([np.zeros(weight.shape) for weight in gru.weights])
    assert not np.any(np.concatenate([weight.ravel() for weight in gru.get_weights()]))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(OSError, match="missing.h5"):
        unroll.load_model(tmp_path / "missing.h5")
    with pytest.raises(OSError):
        unroll.load_model(tmp_path)
    (tmp_path / "text.h5").write_text("not a model")
    with pytest.raises(unroll.UnrollError):
        unroll.load_model(tmp_path / "text.h5")
    with pytest.raises(ValueError, match="NUL"):
        unroll.load_model("a\0b")


def test_a_missing_file_is_a_file_not_found_error(trained, tmp_path):
    model, _, _ = trained
    for call in (unroll.load_model, unroll.inspect, model.load_weights):
        with pytest.raises(FileNotFoundError, match="nope.h5") as caught:
            call(tmp_path / "nope.h5")
        assert isinstance(caught.value, unroll.errors.FileError) and caught.value.errno == errno.ENOENT
    with pytest.raises(FileNotFoundError):
        unroll.load_model(tmp_path / "no" / "such" / "model.h5")
    with pytest.raises(FileNotFoundError):
        model.save(tmp_path / "no" / "such" / "model.h5")
    with pytest.raises(IsADirectoryError):
        unroll.load_model(tmp_path)
    (tmp_path / "directory.h5").mkdir()
    with pytest.raises(IsADirectoryError):
        model.save(tmp_path / "directory.h5")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_file_is_a_permission_error(trained, tmp_path):
    model, _, _ = trained
    path = tmp_path / "model.h5"
    model.save(path)
    path.chmod(0)
    with pytest.raises(PermissionError):
        unroll.load_model(path)


def test_names_that_are_not_utf8(trained, tmp_path):
    model, x, _ = trained
    path = os.path.join(tmp_path, os.fsdecode(b"caf\xe9.h5"))
    model.save(tmp_path / "cafe.h5")
    os.rename(tmp_path / "cafe.h5", path)
    np.testing.assert_array_equal(unroll.load_model(path).predict(x, verbose=0), model.predict(x, verbose=0))
    model.load_weights(path)
    assert unroll.inspect(path)["layers"]


def test_a_truncated_file_is_refused(trained, tmp_path):
    model, _, _ = trained
    model.save(tmp_path / "whole.h5")
    whole = (tmp_path / "whole.h5").read_bytes()
    for length in (7, 100, len(whole) // 2, len(whole) - 9):
        (tmp_path / "part.h5").write_bytes(whole[:length])
        with pytest.raises(unroll.UnrollError):
            unroll.load_model(tmp_path / "part.h5")


def test_a_save_that_fails_leaves_the_old_file(trained, tmp_path):
    model, x, _ = trained
    with pytest.raises(OSError):
        model.save(tmp_path / "no" / "such" / "directory.h5")
    model.save(tmp_path / "kept.h5")
    with pytest.raises(FileExistsError):
        model.save(tmp_path / "kept.h5", overwrite=False)
    assert sorted(os.listdir(tmp_path)) == ["kept.h5"]


def test_inspect_says_what_a_file_is(trained, tmp_path):
    model, _, _ = trained
    model.save(tmp_path / "model.h5")
    found = unroll.inspect(tmp_path / "model.h5")
    assert "h5" in str(found["format"])
    assert [layer["name"] for layer in found["layers"]][-3:] == ["lstm", "gru", "dense"]


def test_a_file_format_may_be_named(trained, tmp_path):
    model, x, _ = trained
    path = tmp_path / "model.of_any_name"
    for name in ("h5", "h5_keras2", "keras"):
        model.save(path, file_format=name)
        np.testing.assert_allclose(unroll.load_model(path).predict(x, verbose=0), model.predict(x, verbose=0))
    with pytest.raises(ValueError, match="h5_keras2.*found 'tf'"):
        model.save(path, file_format="tf")


def test_archives_that_tf_keras_saved_on_windows_are_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    model = unroll.Sequential([
        layers.Input((4, 3)), layers.Bidirectional(layers.LSTM(2, return_sequences=True)), layers.LSTM(3), layers.Dense(2)])
    model.compile("adam", "mse")
    x, y = np.ones((2, 4, 3), "float32"), np.zeros((2, 2), "float32")
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "here.keras")
    with zipfile.ZipFile(tmp_path / "here.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    groups, arrays = set(), {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]
        elif not name.endswith("vars"):
            groups.add(name)

    with h5py.File(io.BytesIO(parts["model.weights.h5"])) as file:
        file.visititems(collect)
    flat = io.BytesIO()
    with h5py.File(flat, "w") as file:
        for name in sorted(groups):  # every object has its group beside the others
            file.create_group(name.replace("/", "\\")).create_group("vars")
        for name, array in arrays.items():
            owner, _, number = name.rpartition("/vars/")
            (file[owner.replace("/", "\\")]["vars"] if owner else file.require_group("vars")).create_dataset(number, data=array)
        assert "layers\\bidirectional\\forward_layer\\cell" in list(file)
    parts["model.weights.h5"] = flat.getvalue()
    with zipfile.ZipFile(tmp_path / "windows.keras", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    again = unroll.load_model(tmp_path / "windows.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    model.fit(x, y, verbose=0)
    again.fit(x, y, verbose=0)
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_slopes_that_numpy_held_are_read():
    for slope in ({"type": "ndarray", "value": 0.25}, {"class_name": "__numpy__", "config": {"value": 0.25, "dtype": "float32"}}):
        layer = {"class_name": "LeakyReLU", "config": {"name": "l", "alpha": slope, "batch_input_shape": [None, 2]}}
        model = unroll.models.model_from_json(json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}, "keras_version": "2.0.4"}))
        np.testing.assert_allclose(model.predict(np.array([[-2.0, 3.0]], "float32"), verbose=0), [[-0.5, 3.0]])


@pytest.mark.parametrize("name", ["m.h5", "m.weights.h5"])
def test_names_may_have_a_slash_as_in_keras_2(tmp_path, name):
    def made():
        return unroll.Sequential([
            layers.Input((4, 3)), layers.Bidirectional(layers.LSTM(2, name="in/side", return_sequences=True), name="enc/lstm"),
            layers.Dense(2, name="enc/out")])

    model, x = made(), np.ones((2, 4, 3), "float32")
    expected = model.predict(x, verbose=0)
    if "weights" in name:
        model.save_weights(tmp_path / name)
        again = made()
        again.load_weights(tmp_path / name)
    else:
        model.save(tmp_path / name)
        again = unroll.load_model(tmp_path / name)
    assert [layer.name for layer in again.layers] == ["enc/lstm", "enc/out"]
    np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
    model.get_layer("enc/lstm").trainable = False
    assert len(model.trainable_weights) == 2
    with pytest.raises(unroll.errors.UnsupportedError, match="save as .h5"):
        model.save(tmp_path / "m.keras")
