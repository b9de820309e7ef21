"""Writes cells.json: the cells of "RNN from scratch" in plain NumPy float64.

Independent of the library: the equations are written out per time step, and
every gradient is compared with central differences before it is written.
Sizes are pairwise different so that a transposed or permuted matrix shows.

    python3 generate.py
"""
import json
import pathlib

import numpy as np

N_X, N_A, N_Y, M, T = 3, 4, 2, 5, 6


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


# ---- simple cell -------------------------------------------------------------

def rnn_cell_forward(xt, a_prev, p):
    a = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    return a, softmax(p["Wya"] @ a + p["by"])


def rnn_forward(x, a0, p):
    a, y, state = [], [], a0
    for t in range(x.shape[2]):
        state, yt = rnn_cell_forward(x[:, :, t], state, p)
        a.append(state)
        y.append(yt)
    return np.stack(a, 2), np.stack(y, 2)


def rnn_backward(x, a0, da, p):
    a, _ = rnn_forward(x, a0, p)
    g = {k: np.zeros_like(p[k]) for k in ("Wax", "Waa", "ba")}
    dx, back = np.zeros_like(x), np.zeros_like(a0)
    for t in reversed(range(x.shape[2])):
        a_prev = a[:, :, t - 1] if t else a0
        dz = (da[:, :, t] + back) * (1 - a[:, :, t] ** 2)
        g["Wax"] += dz @ x[:, :, t].T
        g["Waa"] += dz @ a_prev.T
        g["ba"] += dz.sum(axis=1, keepdims=True)
        dx[:, :, t] = p["Wax"].T @ dz
        back = p["Waa"].T @ dz
    return {"dx": dx, "da0": back, **{"d" + k: v for k, v in g.items()}}


# ---- LSTM ---------------------------------------------------------------------

def lstm_cell_forward(xt, a_prev, c_prev, p):
    v = np.vstack([a_prev, xt])
    f = sigmoid(p["Wf"] @ v + p["bf"])
    i = sigmoid(p["Wi"] @ v + p["bi"])
    cc = np.tanh(p["Wc"] @ v + p["bc"])
    o = sigmoid(p["Wo"] @ v + p["bo"])
    c = f * c_prev + i * cc
    a = o * np.tanh(c)
    return a, c, softmax(p["Wy"] @ a + p["by"]), (f, i, cc, o)


def lstm_forward(x, a0, p, c0=None):
    a, c, y, gates = [], [], [], []
    state, carry = a0, np.zeros_like(a0) if c0 is None else c0
    for t in range(x.shape[2]):
        state, carry, yt, gate = lstm_cell_forward(x[:, :, t], state, carry, p)
        a.append(state)
        c.append(carry)
        y.append(yt)
        gates.append(gate)
    return np.stack(a, 2), np.stack(y, 2), np.stack(c, 2), gates


def lstm_backward(x, a0, da, p, c0=None, dc_next=None):
    a, _, c, gates = lstm_forward(x, a0, p, c0)
    c0 = np.zeros_like(a0) if c0 is None else c0
    dc = np.zeros_like(a0) if dc_next is None else dc_next
    back, dx = np.zeros_like(a0), np.zeros_like(x)
    g = {"d" + k + n: 0 for n in "fico" for k in "Wb"}
    for t in reversed(range(x.shape[2])):
        f, i, cc, o = gates[t]
        a_prev, c_prev = (a[:, :, t - 1], c[:, :, t - 1]) if t else (a0, c0)
        v = np.vstack([a_prev, x[:, :, t]])
        d, tanh_c = da[:, :, t] + back, np.tanh(c[:, :, t])
        dc = dc + d * o * (1 - tanh_c ** 2)
        dz = {
            "f": dc * c_prev * f * (1 - f),
            "i": dc * cc * i * (1 - i),
            "c": dc * i * (1 - cc ** 2),
            "o": d * tanh_c * o * (1 - o),
        }
        dv = 0
        for n, z in dz.items():
            g["dW" + n] = g["dW" + n] + z @ v.T
            g["db" + n] = g["db" + n] + z.sum(axis=1, keepdims=True)
            dv = dv + p["W" + n].T @ z
        back, dx[:, :, t] = dv[:N_A], dv[N_A:]
        dc = dc * f
    return {"dx": dx, "da0": back, "dc0": dc, **g}


# ---- checks and cases ----------------------------------------------------------

def check(loss, arrays, gradients):
    """Compares gradients with central differences of loss(arrays)."""
    for name, gradient in gradients.items():
        value = arrays[name]
        for index in np.ndindex(value.shape):
            kept = value[index]
            value[index] = kept + 1e-6
            high = loss()
            value[index] = kept - 1e-6
            low = loss()
            value[index] = kept
            numeric = (high - low) / 2e-6
            assert abs(numeric - gradient[index]) < 1e-7 * max(1, abs(numeric)), (name, index, numeric, gradient[index])


def case(name, inputs, parameters, outputs):
    lists = lambda d: {k: v.tolist() for k, v in d.items()}
    return {"name": name, "inputs": lists(inputs), "parameters": lists(parameters), "outputs": lists(outputs)}


def main():
    r = np.random.default_rng(20)
    n = lambda *shape: r.standard_normal(shape)
    rnn = {"Wax": n(N_A, N_X), "Waa": n(N_A, N_A), "Wya": n(N_Y, N_A), "ba": n(N_A, 1), "by": n(N_Y, 1)}
    lstm = {"Wy": n(N_Y, N_A), "by": n(N_Y, 1)}
    for gate in "fico":
        lstm["W" + gate], lstm["b" + gate] = n(N_A, N_A + N_X), n(N_A, 1)
    x, a0, c0, da, dc = n(N_X, M, T), n(N_A, M), n(N_A, M), n(N_A, M, T), n(N_A, M)
    xt, dat = x[:, :, 0].copy(), da[:, :, 0].copy()
    cases = []

    a, y = rnn_cell_forward(xt, a0, rnn)
    cases.append(case("rnn_cell_forward", {"xt": xt, "a_prev": a0}, rnn, {"a_next": a, "yt_pred": y}))
    a, y = rnn_forward(x, a0, rnn)
    cases.append(case("rnn_forward", {"x": x, "a0": a0}, rnn, {"a": a, "y_pred": y}))

    g = rnn_backward(x, a0, da, rnn)
    check(lambda: (rnn_forward(x, a0, rnn)[0] * da).sum(), {"dx": x, "da0": a0, **{"d" + k: v for k, v in rnn.items()}}, g)
    cases.append(case("rnn_backward", {"x": x, "a0": a0, "da": da}, rnn, g))
    g = rnn_backward(xt[:, :, None], a0, dat[:, :, None], rnn)
    g = {"dxt": g["dx"][:, :, 0], "da_prev": g["da0"], **{k: g[k] for k in ("dWax", "dWaa", "dba")}}
    cases.append(case("rnn_cell_backward", {"xt": xt, "a_prev": a0, "da_next": dat}, rnn, g))

    a, c, y, (f, i, cc, o) = lstm_cell_forward(xt, a0, c0, lstm)
    cases.append(case(
        "lstm_cell_forward", {"xt": xt, "a_prev": a0, "c_prev": c0}, lstm,
        {"a_next": a, "c_next": c, "yt_pred": y, "ft": f, "it": i, "cct": cc, "ot": o}))
    a, y, c, _ = lstm_forward(x, a0, lstm)
    cases.append(case("lstm_forward", {"x": x, "a0": a0}, lstm, {"a": a, "y": y, "c": c}))

    g = lstm_backward(x, a0, da, lstm)
    del g["dc0"]
    named = {"dx": x, "da0": a0, **{"d" + k: v for k, v in lstm.items()}}
    check(lambda: (lstm_forward(x, a0, lstm)[0] * da).sum(), named, g)
    cases.append(case("lstm_backward", {"x": x, "a0": a0, "da": da}, lstm, g))

    x1, da1 = xt[:, :, None].copy(), dat[:, :, None]
    g = lstm_backward(x1, a0, da1, lstm, c0, dc)

    def cell_loss():
        a, c, _, _ = lstm_cell_forward(x1[:, :, 0], a0, c0, lstm)
        return (a * dat).sum() + (c * dc).sum()

    check(cell_loss, {**named, "dx": x1, "dc0": c0}, g)
    g["dxt"], g["da_prev"], g["dc_prev"] = g.pop("dx")[:, :, 0], g.pop("da0"), g.pop("dc0")
    cases.append(case(
        "lstm_cell_backward", {"xt": xt, "a_prev": a0, "c_prev": c0, "da_next": dat, "dc_next": dc}, lstm, g))

    about = "The cells of 'RNN from scratch' in NumPy float64; made by generate.py."
    path = pathlib.Path(__file__).with_name("cells.json")
    path.write_text(json.dumps({"about": about, "cases": cases}, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size, "bytes,", len(cases), "cases")


if __name__ == "__main__":
    main()
