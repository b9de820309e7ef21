"""The errors of the library, one class per status; each is also the matching built-in exception."""

from __future__ import annotations

import errno

from . import _abi


class UnrollError(Exception):
    """The base of all errors of the library. `status` is its number in include/unroll.h."""

    status = _abi.OK


class InvalidArgumentError(UnrollError, ValueError):
    """An argument is unknown or outside its domain."""

    status = _abi.ERROR_INVALID_ARGUMENT


class ShapeError(UnrollError, ValueError):
    """A rank, shape or number of elements does not fit."""

    status = _abi.ERROR_SHAPE_MISMATCH


class StateError(UnrollError, RuntimeError):
    """The call is not allowed in the current state: for example, the model is not built or not compiled."""

    status = _abi.ERROR_INVALID_STATE


class UnsupportedError(UnrollError, NotImplementedError):
    """The call, configuration or file asks for something the library does not have."""

    status = _abi.ERROR_UNSUPPORTED


class FileError(UnrollError, OSError):
    """The file cannot be opened, read or written."""

    status = _abi.ERROR_IO


class FileMissingError(FileError, FileNotFoundError):
    """There is no such file."""


class FilePermissionError(FileError, PermissionError):
    """This process has no permission to read or write the file."""


class FileIsDirectoryError(FileError, IsADirectoryError):
    """The path is a directory, not a file."""


class FormatError(UnrollError, ValueError):
    """The file or JSON could be read, but its contents are not valid."""

    status = _abi.ERROR_FORMAT


class OutOfMemoryError(UnrollError, MemoryError):
    """Memory could not be allocated."""

    status = _abi.ERROR_OUT_OF_MEMORY


class NotFiniteError(UnrollError, ArithmeticError):
    """The loss became NaN or infinite."""

    status = _abi.ERROR_NOT_FINITE


class CancelledError(UnrollError, RuntimeError):
    """A callback cancelled the call."""

    status = _abi.ERROR_CANCELLED


_BY_STATUS = {
    each.status: each
    for each in (
        InvalidArgumentError, ShapeError, StateError, UnsupportedError, FileError, FormatError, OutOfMemoryError,
        NotFiniteError, CancelledError,
    )
}

_BY_ERRNO = {
    errno.ENOENT: FileMissingError, errno.ENOTDIR: FileMissingError, errno.EACCES: FilePermissionError,
    errno.EPERM: FilePermissionError, errno.EROFS: FilePermissionError, errno.EISDIR: FileIsDirectoryError,
}


def error_for(status: int, message: str, system_error: int = 0) -> UnrollError:
    """The exception for a status of the library and, if there is one, the system's error number."""
    kind = _BY_STATUS.get(status)
    if kind is None:
        return UnrollError(f"status {status}: {message}")
    if kind is FileError:
        kind = _BY_ERRNO.get(system_error, FileError)
    error = kind(message)
    if isinstance(error, OSError) and system_error:
        error.errno = system_error
    return error
