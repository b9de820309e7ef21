"""Options that change a number or a file, each seen to do so."""

import json

import h5py
import numpy as np
import pytest

from unroll.callbacks import ModelCheckpoint
from unroll.layers import LSTM, Dense, Input
from unroll.losses import MeanSquaredError
from unroll.models import Sequential


def small(**compile_options):
    model = Sequential([Input((4, 1)), LSTM(3), Dense(1)])
    model.compile(**{"loss": "mse", "optimizer": "sgd", **compile_options})
    return model


def test_h5_keras2_is_what_keras_2_writes(tmp_path):
    written = {}
    for file_format in ("h5", "h5_keras2"):
        path = tmp_path / f"{file_format}.h5"
        small().save(path, file_format=file_format)
        with h5py.File(path) as file:
            written[file_format] = json.loads(file.attrs["model_config"])["config"]["layers"][0]["config"]
    assert "batch_shape" in written["h5"] and "batch_input_shape" not in written["h5"]
    assert "batch_input_shape" in written["h5_keras2"] and "batch_shape" not in written["h5_keras2"]


def test_reduction_sum_adds_over_the_batch():
    x, y = np.ones((6, 4, 1), "float32"), np.full((6, 1), 2.0)
    mean, total = small(), small(loss=MeanSquaredError(reduction="sum"))
    total.set_weights(mean.get_weights())
    assert total.evaluate(x, y, batch_size=6, verbose=0) == pytest.approx(6 * mean.evaluate(x, y, verbose=0), rel=1e-5)


def test_an_array_that_repeats_one_element_is_read_as_it_looks():
    model = small()
    x = np.broadcast_to(np.float32(0.5), (5, 4, 1))
    assert not any(x.strides)
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(x.copy(), verbose=0))


@pytest.mark.parametrize("threshold, is_saved", [(None, True), (1e-9, False), (1e9, True)])
def test_a_checkpoint_must_beat_its_threshold(tmp_path, threshold, is_saved):
    path = tmp_path / "best.h5"
    checkpoint = ModelCheckpoint(path, monitor="loss", save_best_only=True, initial_value_threshold=threshold)
    small().fit(np.ones((6, 4, 1)), np.full((6, 1), 2.0), callbacks=[checkpoint], verbose=0)
    assert path.exists() == is_saved
