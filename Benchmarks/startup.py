"""W7: whole processes, from start to exit: time and peak resident memory."""
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "bench"

LOAD, READY = "Unroll: C, load .h5 and predict", "Unroll: C, ready without a file"
NUMPY, IMPORT = "Python with numpy", "Unroll: Python, import numpy and unroll"
LIMITS = {LOAD: (0.015, 30), READY: (0.003, None)}  # seconds, MB
IMPORT_LIMIT = 0.100  # seconds beyond numpy

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


def rows(rounds, peers):
    """One row for each process: (what, seconds of each run, peak in MB)."""
    program, path = str(OUT / "startup"), str(OUT / "startup.h5")
    subprocess.run([program, "save", path], check=True)
    # As installed: the package's bytecode is kept, whatever this shell says.
    installed = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    bindings = dict(installed, PYTHONPATH=str(ROOT / "bindings" / "python"), UNROLL_LIBRARY=str(ROOT / "build/lib/libunroll.so"))
    contestants = {
        LOAD: ([program, "load", path], None, 4),
        READY: ([program, "ready"], None, 4),
        NUMPY: ([sys.executable, "-c", "import numpy; " + PEAK], bindings, 2),
        IMPORT: ([sys.executable, "-c", "import numpy, unroll; " + PEAK], bindings, 2),
    }
    for backend in ("tensorflow", "jax"):
        if peers is None or f"keras-{backend}" in peers:
            env = dict(os.environ, KERAS_BACKEND=backend, CUDA_VISIBLE_DEVICES="", JAX_PLATFORMS="cpu")
            contestants[f"Keras on {backend}, load .h5 and predict"] = ([sys.executable, "-c", KERAS.format(path=path)], env, 1)
    samples = {what: [] for what in contestants}
    for number in range(rounds + 1):
        for what, (command, env, times) in contestants.items():
            if times == 1 and number > 3:
                continue  # seconds long: three are enough
            found = [timed(command, env) for _ in range(times)]
            if number > 0:  # after the first the files are in the page cache
                samples[what] += [f for f in found if f]
    for what, found in samples.items():
        if found:
            yield what, [s for s, _ in found], max(kb for _, kb in found) / 1024
        else:
            print(f"   {what}: not available", file=sys.stderr)
