#!/usr/bin/env python3
"""The report's "RNN from scratch": the same calls, run by the library's kernels.

Introduces: unroll.cells: rnn_forward, lstm_forward, lstm_backward; caches and
gradients with the report's keys.
"""

import _checkout  # noqa: F401
import numpy as np

from unroll.cells import lstm_backward, lstm_forward, rnn_cell_forward

np.random.seed(1)
xt, a_prev = np.random.randn(3, 10), np.random.randn(5, 10)
parameters = {
    "Waa": np.random.randn(5, 5), "Wax": np.random.randn(5, 3), "Wya": np.random.randn(2, 5), "ba": np.random.randn(5, 1),
    "by": np.random.randn(2, 1),
}
a_next, yt_pred, cache = rnn_cell_forward(xt, a_prev, parameters)
print("a_next[4] = ", a_next[4])
print("yt_pred[1] =", yt_pred[1])

# An LSTM over seven steps, forward and backward: how does each weight change the sum of all hidden states?
gates = {f"W{gate}": np.random.randn(5, 8) for gate in "fico"} | {f"b{gate}": np.random.randn(5, 1) for gate in "fico"}
gates |= {"Wy": np.random.randn(2, 5), "by": np.random.randn(2, 1)}
x, a0 = np.random.randn(3, 10, 7), np.random.randn(5, 10)
a, y, c, caches = lstm_forward(x, a0, gates)
gradients = lstm_backward(np.ones_like(a), caches)
print("shapes:", {name: value.shape for name, value in gradients.items()})

moved = dict(gates, Wf=gates["Wf"].copy())
moved["Wf"][2, 3] += 1e-6
difference = (lstm_forward(x, a0, moved)[0].sum() - a.sum()) / 1e-6
print(f"dWf[2][3] = {gradients['dWf'][2, 3]:.6f}, measured by moving the weight: {difference:.6f}")
