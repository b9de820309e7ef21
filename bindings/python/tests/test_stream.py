"""Streams give, step by step, what predict gives for the whole sequence."""

import threading

import numpy as np
import pytest

from unroll import config, layers, models


@pytest.fixture
def model():
    return models.Sequential([layers.Input((None, 3)), layers.LSTM(4, return_sequences=True), layers.GRU(5, return_sequences=True), layers.Dense(2)])


def test_steps_are_the_outputs_of_predict(model, random):
    x = random.standard_normal((1, 7, 3)).astype(np.float32)
    whole = model.predict(x, verbose=0)[0]
    stream = model.stream()
    steps = np.array([stream.step(step) for step in x[0]])
    assert steps.shape == (7, 2)
    np.testing.assert_allclose(steps, whole, atol=1e-5)
    stream.reset()
    np.testing.assert_array_equal(stream.step(x[0, 0]), steps[0])


def test_a_batch_of_sequences(model, random):
    x = random.standard_normal((3, 7, 3)).astype(np.float32)
    stream = model.stream(batch_size=3)
    steps = np.stack([stream.step(x[:, t]) for t in range(7)], axis=1)
    np.testing.assert_allclose(steps, model.predict(x, verbose=0), atol=1e-5)


def test_state_can_be_copied_exported_and_imported(model, random):
    x = random.standard_normal((4, 3))
    stream = model.stream()
    stream.step(x[0])
    twin, state = stream.copy(), stream.export_state()
    assert state.shape == (4 + 4 + 5,)
    expected = stream.step(x[1])
    np.testing.assert_array_equal(twin.step(x[1]), expected)
    fresh = model.stream()
    fresh.import_state(state)
    np.testing.assert_array_equal(fresh.step(x[1]), expected)
    with pytest.raises(ValueError):
        fresh.import_state(state[1:])


def test_a_run_is_as_many_steps(model, random):
    x = random.standard_normal((1, 7, 3)).astype(np.float32)
    stream, twin = model.stream(), model.stream()
    steps = np.array([stream.step(step) for step in x[0]])
    first, second = twin.run(x[0, :4]), twin.run(x[:, 4:])
    assert first.shape == (4, 2) and second.shape == (1, 3, 2)
    np.testing.assert_array_equal(np.concatenate([first, second[0]]), steps)
    np.testing.assert_array_equal(twin.export_state(), stream.export_state())
    assert twin.run(x[0, :0]).shape == (0, 2)
    np.testing.assert_array_equal(twin.run(x[0].tolist()), stream.run(x[0].astype(np.float64)))


def test_a_run_of_a_batch_reads_any_strides(model, random):
    x = random.standard_normal((7, 3, 3)).astype(np.float32).transpose(1, 0, 2)
    stream = model.stream(batch_size=3)
    np.testing.assert_allclose(stream.run(x), model.predict(x, verbose=0), atol=1e-5)


def test_runs_of_one_feature_and_of_indices(random):
    one = models.Sequential([layers.Input((None, 1)), layers.LSTM(4, return_sequences=True), layers.Dense(2)])
    x = random.standard_normal(6).astype(np.float32)
    expected = one.predict(x[None, :, None], verbose=0)[0]
    np.testing.assert_allclose(one.stream().run(x), expected, atol=1e-6)
    np.testing.assert_allclose(one.stream().run(x[:, None]), expected, atol=1e-6)
    words = models.Sequential([layers.Input((None,), dtype="int32"), layers.Embedding(5, 3), layers.GRU(4, return_sequences=True)])
    indices = np.array([1, 4, 0, 2])
    np.testing.assert_allclose(words.stream().run(indices), words.predict(indices[None], verbose=0)[0], atol=1e-6)


def test_a_run_that_is_refused_leaves_the_state(random):
    words = models.Sequential([layers.Input((None,), dtype="int32"), layers.Embedding(5, 3), layers.GRU(4, return_sequences=True)])
    stream = words.stream()
    stream.run(np.array([1, 2]))
    before = stream.export_state()
    with pytest.raises(ValueError, match="5"):
        stream.run(np.array([1, 5]))
    with pytest.raises(ValueError, match=r"a run of this stream must have shape \(1, steps, 1\), found \(1, 2, 3\)"):
        stream.run(np.zeros((1, 2, 3)))
    np.testing.assert_array_equal(stream.export_state(), before)


def test_several_inputs_and_outputs(random):
    a, b = layers.Input((None, 2), name="a"), layers.Input((None, 3), name="b")
    left, right = layers.GRU(4, return_sequences=True)(a), layers.LSTM(2, return_sequences=True)(b)
    joined = layers.Concatenate()([left, right])
    model = models.Model([a, b], [layers.Dense(1)(joined), left])
    x = [random.standard_normal((1, 5, 2)).astype(np.float32), random.standard_normal((1, 5, 3)).astype(np.float32)]
    expected = model.predict(x, verbose=0)
    stream, twin = model.stream(), model.stream()
    runs = twin.run([each[0] for each in x])
    for index in range(5):
        steps = stream.step([each[0, index] for each in x])
        for step, run, whole in zip(steps, runs, expected):
            np.testing.assert_array_equal(step, run[index])
            np.testing.assert_allclose(step, whole[0, index], atol=1e-6)


def test_a_float64_model_has_a_float64_stream(random):
    config.set_floatx("float64")
    try:
        model = models.Sequential([layers.Input((None, 3)), layers.LSTM(4)])
        model.build()
    finally:
        config.set_floatx("float32")
    x = random.standard_normal((5, 3))
    stream = model.stream()
    assert stream.dtype == "float64" and stream.run(x).dtype == np.float64
    stream.reset()
    steps = [stream.step(step) for step in x]
    np.testing.assert_allclose(steps[-1], model.predict(x[None], verbose=0)[0], atol=1e-12)


def test_many_threads_share_one_model(model, random):
    x = random.standard_normal((8, 50, 3)).astype(np.float32)
    expected = model.predict(x, verbose=0)
    results = [None] * 8

    def run(index):
        stream = model.stream()
        results[index] = [stream.step(step) for step in x[index]]

    threads = [threading.Thread(target=run, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(np.array(results), expected, atol=1e-5)


def test_a_step_of_the_wrong_shape_is_refused(model):
    with pytest.raises(ValueError, match=r"a step of this stream must have shape \(1, 3\), found \(4,\)"):
        model.stream().step(np.zeros(4))
    with pytest.raises(ValueError, match="batch_size"):
        model.stream(batch_size=0)


def test_a_number_is_a_step_of_one_feature():
    model = models.Sequential([layers.Input((None, 1)), layers.LSTM(4), layers.Dense(1)])
    assert model.stream().step(0.5).shape == (1,)


def test_float16_weights_change_a_step_by_their_rounding(random):
    model = models.Sequential([layers.Input((None, 3)), layers.LSTM(40, return_sequences=True), layers.Dense(2)])
    exact, rounded = model.stream(), model.stream(weights="float16")
    largest = 0.0
    for x in random.standard_normal((50, 3)):
        largest = max(largest, np.abs(exact.step(x) - rounded.step(x)).max())
    assert 0 < largest < 2e-3
    np.testing.assert_array_equal(rounded.copy().step(x), rounded.step(x))

    # With weights that float16 has, nothing changes.
    model.set_weights([w.astype(np.float16).astype(np.float32) for w in model.get_weights()])
    exact, rounded = model.stream(), model.stream(weights="float16")
    for x in random.standard_normal((5, 3)):
        np.testing.assert_allclose(rounded.step(x), exact.step(x), atol=1e-6)


def test_float16_weights_are_refused_where_they_cannot_be(random):
    model = models.Sequential([layers.Input((None, 3)), layers.GRU(4)])
    with pytest.raises(ValueError, match="'model', 'float16', found 'int8'"):
        model.stream(weights="int8")
    kernel, *others = model.get_weights()
    kernel[1, 2] = 7e4
    model.set_weights([kernel, *others])
    with pytest.raises(NotImplementedError, match="gru.*/kernel: the weight 70000.0 is beyond the range of float16"):
        model.stream(weights="float16")
