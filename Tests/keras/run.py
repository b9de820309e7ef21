"""The differential matrix against real Keras: `make test-keras`.

    .venv-keras/bin/python Tests/keras/run.py [--only layers,training,...] [--match TEXT]
                                              [--jobs 2] [--table FILE]

Exit status 0: every row ran, and those that are not `ok` are named in
unsupported.txt or not_in_keras.txt beside this file. A row named there that
works is a failure too, so that the lists stay true.
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
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "bindings" / "python"))
os.environ.setdefault("UNROLL_LIBRARY", str(ROOT / "build" / "lib" / "libunroll.so"))
SECTIONS = ("layers", "optimizer state", "fit", "scripts", "names", "training", "layers 2.x", "optimizer state 2.x", "scripts 2.x",
            "names 2.x")


def tasks(options):
    """(section, index, label) of every piece of work, the same list in every process."""
    import catalogue
    import fitting
    import naming
    import resuming
    import scripts
    import training

    wanted = SECTIONS if not options.only else [
        section for section in SECTIONS if any(section.startswith(word.strip()) for word in options.only.split(","))]
    for section in wanted:
        if section.startswith("layers"):
            work = [f"{group}: {name}" for group, name, _ in catalogue.rows()]
        elif section == "training":
            work = [f"{layer}, {loss}" for layer in training.LAYERS for loss in training.LOSSES]
        elif section.startswith("optimizer"):
            work = list(resuming.CASES)
        elif section == "fit":
            work = list(fitting.CASES)
        elif section.startswith("names"):
            work = list(naming.CASES)
        else:
            work = list(scripts.rows(2 if section.endswith("2.x") else 3))
        for index, label in enumerate(work):
            if options.match.lower() in label.lower():
                yield section, index, label


def work(options):
    """A worker: every `jobs`-th task, results to standard output."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever the frameworks print goes to the log
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import catalogue
    import fitting
    import naming
    import predictions
    import resuming
    import scripts
    import training
    from results import Recorder

    recorder = Recorder(out)
    models = list(catalogue.rows())
    losses = [(layer, loss) for layer in training.LAYERS for loss in training.LOSSES]
    optimizers = list(resuming.CASES)
    chosen = list(tasks(options))[options.worker::options.jobs]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for section, index, label in chosen:
            started = time.monotonic()
            if section.endswith("2.x"):
                import tf_keras
            if section.startswith("layers"):
                group, name, model = models[index]
                row = predictions.Row(recorder, "layers", f"{group}: {name}", model, folder, 100 + index)
                row.tf_keras(tf_keras) if section.endswith("2.x") else row.keras3(keras)
            elif section == "training":
                training.run(keras, recorder, *losses[index], folder)
            elif section == "fit":
                fitting.run(keras, recorder, label, folder)
            elif section.startswith("scripts"):
                scripts.run(tf_keras if section.endswith("2.x") else keras, recorder, label, folder)
            elif section.startswith("names"):
                naming.run(tf_keras if section.endswith("2.x") else keras, recorder, label, folder)
            elif section == "optimizer state":
                resuming.run(keras, recorder, optimizers[index], folder)
            else:
                resuming.run_tf_keras(tf_keras, recorder, optimizers[index], folder)
            recorder.add("time", section, label, "ok", value=time.monotonic() - started)


def collect(options):
    """Runs the workers and returns their results in the order of the tasks."""
    arguments = [sys.executable, str(HERE / "run.py"), *sys.argv[1:], "--jobs", str(options.jobs), "--worker"]
    build = ROOT / "build" / "keras"
    build.mkdir(parents=True, exist_ok=True)
    workers, files = [], []
    for number in range(options.jobs):
        path = build / f"results-{number}.jsonl"
        files.append(path)
        with open(path, "w") as out, open(build / f"worker-{number}.log", "w") as log:
            workers.append(subprocess.Popen([*arguments, str(number)], stdout=out, stderr=log))
    total = len(list(tasks(options)))
    started = time.monotonic()
    told = started
    while any(worker.poll() is None for worker in workers):
        time.sleep(1)
        if time.monotonic() - told >= 20:
            told = time.monotonic()
            done = sum(path.read_text().count('"section": "time"') for path in files)
            print(f"  {done}/{total} done, {told - started:.0f} s", flush=True)
    results = [json.loads(line) for path in files for line in path.read_text().splitlines()]
    crashed = [(number, worker.returncode) for number, worker in enumerate(workers) if worker.returncode]
    for number, code in crashed:
        print(f"worker {number} ended with status {code}; see {build}/worker-{number}.log", file=sys.stderr)
    return results, bool(crashed)


def main():
    parser = argparse.ArgumentParser(description="compare Unroll with real Keras")
    parser.add_argument("--only", default="", help=f"sections, separated by commas: {', '.join(SECTIONS)}")
    parser.add_argument("--match", default="", help="only rows whose name contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--table", help="write the compatibility table (Markdown) to this file")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker is not None:
        return work(options)
    import report

    started = time.monotonic()
    results, crashed = collect(options)
    complete = not (options.only or options.match)
    good = report.show(results, complete)
    if options.table:
        report.write_table(results, Path(options.table))
    print(f"{time.monotonic() - started:.0f} s")
    return 0 if good and not crashed else 1


if __name__ == "__main__":
    sys.exit(main())
