"""NumPy: the report's own dinosaur loop, float64."""
import worker

WORK, THREADS = worker.arguments()

import time

import numpy as np


def dinosaurs():
    words = worker.names()
    rng = np.random.default_rng(0)
    wax, waa, wya = (rng.normal(size=s) * 0.01 for s in ((50, 27), (50, 50), (27, 50)))
    b, by = np.zeros((50, 1)), np.zeros((27, 1))
    count = 1000

    def run():
        a_prev = np.zeros((50, 1))
        start = time.perf_counter()
        for j in range(count):
            word = words[j % len(words)]
            xs, hs, ps = {}, {-1: a_prev}, {}
            for t in range(len(word) + 1):
                xs[t] = np.zeros((27, 1))
                if t:
                    xs[t][word[t - 1]] = 1
                hs[t] = np.tanh(wax @ xs[t] + waa @ hs[t - 1] + b)
                e = np.exp((z := wya @ hs[t] + by) - z.max())
                ps[t] = e / e.sum()
            grads = [np.zeros_like(p) for p in (wax, waa, wya, b, by)]
            da_next = np.zeros_like(a_prev)
            for t in reversed(range(len(word) + 1)):
                dy = ps[t].copy()
                dy[word[t] if t < len(word) else 0] -= 1
                grads[2] += dy @ hs[t].T
                grads[4] += dy
                raw = (1 - hs[t] ** 2) * (wya.T @ dy + da_next)
                grads[3] += raw
                grads[0] += raw @ xs[t].T
                grads[1] += raw @ hs[t - 1].T
                da_next = waa.T @ raw
            for p, g in zip((wax, waa, wya, b, by), grads):
                p -= 0.01 * np.clip(g, -5, 5)
            a_prev = hs[len(word)]
        return (time.perf_counter() - start) * 35000 / count

    return run


worker.serve(f"NumPy {np.__version__}", {"W3": dinosaurs, "W3double": dinosaurs}, WORK)
