"""Prices for stock_forecast.py: reading CSV files, generating a series, splitting in time."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%y", "%d-%m-%Y", "%m/%d/%Y", "%d %b %Y")


@dataclass
class Series:
    """Prices and the day of each, in the order of the file."""

    name: str
    dates: np.ndarray  # datetime64[D], shape (n,)
    prices: np.ndarray  # float64, shape (n, 1)
    unit: str = "price"

    def __len__(self) -> int:
        return len(self.prices)

    def sorted_by_date(self) -> "Series":
        order = np.argsort(self.dates, kind="stable")
        return Series(self.name, self.dates[order], self.prices[order], self.unit)

    def followed_by(self, other: "Series") -> "Series":
        """Both series, one after the other, unchanged."""
        return Series(
            self.name, np.concatenate([self.dates, other.dates]), np.concatenate([self.prices, other.prices]), self.unit
        )

    def merged_with(self, other: "Series") -> "Series":
        """Both series by date, each day once."""
        both = self.followed_by(other).sorted_by_date()
        _, first = np.unique(both.dates, return_index=True)
        return Series(self.name, both.dates[first], both.prices[first], self.unit)


def parse_date(text: str) -> np.datetime64:
    for date_format in DATE_FORMATS:
        try:
            return np.datetime64(datetime.datetime.strptime(text.strip(), date_format).date(), "D")
        except ValueError:
            continue
    raise ValueError(f"cannot read the date {text!r}; known forms: {', '.join(DATE_FORMATS)}")


def read_csv(path: str | Path, column: str = "Open", unit: str = "price") -> Series:
    """Reads the columns `Date` and `column`. Rows without a price are left out."""
    path = Path(path)
    dates, prices = [], []
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        names = reader.fieldnames or []
        if "Date" not in names or column not in names:
            raise ValueError(f"{path}: needs the columns 'Date' and {column!r}, found {', '.join(names) or 'none'}")
        for line, row in enumerate(reader, start=2):
            if row[column] in (None, "", "null"):
                continue
            try:
                dates.append(parse_date(row["Date"]))
                prices.append(float(row[column]))
            except ValueError as error:
                raise ValueError(f"{path}, line {line}: {error}") from None
    if not prices:
        raise ValueError(f"{path}: no prices in column {column!r}")
    return Series(path.stem, np.array(dates), np.array(prices)[:, None], unit)


def business_days(after: np.datetime64, count: int) -> np.ndarray:
    """The `count` weekdays that follow the day `after`."""
    return np.busday_offset(after, np.arange(1, count + 1), roll="backward")


def generate(days: int = 1500, seed: int = 7) -> Series:
    """A made-up price: drift, a yearly wave, decaying swings, and noise of varying size."""
    random = np.random.default_rng(seed)
    day = np.arange(days)
    swing, volatility, log_price = 0.0, 0.008, np.empty(days)
    level = np.log(120.0)
    for t in day:
        volatility = 0.96 * volatility + 0.04 * 0.008 * np.exp(0.5 * random.standard_normal())
        swing = 0.985 * swing + 1.5 * volatility * random.standard_normal()
        level += 0.0003
        log_price[t] = level + swing + 0.08 * np.sin(2 * np.pi * t / 252)
    return Series("Generated prices", business_days(np.datetime64("2014-12-31"), days), np.exp(log_price)[:, None])
