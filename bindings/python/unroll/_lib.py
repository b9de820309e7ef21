"""Loads and calls libunroll.so: a status other than OK becomes an exception."""

from __future__ import annotations

import ctypes
import os
from typing import Any

from . import _abi
from .errors import error_for

_NAMES = ("libunroll.so.0", "libunroll.so")
_VERSION = (0, 1)
_library: ctypes.CDLL | None = None


def _candidates() -> list[str]:
    """Where the library may be, in order of preference."""
    chosen = os.environ.get("UNROLL_LIBRARY")
    if chosen:
        return [os.path.join(chosen, name) for name in _NAMES] if os.path.isdir(chosen) else [chosen]
    package = os.path.dirname(os.path.realpath(__file__))
    checkout = os.path.normpath(os.path.join(package, "..", "..", "..", "build", "lib"))
    return [os.path.join(place, name) for place in (package, checkout) for name in _NAMES] + list(_NAMES)


def _load() -> ctypes.CDLL:
    tried = []
    for name in _candidates():
        if os.sep in name and not os.path.exists(name):
            tried.append(f"{name}: no such file")
            continue
        try:
            library = ctypes.CDLL(name)
        except OSError as error:
            tried.append(f"{name}: {error}")
            continue
        _declare(library, name)
        return library
    raise ImportError(
        "libunroll.so was not found. Build it with `make lib`, install it with `make install`, or set "
        "UNROLL_LIBRARY to its path. Looked at:\n  " + "\n  ".join(tried)
    )


def _declare(library: ctypes.CDLL, name: str) -> None:
    for function, (result, arguments) in _abi.PROTOTYPES.items():
        try:
            entry = getattr(library, function)
        except AttributeError:
            raise ImportError(f"{name} has no function {function}: it is older than this package; rebuild it") from None
        entry.restype, entry.argtypes = result, arguments
    version = library.unroll_get_version().decode()
    if tuple(int(part) for part in version.split(".")[:2]) < _VERSION:
        raise ImportError(f"{name} is version {version}; this package needs {'.'.join(map(str, _VERSION))} or newer")


def whole(value: Any, what: str) -> int:
    """A whole number as an argument of the library. ctypes would truncate a larger one to 64 bits."""
    number = int(value)
    if number != value or not 0 <= number < 1 << 63:
        raise ValueError(f"{what} must be a whole number, found {value!r}")
    return number


def library() -> ctypes.CDLL:
    """The library, loaded on first use."""
    global _library
    if _library is None:
        _library = _load()
    return _library


def _check_call(status: int) -> None:
    """Raises the exception for a status other than OK, with the library's message."""
    if status != 0:
        message = library().unroll_get_last_error().decode("utf-8", "replace")
        raise error_for(status, message, library().unroll_get_last_system_error())


def call(name: str, *arguments: Any) -> None:
    """Calls a function that returns a status."""
    _check_call(getattr(library(), name)(*arguments))


def text(name: str, *arguments: Any) -> str:
    """The text that a function of the header writes into a buffer."""
    length = ctypes.c_size_t()
    call(name, *arguments, None, 0, ctypes.byref(length))
    buffer = ctypes.create_string_buffer(length.value + 1)
    call(name, *arguments, buffer, len(buffer), ctypes.byref(length))
    return buffer.value.decode("utf-8")


def initialized(structure: type[Any], initializer: str) -> Any:
    """An option struct filled with the library's defaults."""
    options = structure()
    getattr(library(), initializer)(ctypes.byref(options), ctypes.sizeof(structure))
    return options


def shape(name: str, *arguments: Any) -> tuple[int | None, ...]:
    """The shape that a function returns; None for an axis of any length."""
    axes = (ctypes.c_int64 * _abi.RANK_MAX)()
    rank = ctypes.c_int32()
    call(name, *arguments, axes, ctypes.byref(rank))
    return tuple(None if axis == _abi.AXIS_ANY else axis for axis in axes[: rank.value])


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """A path as bytes for the library. ValueError if it contains a NUL."""
    encoded = os.fsencode(os.path.expanduser(path))
    if b"\0" in encoded:
        raise ValueError(f"a path must not contain a NUL byte, found {path!r}")
    return encoded


def version() -> str:
    """The library's version, "0.1.0"."""
    return str(library().unroll_get_version().decode())


def instruction_set() -> str:
    """The instruction set chosen for this processor: "x86-64", "x86-64-v3" or "x86-64-v4"."""
    return str(library().unroll_get_instruction_set().decode())
