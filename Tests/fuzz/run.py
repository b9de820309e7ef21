#!/usr/bin/env python3
"""Damaged Keras files must be an error or a model, never a crash, a hang or
all of the memory: `make fuzz` (COUNT=2000 SEED=1).

Every file is tried in a process of its own: inspect, load, predict, save.
Files that end one by a signal are kept in build/fuzz.
"""
import argparse
import collections
import os
import random
import resource
import shutil
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bindings" / "python"), str(Path(__file__).parent)]

import numpy as np  # noqa: E402

import unroll  # noqa: E402
from mutations import damage  # noqa: E402
from unroll.models import load_model  # noqa: E402

SECONDS = 30
MEMORY = 8 << 30
STAGES = ["refused by inspect", "inspected, refused by load", "loaded, refused by predict", "predicted", "saved again"]


def use(path: Path, scratch: Path) -> int:
    """How far one gets with this file: an index into STAGES."""
    stage = 0
    try:
        unroll.inspect(path)
        stage = 1
        model = load_model(path)
        stage = 2
        shapes = model.input_shape if isinstance(model.input_shape, list) else [model.input_shape]
        shapes = [[size or 2 for size in shape] for shape in shapes]
        if all(np.prod(shape, dtype=float) < 1e5 for shape in shapes):
            inputs = [np.zeros(shape, "f4") for shape in shapes]
            model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
            stage = 3
            model.save(scratch / "again.h5")
            stage = 4
    except (unroll.UnrollError, ValueError, TypeError, OSError, MemoryError, NotImplementedError):
        pass
    return stage


def in_a_process(path: Path, scratch: Path) -> int:
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        code = len(STAGES)  # an exception that no caller would expect
        try:
            code = use(path, scratch)
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fixtures", type=Path, default=ROOT / "Tests" / "Fixtures")
    options = parser.parse_args()
    scratch = ROOT / "build" / "fuzz"
    scratch.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in options.fixtures.rglob("*") if path.suffix in (".h5", ".keras"))
    rng = random.Random(options.seed)
    reached, bad = collections.Counter(), []
    for index in range(options.count):
        source = rng.choice(files)
        target = scratch / f"damaged{source.suffix}"
        try:
            damage(source, target, rng)
        except Exception as error:  # h5py and json refuse some combinations
            reached[f"not made ({type(error).__name__})"] += 1
            continue
        status = in_a_process(target, scratch)
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else len(STAGES)
        if code == len(STAGES):
            end = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "exception"
            kept = scratch / f"{options.seed}-{index}-{end}-{source.name}"
            shutil.copy(target, kept)
            bad.append(kept)
            print(f"{kept.relative_to(ROOT)}", flush=True)
        else:
            reached[STAGES[code]] += 1
    for what, count in sorted(reached.items()):
        print(f"{count:6} {what}")
    print(f"{options.count - len(bad)} passed, {len(bad)} failed")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
