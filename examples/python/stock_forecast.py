#!/usr/bin/env python3
"""Forecasts a price from its last 60 days with four LSTM layers: the report's stock model.

    stock_forecast.py                              on generated prices
    stock_forecast.py --preset tata                on the data set of the report
    stock_forecast.py --preset tata --as-in-report the report's own data flow
    stock_forecast.py --data prices.csv            on columns Date and Open of a file

Introduces: a whole forecast, from a CSV file to a picture: scaling, windows,
training, saving and loading a Keras file, walk-forward predictions beside
baselines, and multi-step forecasts through a stream.

By default the days are sorted, the test days come after the training days, the
scaler sees training days only, and each prediction is made from the true prices
of the days before it. --as-in-report does what the report did instead: newest
day first, the test file appended as it is.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path

import _checkout  # noqa: F401
import numpy as np
import stock_data
from stock_data import Series
from stock_plot import Line, Picture, draw

import unroll
from unroll.layers import LSTM, Dense, Dropout
from unroll.models import Sequential
from unroll.preprocessing import MinMaxScaler, sliding_windows, windows

DATA = Path(os.environ.get("UNROLL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


@dataclass
class Preset:
    title: str
    data: str
    test_data: str
    window: int
    batch_size: int
    unit: str


PRESETS = {
    "tata": Preset("Tata Global Beverages, NSE", "NSE-TATAGLOBAL.csv", "tatatest.csv", 60, 32, "opening price (INR)"),
    "hsi": Preset("Hang Seng Index", "HSI.csv", "HSItest.csv", 7, 3, "opening level (points)"),
}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=PRESETS, help="data, window and batch size of a part of the report")
    parser.add_argument("--data", type=Path, help="CSV file with the columns Date and Open")
    parser.add_argument("--test-data", type=Path, help="CSV file with the test days")
    parser.add_argument("--as-in-report", action="store_true", help="newest day first, with scaler and joins as in the report")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--window", type=int, help="days seen for one prediction (60, or the preset's)")
    parser.add_argument("--batch-size", type=int, help="windows per training step (32, or the preset's)")
    parser.add_argument("--test-fraction", type=float, default=0.15, help="fraction held out at the end if there is no test file")
    parser.add_argument("--horizon", type=int, default=20, help="days of the multi-step forecast, 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=Path("stock.h5"), help="file for the trained model, in a Keras format")
    parser.add_argument("--plot", type=Path, help="file for the plot (PNG)")
    arguments = parser.parse_args()
    if arguments.epochs < 1:
        parser.error("--epochs must be at least 1")
    if not 0 < arguments.test_fraction < 1:
        parser.error("--test-fraction must be between 0 and 1")
    if arguments.test_data and not (arguments.data or arguments.preset):
        parser.error("--test-data needs --data")
    preset = PRESETS.get(arguments.preset)
    if preset is not None:
        arguments.data = arguments.data or DATA / preset.data
        arguments.test_data = arguments.test_data or DATA / preset.test_data
    arguments.window = arguments.window or (preset.window if preset else 60)
    arguments.batch_size = arguments.batch_size or (preset.batch_size if preset else 32)
    for path in (arguments.data, arguments.test_data):
        if path is not None and not path.exists():
            parser.error(f"{path}: no such file (set UNROLL_DATA to the directory of the data sets)")
    return arguments


def load(arguments: argparse.Namespace) -> tuple[Series, Series | None]:
    """The series, and the test days if they are in a separate file, in the order of the files."""
    if arguments.data is None:
        return stock_data.generate(), None
    preset = PRESETS.get(arguments.preset)
    unit = preset.unit if preset else "price"
    series = stock_data.read_csv(arguments.data, unit=unit)
    series.name = preset.title if preset else series.name
    return series, stock_data.read_csv(arguments.test_data, unit=unit) if arguments.test_data else None


def split(series: Series, test: Series | None, arguments: argparse.Namespace) -> tuple[Series, int]:
    """One series, and where its test part begins."""
    if arguments.as_in_report:
        if test is None:
            return series, len(series) - int(len(series) * arguments.test_fraction)
        return series.followed_by(test), len(series)
    ordered = series.sorted_by_date()
    if test is not None:
        later = test.dates.min() > ordered.dates.max()
        ordered = ordered.merged_with(test)
        if later:
            return ordered, len(ordered) - len(test)
        print("The test file's days do not follow the training days: both are joined, and the last part is held out.")
    return ordered, len(ordered) - int(len(ordered) * arguments.test_fraction)


def build(window: int) -> Sequential:
    """Four LSTM layers of 50 units with dropout, and one output."""
    model = Sequential()
    model.add(LSTM(units=50, return_sequences=True, input_shape=(window, 1)))
    model.add(Dropout(0.2))
    model.add(LSTM(units=50, return_sequences=True))
    model.add(Dropout(0.2))
    model.add(LSTM(units=50, return_sequences=True))
    model.add(Dropout(0.2))
    model.add(LSTM(units=50))
    model.add(Dropout(0.2))
    model.add(Dense(units=1))
    model.compile(optimizer="adam", loss="mean_squared_error")
    return model


def linear_forecast(train: np.ndarray, windows_to_predict: np.ndarray, order: int) -> np.ndarray:
    """The baseline: the best linear function of the last `order` prices, fitted to the training days."""
    x, y = sliding_windows(train, order)
    matrix = np.column_stack([x[:, :, 0], np.ones(len(x))])
    coefficients = np.linalg.lstsq(matrix, y[:, 0], rcond=None)[0]
    recent = windows_to_predict[:, -order:, 0]
    return recent @ coefficients[:-1] + coefficients[-1]


def forecast(model: Sequential, history: np.ndarray, days: int) -> np.ndarray:
    """`days` predictions after `history`, each fed back as the next day's price.

    The stream carries the state, so that a day costs one step and not a window.
    """
    stream = model.stream()
    for price in history:
        prediction = stream.step(price)
    predictions = [prediction]
    while len(predictions) < days:
        prediction = stream.step(prediction)
        predictions.append(prediction)
    return np.array(predictions)


def errors(prediction: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Root mean squared and mean absolute error."""
    difference = np.ravel(prediction) - np.ravel(truth)
    return float(np.sqrt(np.mean(difference**2))), float(np.mean(np.abs(difference)))


def print_predictions(dates: np.ndarray, truth: np.ndarray, prediction: np.ndarray, rows: int = 16) -> None:
    print(f"\n{'day':12}{'truth':>12}{'predicted':>12}{'error':>10}")
    for day, price, predicted in list(zip(dates, truth[:, 0], prediction[:, 0]))[:rows]:
        print(f"{day!s:12}{price:12.2f}{predicted:12.2f}{predicted - price:10.2f}")
    if len(dates) > rows:
        print(f"... and {len(dates) - rows} more days")


def print_comparison(scores: dict[str, tuple[float, float]]) -> None:
    naive = scores["naive (tomorrow = today)"][0]
    print(f"\n{'forecast':28}{'RMSE':>10}{'MAE':>10}   RMSE against naive")
    for name, (rmse, mae) in scores.items():
        print(f"{name:28}{rmse:10.3f}{mae:10.3f}   {rmse / naive:.2f}x")
    model = next(iter(scores.values()))[0]
    verdict = "earns its keep: it beats" if model < naive else "does not earn its keep here: it does not beat"
    print(f"The network {verdict} the naive forecast.")


def main() -> None:
    arguments = parse_arguments()
    unroll.utils.set_random_seed(arguments.seed)
    window = arguments.window
    try:
        series, begin = split(*load(arguments), arguments)
    except (OSError, ValueError) as error:
        raise SystemExit(f"stock_forecast.py: {error}") from None
    if begin < 2 * window or len(series) - begin < 1:
        raise SystemExit(f"{len(series)} days are too few for windows of {window} and a test part")
    print(f"{series.name}: {begin} days to train on, {len(series) - begin} to test, windows of {window} days.")
    print("Order and split as in the report." if arguments.as_in_report else f"Training ends before {series.dates[begin]}.")

    # The scaler sees only the training days.
    scaler = MinMaxScaler(feature_range=(0, 1)).fit(series.prices[:begin])
    scaled = scaler.transform(series.prices)
    x_train, y_train = sliding_windows(scaled[:begin], window)
    x_test = windows(scaled[begin - window : -1], window)

    model = build(window)
    start = time.perf_counter()
    history = model.fit(x_train, y_train, epochs=arguments.epochs, batch_size=arguments.batch_size)
    seconds = time.perf_counter() - start
    losses = history.history["loss"]
    print(
        f"\n{arguments.epochs} epochs in {seconds:.1f} s ({seconds / arguments.epochs:.2f} s an epoch), "
        f"final training loss {losses[-1]:.2e}, best {min(losses):.2e}"
    )

    arguments.save.parent.mkdir(parents=True, exist_ok=True)
    model.save(arguments.save)
    model = unroll.load_model(arguments.save)
    print(f"saved to {arguments.save} and loaded again: {model.count_params():,} parameters")

    truth = series.prices[begin:]
    prediction = scaler.inverse_transform(model.predict(x_test, verbose=0))
    print_predictions(series.dates[begin:], truth, prediction)
    order = min(window, 5)
    linear = scaler.inverse_transform(linear_forecast(scaled[:begin], x_test, order)[:, None])
    naive = scaler.inverse_transform(np.ascontiguousarray(x_test[:, -1]))
    print_comparison({
        "the network": errors(prediction, truth), "naive (tomorrow = today)": errors(naive, truth),
        f"linear in {order} days": errors(linear, truth),
    })

    days = series.dates[begin:]
    close_up = [
        Line("truth", days, truth, "black"), Line("network", days, prediction, "tab:red"),
        Line(f"linear in {order} days", days, linear, "tab:green", ":"),
    ]
    horizon: list[Line] = []
    if arguments.as_in_report:
        print(
            f"\nThe first {window} windows join the oldest training days to the newest test days, as the report did. "
            "There is no multi-step forecast: in this order it would run backwards in time."
        )
    elif arguments.horizon > 0:
        horizon = from_the_split(model, scaler, series, scaled, begin, arguments)
        close_up.append(into_the_future(model, scaler, series, scaled, arguments))

    if arguments.plot:
        note = f", RMSE {errors(prediction, truth)[0]:.2f} (naive {errors(naive, truth)[0]:.2f})"
        ordered = series.sorted_by_date()
        whole = Line("truth", ordered.dates, ordered.prices, "black", width=0.9)
        title = f"{series.name}: four LSTM layers, {arguments.epochs} epochs"
        if arguments.as_in_report:
            title += ", data flow of the report (newest day first)"
        span = None if arguments.as_in_report else series.dates[begin]
        draw(Picture(title, series.unit, whole, span, close_up, horizon, losses, note), arguments.plot)
        print(f"plot: {arguments.plot}")


def from_the_split(
    model: Sequential, scaler: MinMaxScaler, series: Series, scaled: np.ndarray, begin: int, arguments: argparse.Namespace
) -> list[Line]:
    """The multi-step forecast of the first test days, whose actual prices are known."""
    days = min(arguments.horizon, len(series) - begin)
    predicted = scaler.inverse_transform(forecast(model, scaled[begin - arguments.window : begin], days))
    truth = series.prices[begin : begin + days]
    rmse, stays = errors(predicted, truth)[0], errors(np.full(days, series.prices[begin - 1]), truth)[0]
    print(f"\n{days} days ahead from the split: RMSE {rmse:.3f}; of a price that stays as it was {stays:.3f}")
    around = slice(max(0, begin - 2 * days), begin + days)
    last = series.prices[begin - 1]
    return [
        Line("truth", series.dates[around], series.prices[around], "black"),
        Line(f"network fed back, RMSE {rmse:.2f}", series.dates[begin : begin + days], predicted, "tab:red"),
        Line(f"price stays, RMSE {stays:.2f}", series.dates[begin : begin + days], np.full(days, last), "tab:blue", ":"),
    ]


def into_the_future(
    model: Sequential, scaler: MinMaxScaler, series: Series, scaled: np.ndarray, arguments: argparse.Namespace
) -> Line:
    """The multi-step forecast of the weekdays after the last known one."""
    days = stock_data.business_days(series.dates[-1], arguments.horizon)
    predicted = scaler.inverse_transform(forecast(model, scaled[-arguments.window :], arguments.horizon))
    shown = ", ".join(f"{price:.2f}" for price in predicted[:5, 0])
    print(f"after the last day ({series.dates[-1]}), {arguments.horizon} days: {shown}, ...")
    return Line(f"next {arguments.horizon} days, fed back", days, predicted, "tab:purple", "--")


if __name__ == "__main__":
    main()
