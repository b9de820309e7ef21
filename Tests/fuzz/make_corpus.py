#!/usr/bin/env python3
"""Makes the seeds of `make fuzz`: make_corpus.py DIRECTORY writes DIRECTORY/hdf5,
zip, json and load. Those that reach what the others do not are committed
in Tests/fuzz/corpus (`make fuzz-corpus`)."""
import io
import json
import struct
import sys
import tempfile
import zipfile
from pathlib import Path

import h5py
import numpy as np

import variants

FIXTURES = Path(__file__).resolve().parents[1] / "Fixtures"
ROOM = " " * 200  # behind a configuration, for damage that makes it longer

LOADED = {
    "keras3/lstm.h5": [
        "earliest", "latest", "copied", "userblock", "gzip_latest", "fletcher_latest", "growing_latest",
        "growing_twice_latest",
    ],
    "legacy/keras224_gzip.h5": ["latest", "gzip_latest"],
    "legacy/keras224_vlen.h5": ["earliest"],
    "keras3/embedding.h5": ["latest"],
    "keras3/resume_sgd.h5": ["latest"],
    "keras3/mixed.weights_only.h5": ["latest"],
    "keras3/character.weights.h5": ["latest"],
    "graphs/shared_layer.h5": ["latest"],
    "keras3/stacked_cells.h5": ["latest"],
    "legacy/v3_bfloat16.weights.h5": ["latest"],
}  # fmt: skip
ARCHIVES = ["keras3/dense.keras", "keras3/lstm.keras", "tf_keras2/lstm.keras", "graphs/shared_layer.keras"]
CONFIGURATIONS = [
    "keras3/bidirectional.h5", "keras3/mixed.h5", "keras3/conv_lstm.h5", "keras3/stacked_cells.h5", "keras3/normalised.h5",
    "keras3/time_distributed_dense.h5", "keras3/masking_bidirectional.h5", "graphs/attention.h5", "graphs/encoder_decoder.h5",
    "graphs/nested_models.h5", "graphs/masked_branches.h5", "keras1/sequential_concat.h5", "keras1/functional.h5",
    "keras1/sequential_dot_axes.h5", "legacy/keras206_list.h5", "legacy/keras224_cudnn.h5", "tf_keras2/functional.h5",
    "tf_keras2/stacked.h5", "old_keras/keras122_bidirectional.h5", "old_keras/keras231_tagger.h5",
]  # fmt: skip


def _text(value) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _without_seeds(value):
    """Numbers that make no difference, but look like sizes."""
    if isinstance(value, dict):
        return {key: None if key == "seed" else _without_seeds(item) for key, item in value.items()}
    return [_without_seeds(item) for item in value] if isinstance(value, list) else value


def _dress(source: Path, name: str, scratch: Path) -> bytes:
    """A variant whose configuration has room to grow."""
    roomy = scratch / "roomy.h5"
    roomy.write_bytes(source.read_bytes())
    with h5py.File(roomy, "r+") as file:
        for key in ("model_config", "training_config"):
            if key in file.attrs:
                text = json.dumps(json.loads(_text(file.attrs[key])), separators=(",", ":")) + ROOM
                del file.attrs[key]
                file.attrs[key] = text
    return variants.made(roomy, name, scratch)


def _archive(members: dict[str, bytes], method=zipfile.ZIP_STORED, comment=b"", force_zip64=False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            with archive.open(entry, "w", force_zip64=force_zip64) as member:
                member.write(data)
    return buffer.getvalue()


def _tree(file: h5py.Group) -> None:
    """A little of everything that a reader meets."""
    file.attrs["text"] = "word"
    file.attrs["fixed"] = np.bytes_(b"fixed")
    file.attrs["names"] = np.array([b"a", b"bcd"])
    file.attrs.create("words", ["one", "two", ""], dtype=h5py.string_dtype())
    file.attrs["empty"] = np.zeros(0)
    file.attrs["null"] = h5py.Empty("f4")
    file.attrs["count"] = 7
    group = file.create_group("group")
    group["float16"] = np.arange(3, dtype="<f2")
    group["float32"] = np.arange(6, dtype="<f4").reshape(2, 3)
    group["float64"] = np.arange(4, dtype=">f8")
    group["bytes"] = np.arange(5, dtype="u1")
    group["integers"] = np.arange(4, dtype=">i4")
    group["scalar"] = np.int64(9)
    group["none"] = h5py.Empty("f4")
    group["words"] = np.array(["x", "yz"], dtype=h5py.string_dtype())


def _odd(file: h5py.Group) -> None:
    """What is refused by name, or never met in Keras' files."""
    file["soft"] = h5py.SoftLink("/group/values")
    file["external"] = h5py.ExternalLink("elsewhere.h5", "/x")
    file["flag"] = np.array([True, False])
    file["complex"] = np.array([1 + 2j])
    file["record"] = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    file["reference"] = file.create_dataset("group/values", data=np.arange(4.0)).ref
    file["type"] = np.dtype("f4")
    file["hard"] = file["group"]
    file.create_dataset("filled", shape=(4, 4), dtype="f4", fillvalue=3)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((3,))
    h5py.h5d.create(file.id, b"compact", h5py.h5t.NATIVE_FLOAT, space, compact).write(space, space, np.arange(3, dtype="f4"))
    odd = h5py.h5t.IEEE_F32LE.copy()
    odd.set_ebias(120)
    h5py.h5d.create(file.id, b"bias", odd, space)


def _many(file: h5py.Group) -> None:
    for index in range(12):
        file.create_group(f"group_{index}")
        file.attrs[f"attribute_{index}"] = index


def _chunks(file: h5py.Group) -> None:
    data = np.arange(24, dtype="f4").reshape(4, 6)
    for name, options in variants.CHUNKS.items():
        options = {key: value for key, value in options.items() if key != "maxshape"}
        file.create_dataset(name, data=data, **{**options, "chunks": (2, 4)})
    file.create_dataset("one", data=data, chunks=(4, 6), compression="gzip", fletcher32=True)
    file.create_dataset("first", data=data, chunks=(1, 6), maxshape=(None, 6))
    file.create_dataset("both", data=data, chunks=(2, 3), maxshape=(None, None), shuffle=True, compression="gzip")
    file.create_dataset("partial", shape=(8, 6), dtype="f4", chunks=(2, 3))[0:2, 0:3] = 1


def deep(file: h5py.Group) -> None:
    """Indexes and heaps of more than one block, in the latest format."""
    for index in range(40):
        file.attrs[f"attribute_{index}_{'x' * 60}"] = index
    file.attrs["large"] = np.bytes_(b"y" * 5000)
    data = np.arange(1100, dtype="u1")
    file.create_dataset("pages", data=data, chunks=(1,))
    file.create_dataset("blocks", data=data[:200], chunks=(1,), maxshape=(None,))
    file.create_dataset("nodes", data=data[:100].reshape(10, 10), chunks=(1, 1), maxshape=(None, None))


# Each in the dresses that make a difference to it; images of the cache are
# refused, whatever they hold.
TREES = {
    "tree": (_tree, ["earliest", "latest", "dense", "page"]),
    "odd": (_odd, ["earliest", "latest", "image"]),
    "many": (_many, ["earliest", "latest", "dense"]),
    "chunks": (_chunks, ["earliest", "latest"]),
    "deep": (deep, ["latest"]),
}


def hdf5(scratch: Path):
    path = scratch / "tree.h5"
    for tree, (fill, names) in TREES.items():
        for name in names:
            with variants.create(path, name) as file:
                fill(file)
            yield f"{tree}.{name}.h5", path.read_bytes()


def zips(_: Path):
    members = {"config.json": b'{"a": [1, 2]}' * 4, "model.weights.h5": bytes(range(40)), "metadata.json": b"{}"}
    yield "stored.zip", _archive(members)
    yield "deflated.zip", _archive(members, zipfile.ZIP_DEFLATED)
    yield "comment.zip", _archive(members, comment=b"PK\5\6 a comment")
    yield "zip64.zip", _archive(members, force_zip64=True)
    yield "empty.zip", _archive({})
    yield "zeros.zip", _archive({"zeros": bytes(100_000)}, zipfile.ZIP_DEFLATED)
    whole = _archive(members)
    end = len(whole) - 22
    count, size, start = len(members), *struct.unpack("<II", whole[end + 12 : end + 20])
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<IIQI", 0x07064B50, 0, end, 1)
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    yield "zip64_end.zip", whole[:end] + record + locator + tail


def configurations(_: Path):
    for name in CONFIGURATIONS:
        with h5py.File(FIXTURES / name, "r") as file:
            text = json.dumps(_without_seeds(json.loads(_text(file.attrs["model_config"]))), separators=(",", ":"))
        yield Path(name).stem + ".json", text.encode()


def texts(scratch: Path):
    yield from list(configurations(scratch))[:4]
    yield "numbers.json", b'[0, -1, 1.5e10, -0.0, 1E-3, 123456789012345678901234567890, NaN, Infinity, -Infinity]'
    yield "strings.json", rb'["\u00e9\ud83d\ude00\ud800x", "\n\t\"\\\/\b\f\r", "' + "\u20ac".encode() + b'"]'
    yield "nested.json", b"[" * 40 + b'{"a": {"a": 1, "b": null}, "a": [true, false]}' + b"]" * 40


def models(scratch: Path):
    yield from configurations(scratch)
    for source, names in LOADED.items():
        for name in names:
            yield f"{Path(source).stem}.{name}.h5", _dress(FIXTURES / source, name, scratch)
    for source in ARCHIVES:
        with zipfile.ZipFile(FIXTURES / source) as old:
            members = {name: old.read(name) for name in old.namelist()}
        members["config.json"] += ROOM.encode()
        (scratch / "weights.h5").write_bytes(members["model.weights.h5"])
        members["model.weights.h5"] = variants.made(scratch / "weights.h5", "latest", scratch)
        yield Path(source).stem + ".keras", _archive(members)


def main() -> None:
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        for name, seeds in {"hdf5": hdf5, "zip": zips, "json": texts, "load": models}.items():
            (target / name).mkdir(parents=True, exist_ok=True)
            for file, data in seeds(Path(scratch)):
                (target / name / file).write_bytes(data)


if __name__ == "__main__":
    main()
