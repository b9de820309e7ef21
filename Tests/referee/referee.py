"""What libhdf5 (through h5py) says of a file, beside what the reader says."""
import json
import subprocess
import zlib
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
DUMP = ROOT / ".build" / "debug" / "h5dump-unroll"
DEPTH = 8
READ = {"float16", "bfloat16", "float32", "float64", *(f"{u}int{b}" for u in ("", "u") for b in (8, 16, 32, 64))}


def dump(paths):
    """The reader's description of each file."""
    if not paths:
        return []
    done = subprocess.run([str(DUMP), *map(str, paths)], capture_output=True, timeout=600, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def text(value):
    value = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)
    return value.split(b"\0")[0].decode("utf-8", "replace")


def by_bytes(names):
    return sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape"))


class Comparison:
    """Collects what differs; `objects` and `values` count what was compared."""

    def __init__(self):
        self.differences = []
        self.objects = self.values = self.refusals = 0

    def expect(self, where, what, ours, theirs):
        if ours != theirs:
            self.differences.append(f"{where}: {what}: the reader says {str(ours)[:200]}, libhdf5 {str(theirs)[:200]}")

    def refused(self, where, what, ours, reason):
        self.refusals += 1
        if reason not in ours.get("error", ""):
            self.differences.append(f"{where}: {what}: expected to be refused as {reason!r}, found {str(ours)[:200]}")

    def file(self, path, ours):
        if "error" in ours:
            self.differences.append(f"{path}: {ours['error']}")
            return
        with h5py.File(path, "r") as file:
            self.group(str(path), file, ours["root"], 0)

    def attributes(self, where, owner, ours):
        if "attributes" not in ours:
            self.differences.append(f"{where}: attributes: {ours}")
            return
        found = ours["attributes"]
        self.expect(where, "attributes", list(found), by_bytes(owner.attrs))
        for name, value in found.items():
            attribute = owner.attrs.get_id(name)
            if attribute.shape is None or 0 in attribute.shape:
                self.expect(where, name, value, {"strings": []})
            elif h5py.check_string_dtype(attribute.dtype) is None:
                self.refused(where, name, value, "expected strings")
            else:
                stored = np.atleast_1d(np.asarray(owner.attrs[name], dtype=object)).ravel()
                self.expect(where, name, value, {"strings": [text(item) for item in stored]})

    def group(self, where, group, ours, depth):
        self.objects += 1
        self.attributes(where, group, ours)
        if "children" not in ours:
            self.differences.append(f"{where}: children: {ours}")
            return
        self.expect(where, "children", list(ours["children"]), by_bytes(group))
        for name, found in ours["children"].items():
            here = f"{where}/{name}"
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.SoftLink):
                self.refused(here, "link", found, "is a soft link")
            elif isinstance(link, h5py.ExternalLink):
                self.refused(here, "link", found, "is an external link")
            else:
                self.object(here, group[name], found, depth)

    def object(self, where, item, ours, depth):
        if isinstance(item, h5py.Dataset):
            self.dataset(where, item, ours)
        elif depth == DEPTH:
            self.expect(where, "object", ours, {"object": None})
        elif isinstance(item, h5py.Datatype):
            self.refused(where, "committed type", ours, "expected a group")
        else:
            self.group(where, item, ours["object"], depth + 1) if "object" in ours else self.differences.append(f"{where}: {ours}")

    def dataset(self, where, dataset, ours):
        self.objects += 1
        bare = dataset.dtype.itemsize == 2 and dataset.attrs.get("dtype") == "bfloat16"
        if (dataset.dtype.name not in READ and not bare) or h5py.check_enum_dtype(dataset.dtype):
            self.refused(where, "dataset", ours, "unsupported")
            return
        if dataset.external or dataset.is_virtual:
            self.refused(where, "dataset", ours, "model file must hold its data itself")
            return
        if "object" not in ours:
            self.differences.append(f"{where}: {ours}")
            return
        ours = ours["object"]
        name, values = dataset.dtype.name, dataset[...] if dataset.shape is not None else np.zeros(0, dataset.dtype)
        if bare:
            name, values = "bfloat16", (np.frombuffer(values.tobytes(), "<u2").astype("<u4") << 16).view("<f4").reshape(values.shape)
        self.attributes(where, dataset, ours)
        self.expect(where, "element", ours["element"], name)
        self.expect(where, "shape", tuple(ours["shape"]), values.shape)
        wide = {"f": "<f8" if values.dtype.itemsize == 8 else "<f4"}.get(values.dtype.kind, "<i8")
        if values.dtype.kind == "u" and values.size and values.max() > 2**63 - 1:
            self.refused(where, "values", ours, "above 9223372036854775807")
            return
        self.values += values.size
        self.expect(where, "values", ours.get("crc", ours.get("error")), zlib.crc32(values.astype(wide).tobytes()))
