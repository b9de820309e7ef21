"""The plot that stock_forecast.py draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass
class Line:
    """One line of the plot: a value for each day."""

    label: str
    dates: np.ndarray
    values: np.ndarray
    color: str
    style: str = "-"
    width: float = 1.3


@dataclass
class Picture:
    """The contents of the plot: the whole series, the test days in detail, and the training loss."""

    title: str
    unit: str
    series: Line
    split: np.datetime64 | None
    close_up: list[Line]
    horizon: list[Line] = field(default_factory=list)
    training_loss: list[float] = field(default_factory=list)
    note: str = ""


def draw(picture: Picture, path: str | Path) -> None:
    """Writes the plot as PNG, or in the format of the path's extension."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.dates as mdates
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(12, 9.5), dpi=100, layout="constrained")
    grid = figure.add_gridspec(3, 2, height_ratios=[1.0, 1.35, 1.0], width_ratios=[1.45, 1])
    figure.suptitle(picture.title, fontsize=14, fontweight="bold")

    def dated(axes, title):
        locator = mdates.AutoDateLocator(minticks=4, maxticks=9)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
        axes.set(title=title, xlabel="date", ylabel=picture.unit)
        axes.grid(alpha=0.25)

    def plot(axes, line):
        axes.plot(line.dates, line.values, line.style, color=line.color, lw=line.width, label=line.label)

    def mark_split(axes):
        if picture.split is not None:
            axes.axvline(picture.split, color="0.35", ls="--", lw=1, label=f"split, {picture.split}")

    whole = figure.add_subplot(grid[0, :])
    plot(whole, picture.series)
    for line in picture.close_up[1:2]:
        plot(whole, line)
    tested = picture.close_up[0].dates
    whole.axvspan(tested.min(), tested.max(), color="tab:orange", alpha=0.18, lw=0, label="test days")
    mark_split(whole)
    dated(whole, "The whole series")
    whole.legend(loc="best", fontsize=9)

    near = figure.add_subplot(grid[1, :])
    for line in picture.close_up:
        plot(near, line)
    dated(near, f"Test days: one-step predictions{picture.note}")
    near.legend(loc="best", fontsize=9)

    if picture.horizon:
        ahead = figure.add_subplot(grid[2, 0])
        for line in picture.horizon:
            plot(ahead, line)
        mark_split(ahead)
        dated(ahead, "Multi-step forecast: predictions fed back")
        ahead.legend(loc="best", fontsize=8)

    loss = figure.add_subplot(grid[2, 1] if picture.horizon else grid[2, :])
    loss.semilogy(np.arange(1, len(picture.training_loss) + 1), picture.training_loss, color="tab:blue", lw=1.5)
    loss.set(title=f"Training loss, {picture.training_loss[-1]:.2e} at the end", xlabel="epoch", ylabel="MSE of scaled prices")
    loss.grid(alpha=0.25, which="both")
    loss.xaxis.get_major_locator().set_params(integer=True)

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)
