"""NumPy's numbers where Python's are expected, and arguments that are obeyed or refused by name."""

import json

import numpy as np
import pytest

import unroll
from unroll import constraints, initializers, layers, models, regularizers

T, F = np.int64(6), np.int32(3)


def test_shapes_and_sizes_may_be_numpys(random):
    model = models.Sequential([
        layers.Input((T, F), batch_size=np.array(4)), layers.ZeroPadding1D(np.int8(1)), layers.Cropping1D((np.int64(1), np.uint8(1))),
        layers.Conv1D(np.int64(4), np.int64(3), strides=np.array(1), padding="same"), layers.MaxPooling1D(np.int64(2), strides=np.array(1)),
        layers.UpSampling1D(np.int64(2)), layers.Reshape(np.array([20, 2])), layers.Permute((np.int64(2), np.int64(1))),
        layers.Flatten(), layers.RepeatVector(np.array(3)),
        layers.LSTM(np.int64(5), return_sequences=np.bool_(True), dropout=np.float32(0.25), stateful=np.False_,
                    kernel_initializer=initializers.Constant(np.float32(0.5)), bias_regularizer=regularizers.L2(np.float64(0.1)),
                    recurrent_constraint=constraints.MaxNorm(np.int64(2))),
        layers.Dropout(np.float32(0.5), noise_shape=(None, np.int64(1), None), seed=np.int64(3)),
        layers.GRU(np.array(2), activity_regularizer=regularizers.L1(np.array(0.1))),
        layers.Dense(np.uint8(2), use_bias=np.True_, trainable=np.bool_(False)), layers.LeakyReLU(np.array(0.25)), layers.Rescaling(np.float32(2)),
    ])
    assert model.predict(random.normal(size=(4, 6, 3)), verbose=0).shape == (4, 2)
    json.dumps(model.get_config())
    assert models.model_from_json(model.to_json()).count_params() == model.count_params()
    assert set(np.unique(model.layers[9].get_weights()[0])) == {np.float32(0.5)} and not model.layers[12].trainable


def test_other_ways_to_say_a_shape():
    for layer in (
        layers.Embedding(np.int64(7), np.int64(2), input_length=np.int64(5)), layers.LSTM(2, input_shape=(np.int64(5), np.array(3))),
        layers.LSTM(2, batch_input_shape=np.array([2, 5, 3])), layers.Dense(2, input_dim=np.int64(5)),
        layers.LSTM(2, input_shape=np.array([5, 3]), batch_size=np.int64(2)),
    ):
        model = models.Sequential([layer])
        model.build()
        assert model.input_shape[1] == 5
    model = models.Sequential([layers.Dense(2)])
    model.build((None, np.int64(5)))
    assert model.input_shape == (None, 5)
    x = layers.Input(np.array([5, 3]), batch_size=np.int64(2))
    assert models.Model(x, layers.GRU(np.int64(2))(x)).input_shape[1:] == (5, 3)
    x = layers.Input(np.int64(4))
    assert models.Model(x, layers.Dense(1)(x)).input_shape == (None, 4)


def test_training_takes_numpys_numbers(small, random):
    x, y = random.normal(size=(8, 5, 3)), random.normal(size=(8, 2))
    rate = unroll.optimizers.schedules.CosineDecay(np.float32(0.01), decay_steps=np.int64(100))
    small.compile(unroll.optimizers.Adam(rate, clipnorm=np.float32(1), amsgrad=np.bool_(True)), "mse")
    history = small.fit(x, y, batch_size=np.int64(4), epochs=np.int64(2), initial_epoch=np.array(0), validation_split=np.float32(0.25),
                        shuffle=np.bool_(False), verbose=np.int64(0), validation_freq=np.int64(1), validation_batch_size=np.int64(1))
    assert len(history.epoch) == 2
    small.evaluate(x, y, batch_size=np.array(3), verbose=0)
    small.predict(x, batch_size=np.int32(3), verbose=0)


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16", "bfloat16", "mixed_bfloat16", np.float16])
def test_types_of_less_than_32_bits_are_refused_by_name(dtype):
    for make in (lambda: layers.LSTM(2, dtype=dtype), lambda: layers.Input((5, 3), dtype=dtype), lambda: models.Sequential(dtype=dtype),
                 lambda: layers.Embedding(3, 2, dtype=dtype)):
        with pytest.raises(unroll.errors.UnsupportedError, match="float16"):
            make()


def test_types_are_given_in_several_ways():
    assert layers.Dense(2, dtype=np.float64).dtype == layers.Dense(2, dtype=np.dtype("float64")).dtype == "float64"
    assert layers.Embedding(3, 2, dtype="int32").dtype == "int32"
    with pytest.raises(ValueError, match="dtype"):
        layers.Dense(2, dtype="int32")
    with pytest.raises(ValueError, match="dtype"):
        layers.Dense(2, dtype="flaot32")


def test_arguments_are_obeyed_or_refused_by_name():
    for make in (lambda **k: layers.LSTM(2, **k), lambda **k: layers.GRU(2, **k), lambda **k: layers.SimpleRNN(2, **k)):
        make(unroll=True, implementation=1, time_major=False)
        with pytest.raises(unroll.errors.UnsupportedError, match="time_major"):
            make(time_major=True)
    with pytest.raises(unroll.errors.UnsupportedError, match="time_major"):
        layers.RNN(layers.LSTMCell(2), time_major=True)
    for make in (lambda: layers.Dense(2, unroll=True), lambda: layers.Dense(2, time_major=False), lambda: layers.LSTM(2, kernel_quantizer=1),
                 lambda: layers.RNN(layers.LSTMCell(2), implementation=2)):
        with pytest.raises(TypeError, match="has no argument"):
            make()
    with pytest.raises(ValueError, match="batch_size"):
        layers.LSTM(2, batch_size=3)
    for make in (lambda **k: layers.Conv1D(2, 3, **k), layers.MaxPooling1D, layers.GlobalAveragePooling1D, layers.Flatten, layers.ZeroPadding1D):
        make(data_format="channels_last")
        with pytest.raises(unroll.errors.UnsupportedError, match="channels_first"):
            make(data_format="channels_first")


def test_simple_rnn_has_no_activity_regularizer_as_in_keras_3(random):
    x, y = random.normal(size=(4, 5, 3)), random.normal(size=(4, 2))
    with pytest.warns(UserWarning, match="activity_regularizer"):
        layer = layers.SimpleRNN(2, activity_regularizer="l2")
    model = models.Sequential([layers.Input((5, 3)), layer])
    model.compile("sgd", "mse", metrics=["mse"])
    loss, error = model.evaluate(x, y, verbose=0)
    assert loss == pytest.approx(error)


def test_a_stateful_layer_inside_time_distributed_is_refused():
    model = models.Sequential([layers.Input((4, 5, 3), batch_size=2), layers.TimeDistributed(layers.GRU(2, stateful=True))])
    with pytest.raises(unroll.errors.UnsupportedError, match="stateful layer inside TimeDistributed"):
        model.build()


def test_fit_refuses_what_it_cannot_do(small, random):
    x, y = random.normal(size=(8, 5, 3)), random.normal(size=(8, 2))
    with pytest.raises(ValueError, match="shuffle.*batch"):
        small.fit(x, y, shuffle="batch", verbose=0)
    with pytest.raises(ValueError, match="validation_freq"):
        small.fit(x, y, validation_data=(x, y), validation_freq=[1, 3], verbose=0)
    for name in ("steps_per_epoch", "validation_steps", "workers", "use_multiprocessing", "max_queue_size"):
        with pytest.raises(TypeError, match=name):
            small.fit(x, y, **{name: 1})
    for work in (lambda: small.evaluate(x, y, steps=1), lambda: small.predict(x, steps=1)):
        with pytest.raises(TypeError, match="steps"):
            work()


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("units", [1, 2])
def test_targets_may_have_an_axis_of_one_more_or_less(sequences, units, random):
    model = models.Sequential([layers.Input((5, 3)), layers.GRU(4, return_sequences=sequences), layers.Dense(units)])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = random.normal(size=(6, 5, 3)), random.normal(size=(6, 5, units) if sequences else (6, units))
    expected = model.evaluate(x, y, verbose=0)
    for same in (y[..., None], *([y[..., 0]] if units == 1 else [])):
        assert model.evaluate(x, same, verbose=0) == expected
    model.fit(x, y[..., None], verbose=0, validation_split=0.5)
    # What Keras would spread over the outputs without a word.
    for other in (y[:, None], y[..., None, None], y[:, :1] if y.shape[1] > 1 else y[:, None, :, None], np.concatenate([y, y], -1)):
        if other.shape not in (y.shape, y.shape + (1,)):
            with pytest.raises(unroll.errors.ShapeError, match="targets"):
                model.evaluate(x, other, verbose=0)


@pytest.mark.parametrize("sequences", [False, True])
def test_class_numbers_are_whole(sequences, random):
    model = models.Sequential([layers.Input((5, 3)), layers.GRU(4, return_sequences=sequences), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = random.normal(size=(6, 5, 3)), random.integers(0, 3, (6, 5) if sequences else (6,)).astype("float32")
    expected = model.evaluate(x, y, verbose=0)
    for same in (y[..., None], y[..., None, None], y.astype("int64")):
        assert model.evaluate(x, same, verbose=0) == expected
    for bad, message in ((1.5, "class 1.5 .* whole"), (2.9999, "whole"), (-1, "class -1.0 .* between 0 and 2"), (3, "class 3.0"), (np.nan, "class nan")):
        wrong = y.copy()
        wrong.flat[2] = bad
        before = model.get_weights()
        for work in (model.evaluate, model.fit, model.train_on_batch):
            with pytest.raises(ValueError, match=message):
                work(x, wrong, **({} if work == model.train_on_batch else {"verbose": 0}))
        for a, b in zip(before, model.get_weights()):
            np.testing.assert_array_equal(a, b)


def test_sample_weights_of_sequences_may_be_one_a_sample(random):
    model = models.Sequential([layers.Input((5, 3)), layers.GRU(4, return_sequences=True), layers.Dense(2)])
    model.compile("sgd", "mse")
    x, y, w = random.normal(size=(6, 5, 3)), random.normal(size=(6, 5, 2)), random.uniform(0.5, 2, 6)
    steps = np.repeat(w[:, None], 5, axis=1)
    expected = model.evaluate(x, y, sample_weight=steps, verbose=0)
    for same in (w, w[:, None], w[:, None, None], steps[..., None]):
        assert model.evaluate(x, y, sample_weight=same, verbose=0) == pytest.approx(expected, rel=1e-6)
    for other in (steps[:, :2], w[:, None, None, None], steps[..., None].repeat(2, -1), w[:5]):
        with pytest.raises(unroll.errors.ShapeError, match="weights"):
            model.evaluate(x, y, sample_weight=other, verbose=0)


def test_each_output_may_have_sample_weights_of_its_own(random):
    entry = layers.Input((5, 3))
    hidden = layers.GRU(4, return_sequences=True)(entry)
    model = models.Model(entry, [layers.Dense(2, name="steps")(hidden), layers.Dense(1, name="last")(layers.GRU(2)(hidden))])
    model.compile("sgd", "mse")
    x, y = random.normal(size=(6, 5, 3)), [random.normal(size=(6, 5, 2)), random.normal(size=(6, 1))]
    steps, last, ones = random.uniform(0.5, 2, (6, 5)), random.uniform(0.5, 2, 6), np.ones(6)
    plain = model.evaluate(x, y, verbose=0)
    only = {name: model.evaluate(x, y, sample_weight=[a, b], verbose=0) for name, a, b in (("steps", steps, None), ("last", None, last))}
    assert only["steps"][2] == plain[2] and only["last"][1] == plain[1]
    both = [only["steps"][1] + only["last"][2], only["steps"][1], only["last"][2]]
    for given in ([steps, last], (steps, last), {"last": last, "steps": steps}, [steps[..., None], last[:, None]]):
        assert model.evaluate(x, y, sample_weight=given, verbose=0) == pytest.approx(both, rel=1e-6)
    assert model.evaluate(x, y, sample_weight=[ones, None], verbose=0) == pytest.approx(plain, rel=1e-6)
    assert model.evaluate(x, y, sample_weight=last, verbose=0)[2] == only["last"][2]
    model.fit(x, y, sample_weight=[steps, None], validation_data=(x, y, [None, last]), verbose=0)
    model.fit(x, y, sample_weight=[steps, last], validation_split=0.5, verbose=0)
    for wrong, message in (([steps], "expected one for each of the outputs steps, last, found 1"), ([last, steps], "weights of output last"), ({"steps": steps}, "last")):
        with pytest.raises(ValueError, match=message):
            model.evaluate(x, y, sample_weight=wrong, verbose=0)


def test_validation_data_are_two_or_three(small, random):
    x, y = random.normal(size=(8, 5, 3)), random.normal(size=(8, 2))
    for wrong in ((x, y, None, None), (x,), x):
        with pytest.raises(ValueError, match="validation_data must be"):
            small.fit(x, y, validation_data=wrong, verbose=0)


def test_a_class_is_the_nearest_number_half_ways_the_even_one(random):
    model = models.Sequential([layers.Input((5, 3)), layers.GRU(4), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = random.normal(size=(1, 5, 3))
    for label, weight in ((0.5, 3), (1.5, 5), (0.6, 4), (2.5, 5)):
        losses = []
        for weights in (None, {0: 3, 1: 4, 2: 5}):
            start = model.get_weights()
            losses.append(model.fit(x, np.array([label]), class_weight=weights, verbose=0).history["loss"][0])
            model.set_weights(start)
        assert losses[1] == pytest.approx(weight * losses[0], rel=1e-5)
        assert model.train_on_batch(x, np.array([label]), class_weight={0: 3, 1: 4, 2: 5}) == pytest.approx(losses[1], rel=1e-5)
