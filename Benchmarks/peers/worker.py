"""What every peer shares: the protocol and the data.

A peer is a process: `python peers/torch_peer.py W1 1` sets work W1 up for one
thread, runs it once to warm up, prints a line of JSON, and then, for every
line "go" it reads, does the work and prints the seconds it took and the highest
memory of the process in MB. The bench asks the peers in turn, so that whatever
else the machine does hits all of them alike, and binds each to as many cores as it has threads. peers/protocol.h is
the same in C.
"""
import json
import os
import sys
import time


def thread_environment(threads):
    """Must run before numpy, torch, jax or tensorflow are imported."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(threads)
    os.environ["TF_NUM_INTEROP_THREADS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ["JAX_PLATFORMS"] = "cpu"
    if threads == 1:
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()


def arguments():
    work = sys.argv[1]
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    thread_environment(threads)
    return work, threads


# One sample lasts at least this long; shorter works are repeated and averaged.
SHORTEST_SAMPLE = 0.06


def peak_megabytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


def serve(version, works, work):
    """works: name -> function that returns a function doing the work once.

    The inner function may return the seconds of one unit of work itself, a
    float, where it did another number of them."""
    if work not in works:
        print(json.dumps({"missing": True}), flush=True)
        return
    run = works[work]()
    run()
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        if line.strip() != "go":
            break
        samples = []
        start = time.perf_counter()
        while not samples or time.perf_counter() - start < SHORTEST_SAMPLE:
            one = time.perf_counter()
            own = run()
            samples.append(own if isinstance(own, float) else time.perf_counter() - one)
        print(sum(samples) / len(samples), peak_megabytes(), flush=True)


# The works' shapes, one place for all peers: (samples, time, features, batch).
STOCK = (1975, 60, 1, 32)
HANG_SENG = (243, 7, 1, 3)
UNITS = 50
LAYERS = 4
DROPOUT = 0.2
# (units, kind, layers, input features) of the streaming works W4a to W4e.
STREAMS = {
    "W4a": (50, "lstm", 1, 1),
    "W4b": (20, "lstm", 1, 1),
    "W4c": (50, "lstm", 4, 1),
    "W4d": (64, "gru", 1, 1),
    "W4e": (256, "lstm", 1, 1),
}
# LSTM 512 on 64 features: (units, features, time, batch).
LARGE = (512, 64, 100, 64)
# LSTM 1024, one sample: (units, features, time).
WIDE = (1024, 64, 50)


def series(samples, time_steps, features, seed=0):
    """A seeded random walk cut into windows, float32, and its next values."""
    import numpy as np

    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(size=samples + time_steps)).astype("float32")
    walk = (walk - walk.min()) / (walk.max() - walk.min())
    x = np.stack([walk[i : i + time_steps] for i in range(samples)])[:, :, None]
    y = walk[time_steps : time_steps + samples][:, None]
    if features > 1:
        x = np.repeat(x, features, axis=2)
    return np.ascontiguousarray(x), np.ascontiguousarray(y)


def names(count=1536, seed=0):
    """Random words with the lengths of dinosaur names, as index lists."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return [rng.integers(1, 27, size=int(rng.integers(5, 19))) for _ in range(count)]
