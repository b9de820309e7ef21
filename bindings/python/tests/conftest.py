import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture
def random():
    return np.random.default_rng(5)


@pytest.fixture
def waves():
    """Windows of a sine, and what follows each: something a network learns in seconds."""
    series = np.sin(np.arange(200) * 0.3).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(series, 10)[:-1, :, None]
    return windows, series[10:]


@pytest.fixture
def small():
    """A compiled model with pairwise different sizes: T = 5, F = 3, U = 4, output 2."""
    from unroll import layers, models, utils

    utils.set_random_seed(3)
    model = models.Sequential(
        [layers.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.GRU(6), layers.Dense(2)]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model
