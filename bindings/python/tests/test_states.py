"""States that stateful layers carry: setting them back, setting them, and the batches they are for."""

import numpy as np
import pytest

import unroll
from unroll import layers, models

T, F, B = 5, 3, 2


@pytest.fixture
def x(random):
    return random.normal(size=(B, T, F)).astype("float32")


def model_of(*inner, batch=B):
    return models.Sequential([layers.Input((T, F), batch_size=batch), *inner])


STATEFUL = {
    "simple": (lambda: layers.SimpleRNN(4, stateful=True), [4]),
    "lstm": (lambda: layers.LSTM(4, stateful=True), [4, 4]),
    "gru": (lambda: layers.GRU(4, stateful=True), [4]),
    "both": (lambda: layers.Bidirectional(layers.LSTM(4, stateful=True)), [4, 4, 4, 4]),
    "cell": (lambda: layers.RNN(layers.GRUCell(3), stateful=True), [3]),
    "cells": (lambda: layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], stateful=True), [4, 4, 3]),
}


@pytest.mark.parametrize("kind", STATEFUL)
@pytest.mark.parametrize("name", ["reset_state", "reset_states"])
def test_a_layer_is_set_back_by_itself(kind, name, x):
    make, units = STATEFUL[kind]
    first, second = layers.GRU(F, stateful=True, return_sequences=True), make()
    model = model_of(first, second)
    zero = model.predict(x, verbose=0)
    assert [state.shape for state in second.states] == [(B, each) for each in units]
    carried = model.predict(x, verbose=0)
    getattr(second, name)()
    assert all(not state.any() for state in second.states) and first.states[0].any(), "its own, and no other's"
    assert not np.allclose(model.predict(x, verbose=0), zero)
    for layer in model.layers:  # as scripts do it
        if hasattr(layer, name):
            getattr(layer, name)()
    np.testing.assert_array_equal(model.predict(x, verbose=0), zero)
    np.testing.assert_array_equal(model.predict(x, verbose=0), carried)
    model.reset_states()
    np.testing.assert_array_equal(model.predict(x, verbose=0), zero)


@pytest.mark.parametrize("kind", STATEFUL)
def test_states_that_are_given_begin_the_next_batch(kind, x, random):
    make, units = STATEFUL[kind]
    layer = make()
    model = model_of(layer)
    model.predict(x, verbose=0)
    states, after = layer.states, model.predict(x, verbose=0)
    layer.reset_states(states=states)
    np.testing.assert_array_equal(model.predict(x, verbose=0), after)
    given = [random.normal(size=(B, each)) for each in units]
    layer.reset_states(given)
    for a, b in zip(layer.states, given):
        np.testing.assert_array_equal(a, b.astype("float32"))
    with pytest.raises(ValueError, match=f"{len(units)} state"):
        layer.reset_states(states=[*given, given[0]])
    with pytest.raises(unroll.errors.ShapeError, match=r"state \d: expected shape"):
        layer.reset_states(states=[*given[:-1], np.zeros((B, 9))])
    with pytest.raises(unroll.errors.ShapeError, match="declares batches of 2"):
        layer.reset_states(states=[np.zeros((3, each)) for each in units])
    for a, b in zip(layer.states, given):
        np.testing.assert_array_equal(a, b.astype("float32"))


def test_states_of_stacked_cells_may_be_nested_and_a_single_one_bare(x):
    stack, one = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], stateful=True), layers.GRU(4, stateful=True)
    model_of(stack).build()
    stack.reset_states(states=[[np.ones((B, 4)), np.zeros((B, 4))], np.ones((B, 3))])
    assert [state.mean() for state in stack.states] == [1, 0, 1]
    model_of(one).build()
    one.reset_states(states=np.ones((B, 4)))
    assert one.states[0].all()


def test_layers_that_are_not_stateful_do_what_they_do_in_keras(x):
    plain, both = layers.LSTM(4, return_sequences=True), layers.Bidirectional(layers.GRU(2))
    model = model_of(plain, both)
    assert not plain.stateful and not both.stateful and not model.stateful and plain.states is None
    plain.reset_state()
    with pytest.raises(AttributeError, match="not stateful"):
        both.reset_state()
    with pytest.raises(AttributeError, match="not stateful"):
        plain.reset_states(states=[np.ones((B, 4))] * 2)
    assert not hasattr(layers.Dense(2), "reset_state")
    layers.LSTM(4, stateful=True).reset_state()  # in no model yet


def test_layers_of_nested_models_are_set_back(x):
    inner = models.Sequential([layers.Input((T, F), batch_size=B), layers.GRU(3, stateful=True, name="g", return_sequences=True)], name="inner")
    model = model_of(inner, layers.LSTM(2, stateful=True))
    assert inner.stateful and model.stateful
    zero = model.predict(x, verbose=0)
    inner.get_layer("g").reset_state()
    assert not inner.states[0].any() and model.layers[-1].states[0].any()
    model.predict(x, verbose=0)
    inner.reset_states()
    model.layers[-1].reset_states()
    np.testing.assert_array_equal(model.predict(x, verbose=0), zero)


@pytest.mark.parametrize("batch", [B, None])
def test_another_batch_size_is_an_error_and_no_silent_reset(batch, random):
    model = model_of(layers.LSTM(4, stateful=True), batch=batch)
    model.compile("sgd", "mse")
    x, y = random.normal(size=(12, T, F)).astype("float32"), random.normal(size=(12, 4)).astype("float32")
    model.predict(x[:4], batch_size=2, verbose=0)
    before = model.states
    what = "declares batches of 2" if batch else "carries the states of a batch of 2"
    for work in (
        lambda: model.predict(x[:4], verbose=0), lambda: model.predict_on_batch(x[:1]), lambda: model.evaluate(x[:4], y[:4], verbose=0),
        lambda: model.fit(x[:4], y[:4], verbose=0), lambda: model.train_on_batch(x[:3], y[:3]),
        lambda: model.fit(x, y, batch_size=3, verbose=0),
    ):
        with pytest.raises(unroll.errors.ShapeError, match=f"{what}, found a batch of"):
            work()
    for work in (lambda: model.predict(x[:5], batch_size=2, verbose=0), lambda: model.fit(x[:5], y[:5], batch_size=2, verbose=0)):
        with pytest.raises(unroll.errors.ShapeError, match="5 samples are not a multiple of the batch size 2"):
            work()
    for a, b in zip(model.states, before):
        np.testing.assert_array_equal(a, b)
    model.fit(x, y, batch_size=2, validation_split=0.5, verbose=0)
    with pytest.raises(unroll.errors.ShapeError, match="batch"):
        model.fit(x, y, batch_size=2, validation_data=(x, y), validation_batch_size=3, verbose=0)
    if batch is None:
        model.reset_states()
        assert model.predict(x[:3], verbose=0).shape == (3, 4)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_declared_batch_size_is_kept_in_files(ending, x, tmp_path):
    for layer in (layers.LSTM(4, stateful=True, batch_input_shape=(B, T, F)), layers.LSTM(4, stateful=True, input_shape=(T, F), batch_size=B)):
        model = models.Sequential([layer])
        model.build()
        model.save(tmp_path / f"m.{ending}")
        loaded = models.load_model(tmp_path / f"m.{ending}")
        with pytest.raises(unroll.errors.ShapeError, match="declares batches of 2"):
            loaded.predict(np.concatenate([x, x]), verbose=0)
        np.testing.assert_array_equal(loaded.predict(np.concatenate([x, x]), batch_size=2, verbose=0)[:B], model.predict(x, verbose=0))


def test_the_first_data_fix_the_batch_size_of_a_model_without_an_input(random):
    model = models.Sequential([layers.GRU(4, stateful=True)])
    model.compile("sgd", "mse")
    model.fit(random.normal(size=(6, T, F)), random.normal(size=(6, 4)), batch_size=3, verbose=0)
    with pytest.raises(unroll.errors.ShapeError, match="declares batches of 3"):
        model.predict(random.normal(size=(2, T, F)), verbose=0)


def test_models_that_are_not_stateful_take_any_batch(x):
    assert model_of(layers.LSTM(4)).predict(np.concatenate([x, x, x[:1]]), verbose=0).shape == (5, 4)


def test_streams_have_states_of_their_own(x):
    model = model_of(layers.LSTM(4, stateful=True))
    model.predict(x, verbose=0)
    before = model.states
    model.stream().step(x[0, 0])
    for a, b in zip(model.states, before):
        np.testing.assert_array_equal(a, b)
