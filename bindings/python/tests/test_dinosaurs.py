"""The report's dinosaur run, with its random numbers: its losses and its very names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from unroll import Vocabulary, load_model
from unroll.layers import Dense, Input, SimpleRNN
from unroll.losses import SparseCategoricalCrossentropy
from unroll.models import Sequential
from unroll.optimizers import SGD

UNITS = 50


@pytest.fixture(scope="module")
def run():
    """All 35,000 iterations: (iteration, smoothed loss, names) every 2,000."""
    root = Path(__file__).resolve().parents[3]
    data = Path(os.environ.get("UNROLL_DATA", root.parent / "shared" / "data"))
    golden = Path(os.environ.get("UNROLL_GOLDEN", data.parent / "golden")) / "dinosaurs.json"
    if not (data / "dinos.txt").exists() or not golden.exists():
        pytest.skip("skipped: data set missing")
    names = [line.strip().lower() for line in (data / "dinos.txt").read_text().splitlines()]
    vocabulary = Vocabulary.of("\n".join(names))
    assert (len(names), len(vocabulary)) == (1536, 27)

    random = np.random.RandomState(1)
    wax, waa, wya = (random.randn(*shape) * 0.01 for shape in ((UNITS, 27), (UNITS, UNITS), (27, UNITS)))
    np.random.RandomState(0).shuffle(names)
    model = Sequential(
        [Input(batch_shape=(1, None, 27)), SimpleRNN(UNITS, return_sequences=True, stateful=True), Dense(27, activation="softmax")],
        dtype="float64",
    )
    model.compile(optimizer=SGD(0.01, clipvalue=5), loss=SparseCategoricalCrossentropy(reduction="sum"))
    model.set_weights([wax.T, waa.T, np.zeros(UNITS), wya.T, np.zeros(27)])
    model.vocabulary = vocabulary

    def sample(seed):
        stream, x, name = model.stream(), np.zeros(27), ""
        while len(name) < 50:
            drawn = np.random.RandomState(seed + 2 * len(name)).choice(27, p=stream.step(x))
            if drawn == 0:
                break
            name += vocabulary.decode([drawn])
            x = np.eye(27)[drawn]
        return name.capitalize()

    seen = {}

    def watch(progress):
        seen[progress.iteration] = (progress.smoothed_loss, [sample(seed) for seed in range(7)])

    model.fit_sequences(
        names, 35000, end_symbol="\n", order=range(1536), initial_loss=7 * np.log(27), callback=watch, callback_every=2000
    )
    return model, seen, {each["iteration"]: each for each in json.loads(golden.read_text())["checkpoints"]}


def test_losses_and_names_are_the_reports_letter_by_letter(run):
    _, seen, golden = run
    for iteration in range(0, 14001, 2000):
        loss, names = seen[iteration]
        assert abs(loss - golden[iteration]["loss"]) < 2e-6, iteration
        assert names == golden[iteration]["names"], iteration


def test_after_that_rounding_decides_but_the_loss_stays_close(run):
    _, seen, golden = run
    assert golden[34000]["loss"] == pytest.approx(22.52, abs=0.01)
    assert abs(seen[34000][0] - 22.52) < 0.5


def test_the_saved_model_gives_the_same_probabilities_and_names(run, tmp_path):
    model = run[0]
    model.save(tmp_path / "dinosaurs.h5")
    loaded = load_model(tmp_path / "dinosaurs.h5")
    assert loaded.vocabulary == model.vocabulary
    x = np.eye(27)[model.encode("tyranno")][None]
    for each in (model, loaded):
        each.reset_states()
    np.testing.assert_array_equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0))
    assert model.generate("tyr", end_symbol="\n", seed=4) == loaded.generate("tyr", end_symbol="\n", seed=4)


def test_the_example_runs_on_its_own_names(root):
    names = (root / "examples" / "data" / "dinosaurs.txt").read_text().split()
    assert len(set(names)) == len(names) >= 300
    done = subprocess.run(
        [sys.executable, str(root / "examples" / "python" / "dinosaurs.py"), "--iterations", "2001"],
        capture_output=True, text=True, check=True,
    )
    assert done.stdout.startswith(f"{len(names)} names, 27 characters\niteration 0, loss 23.0")
    assert "iteration 2000, loss 2" in done.stdout
    assert done.stdout.count("\n  ") == 14
