"""What a newcomer gets wrong: each mistake is named where it is made."""
import copy
import pickle

import numpy as np
import pytest

import unroll
from unroll import callbacks, initializers, layers, models
from unroll.preprocessing import sliding_windows

X, Y = np.zeros((6, 5, 3)), np.zeros((6, 2))


@pytest.fixture
def model():
    model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4), layers.Dense(2)])
    model.compile("sgd", "mse")
    return model


class Endless:
    """Like Keras' Sequence: NumPy would read it for ever."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return X, Y


@pytest.mark.parametrize("kind", [np.ctypeslib.as_ctypes, memoryview, np.ndarray.tolist])
def test_buffers_and_lists_are_arrays(model, kind):
    values = np.linspace(-1, 1, X.size, dtype=np.float32).reshape(X.shape)
    np.testing.assert_array_equal(model.predict(kind(values)), model.predict(values))


@pytest.mark.parametrize("pieces", [Endless(), ((X, Y) for _ in range(2)), {1: X}.values()], ids=lambda each: type(each).__name__)
def test_data_in_pieces_are_refused_and_never_waited_for(model, pieces):
    for call in (model.fit, model.evaluate, model.predict):
        with pytest.raises(TypeError, match="train_on_batch"):
            call(pieces, **({} if call == model.predict else {"y": Y}))


def test_numbers_beyond_64_bits_are_not_cut(model):
    for call in (
        lambda huge: model.fit(X, Y, epochs=huge), lambda huge: model.fit(X, Y, batch_size=huge),
        lambda huge: model.predict(X, batch_size=huge), lambda huge: model.stream(batch_size=huge),
        lambda huge: model.set_threads(huge), lambda huge: sliding_windows(np.arange(9.0), window=huge),
    ):
        with pytest.raises(ValueError, match="18446744073709551617"):
            call((1 << 64) + 1)


@pytest.mark.parametrize("weights", [[1, 2], {"a": 1}, {0: 1, "a": 2}, {-1: 1}])
def test_class_weights_are_by_index(model, weights):
    with pytest.raises(ValueError, match="class indices to weights"):
        model.fit(X, Y, class_weight=weights, verbose=0)


@pytest.mark.parametrize("option", ["kernel_initializer", "kernel_regularizer", "kernel_constraint", "activity_regularizer"])
def test_unknown_names_are_refused_where_a_layer_is_made(option):
    with pytest.raises(ValueError, match=f"{option}: unknown name 'foo'; known: "):
        layers.Dense(2, **{option: "foo"})


def test_names_of_keras_are_known():
    for kind, names in {
        "initializer": "zeros ones constant random_normal RandomUniform truncated_normal variance_scaling glorot_uniform GlorotNormal "
                       "he_uniform he_normal lecun_uniform lecun_normal orthogonal identity",
        "regularizer": "l1 l2 l1_l2 L1L2", "constraint": "max_norm MaxNorm non_neg unit_norm min_max_norm",
    }.items():
        for name in names.split():
            model = models.Sequential([layers.Input((3,)), layers.Dense(3, **{f"kernel_{kind}": name})])
            assert model.describe()["notes"] == [], name


def test_layer_names_are_text():
    with pytest.raises(ValueError, match="name"):
        layers.Dense(2, name=3)


def test_an_input_shape_is_a_tuple():
    with pytest.raises(ValueError, match="input_shape must be a tuple"):
        layers.Dense(2, input_shape=3)


def test_metrics_for_outputs_that_are_not_there_are_refused(model):
    with pytest.raises(ValueError, match="metrics: the outputs are .*, found nothing"):
        model.compile("sgd", "mse", metrics={"nothing": "mae"})
    with pytest.raises(ValueError, match="weighted_metrics: expected a list or a dictionary, found 3"):
        model.compile("sgd", "mse", weighted_metrics=3)


def test_models_are_saved_not_pickled(model):
    for call in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="save it"):
            call(model)


def test_an_unknown_placeholder_of_a_checkpoint_is_named(model, tmp_path):
    checkpoint = callbacks.ModelCheckpoint(str(tmp_path / "{epoch}-{val_los}.keras"))
    with pytest.raises(ValueError, match="val_los.*there are epoch, loss"):
        model.fit(X, Y, callbacks=[checkpoint], verbose=0)


def test_the_model_keeps_the_history_of_its_last_fit(model):
    assert model.history is None
    history = model.fit(X, Y, epochs=2, verbose=0)
    assert model.history is history and history.params["epochs"] == 2 and history.epoch == [0, 1]


def test_one_epoch_has_no_headline(model, capsys):
    model.fit(X, Y, verbose=2)
    assert "Epoch" not in capsys.readouterr().out
    model.fit(X, Y, epochs=2, verbose=2)
    assert "Epoch 2/2" in capsys.readouterr().out


def test_a_model_is_called_a_model_in_messages(model):
    with pytest.raises(ValueError, match="^model 'sequential' has 5 weights, found 4"):
        model.set_weights(model.get_weights()[:-1])


def test_shapes_of_one_axis_are_written_as_tuples(model):
    with pytest.raises(unroll.errors.ShapeError, match=r"found \(4,\)"):
        model.fit(X, Y, sample_weight=np.ones(4), verbose=0)


def test_initializers_know_their_options():
    for options in ({"mode": "fan"}, {"distribution": "normal"}, {"scale": 0}):
        with pytest.raises(ValueError, match=next(iter(options))):
            initializers.VarianceScaling(**options)
    with pytest.warns(UserWarning, match="GlorotUniform: the seed of an initializer has no effect"):
        initializers.GlorotUniform(seed=3)
    assert initializers.GlorotUniform.from_config({"seed": None}).get_config() == {"seed": None}
