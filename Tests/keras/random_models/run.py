"""Random models beside the Keras that they are built with: `make test-keras-random COUNT= SEED=`.

    .venv-keras/bin/python Tests/keras/random_models/run.py [--count 100] [--seed 1] [--first 0] [--keras 3|2|both] [--jobs 2]

Exit status 0: no difference. Each difference is shrunk to a small model and
printed as Python. What Keras itself could not build, train or open is counted,
and what Unroll refuses to do is too.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[1:1] = [str(HERE.parent), str(ROOT / "bindings" / "python")]
os.environ.setdefault("UNROLL_LIBRARY", str(ROOT / "build" / "lib" / "libunroll.so"))
LIBRARIES = {"3": ["keras"], "2": ["tf_keras"], "both": ["keras", "tf_keras"]}


def numbers(options):
    """(library, number) of every case, in the order to try them."""
    return [(library, number) for number in range(options.first, options.first + options.count) for library in LIBRARIES[options.keras]]


def work(options):
    """A worker: every `jobs`-th case, results to standard output as lines of JSON."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever the frameworks print goes to the log
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras
    import tf_keras

    import judge
    from trial import dense_gradients

    modules = {"keras": keras, "tf_keras": tf_keras}
    for library in LIBRARIES[options.keras]:
        dense_gradients(modules[library])
    with tempfile.TemporaryDirectory() as folder:
        for library, number in numbers(options)[options.worker::options.jobs]:
            started = time.monotonic(), time.process_time()
            result = judge.judged(options.seed, number, modules[library], Path(folder), options.shrink)
            result.update(seconds=time.monotonic() - started[0], cpu=time.process_time() - started[1])
            out.write(json.dumps(result) + "\n")
            out.flush()


def collect(options):
    """Runs the workers; their results, and whether one crashed."""
    arguments = [sys.executable, str(HERE / "run.py"), *sys.argv[1:], "--jobs", str(options.jobs), "--worker"]
    build = ROOT / "build" / "keras" / "random"
    build.mkdir(parents=True, exist_ok=True)
    workers, files = [], [build / f"results-{number}.jsonl" for number in range(options.jobs)]
    for number, path in enumerate(files):
        with open(path, "w") as out, open(build / f"worker-{number}.log", "w") as log:
            workers.append(subprocess.Popen([*arguments, str(number)], stdout=out, stderr=log))
    told = started = time.monotonic()
    while any(worker.poll() is None for worker in workers):
        time.sleep(1)
        if time.monotonic() - told >= 20:
            told = time.monotonic()
            done = sum(path.read_text().count("\n") for path in files)
            print(f"  {done}/{len(numbers(options))} done, {told - started:.0f} s", flush=True)
    crashed = [(number, worker.returncode) for number, worker in enumerate(workers) if worker.returncode]
    for number, code in crashed:
        print(f"worker {number} ended with status {code}; see {build}/worker-{number}.log", file=sys.stderr)
    return [json.loads(line) for path in files for line in path.read_text().splitlines()], bool(crashed)


def main():
    parser = argparse.ArgumentParser(description="compare random models with real Keras")
    parser.add_argument("--count", type=int, default=100, help="how many models of each Keras")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first model's number")
    parser.add_argument("--keras", choices=LIBRARIES, default="both")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--shrink", type=int, default=60, help="how many smaller models to try for a difference; 0: none")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker is not None:
        return work(options)
    from outcome import shown

    started = time.monotonic()
    results, crashed = collect(options)
    good = shown(results, len(numbers(options)))
    print(f"{time.monotonic() - started:.0f} s, {sum(result['cpu'] for result in results) / max(len(results), 1):.2f} s of a core a model")
    return 0 if good and not crashed else 1


if __name__ == "__main__":
    sys.exit(main())
