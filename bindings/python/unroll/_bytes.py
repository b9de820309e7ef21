"""Models as bytes and open files, which may be given in place of a path."""

from __future__ import annotations

import ctypes
import os
from typing import Any, BinaryIO, Callable, Union

import numpy as np

from . import _abi
from ._lib import _check_call, path_bytes

#: What a model is read from: the name of a file, its bytes, or an open binary file.
Source = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryIO]
#: What a model is written to.
Target = Union[str, "os.PathLike[str]", BinaryIO]

#: Bytes written to a file at a time.
_PIECE = 1 << 20


class Content:
    """Bytes that a call of the library reads in place."""

    def __init__(self, data: Any) -> None:
        view = memoryview(data)
        self._array = np.frombuffer(view if view.c_contiguous else view.tobytes(), np.uint8) if view.nbytes else np.empty(1, np.uint8)
        self.arguments = (self._array.ctypes.data, view.nbytes)


def content_of(source: Source) -> Content | bytes:
    """The content of bytes, or of an open file from its current position to its end; for a path, its name as bytes."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Content(source)
    if isinstance(source, (str, os.PathLike)):
        return path_bytes(source)
    if not hasattr(source, "read"):
        raise TypeError(f"expected a path, bytes or a file open in binary mode, found {type(source).__name__}")
    data = source.read()
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"expected a file open in binary mode, found one that reads {type(data).__name__}")
    return Content(data)


def write_to(file: Any, call: Callable[[Any], int]) -> None:
    """Calls a function of the library that passes bytes to a callback, which writes them to `file`."""
    failure: list[BaseException] = []

    def write(address: int, count: int, _: Any) -> int:
        try:
            done = 0
            while done < count:
                # Copies: the file may keep what is written to it.
                piece = ctypes.string_at(address + done, min(count - done, _PIECE))
                # An unbuffered file may write a part only; a file that returns None wrote everything.
                written = file.write(piece)
                done += written if isinstance(written, int) else len(piece)
            return 0
        except BaseException as error:  # raised again once the library has returned
            failure.append(error)
            return 1

    status = call(_abi.WriteCallback(write))
    if failure:
        raise failure[0]
    _check_call(status)
