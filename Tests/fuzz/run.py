#!/usr/bin/env python3
"""Damaged Keras files must be an error or a model, never a crash, a hang or
more than a little memory: `make fuzz-files` (COUNT=2000 SEED=1).

Every file is tried: inspect, load_weights, load, predict, save; ten to a
process, and where something is the matter each in its own. What ends one by a
signal, takes over a second of processor time or over 100 MB is kept in
build/fuzz/found. Case INDEX of a SEED is always the
same file: --first INDEX --count 1 tries it alone.
"""
import argparse
import collections
import os
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bindings" / "python"), str(Path(__file__).parent)]

import h5py  # noqa: E402

import native  # noqa: E402
import trial  # noqa: E402
import variants  # noqa: E402
from mutations import damage  # noqa: E402

SECONDS = 1
MEGABYTES = 100
# Files that are tried in all the variants that HDF5 has.
VARIED = [
    "keras3/lstm.h5", "keras3/embedding_mask.h5", "keras3/resume_adam.h5", "keras3/character.weights.h5",
    "keras3/mixed.weights_only.h5", "legacy/keras224_gzip.h5", "legacy/keras224_vlen.h5", "keras3/lstm_float64.h5",
    "legacy/half_precision.h5", "legacy/v3_bfloat16.weights.h5", "graphs/shared_layer.h5", "tf_keras2/resume_adam.h5",
]  # fmt: skip
LARGEST = 64 << 10
BATCH = 10


def bases(fixtures: Path, scratch: Path) -> list[tuple[str, bytes]]:
    """Names and contents of the files to damage: the fixtures, their variants, their configurations."""
    found = []
    for path in sorted(fixtures.rglob("*")):
        if path.suffix not in (".h5", ".keras") or path.stat().st_size > LARGEST:
            continue
        found.append((path.name, path.read_bytes()))
        if path.suffix == ".h5":
            with h5py.File(path, "r") as file:
                text = file.attrs.get("model_config")
            if text is not None:
                found.append((f"{path.stem}.json", text if isinstance(text, bytes) else text.encode()))
    for source in VARIED:
        ending = ".weights.h5" if source.endswith(".weights.h5") else ".h5"
        for name in variants.NAMES:
            found.append((f"{Path(source).name.removesuffix(ending)}.{name}{ending}", variants.made(fixtures / source, name, scratch)))
    return found


def verdict(ended: str, outcome: trial.Outcome, is_text: bool) -> str:
    """Why this is a finding, or nothing."""
    if ended:
        return ended.split(":")[0].replace(" ", "-")
    # A configuration alone may ask for large weights, and gets them, in memory
    # and as this process' copy, or is told that there is no room for them.
    if outcome.stage == "out of memory":
        return "" if is_text else "memory"
    asked = outcome.weights if is_text else 0
    if outcome.seconds > SECONDS + asked / 5:
        return "slow"
    return "fat" if outcome.megabytes > MEGABYTES + 4 * asked else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fixtures", type=Path, default=ROOT / "Tests" / "Fixtures")
    options = parser.parse_args()
    out = ROOT / "build" / "fuzz"
    (out / "found").mkdir(parents=True, exist_ok=True)
    # In memory where there is such a place: a save waits for the disk.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as scratch:
        return run(options, out, Path(scratch))


def run(options: argparse.Namespace, out: Path, scratch: Path) -> int:
    mutator = native.Mutator(out)
    files = bases(options.fixtures, scratch)
    reached, bad, start = collections.Counter(), [], time.monotonic()

    def judge(case: tuple[int, str, str, Path], ended: str, outcome: trial.Outcome) -> None:
        index, kind, name, target = case
        why = verdict(ended, outcome, name.endswith(".json"))
        if why:
            kept = out / "found" / f"{options.seed}-{index}-{why}-{kind}-{name}"
            kept.write_bytes(target.read_bytes())
            bad.append(kept)
            print(f"{kept.relative_to(ROOT)}: {ended} {outcome.seconds:.1f} s, {outcome.megabytes:.0f} MB", flush=True)
        else:
            reached[f"{kind}: {outcome.stage}"] += 1

    last = options.first + options.count
    for first in range(options.first, last, BATCH):
        if (first - options.first) % (100 * BATCH) == 0 and first > options.first:
            print(f"{first - options.first} cases, {len(bad)} failed, {time.monotonic() - start:.0f} s", flush=True)
        cases = []
        for index in range(first, min(first + BATCH, last)):
            rng = random.Random(f"{options.seed}-{index}")
            name, data = rng.choice(files)
            try:
                kind, damaged = damage(name, data, rng, mutator)
            except Exception:  # h5py and json refuse some combinations
                kind, damaged = "fields", mutator.damage(data, rng.getrandbits(60))
            target = scratch / f"damaged-{index - first}{Path(name).suffix}"
            target.write_bytes(damaged)
            cases.append((index, kind, name, target))
        # A process costs more than a case. If anything is the matter with one, each has its own.
        ended, outcomes = trial.in_one_process([case[-1] for case in cases], scratch)
        if ended or sum(outcome.megabytes for outcome in outcomes) > MEGABYTES or any(
            outcome.stage == "exception" or verdict("", outcome, False) for outcome in outcomes
        ):
            for case in cases:
                judge(case, *trial.in_a_process(case[-1], scratch))
        else:
            for case, outcome in zip(cases, outcomes):
                judge(case, "", outcome)
    for what, count in sorted(reached.items()):
        print(f"{count:6} {what}")
    print(f"{options.count - len(bad)} passed, {len(bad)} failed, {time.monotonic() - start:.0f} s")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
