"""The eight functions of "RNN from scratch", with the report's names, arguments and results.

All arrays are float64: (features, samples) for one step and (features, samples,
time) for a sequence; weights multiply column vectors. Parameters are a
dictionary with the report's keys. The functions run the kernels of the layers;
only the shapes are checked here. ValueError names an array whose shape does not
fit, KeyError a missing parameter.
"""

from __future__ import annotations

import ctypes
from typing import Any, Dict, Sequence, Tuple

import numpy as np

from . import _abi
from ._lib import call

Parameters = Dict[str, Any]
Gradients = Dict[str, np.ndarray]
Cache = Tuple[Any, ...]

_RNN = ("Wax", "Waa", "Wya", "ba", "by")
_LSTM = ("Wf", "bf", "Wi", "bi", "Wc", "bc", "Wo", "bo", "Wy", "by")


# ---- SimpleRNN -------------------------------------------------------------------


def rnn_cell_forward(xt: Any, a_prev: Any, parameters: Parameters) -> Tuple[np.ndarray, np.ndarray, Cache]:
    """a_next = tanh(Wax xt + Waa a_prev + ba), yt_pred = softmax(Wya a_next + by).

    xt (n_x, m), a_prev (n_a, m); Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a),
    ba (n_a, 1), by (n_y, 1). Returns a_next (n_a, m), yt_pred (n_y, m), and the
    cache (a_next, a_prev, xt, parameters) for `rnn_cell_backward`.
    """
    call_ = _Rnn(parameters, xt, a_prev)
    a_next, yt_pred = call_.new(call_.n_a), call_.new(call_.n_y)
    call_.run("unroll_rnn_cell_forward", call_.x, call_.a, a_next, yt_pred)
    return a_next, yt_pred, (a_next, call_.a, call_.x, parameters)


def rnn_forward(x: Any, a0: Any, parameters: Parameters) -> Tuple[np.ndarray, np.ndarray, Cache]:
    """`rnn_cell_forward` for every step of x (n_x, m, T_x), from a0 (n_a, m).

    Returns a (n_a, m, T_x), y_pred (n_y, m, T_x), and caches (a list with one per step, x).
    """
    call_ = _Rnn(parameters, x, a0, time=True)
    a, y = call_.new(call_.n_a), call_.new(call_.n_y)
    call_.run("unroll_rnn_forward", call_.x, call_.a, a, y)
    before = [call_.a] + [a[:, :, t] for t in range(call_.t_x - 1)]
    steps = [(a[:, :, t], before[t], call_.x[:, :, t], parameters) for t in range(call_.t_x)]
    return a, y, (steps, call_.x)


def rnn_cell_backward(da_next: Any, cache: Cache) -> Gradients:
    """Gradients of one step from da_next (n_a, m). With dz = da_next (1 - a_next^2):

    dxt = Wax^T dz, dWax = dz xt^T, da_prev = Waa^T dz, dWaa = dz a_prev^T,
    dba = dz summed over the samples. Returns a dictionary with these keys.
    """
    _, a_prev, xt, parameters = cache
    call_ = _Rnn(parameters, xt, a_prev)
    return call_.gradients("unroll_rnn_cell_backward", "dxt", "da_prev", call_.x, call_.a, call_.like(da_next, "da_next"))


def rnn_backward(da: Any, caches: Cache) -> Gradients:
    """Gradients through time from da (n_a, m, T_x): dx, da0, dWax, dWaa, dba.

    The gradient from the next step is added to da at each step; the gradients of the
    weights are summed over the steps. Returns a dictionary with these keys.
    """
    steps, x = caches
    _, a0, _, parameters = steps[0]
    call_ = _Rnn(parameters, np.asarray(x)[:, :, : np.shape(da)[-1]], a0, time=True)
    return call_.gradients("unroll_rnn_backward", "dx", "da0", call_.x, call_.a, call_.like(da, "da"))


# ---- LSTM ------------------------------------------------------------------------


def lstm_cell_forward(
    xt: Any, a_prev: Any, c_prev: Any, parameters: Parameters
) -> Tuple[np.ndarray, np.ndarray, np.ndarray, Cache]:
    """One step. With v = [a_prev; xt]:

    ft = sigmoid(Wf v + bf), it = sigmoid(Wi v + bi), cct = tanh(Wc v + bc),
    ot = sigmoid(Wo v + bo), c_next = ft c_prev + it cct, a_next = ot tanh(c_next),
    yt_pred = softmax(Wy a_next + by).

    xt (n_x, m), a_prev and c_prev (n_a, m); Wf, Wi, Wc, Wo (n_a, n_a + n_x),
    their biases (n_a, 1), Wy (n_y, n_a), by (n_y, 1). Returns a_next, c_next
    (n_a, m), yt_pred (n_y, m), and the cache for `lstm_cell_backward`.
    """
    call_ = _Lstm(parameters, xt, a_prev)
    c = call_.like(c_prev, "c_prev")
    a_next, c_next, y = call_.new(call_.n_a), call_.new(call_.n_a), call_.new(call_.n_y)
    gates = call_.gates()
    call_.run("unroll_lstm_cell_forward", call_.x, call_.a, c, a_next, c_next, y, last=_struct(_abi.LstmGates, gates))
    return a_next, c_next, y, (a_next, c_next, call_.a, c, *gates.values(), call_.x, parameters)


def lstm_forward(x: Any, a0: Any, parameters: Parameters) -> Tuple[np.ndarray, np.ndarray, np.ndarray, Cache]:
    """`lstm_cell_forward` for every step of x (n_x, m, T_x), from a0 and a zero cell state.

    Returns a (n_a, m, T_x), y (n_y, m, T_x), c (n_a, m, T_x), and caches (a list with one per step, x).
    """
    call_ = _Lstm(parameters, x, a0, time=True)
    a, y, c = call_.new(call_.n_a), call_.new(call_.n_y), call_.new(call_.n_a)
    gates = call_.gates()
    call_.run("unroll_lstm_forward", call_.x, call_.a, a, y, c, last=_struct(_abi.LstmGates, gates))
    steps = []
    for t in range(call_.t_x):
        a_prev = a[:, :, t - 1] if t else call_.a
        c_prev = c[:, :, t - 1] if t else np.zeros_like(call_.a)
        at_t = [gate[:, :, t] for gate in gates.values()]
        steps.append((a[:, :, t], c[:, :, t], a_prev, c_prev, *at_t, call_.x[:, :, t], parameters))
    return a, y, c, (steps, call_.x)


def lstm_cell_backward(da_next: Any, dc_next: Any, cache: Cache) -> Gradients:
    """Gradients of one step from da_next and dc_next (n_a, m).

    With dc = dc_next + da_next ot (1 - tanh(c_next)^2), before the activations:
    df = dc c_prev ft (1 - ft), di = dc cct it (1 - it), dcc = dc it (1 - cct^2),
    do = da_next tanh(c_next) ot (1 - ot). For each gate g: dWg = dg v^T, dbg = dg
    summed over the samples; [da_prev; dxt] = sum of Wg^T dg; dc_prev = dc ft.
    Returns a dictionary: dxt, da_prev, dc_prev, dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo.
    """
    _, _, a_prev, c_prev, *_, xt, parameters = cache
    call_ = _Lstm(parameters, xt, a_prev)
    return call_.gradients(
        "unroll_lstm_cell_backward", "dxt", "da_prev", call_.x, call_.a, call_.like(c_prev, "c_prev"),
        call_.like(da_next, "da_next"), call_.like(dc_next, "dc_next"),
    )


def lstm_backward(da: Any, caches: Cache) -> Gradients:
    """Gradients through time from da (n_a, m, T_x), with a first cell state of zero.

    Returns a dictionary: dx, da0, dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo.
    """
    steps, x = caches
    _, _, a0, *_, parameters = steps[0]
    call_ = _Lstm(parameters, np.asarray(x)[:, :, : np.shape(da)[-1]], a0, time=True)
    return call_.gradients("unroll_lstm_backward", "dx", "da0", call_.x, call_.a, call_.like(da, "da"))


# ---- calling the library -----------------------------------------------------------


def _pointer(array: np.ndarray) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _struct(kind: Any, arrays: Dict[str, np.ndarray]) -> Any:
    return kind(**{name: _pointer(array) for name, array in arrays.items()})


def _array(value: Any, shape: Sequence[int], name: str) -> np.ndarray:
    array = np.ascontiguousarray(value, np.float64)
    if array.shape != tuple(shape):
        raise ValueError(f"{name}: expected shape {tuple(shape)}, found {array.shape}")
    return array


class _Call:
    """The checked arguments of one call: sizes, parameters, x and the first hidden state."""

    names: Tuple[str, ...]
    kinds: Tuple[Any, Any]
    bias: str
    output: str

    def __init__(self, parameters: Parameters, x: Any, a: Any, time: bool = False) -> None:
        x = np.asarray(x, np.float64)
        if x.ndim != (3 if time else 2):
            wanted = "(n_x, m, T_x)" if time else "(n_x, m)"
            raise ValueError(f"{'x' if time else 'xt'}: expected shape {wanted}, found {x.shape}")
        self.n_x, self.m = x.shape[:2]
        self.t_x = x.shape[2] if time else 1
        self.tail = x.shape[1:]
        self.n_a = len(np.asarray(parameters[self.bias]))
        self.n_y = len(np.asarray(parameters[self.output]))
        self.x = np.ascontiguousarray(x)
        self.a = _array(a, (self.n_a, self.m), "a0" if time else "a_prev")
        self.shapes = self.parameter_shapes()
        self.parameters = {name: _array(parameters[name], self.shapes[name], name) for name in self.names}

    def parameter_shapes(self) -> Dict[str, Tuple[int, int]]:
        raise NotImplementedError

    def new(self, features: int) -> np.ndarray:
        return np.empty((features, *self.tail))

    def like(self, value: Any, name: str) -> np.ndarray:
        return _array(value, (self.n_a, *self.tail), name)

    def run(self, function: str, *arrays: np.ndarray, last: Any = None) -> None:
        shape = _abi.CellShape(self.n_x, self.n_a, self.n_y, self.m, self.t_x)
        parameters = _struct(self.kinds[0], self.parameters)
        addresses = [array.ctypes.data for array in arrays]
        results = [ctypes.byref(last)] if last is not None else []
        call(function, ctypes.byref(shape), ctypes.byref(parameters), *addresses, *results)

    def gradients(self, function: str, dx: str, da_prev: str, *arrays: np.ndarray) -> Gradients:
        """Runs a backward function and returns its results under the report's keys."""
        keys = {"dx": dx, "da_prev": da_prev}
        results: Dict[str, np.ndarray] = {}
        for name, _ in self.kinds[1]._fields_:
            if name == "dx":
                results[name] = np.empty_like(self.x)
            elif name in ("da_prev", "dc_prev"):
                results[name] = np.empty_like(self.a)
            else:
                results[name] = np.empty(self.shapes[name[1:]])
        self.run(function, *arrays, last=_struct(self.kinds[1], results))
        if da_prev == "da0":
            results.pop("dc_prev", None)
        return {keys.get(name, name): value for name, value in results.items()}


class _Rnn(_Call):
    names, kinds, bias, output = _RNN, (_abi.RnnParameters, _abi.RnnGradients), "ba", "by"

    def parameter_shapes(self) -> Dict[str, Tuple[int, int]]:
        return {
            "Wax": (self.n_a, self.n_x), "Waa": (self.n_a, self.n_a), "Wya": (self.n_y, self.n_a), "ba": (self.n_a, 1),
            "by": (self.n_y, 1),
        }


class _Lstm(_Call):
    names, kinds, bias, output = _LSTM, (_abi.LstmParameters, _abi.LstmGradients), "bf", "by"

    def parameter_shapes(self) -> Dict[str, Tuple[int, int]]:
        gate, bias = (self.n_a, self.n_a + self.n_x), (self.n_a, 1)
        shapes = {"Wf": gate, "bf": bias, "Wi": gate, "bi": bias, "Wc": gate, "bc": bias, "Wo": gate, "bo": bias}
        return {**shapes, "Wy": (self.n_y, self.n_a), "by": (self.n_y, 1)}

    def gates(self) -> Dict[str, np.ndarray]:
        return {name: self.new(self.n_a) for name in ("ft", "it", "cct", "ot")}
