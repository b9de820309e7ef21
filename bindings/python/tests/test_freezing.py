"""`trainable`: what of a model is trained, and where that is kept."""

import warnings

import numpy as np
import pytest

import unroll
from unroll import layers, models

T, F = 5, 3


@pytest.fixture
def data(random):
    return random.normal(size=(8, T, F)).astype("float32"), random.normal(size=(8, 2)).astype("float32")


def chain():
    return models.Sequential([
        layers.Input((T, F)), layers.LSTM(4, name="a", return_sequences=True), layers.GRU(3, name="b"), layers.Dense(2, name="c")])


def graph():
    x = layers.Input((T, F))
    return models.Model(x, layers.Dense(2, name="c")(layers.GRU(3, name="b")(layers.LSTM(4, name="a", return_sequences=True)(x))))


def nested():
    encoder = models.Sequential(
        [layers.Input((T, F)), layers.LSTM(4, name="a", return_sequences=True), layers.GRU(3, name="b")], name="encoder")
    return models.Sequential([layers.Input((T, F)), encoder, layers.Dense(2, name="c")])


def compile(model):
    model.compile(unroll.optimizers.Adam(0.1), "mse")
    return model


def moved(model, data):
    """Which layers the training of an epoch changes: "ab" of "a", "b" and "c"."""
    before = model.get_weights()
    model.fit(*data, batch_size=4, verbose=0)
    names = [weight.path.split("/") for weight in model.weights]
    changed = [parts[-2] for parts, a, b in zip(names, before, model.get_weights()) if not np.array_equal(a, b)]
    return "".join(dict.fromkeys(changed))


@pytest.mark.parametrize("make", [chain, graph])
def test_a_layer_of_a_built_model_is_frozen_and_thawed(make, data):
    model = compile(make())
    assert moved(model, data) == "abc"
    model.get_layer("a").trainable = False
    assert moved(compile(model), data) == "bc"
    assert not model.get_layer("a").trainable_weights and len(model.get_layer("a").non_trainable_weights) == 3
    assert len(model.trainable_weights) == len(model.trainable_variables) == 5 and len(model.non_trainable_weights) == 3
    model.get_layer("a").trainable = True
    assert moved(compile(model), data) == "abc"
    model.trainable = False
    assert not model.trainable_weights and not any(layer.trainable for layer in model.layers)
    assert moved(compile(model), data) == ""
    model.get_layer("b").trainable = True
    assert moved(compile(model), data) == "", "the model itself is frozen"
    model.trainable = True
    assert moved(compile(model), data) == "abc"


def test_layers_of_nested_models_are_frozen(data):
    model = compile(nested())
    encoder = model.get_layer("encoder")
    encoder.get_layer("a").trainable = False
    assert moved(model, data) == "bc"
    encoder.trainable = False
    assert moved(compile(model), data) == "c" and not encoder.get_layer("b").trainable
    # As in Keras 3 the flag of the layer that has the weights decides.
    encoder.get_layer("a").trainable = True
    assert moved(compile(model), data) == "ac" and not encoder.trainable_weights and len(model.trainable_weights) == 5


def test_a_change_counts_until_the_first_update_and_then_waits_for_compile(data):
    model = compile(chain())
    model.get_layer("a").trainable = False
    assert moved(model, data) == "bc"
    model.get_layer("a").trainable = True
    with pytest.warns(UserWarning, match=r"trained \(a\); .*compile"):
        assert moved(model, data) == "bc"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert moved(model, data) == "bc", "said once"
        assert moved(compile(model), data) == "abc"


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("make", [chain, graph, nested])
def test_files_hold_what_is_frozen(make, ending, data, tmp_path):
    model = make()
    inner = model.get_layer("encoder") if make is nested else model
    inner.get_layer("a").trainable = False
    compile(model)
    assert moved(model, data) == "bc"
    model.save(tmp_path / f"model.{ending}")
    model = models.load_model(tmp_path / f"model.{ending}")
    inner = model.get_layer("encoder") if make is nested else model
    assert [layer.trainable for layer in inner.layers if layer.name in "ab"][:2] == [False, True]
    assert moved(model, data) == "bc"
    # Fewer go on with their state, more have none.
    model = models.load_model(tmp_path / f"model.{ending}")
    model.get_layer("c").trainable = False
    assert moved(model, data) == "b"
    model = models.load_model(tmp_path / f"model.{ending}")
    model.trainable = True
    with pytest.raises(unroll.errors.StateError, match="compile the model again"):
        model.fit(*data, verbose=0)
    assert moved(compile(model), data) == "abc"
    model.trainable = False
    model.save(tmp_path / f"all.{ending}")
    model = models.load_model(tmp_path / f"all.{ending}")
    assert not model.trainable_weights and moved(compile(model), data) == ""


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("make", [chain, graph])
def test_of_a_frozen_model_that_was_saved_nothing_is_trained(make, ending, data, tmp_path):
    """Keras drops the model's own flag from most files: the layers' flags must say it."""
    model = make()
    model.trainable = False
    model.get_layer("a").trainable = True
    before = model.get_weights()
    model.save(tmp_path / f"m.{ending}")
    loaded = models.load_model(tmp_path / f"m.{ending}")
    for a, b in zip(before, loaded.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert moved(compile(loaded), data) == ""


def test_optimizer_state_stays_when_fewer_weights_are_trained_after_loading(data, tmp_path):
    model = compile(chain())
    model.fit(*data, verbose=0, shuffle=False)
    model.save(tmp_path / "m.keras")
    whole, part = models.load_model(tmp_path / "m.keras"), models.load_model(tmp_path / "m.keras")
    part.get_layer("a").trainable = False
    for each in (whole, part):
        each.fit(*data, verbose=0, shuffle=False)
    for a, b in zip(whole.get_layer("c").get_weights(), part.get_layer("c").get_weights()):
        np.testing.assert_array_equal(a, b)


def test_wrappers_and_cells(data):
    both = layers.Bidirectional(layers.LSTM(2, name="l", return_sequences=True), name="both")
    stack = layers.RNN([layers.LSTMCell(3), layers.LSTMCell(2)], name="stack", return_sequences=True)
    steps = layers.TimeDistributed(layers.Dense(3, name="inner"), name="steps")
    model = compile(models.Sequential([layers.Input((T, F)), both, stack, steps, layers.GRU(2, name="last")]))
    both.forward_layer.trainable = False
    stack.cell.cells[1].trainable = False
    assert moved(model, data) == "backward_llstm_cellinnerlast"
    assert len(both.backward_layer.trainable_weights) == 3 and not both.forward_layer.trainable_weights
    again = models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    assert moved(compile(again), data) == "backward_llstm_cellinnerlast"
    both.trainable = stack.trainable = steps.trainable = False
    assert moved(compile(model), data) == "last"
    stack.cell.trainable = True
    assert moved(compile(model), data) == "lstm_celllstm_cell_1last"
    steps.layer.trainable = both.backward_layer.trainable = True
    assert moved(compile(model), data) == "backward_llstm_celllstm_cell_1innerlast"
    assert both.get_config()["backward_layer"]["config"]["trainable"] is True


def test_flags_given_before_the_model_is_built(data):
    model = models.Sequential([layers.LSTM(4, name="a"), layers.Dense(2, name="c")])
    model.get_layer("a").trainable = False
    model.build((None, T, F))
    assert moved(compile(model), data) == "c"
    frozen = models.Sequential([layers.LSTM(4, name="a"), layers.Dense(2, name="c")], trainable=False)
    frozen.build((None, T, F))
    assert moved(compile(frozen), data) == "" and frozen.get_layer("a").trainable


def test_frozen_batch_normalization_is_in_inference_mode(data):
    x, y = data
    model = models.Sequential([layers.Input((T, F)), layers.BatchNormalization(name="n"), layers.LSTM(2, name="l")])
    model.get_layer("n").set_weights([np.full(3, v, "float32") for v in (2, 0.5, 0.1, 3)])
    model.get_layer("n").trainable = False
    compile(model)
    before = model.get_layer("n").get_weights()
    expected = model.evaluate(x, y, verbose=0)
    assert model.train_on_batch(x, y) == pytest.approx(expected, rel=1e-6)
    for a, b in zip(before, model.get_layer("n").get_weights()):
        np.testing.assert_array_equal(a, b)
    model.get_layer("n").trainable = True
    compile(model)
    assert model.train_on_batch(x, y) != pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-3)
    assert not np.array_equal(before[2], model.get_layer("n").get_weights()[2])


def test_a_model_inside_another_shares_its_weights(data):
    x, y = data
    model = compile(nested())
    encoder = model.get_layer("encoder")
    moved(model, data)
    np.testing.assert_allclose(
        model.get_layer("c").get_weights()[0].T @ encoder.predict(x, verbose=0).T + model.get_layer("c").get_weights()[1][:, None],
        model.predict(x, verbose=0).T, rtol=1e-5)
    compile(encoder)
    encoder.fit(x, np.zeros((8, 3)), verbose=0)
    for a, b in zip(encoder.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(a, b)
    encoder.get_layer("a").set_weights([w * 0 for w in encoder.get_layer("a").get_weights()])
    assert not model.get_weights()[0].any()


@pytest.mark.parametrize("when", ["saved", "loaded"])
def test_weights_alone_find_their_layers_whatever_is_frozen(when, random, tmp_path):
    """The .h5 of Keras 2 has what is trained first: equal shapes were swapped without a word."""
    def make():
        inner = models.Sequential([
            layers.Input((T, 3)), layers.SimpleRNN(3, name="a", return_sequences=True), layers.SimpleRNN(3, name="b", return_sequences=True),
            layers.BatchNormalization(name="n"), layers.Dense(3, name="d")], name="inner")
        return models.Sequential([layers.Input((T, 3)), inner, layers.Dense(2, name="c")])

    first, second = make(), make()
    first.set_weights([random.uniform(0.5, 1, weight.shape) for weight in first.weights])
    for part in ("a", "n"):
        (first if when == "saved" else second).get_layer("inner").get_layer(part).trainable = False
    first.save_weights(tmp_path / "w.h5")
    second.load_weights(tmp_path / "w.h5")
    for a, b in zip(first.get_weights(), second.get_weights()):
        np.testing.assert_array_equal(a, b)
