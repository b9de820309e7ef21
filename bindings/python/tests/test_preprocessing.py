"""Scaling and windows."""

import numpy as np
import pytest

from unroll.preprocessing import MinMaxScaler, sliding_windows, windows
from unroll.utils import to_categorical


def test_windows_are_views_of_the_series():
    series = np.arange(20, dtype=np.float32)
    x, y = sliding_windows(series, 5)
    assert x.shape == (15, 5, 1) and y.shape == (15, 1)
    np.testing.assert_array_equal(x[3, :, 0], [3, 4, 5, 6, 7])
    assert y[3, 0] == 8
    assert np.shares_memory(x, series) and np.shares_memory(y, series)
    series[4] = 100
    assert x[0, 4, 0] == 100


def test_horizon_stride_and_target_column():
    series = np.arange(40.0).reshape(20, 2)
    x, y = sliding_windows(series, 4, horizon=3, stride=2, target_column=1)
    assert x.shape == (7, 4, 2) and y.shape == (7, 1)
    np.testing.assert_array_equal(x[1], series[2:6])
    assert y[1, 0] == series[2 + 4 + 3 - 1, 1]
    last = windows(series, 4)
    assert last.shape == (17, 4, 2)
    np.testing.assert_array_equal(last[-1], series[-4:])


def test_windows_keep_their_series_alive():
    x, _ = sliding_windows(np.arange(1000.0), 10)
    np.testing.assert_array_equal(x[-1, :, 0], np.arange(989.0, 999.0))


def test_a_series_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="6|5"):
        sliding_windows(np.arange(5.0), 5)
    with pytest.raises(ValueError):
        sliding_windows(np.arange(5.0), 0)


def test_scaling_and_back():
    series = np.array([[1.0, 10.0], [3.0, 40.0], [2.0, 20.0]])
    scaler = MinMaxScaler(feature_range=(0, 1))
    scaled = scaler.fit_transform(series)
    np.testing.assert_allclose(scaled, [[0, 0], [1, 1], [0.5, 1 / 3]])
    np.testing.assert_allclose(scaler.inverse_transform(scaled), series)
    np.testing.assert_array_equal(scaler.data_min_, [1, 10])
    np.testing.assert_array_equal(scaler.data_max_, [3, 40])
    with pytest.raises(ValueError):
        scaler.transform(series[:, :1])


def test_a_scaler_must_be_fitted_and_have_a_range():
    with pytest.raises(RuntimeError):
        MinMaxScaler().transform(np.arange(3.0))
    with pytest.raises(ValueError):
        MinMaxScaler(feature_range=(1, 0))


def test_to_categorical():
    np.testing.assert_array_equal(to_categorical([0, 2, 1]), np.eye(3)[[0, 2, 1]])
    assert to_categorical([[0], [1]], 4).shape == (2, 4)
    with pytest.raises(ValueError, match="from 0 to 1"):
        to_categorical([0, 2], 2)
