"""Damage for Keras files: bytes, JSON configurations, HDF5 objects."""
import json
import random
import shutil
import zipfile
from pathlib import Path

import h5py
import numpy as np

# Values that a configuration does not expect where they turn up.
ODD = [
    -1, 0, 1, 2**31, 2**62, -(2**63), 10**30, 1e308, -0.5, None, True, "", "\u00e9\x00x", "relu", "LSTM",
    [], {}, [[]], [None], [1, 2, 3], {"class_name": "LSTM", "config": {}}, 2**20, 65536,
]  # fmt: skip


def damage(source: Path, target: Path, rng: random.Random) -> None:
    """Writes a damaged copy of `source`; raises where this damage does not apply."""
    if rng.random() < 0.5:
        target.write_bytes(_bytes(bytearray(source.read_bytes()), rng))
    elif source.suffix == ".keras":
        _archive(source, target, rng)
    else:
        shutil.copy(source, target)
        _hdf5(target, rng)


def _bytes(data: bytearray, rng: random.Random) -> bytes:
    kind, at = rng.random(), rng.randrange(len(data))
    if kind < 0.6:
        for _ in range(rng.choice([1, 2, 4, 16])):
            data[rng.randrange(len(data))] = rng.choice([0, 255, 128, rng.randrange(256)])
    elif kind < 0.75:
        del data[at:]
    elif kind < 0.9:
        data[at : at + rng.randint(1, 64)] = bytes(rng.randint(1, 64))
    else:
        other = rng.randrange(len(data))
        data[at : at + 32] = data[other : other + 32]
    return bytes(data)


def _paths(tree, path=()):
    found = [path] if path else []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        found += _paths(value, (*path, key))
    return found


def _at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def _json(text, rng: random.Random) -> str:
    tree = json.loads(text)
    for _ in range(rng.randint(1, 3)):
        paths = _paths(tree)
        if not paths:
            break
        *parent, key = rng.choice(paths)
        holder, kind = _at(tree, parent), rng.random()
        if kind < 0.6:
            holder[key] = rng.choice(ODD)
        elif kind < 0.75:
            del holder[key]
        elif kind < 0.9:  # some other part of the tree, maybe the whole it stands in
            holder[key] = json.loads(json.dumps(_at(tree, rng.choice(paths))))
        elif isinstance(holder, list):
            holder.append(holder[key])
        else:
            holder[key + "x"] = holder.pop(key)
    return json.dumps(tree)


def _archive(source: Path, target: Path, rng: random.Random) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                data = _json(data, rng).encode()
            elif name.endswith(".h5") and rng.random() < 0.3:
                data = _bytes(bytearray(data), rng)
            new.writestr(name, data)


def _hdf5(path: Path, rng: random.Random) -> None:
    with h5py.File(path, "r+") as file:
        documents = [name for name in ("model_config", "training_config") if name in file.attrs]
        if documents and rng.random() < 0.7:
            name = rng.choice(documents)
            text = _json(file.attrs[name], rng)
            del file.attrs[name]
            file.attrs.create(name, np.bytes_(text.encode()[:60000]))
            return
        names: list[str] = []
        file.visit(names.append)
        name = rng.choice(names)
        item, kind = file[name], rng.random()
        if isinstance(item, h5py.Dataset):
            shape = item.shape
            del file[name]
            if kind < 0.3:
                file[name] = np.zeros((*reversed(shape), 2), "f4")
            elif kind < 0.5:
                file[name] = np.zeros((), "f8")
            elif kind < 0.6:
                file[name] = np.array("text", dtype="S5")
            elif kind < 0.7:
                file[name] = h5py.Empty("f4")
            elif kind < 0.8:  # a bomb: huge in shape, nothing stored
                file.create_dataset(name, shape=(2**20, 2**20), dtype="f4", chunks=(64, 64))
            else:
                file[name] = np.full(shape, np.nan, "f4")
        elif item.attrs:
            attribute = rng.choice(list(item.attrs))
            del item.attrs[attribute]
            if kind < 0.6:
                item.attrs[attribute] = rng.choice([0, "x", np.zeros(3), np.array([b"a", b"b"]), np.array([], "S1")])
        else:
            del file[name]
