"""Damage for Keras files: bytes, fields, JSON configurations, HDF5 objects."""
import io
import json
import random
import zipfile

import h5py
import numpy as np

import native

# Values that a configuration does not expect where they turn up.
ODD = [
    -1, 0, 1, 2**31, 2**62, -(2**63), 10**30, 1e308, -0.5, None, True, "", "\u00e9\x00x", "relu", "LSTM",
    [], {}, [[]], [None], [1, 2, 3], {"class_name": "LSTM", "config": {}}, {"class_name": "Merge"}, 2**20, 65536,
]  # fmt: skip


def damage(name: str, data: bytes, rng: random.Random, mutator: native.Mutator) -> tuple[str, bytes]:
    """What was done, and the damaged copy; raises where this damage does not apply."""
    kind = rng.random()
    if name.endswith(".json"):
        if kind < 0.3:
            return "fields", mutator.damage(data, rng.getrandbits(60))
        return "json", _json(data, rng).encode()
    if kind < 0.2:
        return "bytes", _bytes(bytearray(data), rng)
    if kind < 0.35:  # the same, found out by no checksum
        damaged = _bytes(bytearray(data), rng)
        return "mended", mutator.mend(damaged, data)
    # libhdf5 2.0 does not always come back from changing files with stored free space.
    if kind < 0.7 or any(f".{variant}." in name for variant in ("page", "userblock", "image")):
        return "fields", mutator.damage(data, rng.getrandbits(60))
    if name.endswith(".keras"):
        return "archive", _archive(data, rng, mutator)
    return "objects", _hdf5(data, rng)


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


def _archive(data: bytes, rng: random.Random, mutator: native.Mutator) -> bytes:
    target = io.BytesIO()
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            member = old.read(name)
            if name == "config.json":
                member = _json(member, rng).encode()
            elif name.endswith(".h5") and rng.random() < 0.5:
                member = mutator.damage(member, rng.getrandbits(60))
            new.writestr(name, member)
    return target.getvalue()


def _hdf5(data: bytes, rng: random.Random) -> bytes:
    target = io.BytesIO(data)
    with h5py.File(target, "r+") as file:
        _change(file, rng)
    return target.getvalue()


def _change(file: h5py.File, rng: random.Random) -> None:
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
    elif item.attrs and kind < 0.7:
        attribute = rng.choice(list(item.attrs))
        del item.attrs[attribute]
        if kind < 0.5:
            item.attrs[attribute] = rng.choice([0, "x", np.zeros(3), np.array([b"a", b"b"]), np.array([], "S1")])
    elif kind < 0.85:  # a circle, or one group with two names
        item["again"] = file[rng.choice(["/", *names])]
    else:
        del file[name]
