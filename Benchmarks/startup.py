"""W7: whole processes, from start to exit: time and peak resident memory."""
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "bench"

PEAK = "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM:')))"
KERAS = (
    "import keras, numpy; m = keras.models.load_model({path!r}); "
    "m.predict(numpy.zeros((1, 60, 1), 'float32'), verbose=0); " + PEAK
)


def timed(command, env=None):
    """Seconds, and the KB that the process itself printed."""
    start = time.perf_counter()
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        return None
    return seconds, int(done.stdout.split()[-1])


def rows(name, python, rounds, peers):
    """One row for each process: (what, median seconds, fastest, peak in MB)."""
    program, path = str(OUT / "startup"), str(OUT / "startup.h5")
    subprocess.run([program, "save", path], check=True)
    bindings = dict(os.environ, PYTHONPATH=str(ROOT / "bindings" / "python"), UNROLL_LIBRARY=str(ROOT / "build/lib/libunroll.so"))
    keras = {
        backend: ([python, "-c", KERAS.format(path=path)], dict(os.environ, KERAS_BACKEND=backend, CUDA_VISIBLE_DEVICES="", JAX_PLATFORMS="cpu"))
        for backend in ("tensorflow", "jax")
        if peers is None or f"keras-{backend}" in peers
    }
    contestants = {
        f"{name}: C, load .h5 and predict": ([program, "load", path], None, 4 * rounds),
        f"{name}: C, ready without a file": ([program, "ready"], None, 4 * rounds),
        "Python with numpy": ([python, "-c", "import numpy; " + PEAK], bindings, 2 * rounds),
        f"{name}: Python, import numpy and unroll": ([python, "-c", "import numpy, unroll; " + PEAK], bindings, 2 * rounds),
    }
    for backend, (command, env) in keras.items():
        contestants[f"Keras on {backend}, load .h5 and predict"] = (command, env, min(rounds, 2))
    for what, (command, env, count) in contestants.items():
        timed(command, env)  # the files are in the page cache then
        results = [r for r in (timed(command, env) for _ in range(count)) if r]
        if not results:
            print(f"   {what}: not available", file=sys.stderr)
            continue
        yield what, statistics.median(s for s, _ in results), min(s for s, _ in results), max(kb for _, kb in results) / 1024
