#!/usr/bin/env python3
"""Runs the four parts of the source report on its data sets and prints its figures beside ours.

    make report                         (a few minutes)
    make report PARTS=cells,dinosaurs   some of them

The parts: cells, dinosaurs, tata, hsi. The data sets are looked for in
UNROLL_DATA, or in ../shared/data beside the checkout; the report's printed
figures in UNROLL_GOLDEN, or in ../shared/golden.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bindings" / "python"))
DATA = Path(os.environ.get("UNROLL_DATA", ROOT.parent / "shared" / "data"))
GOLDEN = Path(os.environ.get("UNROLL_GOLDEN", ROOT.parent / "shared" / "golden"))
EXAMPLES = ROOT / "examples" / "python"

from unroll import cells  # noqa: E402

#: (what, the report's figure, ours, True if ours holds)
Row = tuple  # (str, str, str, bool)

FORWARD = {
    "rnn_cell_forward": (("xt", "a_prev"), ("a_next", "yt_pred")), "rnn_forward": (("x", "a0"), ("a", "y_pred")),
    "lstm_cell_forward": (("xt", "a_prev", "c_prev"), ("a_next", "c_next", "yt_pred")),
    "lstm_forward": (("x", "a0"), ("a", "y", "c")),
}
BACKWARD = {
    "rnn_cell_backward": ("rnn_cell_forward", ("da_next",)), "rnn_backward": ("rnn_forward", ("da",)),
    "lstm_cell_backward": ("lstm_cell_forward", ("da_next", "dc_next")), "lstm_backward": ("lstm_forward", ("da",)),
}


def golden(name: str) -> dict:
    path = GOLDEN / name
    if not path.exists():
        sys.exit(f"{path}: no such file; set UNROLL_GOLDEN to the directory of the report's figures")
    return json.loads(path.read_text())


def data(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        sys.exit(f"{path}: no such file; set UNROLL_DATA to the directory of the data sets")
    return path


def run(script: str, *options: str) -> str:
    """An example's output; shown as it comes, since some take minutes."""
    print(f"$ {script} {' '.join(options)}", flush=True)
    done = subprocess.run([sys.executable, str(EXAMPLES / script), *options], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(f"{script} failed")
    return done.stdout


def report_cells() -> list[Row]:
    rows = []
    for case in golden("cells.json")["cases"]:
        name = case["name"]
        inputs, parameters, expected = ({k: np.array(v) for k, v in case[part].items()} for part in ("inputs", "parameters", "outputs"))
        forward = BACKWARD.get(name, (name, ()))[0]
        found = getattr(cells, forward)(*(inputs[key] for key in FORWARD[forward][0]), parameters)
        if name in BACKWARD:
            found = getattr(cells, name)(*(inputs[key] for key in BACKWARD[name][1]), found[-1])
        else:
            found = dict(zip(FORWARD[name][1], found))
        largest = max(float(np.abs(found[key] - value).max()) for key, value in expected.items())
        entry = case["printed"][0]
        key, *index = re.findall(r"\w+", entry["of"])
        ours = np.ravel(found[key][tuple(map(int, index))])[0]
        theirs = np.ravel(entry["value"])[0]
        rows.append((f"{name}: {entry['of']}", f"{theirs:.8f}", f"{ours:.8f}, all values to {largest:.0e}", largest < 1e-10))
    return rows


def report_dinosaurs() -> list[Row]:
    text = run("dinosaurs.py", "--data", str(data("dinos.txt")), "--as-in-report")
    expected = {each["iteration"]: each for each in golden("dinosaurs.json")["checkpoints"]}
    rows = []
    for block in re.split(r"^iteration ", text, flags=re.M)[1:]:
        lines = block.splitlines()
        iteration, loss = re.match(r"(\d+), loss (\S+)", lines[0]).groups()
        iteration, loss, names = int(iteration), float(loss), [line.strip() for line in lines[1:8]]
        if iteration not in expected:
            continue
        theirs, exact = expected[iteration], iteration <= 14000
        same = sum(a == b for a, b in zip(names, theirs["names"]))
        holds = abs(loss - theirs["loss"]) < 2e-6 and same == 7 if exact else abs(loss - theirs["loss"]) < 0.5
        said = f"{loss:.6f}, {same} of 7 names" + ("" if exact else " (rounding decides from here)")
        rows.append((f"loss at {iteration}, {theirs['names'][0]}, ...", f"{theirs['loss']:.6f}", said, holds))
    seconds = float(re.search(r"iterations in (\S+) s", text).group(1))
    numpy = numpy_seconds()
    rows.append(("35,000 iterations", f"NumPy {numpy:.1f} s here", f"{seconds:.2f} s, {numpy / seconds:.0f}x", seconds < 2))
    return rows


def numpy_seconds() -> float:
    """The same loop in NumPy on this machine, from the bench."""
    peers = ROOT / "Benchmarks" / "peers"
    done = subprocess.run(
        [sys.executable, "numpy_peer.py", "W3", "1"], input="go\n", capture_output=True, text=True, cwd=peers, check=True
    )
    return float(done.stdout.splitlines()[-1].split()[0])


def report_stock(preset: str, figure: float, bound: float) -> list[Row]:
    for name in {"tata": ("NSE-TATAGLOBAL.csv", "tatatest.csv"), "hsi": ("HSI.csv", "HSItest.csv")}[preset]:
        data(name)
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for options, title in ((["--as-in-report"], "as in the report"), ([], "by date")):
            plot = ROOT / "build" / "report" / f"{preset}{'_as_in_report' if options else ''}.png"
            plot.parent.mkdir(parents=True, exist_ok=True)
            text = run(
                "stock_forecast.py", "--preset", preset, *options, "--save", f"{directory}/{preset}.h5", "--plot", str(plot)
            )
            loss = float(re.search(r"final training loss (\S+),", text).group(1))
            epoch = re.search(r"\((\S+) s an epoch\)", text).group(1)
            rmse, naive = (re.search(rf"^{name}\s+(\S+)", text, flags=re.M).group(1) for name in ("the network", r"naive \(tomorrow = today\)"))
            theirs = f"{figure:g}" if options else "-"
            rows.append((f"{preset}, {title}: training loss", theirs, f"{loss:.2e}, {epoch} s an epoch", loss <= bound or not options))
            rows.append((f"{preset}, {title}: test RMSE", "-", f"{rmse}; tomorrow = today {naive}", True))
    return rows


PARTS = {
    "cells": ("RNN from scratch", report_cells), "dinosaurs": ("Dinosaur names", report_dinosaurs),
    "tata": ("Tata Global Beverages, 100 epochs", lambda: report_stock("tata", 5.7e-4, 1e-3)),
    "hsi": ("Hang Seng Index, 100 epochs", lambda: report_stock("hsi", 0.0054, 0.0054)),
}


def main() -> None:
    chosen = sys.argv[1].split(",") if len(sys.argv) > 1 and sys.argv[1] else list(PARTS)
    unknown = [each for each in chosen if each not in PARTS]
    if unknown:
        sys.exit(f"unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    held = True
    began = time.perf_counter()
    for part in chosen:
        title, function = PARTS[part]
        print(f"\n== {title}", flush=True)
        rows = function()
        width = max(len(row[0]) for row in rows)
        print(f"{'':{width}}  {'report':>16}   ours")
        for what, theirs, ours, holds in rows:
            print(f"{what:{width}}  {theirs:>16}   {ours}{'' if holds else '   <- does not hold'}")
        held = held and all(row[3] for row in rows)
    print(f"\n{time.perf_counter() - began:.0f} s; {'every figure holds' if held else 'some figures do not hold'}")
    sys.exit(not held)


if __name__ == "__main__":
    main()
