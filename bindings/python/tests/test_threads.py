"""Python threads on one model: each call works or says that the model is in use."""

import threading

import numpy as np
import pytest

from unroll import errors, layers, models
from unroll.callbacks import Callback


def run_together(count, body):
    problems = []

    def run(index):
        try:
            body(index)
        except errors.StateError as error:
            if "in use by another thread" not in str(error):
                problems.append(error)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_threads_that_train_and_evaluate_one_model(small, random):
    x, y = random.standard_normal((64, 5, 3)), random.standard_normal((64, 2))
    calls = [
        lambda: small.fit(x, y, epochs=1, verbose=0),
        lambda: small.evaluate(x, y, verbose=0),
        lambda: small.train_on_batch(x, y),
        lambda: small.predict(x, verbose=0),
        lambda: small.get_weights(),
    ]
    for _ in range(10):
        run_together(6, lambda index: [calls[(index + turn) % len(calls)]() for turn in range(10)])
    assert np.isfinite(small.evaluate(x, y, verbose=0, return_dict=True)["loss"])


def test_a_second_fit_is_refused_while_the_first_runs(small, random):
    x, y = random.standard_normal((8, 5, 3)), random.standard_normal((8, 2))
    refused = []

    class Meet(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            def other():
                for call in (lambda: small.fit(x, y, verbose=0), lambda: small.predict(x, verbose=0)):
                    with pytest.raises(errors.StateError, match="in use by another thread"):
                        call()
                    refused.append(call)

            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
            small.predict(x, verbose=0)  # the thread of the fit reads its own model

    small.fit(x, y, epochs=1, verbose=0, callbacks=[Meet()])
    assert len(refused) == 2
    small.fit(x, y, epochs=1, verbose=0)


def test_threads_of_one_stream(random):
    model = models.Sequential([layers.Input((None, 3)), layers.LSTM(4), layers.Dense(2)])
    stream = model.stream()
    x = random.standard_normal((50, 3)).astype(np.float32)
    for _ in range(5):
        run_together(4, lambda index: [stream.step(step) for step in x] if index % 2 else stream.run(x))
    stream.reset()
    first = stream.step(x[0])
    stream.reset()
    np.testing.assert_array_equal(stream.step(x[0]), first)
