"""What callbacks are told by fit, its validation, evaluate and predict: Keras 3's events, in its order, with its logs."""

import numpy as np
import pytest

from unroll import layers, models
from unroll.callbacks import Callback, LambdaCallback

EVENTS = [f"on_{what}_{edge}" for what in ("train", "test", "predict", "epoch", "train_batch", "test_batch", "predict_batch")
          for edge in ("begin", "end")]


class Recorder(Callback):
    def __init__(self):
        self.seen = []

    def names(self):
        return [name for name, _, _ in self.seen]


def _note(name):
    def method(self, *arguments):
        self.seen.append((name, [each for each in arguments if isinstance(each, int)], dict(arguments[-1])))
    return method


for each in EVENTS:
    setattr(Recorder, each, _note(each))


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def data(random):
    return random.normal(size=(7, 5, 3)).astype("float32"), random.normal(size=(7, 2)).astype("float32")


def test_fit_tells_of_its_validation_between_batches_and_epoch(small, data, recorder):
    x, y = data
    history = small.fit(x, y, batch_size=3, epochs=4, validation_data=(x[:5], y[:5]), validation_freq=2, validation_batch_size=4,
                        verbose=0, callbacks=recorder)
    plain = ["on_epoch_begin", *["on_train_batch_begin", "on_train_batch_end"] * 3, "on_epoch_end"]
    validation = ["on_test_begin", *["on_test_batch_begin", "on_test_batch_end"] * 2, "on_test_end"]
    validated = plain[:-1] + validation + plain[-1:]
    assert recorder.names() == ["on_train_begin", *plain, *validated, *plain, *validated, "on_train_end"]
    batches = [numbers for name, numbers, _ in recorder.seen if name == "on_test_batch_end"]
    assert batches == [[0], [1]] * 2
    logs = {name: log for name, _, log in recorder.seen}
    assert list(logs["on_test_batch_end"]) == list(logs["on_test_end"]) == ["loss", "mae"] and not logs["on_test_begin"]
    assert logs["on_test_end"]["loss"] == logs["on_epoch_end"]["val_loss"] == history.history["val_loss"][-1]
    assert logs["on_train_end"] == logs["on_epoch_end"] and recorder.params["steps"] == 3


def test_evaluate_gives_running_means_and_the_result(small, data, recorder):
    values = small.evaluate(*data, batch_size=3, verbose=0, callbacks=[recorder])
    assert recorder.names() == ["on_test_begin", *["on_test_batch_begin", "on_test_batch_end"] * 3, "on_test_end"]
    ends = [log for name, _, log in recorder.seen if name == "on_test_batch_end"]
    assert ends[0]["loss"] == pytest.approx(small.evaluate(data[0][:3], data[1][:3], verbose=0)[0], rel=1e-5)
    assert list(ends[-1].values()) == list(recorder.seen[-1][2].values()) == values
    assert recorder.params["steps"] == 3


def test_predict_hands_out_the_outputs_of_each_batch(small, data, recorder):
    outputs = small.predict(data[0], batch_size=3, verbose=0, callbacks=[recorder])
    assert recorder.names() == ["on_predict_begin", *["on_predict_batch_begin", "on_predict_batch_end"] * 3, "on_predict_end"]
    parts = [log["outputs"] for name, _, log in recorder.seen if name == "on_predict_batch_end"]
    assert [len(part) for part in parts] == [3, 3, 1]
    np.testing.assert_array_equal(np.concatenate(parts), outputs)
    np.testing.assert_array_equal(outputs, small.predict(data[0], verbose=0))


def test_several_outputs_come_as_a_list(data):
    x = layers.Input((5, 3))
    hidden = layers.GRU(4)(x)
    model = models.Model(x, [layers.Dense(2)(hidden), layers.Dense(1)(hidden)])
    seen = []
    model.predict(data[0], batch_size=4, verbose=0, callbacks=LambdaCallback(
        on_predict_batch_end=lambda batch, logs: seen.append([part.shape for part in logs["outputs"]])))
    assert seen == [[(4, 2), (4, 1)], [(3, 2), (3, 1)]]


def test_steps_are_those_that_fit_runs(small, random):
    """29 of 100 held out: 0.29 * 100 is less than 29 in floating point."""
    seen, counted = Recorder(), []
    x, y = random.normal(size=(100, 5, 3)), random.normal(size=(100, 2))
    small.fit(x, y, batch_size=1, validation_split=0.29, verbose=0,
              callbacks=[seen, LambdaCallback(on_train_batch_end=lambda batch, logs: counted.append(batch))])
    assert seen.params["steps"] == len(counted)


def test_stopping_from_events_of_a_test(small, data, recorder):
    x, y = data

    def stop(model_attribute):
        return LambdaCallback(on_test_batch_end=lambda batch, logs: setattr(small, model_attribute, True))

    history = small.fit(x, y, epochs=3, validation_data=(x, y), validation_batch_size=2, verbose=0, callbacks=[stop("stop_training"), recorder])
    assert len(history.epoch) == 1 and recorder.names().count("on_test_batch_end") == 4, "the validation runs to its end"
    first = small.evaluate(x[:2], y[:2], verbose=0)
    assert small.evaluate(x, y, batch_size=2, verbose=0, callbacks=[stop("stop_evaluating")]) == pytest.approx(first)
    ends = LambdaCallback(on_predict_batch_end=lambda batch, logs: setattr(small, "stop_predicting", batch == 1))
    assert small.predict(x, batch_size=3, verbose=0, callbacks=[ends]).shape == (6, 2)
    assert small.predict(x, batch_size=3, verbose=0).shape == (7, 2)


@pytest.mark.parametrize("event", ["on_test_begin", "on_test_batch_begin", "on_test_batch_end", "on_test_end"])
def test_what_is_raised_in_a_test_event_comes_out(small, data, event):
    def fail(*arguments):
        raise KeyError("mine")

    callback = LambdaCallback(**{event: fail})
    with pytest.raises(KeyError, match="mine"):
        small.evaluate(*data, verbose=0, callbacks=callback)
    with pytest.raises(KeyError, match="mine"):
        small.fit(*data, verbose=0, validation_split=0.5, callbacks=callback)
    with pytest.raises(KeyError, match="mine"):
        small.predict(data[0], verbose=0, callbacks=LambdaCallback(**{event.replace("test", "predict"): fail}))
    assert small.evaluate(*data, verbose=0)[0] > 0


def test_only_the_newer_of_two_names_is_called(small, data):
    called = []
    small.fit(*data, verbose=0, callbacks=[
        LambdaCallback(on_train_batch_end=lambda *_: called.append("new"), on_batch_end=lambda *_: called.append("old")),
        LambdaCallback(on_batch_end=lambda *_: called.append("alone"))])
    assert called == ["new", "alone"]


def test_a_cancelled_prediction_leaves_states_alone(data):
    model = models.Sequential([layers.Input((5, 3), batch_size=1), layers.LSTM(2, stateful=True)])
    before = model.predict(data[0][:1], verbose=0)
    model.reset_states()

    def fail(batch, logs):
        if batch == 3:
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        model.predict(data[0], batch_size=1, verbose=0, callbacks=LambdaCallback(on_predict_batch_end=fail))
    np.testing.assert_array_equal(model.predict(data[0][:1], verbose=0), before)


def test_a_callback_of_a_fit_may_evaluate_with_callbacks(small, data, recorder):
    inner = Recorder()
    small.fit(*data, verbose=0, epochs=2, callbacks=[LambdaCallback(
        on_epoch_end=lambda epoch, logs: small.evaluate(*data, verbose=0, callbacks=[inner])), recorder])
    assert inner.names() == ["on_test_begin", "on_test_batch_begin", "on_test_batch_end", "on_test_end"] * 2
    assert "on_test_begin" not in recorder.names()
