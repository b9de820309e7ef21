"""Callbacks that watch a value: the rules are the library's, what they remember is the script's to read and to change."""

import math

import numpy as np
import pytest

from unroll import callbacks
from unroll.errors import InvalidArgumentError


@pytest.fixture
def data(random):
    return random.standard_normal((8, 5, 3)), random.standard_normal((8, 2))


class Dictate(callbacks.Callback):
    """Writes these values into the logs of the callbacks behind it."""

    def __init__(self, values, name="loss"):
        self.values, self.name = values, name

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def fit(model, data, values, *watching, name="loss"):
    return model.fit(*data, epochs=len(values), verbose=0, callbacks=[Dictate(values, name), *watching])


def test_values_of_callbacks_in_front_are_watched(small, data):
    stop = callbacks.EarlyStopping("f1", mode="max", patience=2)
    history = fit(small, data, [0.5, 0.75, 0.5, 0.75, 0.5], stop, name="f1")
    assert history.epoch == [0, 1, 2, 3] and history.history["f1"] == [0.5, 0.75, 0.5, 0.75]
    assert (stop.best, stop.best_epoch, stop.wait, stop.stopped_epoch) == (0.75, 1, 2, 3)


def test_a_name_that_the_model_does_not_report_needs_a_mode(small, data):
    for watching in (callbacks.EarlyStopping("f1"), callbacks.ReduceLROnPlateau("f1"), callbacks.ModelCheckpoint("x.h5", "f1", save_best_only=True)):
        with pytest.raises(InvalidArgumentError, match="smaller or larger values of f1 .* mode min or max"):
            fit(small, data, [1.0], watching, name="f1")


def test_several_of_a_kind_watch_their_own(small, data, tmp_path):
    slow, fast = callbacks.EarlyStopping("loss", patience=9), callbacks.EarlyStopping("mae", patience=1, mode="max", min_delta=1e9)
    low = callbacks.ModelCheckpoint(tmp_path / "low" / "{epoch}.h5", "loss", save_best_only=True)
    high = callbacks.ModelCheckpoint(tmp_path / "new" / "high" / "{epoch}.h5", "loss", save_best_only=True, mode="max")
    history = fit(small, data, [2.0, 3.0, 1.0, 1.0], slow, fast, low, high)
    assert history.epoch == [0, 1] and fast.stopped_epoch == 1 and slow.stopped_epoch == 0
    assert sorted(each.name for each in (tmp_path / "low").iterdir()) == ["1.h5"]
    assert sorted(each.name for each in (tmp_path / "new" / "high").iterdir()) == ["1.h5", "2.h5"]


def test_what_is_remembered_may_be_changed(small, data):
    class Patient(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                stop.wait, stop.best = 0, np.float32(9.0)

    stop = callbacks.EarlyStopping("loss", patience=2)
    history = fit(small, data, [1.0, 8.5, 8.0, 8.0, 8.0, 8.0], Patient(), stop)
    assert history.epoch == [0, 1, 2, 3, 4] and stop.best == 8.0


def test_subclasses_have_their_say(small, data):
    class Sum(callbacks.EarlyStopping):
        def get_monitor_value(self, logs):
            return logs["loss"] + logs["mae"]

        def on_train_begin(self, logs=None):
            super().on_train_begin(logs)
            self.best = 0.0

    stop = Sum("loss", patience=2, restore_best_weights=True)
    first = []
    note = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: first.append(small.get_weights()))
    history = fit(small, data, [1.0] * 9, note, stop)
    assert history.epoch == [0, 1] and (stop.best, stop.best_epoch) == (0.0, 0)
    for found, expected in zip(small.get_weights(), first[0]):
        np.testing.assert_array_equal(found, expected)


def test_a_second_fit_begins_anew_but_keeps_the_best_file(small, data, tmp_path):
    stop, best = callbacks.EarlyStopping("loss", patience=1), callbacks.ModelCheckpoint(tmp_path / "{epoch}.h5", "loss", save_best_only=True)
    fit(small, data, [1.0, 2.0], stop, best)
    assert stop.stopped_epoch == 1
    fit(small, data, [5.0, 4.0, 3.0, 0.5], stop, best)
    assert stop.stopped_epoch == 0 and stop.best == best.best == 0.5
    assert sorted(each.name for each in tmp_path.iterdir()) == ["1.h5", "4.h5"]


def test_a_cooldown_can_be_asked_for(small, data):
    plateau, seen = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, cooldown=1), []
    note = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(plateau.in_cooldown()))
    fit(small, data, [1.0] * 4, plateau, note)
    assert seen == [False, True, True, True]


def test_patience_may_be_infinite(small, data):
    history = fit(small, data, [1.0] * 3, callbacks.EarlyStopping("loss", patience=math.inf), callbacks.ReduceLROnPlateau("loss", patience=10**12))
    assert len(history.epoch) == 3
    for patience in (-1, 2.5):
        with pytest.raises(ValueError, match="patience"):
            fit(small, data, [1.0], callbacks.EarlyStopping("loss", patience=patience))


def test_messages_are_keras(small, data, tmp_path, capsys):
    stop = callbacks.EarlyStopping("loss", patience=1, verbose=1, restore_best_weights=True)
    fit(small, data, [0.5, 0.25, 0.75], callbacks.ModelCheckpoint(tmp_path / "m.h5", "loss", verbose=1, save_best_only=True), stop)
    path = tmp_path / "m.h5"
    assert capsys.readouterr().out.splitlines() == [
        "", f"Epoch 1: loss improved from None to 0.50000, saving model to {path}", "", f"Epoch 1: finished saving model to {path}",
        "", f"Epoch 2: loss improved from 0.50000 to 0.25000, saving model to {path}", "", f"Epoch 2: finished saving model to {path}",
        "", "Epoch 3: loss did not improve from 0.25000",
        "Epoch 3: early stopping", "Restoring model weights from the end of the best epoch: 2."]


def test_the_progress_line_has_the_librarys_count(small, data, capsys):
    x, y = np.repeat(data[0], 4, axis=0)[:29], np.repeat(data[1], 4, axis=0)[:29]
    for size in (1, 7, 29, 64):
        small.evaluate(x, y, batch_size=size)
        small.predict(x, batch_size=size)
        steps = -(-29 // size)
        assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [f"{steps}/{steps}"] * 2
