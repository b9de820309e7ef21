"""Every example runs from a checkout, without PYTHONPATH."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "python"
LADDER = sorted(path.name for path in EXAMPLES.glob("0*.py"))


def run(name, *arguments, cwd):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=cwd, timeout=300)


@pytest.mark.parametrize("name", LADDER)
def test_an_example_runs_and_says_what_it_introduces(name, tmp_path):
    assert "Introduces: " in (EXAMPLES / name).read_text()
    result = run(name, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout


def test_the_ladder_is_there():
    assert len(LADDER) >= 7


def test_the_stock_forecast_saves_loads_and_plots(tmp_path):
    pytest.importorskip("matplotlib")
    result = run("stock_forecast.py", "--epochs", 1, "--window", 20, "--save", "m.h5", "--plot", "plot.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for part in ("loaded again: 71,051 parameters", "naive (tomorrow = today)", "linear in 5 days", "days ahead from the split"):
        assert part in result.stdout
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "m.h5").read_bytes().startswith(b"\x89HDF")


def test_the_stock_forecast_reads_files_of_both_date_forms(tmp_path):
    rows = [f"2020-{month:02d}-{day:02d},{100 + month + 0.1 * day}" for month in range(1, 7) for day in range(1, 21)]
    (tmp_path / "newest_first.csv").write_text("Date,Open\n" + "\n".join(reversed(rows)) + "\n")
    (tmp_path / "later.csv").write_text("Date,Open\n02-07-20,108.0\n01-07-20,107.5\n")
    arguments = ("--data", "newest_first.csv", "--test-data", "later.csv", "--window", 5, "--epochs", 1, "--save", "m.h5")
    honest = run("stock_forecast.py", *arguments, cwd=tmp_path)
    assert honest.returncode == 0, honest.stderr
    assert "Training ends before 2020-07-01" in honest.stdout
    assert honest.stdout.index("2020-07-01  ") < honest.stdout.index("2020-07-02  ")
    report = run("stock_forecast.py", *arguments, "--as-in-report", cwd=tmp_path)
    assert report.returncode == 0, report.stderr
    assert "as in the report" in report.stdout
    assert report.stdout.index("2020-07-02  ") < report.stdout.index("2020-07-01  ")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--data", "missing.csv"), "missing.csv: no such file"), (("--epochs", "0"), "--epochs must be at least 1"),
        (("--data", "bad.csv"), "bad.csv, line 3: could not convert string to float: 'many'"),
        (("--data", "columns.csv"), "needs the columns 'Date' and 'Open', found Day, Price"),
    ],
)
def test_the_stock_forecast_says_what_is_wrong(arguments, message, tmp_path):
    (tmp_path / "bad.csv").write_text("Date,Open\n2020-01-01,1.0\n2020-01-02,many\n")
    (tmp_path / "columns.csv").write_text("Day,Price\n1,2\n")
    result = run("stock_forecast.py", *arguments, cwd=tmp_path)
    assert result.returncode != 0 and message in result.stderr
    assert "Traceback" not in result.stderr
