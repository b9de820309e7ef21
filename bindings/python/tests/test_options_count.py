"""Options that change a number or a file, each seen to do so."""

import json

import h5py
import numpy as np
import pytest

from unroll.callbacks import Callback, ModelCheckpoint
from unroll.layers import LSTM, Dense, Input
from unroll.losses import MeanSquaredError
from unroll.models import Model, Sequential


def small(**compile_options):
    model = Sequential([Input((4, 1)), LSTM(3), Dense(1)])
    model.compile(**{"loss": "mse", "optimizer": "sgd", **compile_options})
    return model


def test_h5_keras2_passes_initial_states_as_keras_2_does(tmp_path):
    x = Input((4, 2))
    _, h, c = LSTM(3, return_state=True)(x)
    model = Model(x, LSTM(3, name="decoder")(x, initial_state=[h, c]))
    calls = {}
    for file_format in ("h5", "h5_keras2"):
        model.save(tmp_path / file_format, file_format=file_format)
        with h5py.File(tmp_path / file_format) as file:
            layers = json.loads(file.attrs["model_config"])["config"]["layers"]
        calls[file_format] = next(layer for layer in layers if layer["config"]["name"] == "decoder")["inbound_nodes"][0]
    assert "kwargs" in calls["h5"], "Keras 3's form of a call"
    assert isinstance(calls["h5_keras2"], list), "Keras 2's: [[name, node, output, arguments], ...]"


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


@pytest.mark.parametrize("size, batches", [(None, 2), (3, 3), (5, 2)])
def test_validation_has_batches_of_its_own_size(size, batches):
    class Count(Callback):
        seen = 0

        def on_test_batch_end(self, batch, logs=None):
            self.seen += 1

    count, x, y = Count(), np.ones((8, 4, 1)), np.zeros((8, 1))
    small().fit(x, y, batch_size=4, validation_data=(x, y), validation_batch_size=size, callbacks=[count], verbose=0)
    assert count.seen == batches
