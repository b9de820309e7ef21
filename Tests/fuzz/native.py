"""The mutators of `make fuzz`, compiled for Python: the same damage, and
checksums that fit it."""
import ctypes
import os
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent / "mutator"
MAXIMUM_SEALS = 512


class _Seal(ctypes.Structure):
    _fields_ = [("start", ctypes.c_size_t), ("length", ctypes.c_size_t), ("at", ctypes.c_size_t), ("kind", ctypes.c_int)]


class _Seals(ctypes.Structure):
    _fields_ = [("list", _Seal * MAXIMUM_SEALS), ("count", ctypes.c_size_t)]


def _build(directory: Path) -> ctypes.CDLL:
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / "libmutator.so"
    sources = sorted(str(path) for path in SOURCES.glob("*.c") if path.name != "libfuzzer.c")
    newest = max(path.stat().st_mtime for path in SOURCES.iterdir())
    if not target.exists() or target.stat().st_mtime < newest:
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-std=c99", "-O2", "-shared", "-fPIC", "-o", str(target), *sources, "-lz"], check=True)
    return ctypes.CDLL(str(target))


class Mutator:
    def __init__(self, directory: Path):
        self._library = _build(directory)
        self._library.damage.restype = ctypes.c_size_t
        self._library.damage.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_uint64, ctypes.c_void_p,
        ]  # fmt: skip
        self._library.lookup3.restype = self._library.fletcher32.restype = ctypes.c_uint32
        self._library.lookup3.argtypes = self._library.fletcher32.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
        for name in ("collect_seals", "collect_chunks"):
            getattr(self._library, name).argtypes = [ctypes.POINTER(_Seals), ctypes.c_char_p, ctypes.c_size_t]
        self._library.mend_seals.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Seals)]
        self._library.mend_zip.argtypes = [ctypes.c_char_p, ctypes.c_size_t]

    def damage(self, data: bytes, seed: int) -> bytes:
        capacity = len(data) + 4096
        buffer = ctypes.create_string_buffer(data, capacity)
        length = self._library.damage(buffer, len(data), capacity, seed, None)
        return buffer.raw[:length]

    def seals(self, data: bytes) -> list[tuple[int, int, int, int]]:
        """What is checksummed: start, length, where the sum stands, kind (0: lookup3, 1: fletcher32)."""
        found = self._collect(data)
        return [(seal.start, seal.length, seal.at, seal.kind) for seal in found.list[: found.count]]

    def _collect(self, data: bytes) -> _Seals:
        found = _Seals()
        self._library.collect_seals(ctypes.byref(found), data, len(data))
        self._library.collect_chunks(ctypes.byref(found), data, len(data))
        return found

    def mend(self, data: bytes, original: bytes | None = None) -> bytes:
        """`data` with right checksums, where it and the file it was have them."""
        buffer = ctypes.create_string_buffer(data, len(data))
        if original is not None:
            self._library.mend_seals(buffer, len(data), ctypes.byref(self._collect(original)))
        self._library.mend_seals(buffer, len(data), ctypes.byref(self._collect(buffer.raw)))
        self._library.mend_zip(buffer, len(data))
        return buffer.raw

    def checksum(self, data: bytes, kind: int) -> int:
        """The sum of all of `data`; kinds as in `seals`."""
        return (self._library.fletcher32 if kind else self._library.lookup3)(data, len(data))
