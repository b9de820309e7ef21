"""One file in a process of its own: what came of it, what it cost."""
import contextlib
import dataclasses
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import numpy as np

import unroll
from unroll import layers, models

# Where one gets with a file; what a host does with one, in order.
STAGES = ["refused", "inspected", "loaded", "predicted", "saved"]
MEMORY = 4 << 30
EXPECTED = (unroll.UnrollError, ValueError, TypeError, OSError, NotImplementedError)


@dataclasses.dataclass
class Outcome:
    stage: str
    message: str
    seconds: float  # of processor time
    megabytes: float  # above what the process had before
    weights: float = 0  # megabytes of the model's own, once it is loaded


def use(path: Path, outcome: Outcome, scratch: Path | None) -> None:
    text = path.suffix == ".json"
    try:
        if not text:
            unroll.inspect(path)
            outcome.stage = "inspected"
            _load_weights(path)
        model = models.model_from_json(path.read_text()) if text else models.load_model(path)
        outcome.stage = "loaded"
        outcome.weights = sum(weight.nbytes for weight in model.get_weights()) / (1 << 20)
        shapes = model.input_shape if isinstance(model.input_shape, list) else [model.input_shape]
        shapes = [[size or 2 for size in shape] for shape in shapes]
        if all(np.prod(shape, dtype=float) < 1e5 for shape in shapes):
            inputs = [np.zeros(shape, "f4") for shape in shapes]
            model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
            outcome.stage = "predicted"
            if scratch:
                model.save(scratch / "again.h5")
                outcome.stage = "saved"
    except MemoryError as error:
        # What a file makes up must be refused, not attempted.
        outcome.stage, outcome.message = "out of memory", str(error)
    except EXPECTED as error:
        outcome.message = f"{type(error).__name__}: {error}"


def _load_weights(path: Path) -> None:
    """As weights of a model that most of the fixtures do not have."""
    model = models.Sequential([layers.Input((5, 3)), layers.LSTM(4)])
    before = model.get_weights()
    try:
        model.load_weights(path)
    except (*EXPECTED, MemoryError):
        for a, b in zip(before, model.get_weights()):
            if not np.array_equal(a, b):
                raise AssertionError("a load that failed changed the weights") from None


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def in_a_process(path: Path, scratch: Path | None = None, seconds: int = 20) -> tuple[str, Outcome]:
    """How the process ended ("", a signal's name or an exception) and what it reports."""
    ended, outcomes = in_one_process([path], scratch, seconds)
    if outcomes:
        return (outcomes[0].message if outcomes[0].stage == "exception" else ""), outcomes[0]
    return ended, Outcome("", "", seconds if ended == "SIGXCPU" else 0, 0)


def in_one_process(paths: list[Path], scratch: Path | None = None, seconds: int = 20) -> tuple[str, list[Outcome]]:
    """The same of several files, one after the other: of those before the one that ended it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(paths, scratch, seconds, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:
        outcomes = [Outcome(*json.loads(line)) for line in pipe]
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name, outcomes
    return "" if len(outcomes) == len(paths) else "exit", outcomes


def _child(paths: list[Path], scratch: Path | None, seconds: int, writing: int) -> None:
    try:
        signal.alarm(30 * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        for path in paths:
            outcome = _measured(path, scratch)
            os.write(writing, json.dumps(dataclasses.astuple(outcome)).encode() + b"\n")
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
        os._exit(0)


def _measured(path: Path, scratch: Path | None) -> Outcome:
    outcome = Outcome("refused", "", 0, 0)
    before, start = _peak(), time.process_time()
    try:
        use(path, outcome, scratch)
    except BaseException as error:  # what no caller would expect
        outcome.stage, outcome.message = "exception", f"{type(error).__name__}: {error}"
    outcome.seconds, outcome.megabytes = time.process_time() - start, (_peak() - before) / 1024
    outcome.message = outcome.message[:2000]
    return outcome
