"""Section 10 of include/unroll.h for ctypes: symbols."""

from __future__ import annotations

from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from typing import Any

START_DEFAULT, START_ZEROS, START_NOTHING, NO_SYMBOL = -1, -2, -3, -1


class SequenceProgress(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("iteration", c_size_t), ("loss", c_double), ("smoothed_loss", c_double),
    ]


SequenceCallback = CFUNCTYPE(c_int, POINTER(SequenceProgress), c_void_p)


class SequenceOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("iterations", c_size_t), ("first_iteration", c_size_t), ("start", c_int64),
        ("end_symbol", c_int64), ("order", POINTER(c_size_t)), ("order_count", c_size_t), ("shuffle", c_int),
        ("seed", c_uint64), ("smoothing", c_double), ("initial_loss", c_double), ("callback_every", c_size_t),
        ("callback", SequenceCallback), ("user_data", c_void_p),
    ]


class GenerateOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("start", c_int64), ("end_symbol", c_int64), ("limit", c_size_t),
        ("temperature", c_double), ("top_k", c_size_t), ("seed", c_uint64),
    ]


_handle, _symbols = c_void_p, POINTER(c_int32)
_text = [c_void_p, c_size_t, POINTER(c_size_t)]

PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "unroll_vocabulary_of": (c_int, [c_char_p, *_text]),
    "unroll_model_set_vocabulary": (c_int, [_handle, c_char_p]),
    "unroll_model_get_vocabulary": (c_int, [_handle, *_text]),
    "unroll_model_encode": (c_int, [_handle, c_char_p, _symbols, c_size_t, POINTER(c_size_t)]),
    "unroll_model_decode": (c_int, [_handle, _symbols, c_size_t, *_text]),
    "unroll_sequence_progress_init": (None, [POINTER(SequenceProgress), c_size_t]),
    "unroll_sequence_options_init": (None, [POINTER(SequenceOptions), c_size_t]),
    "unroll_model_fit_sequences": (
        c_int,
        [_handle, _symbols, POINTER(c_size_t), c_size_t, POINTER(SequenceOptions), POINTER(SequenceProgress)],
    ),
    "unroll_generate_options_init": (None, [POINTER(GenerateOptions), c_size_t]),
    "unroll_model_generate": (
        c_int, [_handle, _symbols, c_size_t, POINTER(GenerateOptions), _symbols, c_size_t, POINTER(c_size_t)]
    ),
}
