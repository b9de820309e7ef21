"""The report's script runs with only its imports changed."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

# The report's lines as they stand, but for the imports and the number of epochs.
SCRIPT = """
from unroll.models import Sequential
from unroll.layers import Dense
from unroll.layers import LSTM
from unroll.layers import Dropout

regressor = Sequential()

regressor.add(LSTM(units = 50, return_sequences = True, input_shape = (X_train.shape[1], 1)))
regressor.add(Dropout(0.2))

regressor.add(LSTM(units = 50, return_sequences = True))
regressor.add(Dropout(0.2))

regressor.add(LSTM(units = 50, return_sequences = True))
regressor.add(Dropout(0.2))

regressor.add(LSTM(units = 50))
regressor.add(Dropout(0.2))

regressor.add(Dense(units = 1))

regressor.compile(optimizer = 'adam', loss = 'mean_squared_error')

history = regressor.fit(X_train, y_train, epochs = EPOCHS, batch_size = 32)
predicted_stock_price = regressor.predict(X_test)
"""


def windows(prices):
    X = np.array([prices[i - 60 : i, 0] for i in range(60, len(prices))])
    return np.reshape(X, (X.shape[0], X.shape[1], 1)), prices[60:, 0]


def run(prices, epochs):
    from unroll.utils import set_random_seed

    set_random_seed(1)
    X, y = windows(prices)
    names = {"X_train": X, "y_train": y, "X_test": X[:16], "EPOCHS": epochs}
    exec(SCRIPT, names)
    return names


def test_the_script_trains_predicts_and_shows_its_progress(capsys):
    prices = 0.5 + 0.4 * np.sin(np.arange(250) * 0.1)[:, None]
    names = run(prices, 2)
    losses = names["history"].history["loss"]
    assert len(losses) == 2 and losses[1] < losses[0]
    assert names["predicted_stock_price"].shape == (16, 1)
    assert names["regressor"].count_params() == 71051
    shown = capsys.readouterr().out
    assert "Epoch 2/2" in shown
    assert "6/6 " in shown and "ms/step - loss: " in shown


def test_the_script_learns_the_real_prices(root):
    directory = Path(os.environ.get("UNROLL_DATA", root.parent / "shared" / "data"))
    path = directory / "NSE-TATAGLOBAL.csv"
    if not path.exists():
        pytest.skip("skipped: data set missing")
    with path.open() as file:
        prices = np.array([[float(row["Open"])] for row in csv.DictReader(file)])
    from unroll.preprocessing import MinMaxScaler

    names = run(MinMaxScaler(feature_range=(0, 1)).fit_transform(prices)[:700], 3)
    losses = names["history"].history["loss"]
    assert losses[-1] < 0.02 and losses[-1] < losses[0] / 3
