"""compile, fit, evaluate, predict, and what they say when something is wrong."""

import numpy as np
import pytest

import unroll
from unroll import constraints, layers, losses, models, optimizers, utils


def make(waves, seed=1, **arguments):
    utils.set_random_seed(seed)
    model = models.Sequential([layers.Input((10, 1)), layers.LSTM(8), layers.Dropout(0.1), layers.Dense(1)])
    model.compile(**{"optimizer": "adam", "loss": "mse", **arguments})
    return model


def test_training_lowers_the_loss_and_the_history_has_every_epoch(waves):
    x, y = waves
    history = make(waves, metrics=["mae"]).fit(x, y, epochs=5, verbose=0, validation_split=0.25)
    assert set(history.history) == {"loss", "mae", "val_loss", "val_mae"}
    assert history.epoch == [0, 1, 2, 3, 4]
    assert all(len(values) == 5 for values in history.history.values())
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_validation_may_be_rarer_than_training(waves):
    history = make(waves).fit(*waves, epochs=4, verbose=0, validation_split=0.25, validation_freq=2, validation_batch_size=7)
    assert len(history.history["loss"]) == 4 and len(history.history["val_loss"]) == 2


def test_the_same_seed_gives_the_same_weights(waves):
    x, y = waves
    results = []
    for seed in (1, 1, 2):
        model = make(waves, seed)
        model.fit(x, y, epochs=2, verbose=0)
        results.append(np.concatenate([weight.ravel() for weight in model.get_weights()]))
    np.testing.assert_array_equal(results[0], results[1])
    assert np.abs(results[0] - results[2]).max() > 1e-3


def test_windows_that_are_views_train_like_copies(waves):
    x, y = waves
    assert not x.flags["C_CONTIGUOUS"]
    one, other = make(waves), make(waves)
    one.fit(x, y, epochs=1, verbose=0)
    other.fit(np.ascontiguousarray(x), y.astype(np.float64), epochs=1, verbose=0)
    for a, b in zip(one.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_evaluate_gives_loss_and_metrics(small, random):
    x, y = random.standard_normal((7, 5, 3)), random.standard_normal((7, 2))
    prediction = small.predict(x, verbose=0)
    loss, mae = small.evaluate(x, y, batch_size=3, verbose=0)
    assert loss == pytest.approx(np.mean((prediction - y) ** 2), rel=1e-5)
    assert mae == pytest.approx(np.mean(np.abs(prediction - y)), rel=1e-5)
    assert small.evaluate(x, y, verbose=0, return_dict=True) == pytest.approx({"loss": loss, "mae": mae}, rel=1e-5)
    assert small.test_on_batch(x, y) == pytest.approx([loss, mae], rel=1e-5)


def test_train_on_batch_gives_the_loss_before_its_update(small, random):
    x, y = random.standard_normal((7, 5, 3)), random.standard_normal((7, 2))
    before = small.evaluate(x, y, verbose=0)
    assert small.train_on_batch(x, y) == pytest.approx(before, rel=1e-5)
    assert small.train_on_batch(x, y)[0] < before[0]


def test_predict_does_not_depend_on_the_batch_size(small, random):
    x = random.standard_normal((7, 5, 3))
    whole = small.predict(x, batch_size=7, verbose=0)
    assert whole.shape == (7, 2) and whole.dtype == np.float32
    np.testing.assert_allclose(small.predict(x, batch_size=2, verbose=0), whole, atol=1e-6)
    np.testing.assert_allclose(small.predict_on_batch(x), whole, atol=1e-6)


def test_class_indices_and_one_hot_targets(random):
    x, classes = random.standard_normal((20, 4)), random.integers(0, 3, 20)
    utils.set_random_seed(1)
    model = models.Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    sparse = model.evaluate(x, classes, verbose=0)
    model.compile("sgd", losses.CategoricalCrossentropy(), metrics=["accuracy"])
    dense = model.evaluate(x, utils.to_categorical(classes), verbose=0)
    assert sparse == pytest.approx(dense, rel=1e-5)
    best = model.predict(x, verbose=0).argmax(axis=1)
    assert sparse[1] == pytest.approx(np.mean(best == classes), abs=1e-6)


def test_sample_and_class_weights(random):
    x, y = random.standard_normal((6, 4)), np.array([0, 1, 1, 0, 1, 0])
    def weights(**arguments):
        utils.set_random_seed(1)
        model = models.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])
        model.compile(optimizers.SGD(0.5), "binary_crossentropy")
        model.fit(x, y, epochs=2, batch_size=3, shuffle=False, verbose=0, **arguments)
        return model.get_weights()[0]

    by_class, by_sample = weights(class_weight={0: 1.0, 1: 3.0}), weights(sample_weight=np.where(y == 1, 3.0, 1.0))
    np.testing.assert_allclose(by_class, by_sample, rtol=1e-5)
    assert np.abs(by_class - weights()).max() > 1e-3


def test_every_optimizer_trains(waves):
    x, y = waves
    for optimizer in (
        optimizers.SGD(0.1, momentum=0.9, nesterov=True), optimizers.RMSprop(centered=True), optimizers.Adam(amsgrad=True),
        optimizers.AdamW(), optimizers.Adagrad(0.1), optimizers.Adamax(), optimizers.Nadam(clipnorm=1.0),
        optimizers.Adam(optimizers.schedules.CosineDecay(0.01, 50)),
        optimizers.SGD(optimizers.schedules.PiecewiseConstantDecay([5, 10], [0.1, 0.05, 0.01])),
        optimizers.SGD(optimizers.schedules.InverseTimeDecay(0.1, 10, 0.5)),
    ):
        history = make(waves, optimizer=optimizer).fit(x, y, epochs=3, verbose=0).history["loss"]
        assert history[-1] < history[0], optimizer.name


def test_the_learning_rate_can_be_read_and_set(waves):
    model = make(waves, optimizer=optimizers.Adam(0.02))
    assert model.optimizer.learning_rate == pytest.approx(0.02)
    model.optimizer.learning_rate = 0.005
    assert model.learning_rate == pytest.approx(0.005)
    assert model.optimizer.get_config()["learning_rate"] == pytest.approx(0.005)


def test_a_schedule_is_keras_schedule(waves):
    model = make(waves, optimizer=optimizers.SGD(optimizers.schedules.InverseTimeDecay(0.1, 10, 0.5)))
    model.fit(*waves, batch_size=19, epochs=2, verbose=0)
    assert model.learning_rate == pytest.approx(0.1 / (1 + 0.5 * 20 / 10))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"optimizer": "adamm"}, "unknown optimizer 'adamm'; known: .*adam"),
        ({"loss": "mean_square"}, "unknown loss 'mean_square'; known: .*mse"),
        ({"metrics": ["f1"]}, "unknown metric 'f1'; known: .*accuracy"),
        ({"optimizer": optimizers.Adam(float("nan"))}, "learning"),
        ({"optimizer": optimizers.SGD(-1.0)}, "learning"),
    ],
)
def test_compile_refuses_what_it_does_not_know(waves, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(waves, **arguments)


def test_options_that_an_optimizer_lacks_are_refused():
    with pytest.raises(ValueError, match="SGD: the option beta_1=0.1 is not supported"):
        optimizers.SGD(beta_1=0.1)
    with pytest.raises(ValueError, match="Adam: the option rho=0.9"):
        optimizers.Adam(rho=0.9)
    assert optimizers.get({"class_name": "Adam", "config": {"beta_1": 0.8, "use_ema": False, "weight_decay": None}})._config["beta_1"] == 0.8


@pytest.mark.parametrize("decay", [0.5, 0.0])
def test_weight_decay_takes_its_part_of_every_weight(small, random, decay):
    x, y = random.standard_normal((7, 5, 3)), random.standard_normal((7, 2))
    start = small.get_weights()
    small.compile(optimizers.SGD(0.1), "mse")
    small.train_on_batch(x, y)
    without = small.get_weights()
    small.set_weights(start)
    small.compile(optimizers.SGD(0.1, weight_decay=decay), "mse")
    small.train_on_batch(x, y)
    for first, plain, decayed in zip(start, without, small.get_weights()):
        np.testing.assert_allclose(decayed, plain - decay * 0.1 * first, atol=1e-6)


@pytest.mark.parametrize("make_optimizer, step", [
    # The first update of each, from its own formula; w the weight, g its gradient.
    (lambda: optimizers.Lion(0.1), lambda w, g: w - 0.1 * np.sign(g)),
    (lambda: optimizers.Adadelta(2.0, rho=0.75, epsilon=0.01), lambda w, g: w - 2 * 0.1 * g / np.sqrt(0.25 * g**2 + 0.01)),
    (lambda: optimizers.Ftrl(0.1, initial_accumulator_value=0.5),
     lambda w, g: w * (1 - np.sqrt(0.5) / np.sqrt(0.5 + g**2)) - 0.1 * g / np.sqrt(0.5 + g**2)),
    (lambda: optimizers.Ftrl(0.1, -1.0, l1_regularization_strength=0.01, l2_regularization_strength=0.2,
                             l2_shrinkage_regularization_strength=0.3, beta=0.4),
     lambda w, g: (lambda z: (np.clip(z, -0.01, 0.01) - z) / ((0.1 + g**2) / 0.1 + 2 * (0.2 + 0.4 / 0.2)))(
         g + 0.6 * w - g**2 / 0.1 * w)),
])
def test_a_first_update_is_that_of_the_formula(small, random, make_optimizer, step):
    x, y = random.standard_normal((7, 5, 3)), random.standard_normal((7, 2))
    start = small.get_weights()
    small.compile(optimizers.SGD(1.0), "mse")
    small.train_on_batch(x, y)
    gradients = [first - after for first, after in zip(start, small.get_weights())]
    small.set_weights(start)
    small.compile(make_optimizer(), "mse")
    small.train_on_batch(x, y)
    for first, gradient, after in zip(start, gradients, small.get_weights()):
        np.testing.assert_allclose(after, step(first, gradient), atol=2e-6)


@pytest.mark.parametrize("optimizer", ["lion", "adadelta", "ftrl", "nadam"])
@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_training_goes_on_from_a_file_as_without_it(waves, tmp_path, optimizer, suffix):
    model = models.Sequential([layers.Input((10, 1)), layers.LSTM(8), layers.Dense(1)])
    model.compile(optimizers.get({"class_name": optimizer, "config": {"weight_decay": 0.01}}), "mse")
    model.fit(*waves, epochs=2, verbose=0, shuffle=False)
    model.save(tmp_path / f"half.{suffix}")
    again = unroll.load_model(tmp_path / f"half.{suffix}")
    for each in (model, again):
        each.fit(*waves, initial_epoch=2, epochs=4, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("optimizer, message", [
    (optimizers.Lion(beta_1=0.0), "beta_1"), (optimizers.Adadelta(rho=-1.0), "rho"),
    (optimizers.Ftrl(learning_rate_power=1.0), "learning_rate_power"),
    (optimizers.Ftrl(l1_regularization_strength=-1.0), "l1_regularization"),
])
def test_numbers_outside_an_optimizers_domain_are_refused(waves, optimizer, message):
    with pytest.raises(ValueError, match=message):
        make(waves, optimizer=optimizer)


def test_adamw_without_decay_is_adam(small, random):
    x, y = random.standard_normal((7, 5, 3)), random.standard_normal((7, 2))
    start, results = small.get_weights(), []
    for optimizer in (optimizers.Adam(), optimizers.AdamW(weight_decay=0.0), optimizers.AdamW(weight_decay=0.5)):
        small.set_weights(start)
        small.compile(optimizer, "mse")
        small.train_on_batch(x, y)
        results.append(small.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(results[0], results[1]))
    assert not all(np.array_equal(a, b) for a, b in zip(results[0], results[2]))


def test_two_kinds_of_clipping_are_refused():
    with pytest.raises(ValueError, match="at most one"):
        optimizers.Adam(clipnorm=1.0, clipvalue=0.5)


def test_fit_says_what_does_not_fit(small, random):
    x, y = random.standard_normal((7, 5, 3)), random.standard_normal((7, 2))
    with pytest.raises(ValueError, match=r"5.*4|4.*5"):
        small.fit(random.standard_normal((7, 5, 4)), y, verbose=0)
    with pytest.raises(ValueError, match="7.*6|6.*7"):
        small.fit(x, y[:6], verbose=0)
    with pytest.raises(ValueError, match="y is required"):
        small.fit(x, verbose=0)
    with pytest.raises(ValueError, match="epochs must be a whole number"):
        small.fit(x, y, epochs=1.5, verbose=0)
    with pytest.raises(ValueError, match="verbose"):
        small.fit(x, y, verbose=3)
    with pytest.raises(TypeError, match="array of numbers"):
        small.fit(np.array([["a"] * 3] * 5), y, verbose=0)
    with pytest.raises(unroll.UnrollError):
        small.fit(x, y, batch_size=0, verbose=0)
    with pytest.raises(unroll.UnrollError):
        small.fit(x, y, validation_split=1.5, verbose=0)


def test_a_model_that_is_not_compiled_says_so(random):
    model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4)])
    with pytest.raises(RuntimeError, match="compile"):
        model.fit(random.standard_normal((2, 5, 3)), random.standard_normal((2, 4)), verbose=0)


def test_a_loss_that_is_not_a_number_is_reported(small, random):
    x, y = random.standard_normal((7, 5, 3)), np.full((7, 2), np.nan)
    with pytest.raises(ArithmeticError, match="epoch"):
        small.fit(x, y, verbose=0)


def test_stateful_models_carry_their_state_over(random):
    model = models.Sequential([layers.Input(batch_shape=(2, 5, 3)), layers.LSTM(4, stateful=True)])
    x = random.standard_normal((2, 5, 3))
    first = model.predict(x, batch_size=2, verbose=0)
    second = model.predict(x, batch_size=2, verbose=0)
    assert np.abs(first - second).max() > 1e-4
    model.reset_states()
    np.testing.assert_array_equal(model.predict(x, batch_size=2, verbose=0), first)


def test_constraints_hold_after_every_update(random):
    model = unroll.Sequential([
        layers.Input((5, 3)),
        layers.GRU(4, kernel_constraint=constraints.UnitNorm(), recurrent_constraint=constraints.max_norm(0.5, axis=1),
                   bias_constraint="non_neg"),
        layers.Dense(2, kernel_constraint=constraints.MinMaxNorm(0.2, 0.3))])
    model.compile("sgd", "mse")
    model.fit(random.standard_normal((8, 5, 3)), random.standard_normal((8, 2)), epochs=2, verbose=0)
    kernel, recurrent, bias, dense, _ = model.get_weights()
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), 1, rtol=1e-6)
    assert np.linalg.norm(recurrent, axis=1).max() <= 0.5
    assert bias.min() >= 0 and bias.max() > 0
    norms = np.linalg.norm(dense, axis=0)
    assert norms.min() >= 0.2 * (1 - 1e-6) and norms.max() <= 0.3 * (1 + 1e-6)
    assert model.layers[0].get_config()["bias_constraint"] == "non_neg"
