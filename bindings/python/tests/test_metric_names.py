"""Names of what is reported: as given, as Keras 3.15 shows them for the same calls of compile()."""

import numpy as np
import pytest

from unroll import callbacks, layers, losses, metrics, models, optimizers, utils

X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
Y = [np.random.default_rng(1).normal(size=(8, n)).astype(np.float32) for n in (2, 1)]


def single():
    utils.set_random_seed(1)
    return models.Sequential([layers.Input((3,)), layers.Dense(2, name="out")])


def several():
    utils.set_random_seed(1)
    x = layers.Input((3,))
    return models.Model(x, [layers.Dense(2, name="a")(x), layers.Dense(1, name="b")(x)])


SINGLE = [
    (["mae"], None, ["mae"]),
    (["mean_absolute_error", "MAE", "MeanAbsoluteError"], None, ["mean_absolute_error", "MAE", "MeanAbsoluteError"]),
    ([metrics.MeanAbsoluteError(), metrics.MeanSquaredError(name="x")], None, ["mean_absolute_error", "x"]),
    (["mae", "mae"], None, ["mae", "mae_1"]),
    (["mae", "mean_absolute_error", metrics.MeanAbsoluteError()], None, ["mae", "mean_absolute_error", "mean_absolute_error_1"]),
    (["mae"], ["mae", "mse"], ["mae", "weighted_mae", "mse"]),
    (None, ["mae"], ["mae"]),
    ({"out": ["mae"]}, None, ["mae"]),
    ([["mae"]], None, ["mae"]),
    (["acc", "Accuracy"], None, ["acc", "Accuracy"]),
]
SEVERAL = [
    (["mae"], None, ["a_mae", "b_mae"]),
    (["mae", "mse"], None, ["a_mae", "b_mse"]),
    ([["mae"], ["mse", "mae"]], None, ["a_mae", "b_mae", "b_mse"]),
    ({"b": ["mse", metrics.MeanAbsoluteError(name="z")]}, None, ["b_mse", "b_z"]),
    ({"a": ["mae"]}, {"a": ["mae"], "b": "mse"}, ["a_mae", "a_weighted_mae", "b_mse"]),
    ([["mae"], None], None, ["a_mae"]),
]


def check(model, y, wanted, tmp_path, sample_weight=None):
    count = 1 if not isinstance(y, list) else 3
    log = str(tmp_path / "log.csv")
    history = model.fit(X, y, epochs=1, verbose=0, validation_data=(X, y), callbacks=[callbacks.CSVLogger(log)]).history
    assert set(history) == {*wanted, *(f"val_{name}" for name in wanted)}
    assert set(open(log).readline().strip().split(",")) == {"epoch", *history}
    assert model.metrics_names == wanted
    values = model.evaluate(X, y, verbose=0)
    named = model.evaluate(X, y, verbose=0, return_dict=True)
    assert list(named) == wanted and list(named.values()) == (values if len(wanted) > 1 else [values])
    assert list(model.train_on_batch(X, y, return_dict=True)) == wanted
    assert list(model.test_on_batch(X, y, return_dict=True)) == wanted and count <= len(wanted)


@pytest.mark.parametrize("given, weighted, wanted", SINGLE)
def test_metrics_keep_their_names_everywhere(given, weighted, wanted, tmp_path):
    model = single()
    model.compile("sgd", "mse", metrics=given, weighted_metrics=weighted)
    check(model, Y[0], ["loss", *wanted], tmp_path)
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        check(models.load_model(tmp_path / name), Y[0], ["loss", *wanted], tmp_path)


@pytest.mark.parametrize("given, weighted, wanted", SEVERAL)
def test_metrics_of_several_outputs_stand_behind_the_outputs_names(given, weighted, wanted, tmp_path):
    model = several()
    model.compile("sgd", ["mse", "mae"], metrics=given, weighted_metrics=weighted)
    wanted = ["loss", "a_loss", "b_loss", *wanted]
    check(model, Y, wanted, tmp_path)
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        check(models.load_model(tmp_path / name), Y, wanted, tmp_path)


def test_weighted_metrics_count_the_samples_weights():
    weights = np.arange(1, 9, dtype=np.float32)
    model = single()
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
    found = model.evaluate(X, Y[0], sample_weight=weights, verbose=0, return_dict=True)
    errors = np.abs(model.predict(X, verbose=0) - Y[0]).mean(-1)
    assert found["mae"] == pytest.approx(errors.mean(), rel=1e-5)
    assert found["weighted_mae"] == pytest.approx(np.average(errors, weights=weights), rel=1e-5)


@pytest.mark.parametrize("name", ["m.h5", "m.keras"])
def test_a_resumed_callback_watches_the_name_that_was_given(name, tmp_path):
    model = single()
    model.compile("sgd", "mse", metrics=["mae"])
    best = callbacks.ModelCheckpoint(str(tmp_path / name), monitor="val_mae", save_best_only=True)
    model.fit(X, Y[0], epochs=2, verbose=0, validation_data=(X, Y[0]), callbacks=[best])
    again = models.load_model(tmp_path / name)
    stop = callbacks.EarlyStopping(monitor="val_mae", patience=1)
    history = again.fit(X, Y[0], epochs=3, verbose=0, validation_data=(X, Y[0]), callbacks=[best, stop]).history
    assert len(history["val_mae"]) == 3


def test_automatic_mode_knows_an_accuracy_of_any_name():
    model = models.Sequential([layers.Input((3,)), layers.Dense(1)])
    model.compile("sgd", losses.BinaryCrossentropy(from_logits=True), metrics=[metrics.BinaryAccuracy(name="hits", threshold=0)])
    for monitor, best in (("hits", max), ("val_hits", max), ("loss", min)):
        stop, values = callbacks.EarlyStopping(monitor=monitor, patience=9), iter([0.5, 0.75, 0.25])
        dictate = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update({monitor: next(values)}))
        model.fit(X, (Y[1] > 0).astype(np.float32), epochs=3, verbose=0, callbacks=[dictate, stop])
        assert stop.best == best(0.5, 0.75, 0.25)


def test_accuracy_as_an_object_is_equality_with_the_targets():
    model = models.Sequential([layers.Input((3,)), layers.Activation("linear")])
    model.compile("sgd", "mse", metrics=[metrics.Accuracy()])
    y = X.copy()
    y[:2] += 1
    assert model.evaluate(X, y, verbose=0, return_dict=True)["accuracy"] == pytest.approx(0.75)


def test_configurations_of_losses_and_metrics_make_the_same_again():
    for given in (losses.Huber(delta=2.0), losses.BinaryCrossentropy(label_smoothing=0.1), losses.SparseCategoricalCrossentropy(from_logits=True)):
        assert type(given).from_config(given.get_config()).get_config() == given.get_config()
        assert losses.get(given.to_keras()).get_config() == given.get_config()
    for given in (metrics.BinaryAccuracy(threshold=0.3, name="x"), metrics.RootMeanSquaredError(), metrics.Accuracy()):
        assert type(given).from_config(given.get_config()).get_config() == given.get_config()
        assert metrics.get(given.to_keras()).get_config() == given.get_config()


def test_types_that_would_round_are_refused():
    for make in (losses.MeanSquaredError, metrics.MeanSquaredError):
        assert make(dtype="float64").dtype == "float64"
        with pytest.raises(ValueError, match="dtype must be 'float32' or 'float64', found 'float16'"):
            make(dtype="float16")


def test_options_that_are_not_supported_are_named():
    with pytest.raises(ValueError, match="ignore_class=0 is not supported"):
        losses.SparseCategoricalCrossentropy(ignore_class=0)
    with pytest.raises(ValueError, match="axis must be -1, the last, found 1"):
        losses.CategoricalCrossentropy(axis=1)
    for reduction in (None, "none", "mean_with_sample_weight"):
        with pytest.raises(ValueError, match="reduction must be one of"):
            losses.MeanSquaredError(reduction=reduction)
    for option in ({"use_ema": True}, {"gradient_accumulation_steps": 2}, {"loss_scale_factor": 8.0}, {"lr": 0.1}):
        with pytest.raises(ValueError, match=f"the option {next(iter(option))}="):
            optimizers.Adam(**option)
    optimizers.Adam(use_ema=False, ema_momentum=0.5, gradient_accumulation_steps=1)
