"""Callbacks: order, errors, stopping, and Ctrl-C."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import unroll
from unroll import callbacks


@pytest.fixture
def data(random):
    return random.standard_normal((8, 5, 3)), random.standard_normal((8, 2))


class Recorder(callbacks.Callback):
    def __init__(self):
        self.calls = []

    def on_train_begin(self, logs=None):
        self.calls.append("train")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch}")

    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(f"batch {batch}")

    def on_train_batch_end(self, batch, logs=None):
        assert set(logs) == {"loss", "mae"}
        self.calls.append("end of batch")

    def on_epoch_end(self, epoch, logs=None):
        assert set(logs) == {"loss", "mae", "val_loss", "val_mae"}
        self.calls.append("end of epoch")

    def on_train_end(self, logs=None):
        self.calls.append("end of training")


def test_methods_are_called_in_keras_order(small, data):
    recorder = Recorder()
    small.fit(*data, batch_size=5, epochs=2, verbose=0, callbacks=[recorder], validation_data=data)
    epoch = ["batch 0", "end of batch", "batch 1", "end of batch", "end of epoch"]
    assert recorder.calls == ["train", "epoch 0", *epoch, "epoch 1", *epoch, "end of training"]
    assert recorder.params["epochs"] == 2 and recorder.params["steps"] == 2
    assert recorder.model is small


@pytest.mark.parametrize("method", ["on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end", "on_epoch_end", "on_train_end"])
def test_an_exception_in_a_callback_comes_out_of_fit(small, data, method):
    def fail(*_):
        raise ZeroDivisionError("of the callback")

    with pytest.raises(ZeroDivisionError, match="of the callback"):
        small.fit(*data, verbose=0, callbacks=callbacks.LambdaCallback(**{method: fail}))
    small.fit(*data, verbose=0)


def test_stop_training_ends_after_the_batch(small, data):
    seen = []

    def after(batch, logs):
        seen.append(batch)
        small.stop_training = batch == 1

    small.fit(*data, batch_size=2, epochs=5, verbose=0, callbacks=[callbacks.LambdaCallback(on_train_batch_end=after)])
    assert seen == [0, 1]


def test_early_stopping_restores_the_best_weights(small, data):
    best = {}

    class Spoil(callbacks.Callback):
        """Makes every epoch after the third worse by a great learning rate."""

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                best["weights"] = self.model.get_weights()
                self.model.learning_rate = 5.0

    stop = callbacks.EarlyStopping(monitor="loss", patience=2, restore_best_weights=True)
    history = small.fit(*data, epochs=50, shuffle=False, verbose=0, callbacks=[Spoil(), stop])
    assert len(history.epoch) < 20 and stop.best_epoch >= 2
    if stop.best_epoch == 2:
        for a, b in zip(best["weights"], small.get_weights()):
            np.testing.assert_array_equal(a, b)


def test_a_monitor_that_is_not_there_is_named(small, data):
    with pytest.raises(KeyError, match="monitors 'val_loss'.*it has: loss, mae"):
        small.fit(*data, verbose=0, callbacks=[callbacks.EarlyStopping()])


def test_rates_are_scheduled_and_reduced(small, data):
    schedule = callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 / (epoch + 1))
    history = small.fit(*data, epochs=3, verbose=0, callbacks=[schedule])
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.05, 0.1 / 3])
    reduce = callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_delta=1e9)
    small.learning_rate = 0.08
    history = small.fit(*data, epochs=4, verbose=0, callbacks=[reduce])
    assert history.history["learning_rate"] == pytest.approx([0.08, 0.08, 0.04, 0.02])


def test_checkpoints_and_logs_are_written(small, data, tmp_path):
    every = callbacks.ModelCheckpoint(tmp_path / "at-{epoch:02d}.h5")
    best = callbacks.ModelCheckpoint(tmp_path / "best.weights.h5", monitor="loss", save_best_only=True, save_weights_only=True)
    log = callbacks.CSVLogger(tmp_path / "log.csv")
    small.fit(*data, epochs=2, verbose=0, callbacks=[every, best, log])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["at-01.h5", "at-02.h5", "best.weights.h5", "log.csv"]
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,mae" and len(lines) == 3


def test_a_log_is_continued_in_its_columns(small, data, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch;val_mae;mae;val_loss;loss\r\n0;4.0;3.0;2.0;1.0\r\n")  # of another order
    log = callbacks.CSVLogger(path, separator=";", append=True)
    history = small.fit(*data, initial_epoch=1, epochs=2, verbose=0, validation_data=data, callbacks=[log]).history
    lines = path.read_text().splitlines()
    assert lines[:2] == ["epoch;val_mae;mae;val_loss;loss", "0;4.0;3.0;2.0;1.0"] and len(lines) == 3
    assert [float(each) for each in lines[2].split(";")] == [1, *(history[name][0] for name in ("val_mae", "mae", "val_loss", "loss"))]
    small.fit(*data, initial_epoch=2, epochs=3, verbose=0, callbacks=[log])
    assert path.read_text().splitlines()[3].split(";")[1::2] == ["NA", "NA"]
    with pytest.raises(ValueError, match="no column learning_rate; its columns are epoch, val_mae"):
        small.fit(*data, verbose=0, callbacks=[callbacks.ReduceLROnPlateau("loss"), log])


def test_columns_of_a_log_are_sorted(small, data, tmp_path):
    for path, frequency in ((tmp_path / "first.csv", 1), (tmp_path / "later.csv", 2)):
        small.fit(*data, epochs=2, verbose=0, validation_data=data, validation_freq=frequency, callbacks=[
            callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(added=1.5)), callbacks.CSVLogger(path)])
        assert path.read_text().splitlines()[0] == "epoch,added,loss,mae,val_loss,val_mae"


def test_terminate_on_nan_ends_without_an_exception(small, data):
    x, y = data
    before = small.get_weights()
    history = small.fit(x, y * np.nan, epochs=5, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert history.epoch == [0] and np.isnan(history.history["loss"]).all()
    for a, b in zip(before, small.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(unroll.errors.NotFiniteError):
        small.fit(x, y * np.nan, verbose=0)


def test_epochs_without_validation_are_passed_over(small, data, tmp_path):
    best = callbacks.ModelCheckpoint(tmp_path / "best.keras", save_best_only=True)
    stop, reduce = callbacks.EarlyStopping(patience=1, min_delta=1e9), callbacks.ReduceLROnPlateau(patience=5)
    log = callbacks.CSVLogger(tmp_path / "log.csv")
    history = small.fit(
        *data, epochs=20, verbose=0, validation_split=0.25, validation_freq=2, callbacks=[best, stop, reduce, log])
    # Validated after the 2nd and the 4th: the latter is the first without improvement.
    assert history.epoch == [0, 1, 2, 3]
    assert best.best == min(history.history["val_loss"])
    lines = [line.split(",") for line in (tmp_path / "log.csv").read_text().splitlines()]
    column = lines[0].index("val_loss")
    assert [line[column] == "NA" for line in lines[1:]] == [True, False, True, False]
    with pytest.raises(KeyError, match="val_los"):
        small.fit(*data, verbose=0, validation_split=0.25, callbacks=[callbacks.EarlyStopping("val_los")])


RESUME = """
import sys
import numpy as np
import unroll
from unroll import callbacks, layers, models, utils

part, path = sys.argv[1:]
random = np.random.default_rng(5)
x, y = random.standard_normal((21, 5, 3)), random.standard_normal((21, 2))
utils.set_random_seed(11)
schedule = callbacks.LearningRateScheduler(lambda epoch, rate: rate if epoch == 0 else rate / 1.7)
if part == "rest":
    model, first = unroll.load_model(path.format(epoch=2)), 2
else:
    model, first = models.Sequential([layers.Input((5, 3)), layers.LSTM(4, dropout=0.2), layers.Dropout(0.3), layers.Dense(2)]), 0
    model.compile(unroll.optimizers.Adam(0.03), "mse")
listed = [schedule]
if part == "cut off":
    epochs = []
    listed += [
        callbacks.ModelCheckpoint(path),
        callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: epochs.append(epoch),
            on_train_batch_end=lambda batch, logs: len(epochs) == 3 and batch == 1 and sys.exit(7)),
    ]
model.fit(x, y, batch_size=8, epochs=5, initial_epoch=first, verbose=0, callbacks=listed)
sys.stdout.buffer.write(b"".join(each.tobytes() for each in model.get_weights()))
"""


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_process_that_ended_in_an_epoch_is_resumed_to_the_bit(tmp_path, ending):
    def run(part):
        return subprocess.run(
            [sys.executable, "-c", RESUME, part, str(tmp_path / ("at{epoch}" + ending))], capture_output=True, timeout=120,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        )

    whole, cut_off = run("whole"), run("cut off")
    assert whole.returncode == 0, whole.stderr
    assert cut_off.returncode == 7, cut_off.stderr
    rest = run("rest")
    assert rest.returncode == 0, rest.stderr
    assert len(whole.stdout) == 4 * (4 * (3 + 4 + 1) * 4 + 4 * 2 + 2) and rest.stdout == whole.stdout


@pytest.fixture
def interruptible():
    """SIGINT as in a terminal; a job run in the background begins with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_a_fit_and_leaves_a_usable_model(interruptible):
    script = textwrap.dedent("""
        import numpy as np
        from unroll import layers, models, callbacks
        model = models.Sequential([layers.Input((20, 1)), layers.LSTM(16), layers.Dense(1)])
        model.compile("adam", "mse")
        x, y = np.zeros((640, 20, 1)), np.ones(640)
        ready = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epoch == 0 and print("READY", flush=True))
        try:
            model.fit(x, y, epochs=100000, verbose=0, callbacks=[ready])
        except KeyboardInterrupt:
            first = model.evaluate(x, y, verbose=0)
            model.fit(x, y, epochs=1, verbose=0)
            print("INTERRUPTED", np.isfinite(first), model.predict(x, verbose=0).shape, flush=True)
    """)
    path = str(Path(__file__).resolve().parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        assert process.stdout.readline().strip() == "READY"
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert out.strip() == "INTERRUPTED True (640, 1)", errors
    assert process.returncode == 0


def test_ctrl_c_after_the_last_batch_is_not_lost(interruptible):
    from unroll._fit import Interrupts

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        with Interrupts() as interrupts:
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupts.pending
    assert signal.getsignal(signal.SIGINT) is handler
