"""What goes wrong, one class a kind; each is also the built-in exception one would expect."""

from __future__ import annotations

import errno


class UnrollError(Exception):
    """The base of all errors of the library. `status` is the number of unroll.h."""

    status = 0


class InvalidArgumentError(UnrollError, ValueError):
    """An argument is unknown or outside its domain."""

    status = 10


class ShapeError(UnrollError, ValueError):
    """A rank, shape or number of elements does not fit."""

    status = 20


class StateError(UnrollError, RuntimeError):
    """Not allowed now: the model is not built, or not compiled."""

    status = 30


class UnsupportedError(UnrollError, NotImplementedError):
    """The configuration or file asks for something the library does not have."""

    status = 40


class FileError(UnrollError, OSError):
    """The file cannot be opened, read or written."""

    status = 50


class FileMissingError(FileError, FileNotFoundError):
    """There is no such file."""


class FilePermissionError(FileError, PermissionError):
    """The system does not let this process at the file."""


class FileIsDirectoryError(FileError, IsADirectoryError):
    """A directory stands where a file is expected."""


class FormatError(UnrollError, ValueError):
    """The file or JSON was read, but is not what it should be."""

    status = 60


class OutOfMemoryError(UnrollError, MemoryError):
    status = 70


class NotFiniteError(UnrollError, ArithmeticError):
    """The loss became NaN or infinite."""

    status = 80


class CancelledError(UnrollError, RuntimeError):
    """A callback gave the work up."""

    status = 90


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
    """The exception for a status of the library, and for the system's error behind it if there is one."""
    kind = _BY_STATUS.get(status)
    if kind is None:
        return UnrollError(f"status {status}: {message}")
    if kind is FileError:
        kind = _BY_ERRNO.get(system_error, FileError)
    error = kind(message)
    if isinstance(error, OSError) and system_error:
        error.errno = system_error
    return error
