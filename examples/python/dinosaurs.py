#!/usr/bin/env python3
"""Invents dinosaur names: a character-level network trained on one name at a time.

    dinosaurs.py                                   on examples/data/dinosaurs.txt
    dinosaurs.py --data dinos.txt                  on your own list, one name per line
    dinosaurs.py --data dinos.txt --as-in-report   the report's run, number by number

Introduces: a vocabulary, one-hot symbols, a stateful layer, a summed loss,
clipping, training on sequences of different lengths, generating.

--as-in-report takes the report's random numbers from NumPy's RandomState:
float64, its initial weights, its order of the names, its draws of the letters.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path

import _checkout  # noqa: F401
import numpy as np

import unroll
from unroll import Vocabulary
from unroll.initializers import RandomNormal
from unroll.layers import Dense, Input, SimpleRNN
from unroll.losses import SparseCategoricalCrossentropy
from unroll.models import Sequential
from unroll.optimizers import SGD

NAMES = Path(__file__).resolve().parents[1] / "data" / "dinosaurs.txt"
END = "\n"
SAMPLES, LONGEST_NAME = 7, 50
REPORT_EVERY, PROGRESS_EVERY = 2000, 100


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=NAMES, help="one name per line")
    parser.add_argument("--iterations", type=int, default=35000, help="one name each")
    parser.add_argument("--units", type=int, default=50)
    parser.add_argument("--temperature", type=float, default=1.0, help="below 1: more typical names, above: more unusual ones")
    parser.add_argument("--top-k", type=int, default=0, help="draw among the k most probable letters; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="of weights, order and names")
    parser.add_argument("--float64", action="store_true", help="compute in float64")
    parser.add_argument("--as-in-report", action="store_true", help="with the report's random numbers")
    parser.add_argument("--save", type=Path, help="file for the trained model, in a Keras format")
    arguments = parser.parse_args()
    if arguments.iterations < 1 or arguments.units < 1:
        parser.error("--iterations and --units must be at least 1")
    return arguments


def read_names(path: Path) -> list[str]:
    names = [line.strip().lower() for line in path.read_text(encoding="utf-8").splitlines()]
    names = [name for name in names if name]
    if not names:
        sys.exit(f"{path} has no names")
    return names


def build(vocabulary: Vocabulary, units: int, dtype: str) -> Sequential:
    """SimpleRNN over one-hot letters, and the probability of each next letter.

    Stateful: a name begins with the hidden state in which the last one ended.
    """
    small = {"kernel_initializer": RandomNormal(stddev=0.01)}
    model = Sequential(
        [
            Input(batch_shape=(1, None, len(vocabulary))),
            SimpleRNN(units, return_sequences=True, stateful=True, recurrent_initializer=RandomNormal(stddev=0.01), **small),
            Dense(len(vocabulary), activation="softmax", **small),
        ],
        dtype=dtype,
    )
    model.compile(
        optimizer=SGD(learning_rate=0.01, clipvalue=5.0), loss=SparseCategoricalCrossentropy(reduction="sum")
    )
    model.vocabulary = vocabulary
    return model


class Run:
    """A run whose names the library draws."""

    def __init__(self, arguments: argparse.Namespace, names: list[str]) -> None:
        self.arguments, self.names = arguments, names
        unroll.utils.set_random_seed(arguments.seed)
        self.vocabulary = Vocabulary.of(END + END.join(names))
        self.model = build(self.vocabulary, arguments.units, "float64" if arguments.float64 else "float32")
        self.order: np.ndarray | None = None

    def sample(self, iteration: int, number: int) -> str:
        return self.model.generate(
            end_symbol=END, limit=LONGEST_NAME, temperature=self.arguments.temperature, top_k=self.arguments.top_k,
            seed=self.arguments.seed + iteration + number,
        )


class ReportRun(Run):
    """The report's run: the same weights, order of names and draws."""

    def __init__(self, arguments: argparse.Namespace, names: list[str]) -> None:
        arguments.float64 = True
        super().__init__(arguments, names)
        units, letters = arguments.units, len(self.vocabulary)
        random = np.random.RandomState(1)
        wax, waa, wya = (random.randn(*shape) * 0.01 for shape in ((units, letters), (units, units), (letters, units)))
        self.model.set_weights([wax.T, waa.T, np.zeros(units), wya.T, np.zeros(letters)])
        np.random.RandomState(0).shuffle(self.names)
        self.order = np.arange(len(self.names))

    def sample(self, iteration: int, number: int) -> str:
        """Letter k is drawn by NumPy's choice with the seed `number + 2 k`."""
        stream, letters = self.model.stream(), len(self.vocabulary)
        x, name = np.zeros(letters), ""
        while len(name) < LONGEST_NAME:
            probabilities = stream.step(x)
            symbol = np.random.RandomState(number + 2 * len(name)).choice(letters, p=probabilities)
            letter = self.vocabulary.decode([symbol])
            if letter == END:
                break
            name += letter
            x = np.eye(letters)[symbol]
        return name


def train(run: Run) -> float:
    """The report's loop, with a progress line on a terminal. Returns the seconds spent on training only."""
    arguments, terminal = run.arguments, sys.stdout.isatty()
    began, drawing = time.perf_counter(), 0.0

    def watch(progress: unroll.models.SequenceProgress) -> None:
        nonlocal drawing
        now = time.perf_counter()
        if progress.iteration % REPORT_EVERY == 0 or progress.iteration == arguments.iterations - 1:
            print("\r\033[K" if terminal else "", end="")
            print(f"iteration {progress.iteration}, loss {progress.smoothed_loss:.6f}")
            for number in range(SAMPLES):
                print(" ", run.sample(progress.iteration, number).capitalize())
        elif terminal:
            speed = progress.iteration / (now - began - drawing)
            line = f"iteration {progress.iteration} of {arguments.iterations}, loss {progress.smoothed_loss:.2f}, {speed:.0f} names/s"
            print(f"\r\033[K{line}", end="", flush=True)
        drawing += time.perf_counter() - now

    run.model.fit_sequences(
        run.names, arguments.iterations, end_symbol=END, order=run.order, initial_loss=SAMPLES * math.log(len(run.vocabulary)),
        callback=watch, callback_every=PROGRESS_EVERY,
    )
    return time.perf_counter() - began - drawing


def main() -> None:
    arguments = parse_arguments()
    names = read_names(arguments.data)
    run = (ReportRun if arguments.as_in_report else Run)(arguments, names)
    print(f"{len(names)} names, {len(run.vocabulary)} characters")
    seconds = train(run)
    print(f"{arguments.iterations} iterations in {seconds:.2f} s, without drawing names")
    if arguments.save:
        run.model.save(arguments.save)
        print(f"saved as {arguments.save}")


if __name__ == "__main__":
    main()
