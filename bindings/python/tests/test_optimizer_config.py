"""get_config() of optimizers, also of models that were loaded: Keras 3.15's keys and names."""

import ctypes
import json

import numpy as np
import pytest

from unroll import _abi, layers, losses, metrics, models, optimizers, utils
from unroll._compile import _RENAMED
from unroll._lib import call
from unroll.optimizers import schedules

COMMON = [
    "name", "learning_rate", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum",
    "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps",
]
OWN = {
    "SGD": ("sgd", ["momentum", "nesterov"]),
    "RMSprop": ("rm_sprop", ["rho", "momentum", "epsilon", "centered"]),
    "Adam": ("adam", ["beta_1", "beta_2", "epsilon", "amsgrad"]),
    "AdamW": ("adam_w", ["beta_1", "beta_2", "epsilon", "amsgrad"]),
    "Adagrad": ("adagrad", ["initial_accumulator_value", "epsilon"]),
    "Adamax": ("adamax", ["beta_1", "beta_2", "epsilon"]),
    "Nadam": ("nadam", ["beta_1", "beta_2", "epsilon"]),
    "Lion": ("lion", ["beta_1", "beta_2"]),
    "Adadelta": ("adadelta", ["rho", "epsilon"]),
    "Ftrl": ("ftrl", [
        "learning_rate_power", "initial_accumulator_value", "l1_regularization_strength", "l2_regularization_strength",
        "l2_shrinkage_regularization_strength", "beta"]),
}
RATES = [
    0.25, schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True), schedules.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
    schedules.CosineDecay(0.1, 10, alpha=0.1, warmup_target=0.3, warmup_steps=3),
    schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2, 0.3]),
]


@pytest.mark.parametrize("name", OWN)
def test_a_configuration_has_the_keys_of_keras(name):
    made = getattr(optimizers, name)()
    assert made.name == OWN[name][0]
    assert list(made.get_config()) == COMMON + OWN[name][1]
    assert made.get_config()["weight_decay"] == (0.004 if name == "AdamW" else None)
    assert type(made).from_config(json.loads(json.dumps(made.get_config()))).get_config() == made.get_config()


def small(optimizer):
    model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    model.compile(optimizer, "mse")
    return model


@pytest.mark.parametrize("file", ["m.h5", "m.keras"])
@pytest.mark.parametrize("name", OWN)
def test_a_loaded_model_has_its_optimizers_configuration(name, file, tmp_path):
    for number, rate in enumerate(RATES):
        clip = [{"clipnorm": 0.5}, {"clipvalue": 0.5}, {"global_clipnorm": 0.5}, {}, {}][number]
        made = getattr(optimizers, name)(rate, weight_decay=0.02, name="mine", **clip)
        small(made).save(tmp_path / file)
        loaded = models.load_model(tmp_path / file).optimizer
        assert type(loaded) is type(made)
        assert loaded.get_config() == made.get_config()


def test_a_loaded_models_optimizer_knows_the_present_rate(tmp_path):
    model = small(optimizers.Adam(0.25))
    model.optimizer.learning_rate = 0.125
    model.save(tmp_path / "m.keras")
    loaded = models.load_model(tmp_path / "m.keras")
    assert loaded.optimizer.get_config()["learning_rate"] == 0.125
    loaded.optimizer.learning_rate = 0.5
    assert loaded.learning_rate == 0.5 and loaded.optimizer.get_config()["learning_rate"] == 0.5


def test_the_steps_of_inverse_time_decay_are_obeyed():
    x, y = np.ones((1, 3), np.float32), np.ones((1, 2), np.float32)
    for staircase in (False, True):
        model = small(optimizers.SGD(schedules.InverseTimeDecay(0.1, 2, 0.5, staircase=staircase)))
        rates = []
        for _ in range(4):
            rates.append(model.learning_rate)
            model.train_on_batch(x, y)
        passed = [0, 0, 1, 1] if staircase else [0, 0.5, 1, 1.5]
        assert rates == pytest.approx([0.1 / (1 + 0.5 * each) for each in passed])


def test_a_subclass_trains_as_its_base():
    class Mine(optimizers.SGD):
        pass

    class Squared(losses.MeanSquaredError):
        pass

    x, y = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")
    trained = []
    for optimizer, loss in ((Mine(0.1), Squared()), (optimizers.SGD(0.1), "mse")):
        utils.set_random_seed(3)
        model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
        model.compile(optimizer, loss)
        model.fit(x, y, epochs=2, verbose=0)
        trained.append(model.get_weights()[0])
    assert np.array_equal(*trained)


FAMILIES = (("optimizer", optimizers, _abi.OptimizerOptions), ("loss", losses, _abi.LossOptions), ("metric", metrics, _abi.MetricOptions))


@pytest.mark.parametrize(
    "family, cls, struct",
    [(family, cls, struct) for family, module, struct in FAMILIES for cls in vars(module).values() if getattr(cls, "_kind", 0)])
def test_defaults_are_those_of_the_library(family, cls, struct):
    made, options = cls(), struct()
    call(f"unroll_{family}_options_init", ctypes.byref(options), made._kind, ctypes.sizeof(options))
    config = made._options() if family == "loss" else made._config
    for key, value in config.items():
        assert value is None or getattr(options, _RENAMED.get(key, key)) == value, key
    if family == "optimizer":
        assert options.learning_rate == made.learning_rate
