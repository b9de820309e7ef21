"""Building models: names, shapes, configurations, functional graphs."""

import json

import numpy as np
import pytest

import unroll
from unroll import layers, models


def test_names_are_keras_names():
    model = models.Sequential([layers.Input((5, 3)), layers.SimpleRNN(4, return_sequences=True), layers.LSTM(4), layers.Dense(1)])
    model.add(layers.Dense(2, name="last"))
    assert [layer.name for layer in model.layers] == ["simple_rnn", "lstm", "dense", "last"]
    assert model.get_layer("lstm") is model.layers[1]
    assert model.get_layer(index=-1).name == "last"
    with pytest.raises(ValueError, match="no layer 'gru'; there are: simple_rnn, lstm, dense, last"):
        model.get_layer("gru")


def test_shapes_and_parameters():
    model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.Dense(2)])
    assert model.input_shape == (None, 5, 3)
    assert model.output_shape == (None, 5, 2)
    assert model.count_params() == 4 * (3 * 4 + 4 * 4 + 4) + 4 * 2 + 2
    assert model.layers[0].count_params() == 128
    assert model.layers[0].output_shape == (None, 5, 4)
    assert [weight.name for weight in model.layers[0].weights] == ["kernel", "recurrent_kernel", "bias"]
    assert [weight.shape for weight in model.weights] == [(3, 16), (4, 16), (16,), (4, 2), (2,)]


def test_summary_lists_the_layers(capsys):
    models.Sequential([layers.Input((60, 1)), layers.LSTM(50), layers.Dense(1)]).summary()
    shown = capsys.readouterr().out
    for part in ("lstm (LSTM)", "(None, 50)", "10,400", "dense (Dense)", "10,451"):
        assert part in shown


def test_an_input_shape_may_come_from_the_first_layer_build_or_data(random):
    x = random.standard_normal((2, 5, 3)).astype(np.float32)
    first = models.Sequential([layers.GRU(4, input_shape=(5, 3))])
    assert first.output_shape == (None, 4)
    second = models.Sequential([layers.GRU(4)])
    second.build((None, 5, 3))
    assert second.output_shape == (None, 4)
    third = models.Sequential([layers.GRU(4)])
    assert not third.built
    assert third.predict(x, verbose=0).shape == (2, 4)
    assert third.input_shape == (None, 5, 3)


def test_a_model_without_an_input_shape_says_what_to_do():
    with pytest.raises(RuntimeError, match="input shape is not known.*Input"):
        models.Sequential([layers.GRU(4)]).summary()
    with pytest.raises(RuntimeError, match="has no layers"):
        models.Sequential().summary()


def test_adding_a_layer_keeps_the_weights_before_it():
    model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4)])
    before = model.get_weights()
    model.add(layers.Dense(2))
    after = model.get_weights()
    assert len(after) == 5
    for one, other in zip(before, after):
        np.testing.assert_array_equal(one, other)
    assert model.pop().name == "dense"
    assert len(model.weights) == 3


def test_configuration_round_trip():
    model = models.Sequential([
        layers.Input((5, 3)), layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.1)),
        layers.TimeDistributed(layers.Dense(2, activation="relu")), layers.GRU(3, reset_after=False),
    ])
    twin = models.model_from_json(model.to_json())
    assert [layer.name for layer in twin.layers] == [layer.name for layer in model.layers]
    assert json.loads(twin.to_json()) == json.loads(model.to_json())
    assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]
    assert models.Sequential.from_config(model.get_config()).count_params() == model.count_params()
    twin.set_weights(model.get_weights())
    x = np.linspace(-1, 1, 30).reshape(2, 5, 3)
    np.testing.assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("made", [
    lambda: layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode="sum"),
    lambda: layers.Bidirectional(layers.GRU(4), backward_layer=layers.GRU(4, go_backwards=True, name="back")),
    lambda: layers.TimeDistributed(layers.Dense(2, name="inner")),
    lambda: layers.RNN(layers.LSTMCell(4)), lambda: layers.RNN([layers.GRUCell(4), layers.LSTMCell(2)], return_state=True),
])
def test_layers_around_others_come_from_their_configurations(made):
    layer = made()
    twin = type(layer).from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    assert [type(each) for each in twin._inner_layers()] == [type(each) for each in layer._inner_layers()]
    model = models.Sequential([layers.Input((5, 3)), twin])
    assert model.count_params() == models.Sequential([layers.Input((5, 3)), layer]).count_params()


def test_initializers_and_regularizers_reach_the_library():
    from unroll import initializers, regularizers

    model = models.Sequential([
        layers.Input((3,)),
        layers.Dense(4, kernel_initializer=initializers.Constant(0.5), bias_initializer="ones", kernel_regularizer=regularizers.l2(0.1)),
    ])
    kernel, bias = model.get_weights()
    assert (kernel == 0.5).all() and (bias == 1).all()
    model.compile("sgd", "mse")
    loss = model.evaluate(np.zeros((2, 3)), np.ones((2, 4)), verbose=0)
    assert loss == pytest.approx(0.1 * 12 * 0.25, rel=1e-6)


def test_a_functional_model_with_states_between_layers(random):
    encoder_in, decoder_in = layers.Input((5, 3), name="source"), layers.Input((4, 2), name="target")
    _, h, c = layers.LSTM(6, return_state=True)(encoder_in)
    decoded = layers.LSTM(6, return_sequences=True)(decoder_in, initial_state=[h, c])
    model = models.Model([encoder_in, decoder_in], layers.Dense(2)(decoded))
    source, target = random.standard_normal((2, 5, 3)), random.standard_normal((2, 4, 2))
    result = model.predict([source, target], verbose=0)
    assert result.shape == (2, 4, 2)
    by_name = model.predict({"target": target, "source": source}, verbose=0)
    np.testing.assert_array_equal(result, by_name)
    changed = model.predict([source + 1, target], verbose=0)
    assert np.abs(changed - result).max() > 1e-4


def test_a_functional_model_with_two_outputs_trains(random):
    x_in = layers.Input((5, 3))
    x = layers.GRU(4)(x_in)
    model = models.Model(x_in, [layers.Dense(1, name="price")(x), layers.Dense(2, name="volume")(x)])
    model.compile("adam", loss={"price": "mse", "volume": "mae"}, loss_weights={"price": 1.0, "volume": 0.5})
    x, y = random.standard_normal((8, 5, 3)), [random.standard_normal((8, 1)), random.standard_normal((8, 2))]
    history = model.fit(x, y, epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    price, volume = model.predict(x, verbose=0)
    assert price.shape == (8, 1) and volume.shape == (8, 2)


def test_a_layer_belongs_to_one_model():
    layer = layers.Dense(1)
    models.Sequential([layers.Input((3,)), layer])
    with pytest.raises(ValueError, match="part of another model"):
        models.Sequential([layers.Input((3,)), layer])


def test_two_layers_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two layers are named 'a'"):
        models.Sequential([layers.Input((3,)), layers.Dense(1, name="a"), layers.Dense(1, name="a")])


def test_layers_that_do_not_fit_are_named():
    model = models.Sequential([layers.Input((3,)), layers.LSTM(4, name="needs_time")])
    with pytest.raises(unroll.UnrollError, match="needs_time"):
        model.summary()


def test_unknown_arguments_of_layers_are_refused():
    with pytest.raises(TypeError, match="Dense has no argument 'unitz'"):
        layers.Dense(1, unitz=3)
    with pytest.raises(ValueError, match="given by name"):
        layers.Dense(1, activation=lambda x: x).get_config()


def test_float64_models(random):
    model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4)], dtype="float64")
    assert model.predict(random.standard_normal((2, 5, 3)), verbose=0).dtype == np.float64
    assert model.get_weights()[0].dtype == np.float64


def test_the_layers_of_a_graph_have_keras_order():
    """Weights are stored in it; the names below are what Keras 3.15 gives for this graph."""
    a, b = layers.Input((5, 3), name="a"), layers.Input((4, 2), name="b")
    shared = layers.Dense(6, name="shared")
    x, h, c = layers.LSTM(6, return_state=True, return_sequences=True, name="encoder")(a)
    y = layers.LSTM(6, return_sequences=True, name="decoder")(layers.Dense(2, name="project")(b), initial_state=[h, c])
    attended = layers.Attention(name="attend")([y, x])
    total = layers.Add(name="sum")([shared(y), shared(attended)])
    late = layers.Dense(1, name="late")(layers.Dense(2, name="early")(total))
    model = models.Model([b, a], [late, layers.Dense(3, name="side")(c), total])
    assert [layer.name for layer in model.layers] == [
        "b", "a", "project", "encoder", "decoder", "attend", "shared", "sum", "early", "late", "side"
    ]


def test_configurations_name_what_real_keras_can_look_up():
    inputs = layers.Input((4, 2))
    graph = models.Model(inputs, layers.Dense(1)(layers.SpatialDropout1D(0.1)(inputs)))
    entry = json.loads(graph.to_json())
    assert entry["module"] == "keras.src.models.functional"
    dropout = next(each for each in entry["config"]["layers"] if each["class_name"] == "SpatialDropout1D")
    assert "trainable" not in dropout["config"]


@pytest.mark.parametrize("make, shapes", [
    (lambda: layers.LSTM(4, return_state=True), [(2, 4)] * 3),
    (lambda: layers.GRU(4, return_state=True, return_sequences=True), [(2, 5, 4), (2, 4)]),
    (lambda: layers.Bidirectional(layers.LSTM(4, return_state=True)), [(2, 8)] + [(2, 4)] * 4),
    (lambda: layers.Bidirectional(layers.GRU(4), merge_mode=None), [(2, 4)] * 2),
    (lambda: layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], return_state=True), [(2, 3), (2, 4), (2, 4), (2, 3)]),
    (lambda: models.Sequential([layers.LSTM(4, return_state=True)]), [(2, 4)] * 3),
])
def test_a_sequential_that_ends_in_states_gives_them(make, shapes, random, tmp_path):
    x = random.normal(size=(2, 5, 3)).astype("float32")
    model = models.Sequential([layers.Input((5, 3)), make()])
    outputs = model.predict(x, verbose=0)
    assert [output.shape for output in outputs] == shapes and len(model.output_names) == len(shapes)
    if shapes == [(2, 4)] * 3:  # h is the output
        np.testing.assert_array_equal(outputs[0], outputs[1])
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        for a, b in zip(models.load_model(tmp_path / f"m.{ending}").predict(x, verbose=0), outputs):
            np.testing.assert_array_equal(a, b)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=f"list of {len(shapes)}|{len(shapes)} output"):
        model.fit(x, outputs[0], verbose=0)
    model.fit(x, outputs, verbose=0)
    entry = layers.Input((5, 3))
    inner = models.Sequential([layers.Input((5, 3)), make()])
    outer = models.Model(entry, inner(entry))
    outer.set_weights(model.get_weights())
    for a, b in zip(outer.predict(x, verbose=0), model.predict(x, verbose=0)):
        np.testing.assert_array_equal(a, b)


def test_states_in_the_middle_of_a_sequential_are_refused():
    for layer in (layers.LSTM(4, return_state=True), layers.Bidirectional(layers.GRU(4), merge_mode=None)):
        with pytest.raises(ValueError, match="has [23] outputs.*Functional"):
            models.Sequential([layers.Input((5, 3)), layer, layers.Dense(2)]).build()


def test_all_weights_are_set_at_once_or_not_at_all(random):
    model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4), layers.PReLU(), layers.Dense(2)])
    before = model.get_weights()
    values = [random.normal(size=each.shape[::-1]).T for each in before]  # columns first, float64
    with pytest.raises(ValueError, match="dense/bias"):
        model.set_weights([*values[:-1], np.zeros(3)])
    for found, expected in zip(model.get_weights(), before):
        np.testing.assert_array_equal(found, expected)
    model.set_weights(values)
    for found, expected in zip(model.get_weights(), values):
        np.testing.assert_array_equal(found, expected.astype("float32"))
    inputs = layers.Input((4, 3)), layers.Input((6, 3))
    scaled = models.Model(list(inputs), layers.Attention(use_scale=True)(list(inputs)))
    scaled.set_weights([np.float64(2.5)])
    assert scaled.get_weights()[0].shape == () and scaled.get_weights()[0] == 2.5


def test_normalization_measures_its_data(tmp_path):
    rng = np.random.default_rng(3)
    data = rng.normal(3, 2, (50, 4, 3)).astype("float32")
    before, after = layers.Normalization(), layers.Normalization(axis=None, invert=True)
    before.adapt(data)
    model = unroll.Sequential([layers.Input((4, 3)), before, after])
    after.adapt(iter([data[:10], data[10:]]))  # before the weights exist
    scaled = (data - data.mean((0, 1))) / data.std((0, 1))
    np.testing.assert_allclose(model.predict(data, verbose=0), scaled * data.std() + data.mean(), rtol=1e-4, atol=1e-4)
    before.adapt(data[:5])  # and after that
    np.testing.assert_allclose(before.get_weights()[0], data[:5].mean((0, 1)), rtol=1e-5)
    model.save(tmp_path / "m.keras")
    np.testing.assert_array_equal(unroll.load_model(tmp_path / "m.keras").predict(data, verbose=0), model.predict(data, verbose=0))
    with pytest.raises(ValueError, match="both mean and variance"):
        layers.Normalization(mean=1.0)
    with pytest.raises(ValueError, match="were given"):
        layers.Normalization(mean=1.0, variance=2.0).adapt(data)
    with pytest.raises(ValueError, match="at least one sample"):
        layers.Normalization().adapt(data[:0])


def test_layers_take_their_first_weights():
    table = np.arange(12, dtype="float32").reshape(4, 3)
    model = unroll.Sequential([layers.Input((2,)), layers.Embedding(4, 3, weights=[table], trainable=False)])
    np.testing.assert_array_equal(model.predict(np.array([[1, 3]]), verbose=0), table[[[1, 3]]])
    with pytest.raises(ValueError, match="shape"):
        unroll.Sequential([layers.Input((2,)), layers.Embedding(5, 3, weights=[table])]).build()
