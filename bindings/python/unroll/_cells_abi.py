"""Section 11 of include/unroll.h for ctypes: the cells."""

from __future__ import annotations

from ctypes import POINTER, Structure, c_double, c_int, c_size_t, c_void_p
from typing import Any

_Values = POINTER(c_double)


def _pointers(*names: str) -> list[tuple[str, Any]]:
    return [(name, _Values) for name in names]


class CellShape(Structure):
    _fields_ = [(name, c_size_t) for name in ("n_x", "n_a", "n_y", "m", "t_x")]


class RnnParameters(Structure):
    _fields_ = _pointers("Wax", "Waa", "Wya", "ba", "by")


class RnnGradients(Structure):
    _fields_ = _pointers("dx", "da_prev", "dWax", "dWaa", "dba")


class LstmParameters(Structure):
    _fields_ = _pointers("Wf", "bf", "Wi", "bi", "Wc", "bc", "Wo", "bo", "Wy", "by")


class LstmGates(Structure):
    _fields_ = _pointers("ft", "it", "cct", "ot")


class LstmGradients(Structure):
    _fields_ = _pointers("dx", "da_prev", "dc_prev", "dWf", "dbf", "dWi", "dbi", "dWc", "dbc", "dWo", "dbo")


def _cell(parameters: Any, arrays: int, last: Any = None) -> tuple[Any, list[Any]]:
    arguments = [POINTER(CellShape), POINTER(parameters), *[c_void_p] * arrays]
    return c_int, arguments + ([POINTER(last)] if last else [])


PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "unroll_rnn_cell_forward": _cell(RnnParameters, 4),
    "unroll_rnn_forward": _cell(RnnParameters, 4),
    "unroll_rnn_cell_backward": _cell(RnnParameters, 3, RnnGradients),
    "unroll_rnn_backward": _cell(RnnParameters, 3, RnnGradients),
    "unroll_lstm_cell_forward": _cell(LstmParameters, 6, LstmGates),
    "unroll_lstm_forward": _cell(LstmParameters, 5, LstmGates),
    "unroll_lstm_cell_backward": _cell(LstmParameters, 5, LstmGradients),
    "unroll_lstm_backward": _cell(LstmParameters, 3, LstmGradients),
}
