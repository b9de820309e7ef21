"""Models as bytes: what stands where a path may stand."""

from __future__ import annotations

import ctypes
import os
from typing import Any, BinaryIO, Callable, Union

import numpy as np

from . import _abi
from ._lib import _check_call, path_bytes

#: Where a model is read from: a file's name, its bytes, or an open binary file.
Source = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryIO]
#: Where one is written to.
Target = Union[str, "os.PathLike[str]", BinaryIO]

#: Bytes handed to a file at a time.
_PIECE = 1 << 20


class Content:
    """Bytes that a call of the library reads in place."""

    def __init__(self, data: Any) -> None:
        view = memoryview(data)
        self._array = np.frombuffer(view if view.c_contiguous else view.tobytes(), np.uint8) if view.nbytes else np.empty(1, np.uint8)
        self.arguments = (self._array.ctypes.data, view.nbytes)


def content_of(source: Source) -> Content | bytes:
    """The content of bytes, or of an open file from where it stands to its end; of a path its name as the library takes it."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Content(source)
    if isinstance(source, (str, os.PathLike)):
        return path_bytes(source)
    if not hasattr(source, "read"):
        raise TypeError(f"a path, bytes or a file open in binary mode is needed, found {type(source).__name__}")
    data = source.read()
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"a file open in binary mode is needed, found one that reads {type(data).__name__}")
    return Content(data)


def write_to(file: Any, call: Callable[[Any], int]) -> None:
    """Runs a call of the library that gives bytes to a function, which writes them to `file`."""
    failure: list[BaseException] = []

    def write(address: int, count: int, _: Any) -> int:
        try:
            done = 0
            while done < count:
                # Copies: who writes may keep what it was given.
                piece = ctypes.string_at(address + done, min(count - done, _PIECE))
                # An unbuffered file may take a part; one that says nothing took all.
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
