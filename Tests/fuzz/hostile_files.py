"""Small files that ask for much: each has a name, bytes, and what must come of
it. Built from scratch, so that every one says what is wrong with it."""
import io
import json
import struct
import zipfile
import zlib

import h5py
import numpy as np

LSTM = {"name": "lstm", "units": 4, "batch_input_shape": [None, 5, 3]}
SHAPES = {"kernel": (3, 16), "recurrent_kernel": (4, 16), "bias": (16,)}
UNDEFINED = 2**64 - 1


def sequential(layers: list) -> str:
    return json.dumps({"class_name": "Sequential", "config": layers})


def layer(config: dict = LSTM, kind: str = "LSTM") -> dict:
    return {"class_name": kind, "config": config}


def weights(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(np.prod(shape), dtype="f4").reshape(shape) / 64


def fill(file: h5py.File, config: str = sequential([layer()]), **options) -> None:
    """An LSTM in Keras' old format; `options` are the datasets'."""
    file.attrs["keras_version"] = "2.15.0"
    file.attrs["model_config"] = config
    group = file.create_group("model_weights")
    group.attrs["layer_names"] = np.array([b"lstm"])
    inner = group.create_group("lstm")
    inner.attrs["weight_names"] = np.array([f"lstm/{name}:0".encode() for name in SHAPES])
    for name, shape in SHAPES.items():
        chosen = {**options, "chunks": shape} if options else {}
        inner.create_dataset(f"lstm/{name}:0", data=weights(shape), **chosen)


def hdf5(fill_in=fill, libver="earliest", **options) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=libver) as file:
        fill_in(file, **options)
    return buffer.getvalue()


def keras(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


# ---- chunks that hold less than they say --------------------------------------


def short_chunk(kind: str) -> bytes:
    """The recurrent kernel's one chunk decodes to 40 of its 256 bytes."""
    options = {
        "raw": {},
        "deflate": {"compression": "gzip"},
        "shuffle": {"shuffle": True},
        "fletcher32": {"fletcher32": True},
        "deflate_fletcher32": {"compression": "gzip", "fletcher32": True},
    }[kind]

    def build(file: h5py.File) -> None:
        fill(file)
        group = file["model_weights/lstm/lstm"]
        del group["recurrent_kernel:0"]
        shape = SHAPES["recurrent_kernel"]
        dataset = group.create_dataset("recurrent_kernel:0", shape=shape, dtype="f4", chunks=shape, **options)
        data = weights(shape).tobytes()[:40]
        if "deflate" in kind:
            data = zlib.compress(data)
        if "fletcher32" in kind:
            data += struct.pack("<I", _fletcher32(data))
        dataset.id.write_direct_chunk((0, 0), data)

    return hdf5(build)


def _fletcher32(data: bytes) -> int:
    first = second = 0
    for index in range(0, len(data), 2):
        first = (first + int.from_bytes(data[index : index + 2].ljust(2, b"\0"), "big")) % 65535
        second = (second + first) % 65535
    return second << 16 | first


# ---- structures that lie -------------------------------------------------------


def patched(data: bytes, signature: bytes, offset: int, value: int, width: int = 8, which: int = 0) -> bytes:
    """A number `offset` bytes behind the start of a structure becomes another."""
    at = -1
    for _ in range(which + 1):
        at = data.index(signature, at + 1)
    return data[: at + offset] + value.to_bytes(width, "little") + data[at + offset + width :]


def heap_of_everything() -> bytes:
    data = hdf5()
    for which in range(data.count(b"HEAP")):
        data = patched(data, b"HEAP", 8, UNDEFINED, which=which)
    return data


def heap_free_list_loop() -> bytes:
    data = hdf5()
    for which in range(data.count(b"HEAP")):
        data = patched(data, b"HEAP", 16, 0, which=which)
    return data


def tree_that_holds_itself() -> bytes:
    data = hdf5()
    at = data.index(b"TREE")
    # Level 1, and its first child is the node itself.
    data = patched(data, b"TREE", 5, 1, width=1)
    return patched(data, b"TREE", 32, at)


def tree_with_itself_as_sibling() -> bytes:
    data = hdf5()
    at = data.index(b"TREE")
    return patched(patched(data, b"TREE", 8, at), b"TREE", 16, at)


def chunk_tree_that_holds_itself() -> bytes:
    data = hdf5(compression="gzip")
    at = data.index(b"TREE\1")
    data = patched(data, b"TREE\1", 5, 1, width=1)
    rank = 2 if data[at + 24 + 8 + 24 : at + 24 + 8 + 32] else 1
    return patched(data, b"TREE\1", 24 + 8 + 8 * (rank + 1), at)


def symbols_that_are_their_parent() -> bytes:
    """Every entry of every symbol node leads to the root group's header."""
    data = hdf5()
    root = int.from_bytes(data[64:72], "little")
    at = -1
    while (at := data.find(b"SNOD", at + 1)) >= 0:
        for index in range(int.from_bytes(data[at + 6 : at + 8], "little")):
            entry = at + 8 + 40 * index
            data = data[: entry + 8] + root.to_bytes(8, "little") + data[entry + 16 :]
    return data


def symbol_node_of_65535() -> bytes:
    data = hdf5()
    for which in range(data.count(b"SNOD")):
        data = patched(data, b"SNOD", 6, 65535, width=2, which=which)
    return data


def header_that_continues_in_itself() -> bytes:
    """The first continuation of a version 1 object header leads to where it stands."""
    data = hdf5(lambda file: (fill(file), [file["model_weights"].attrs.create(f"a{i}", "x" * 50) for i in range(20)]))
    at = 0
    while (at := data.find(b"\x10\0\x10\0\0\0\0\0", at + 1)) >= 0:
        data = data[: at + 8] + at.to_bytes(8, "little") + (4096).to_bytes(8, "little") + data[at + 24 :]
    return data


def global_heap_of_empty_objects() -> bytes:
    data = hdf5()
    at = data.index(b"GCOL")
    size = int.from_bytes(data[at + 8 : at + 16], "little")
    return data[: at + 16] + bytes(size - 16) + data[at + size :]


def two_heaps_in_turn(count: int = 3000, objects: int = 40_000) -> bytes:
    """Names that lie in two large global heaps, each read after the other."""

    def build(file: h5py.File) -> None:
        fill(file)
        group = file["model_weights/lstm"]
        del group.attrs["weight_names"]
        group.attrs.create("weight_names", ["lstm/kernel:0"] * count, dtype=h5py.string_dtype())

    data = bytearray(hdf5(build))
    references = [at for at in range(len(data) - 16) if _is_reference(data, at, len("lstm/kernel:0"))]
    heaps = [len(data) + 24 * objects * index + 16 * index for index in range(2)]
    for _ in heaps:
        data += b"GCOL\1\0\0\0" + struct.pack("<Q", 16 + 24 * objects)
        for index in range(1, objects + 1):
            data += struct.pack("<HHIQ", index, 1, 0, 8) + b"lstm/ker"
    for index, at in enumerate(references):
        data[at : at + 16] = struct.pack("<IQI", 8, heaps[index % 2], 1 + index)
    assert len(references) == count
    data[40:48] = len(data).to_bytes(8, "little")  # the superblock's end of file
    return bytes(data)


def _is_reference(data: bytearray, at: int, length: int) -> bool:
    if data[at : at + 4] != length.to_bytes(4, "little"):
        return False
    address = int.from_bytes(data[at + 4 : at + 12], "little")
    return data[address : address + 4] == b"GCOL"


def shape_of(kind: str) -> bytes:
    """A weight whose dataspace has more elements than there are addresses."""
    shape = {"wide": (2**20, 2**20), "overflow": (2**40, 2**40)}[kind]

    def build(file: h5py.File) -> None:
        fill(file)
        group = file["model_weights/lstm/lstm"]
        del group["kernel:0"]
        group.create_dataset("kernel:0", shape=shape, dtype="f4", chunks=(64, 64))

    return hdf5(build)


def huge_tree2(mutator, offset: int, value: int, width: int) -> bytes:
    """Dense attributes whose v2 B-tree says something else of itself."""

    def build(file: h5py.File) -> None:
        fill(file)
        for index in range(20):
            file.attrs[f"note_{index}"] = index

    original = hdf5(build, libver="latest")
    data = original
    for which in range(data.count(b"BTHD")):
        data = patched(data, b"BTHD", offset, value, width, which)
    return mutator.mend(data, original)


def heap_of(mutator, offset: int, value: int, width: int) -> bytes:
    def build(file: h5py.File) -> None:
        fill(file)
        for index in range(20):
            file.attrs[f"note_{index}"] = index

    original = hdf5(build, libver="latest")
    return mutator.mend(patched(original, b"FRHP", offset, value, width), original)


# ---- much of something ---------------------------------------------------------


def sample_of(shape: tuple[int, ...], dtype: str = "u1", **options) -> bytes:
    """A stored sample of a shape that the model does not have, with nothing stored."""

    def build(file: h5py.File) -> None:
        fill(file)
        group = file.create_group("unroll_sample")
        group.create_dataset("input_0", shape=shape, dtype=dtype, **options)
        group.create_dataset("output_0", shape=(shape[0], 4), dtype="f4", **options)

    return hdf5(build)


def sample_of_zeros(rows: int = 8 << 20) -> bytes:
    """The right shape, 2 MB of chunks that inflate to a thousand times as much."""

    def build(file: h5py.File) -> None:
        fill(file)
        group = file.create_group("unroll_sample")
        step = 1 << 17
        for name, width in (("input_0", (5, 3)), ("output_0", (4,))):
            dataset = group.create_dataset(name, shape=(rows, *width), dtype="f4", chunks=(step, *width), compression=9)
            chunk = zlib.compress(bytes(step * 4 * int(np.prod(width))), 9)
            for row in range(0, rows, step):
                dataset.id.write_direct_chunk((row, *[0] * len(width)), chunk)

    return hdf5(build)


def optimizer_state(kind: str) -> bytes:
    """Adam's state, which a load leaves out where it does not fit: giant, inflating, or of too many names."""
    length, chunk = 2**28, 2**24

    def build(file: h5py.File) -> None:
        fill(file)
        config = {"lr": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "decay": 0.0}
        training = {"optimizer_config": {"class_name": "Adam", "config": config}, "loss": "mse", "metrics": []}
        file.attrs["training_config"] = json.dumps(training)
        group = file.create_group("optimizer_weights")
        names = ["iterations:0"] + [f"moment_{index}:0" for index in range(6)]
        group.attrs["weight_names"] = np.array([name.encode() for name in names] * (500 if kind == "many" else 1))
        group.create_dataset(names[0], data=np.int64(3))
        for index, name in enumerate(names[1:]):
            if kind == "many":
                group.create_dataset(name, data=weights(list(SHAPES.values())[index % 3]))
            elif kind == "declared":
                group.create_dataset(name, shape=(length,), dtype="f4")
            else:
                dataset = group.create_dataset(name, shape=(length,), dtype="f4", chunks=(chunk,), compression="gzip")
                dataset.id.write_direct_chunk((0,), zlib.compress(bytes(4 * chunk), 9))

    return hdf5(build)


def chunk_far_larger_than_its_dataset() -> bytes:
    def build(file: h5py.File) -> None:
        fill(file)
        group = file["model_weights/lstm/lstm"]
        del group["kernel:0"]
        options = {"maxshape": (None, None), "chunks": (2**13, 2**13), "compression": "gzip"}
        dataset = group.create_dataset("kernel:0", shape=SHAPES["kernel"], dtype="f4", **options)
        dataset.id.write_direct_chunk((0, 0), zlib.compress(bytes(2**28), 9))

    return hdf5(build)


def many_chunks(count: int = 20_000) -> bytes:
    """A weight in chunks of one element, of which none is in the model's shape."""

    def build(file: h5py.File) -> None:
        fill(file)
        group = file["model_weights/lstm/lstm"]
        del group["bias:0"]
        group.create_dataset("bias:0", data=np.zeros(count, "f4"), chunks=(1,))

    return hdf5(build)


def children(count: int = 4000, where: str = "layers") -> bytes:
    """Keras 3's weights with empty groups without end."""

    def build(file: h5py.File) -> None:
        for index in range(count):
            file.create_group(f"{where}/lstm_{index}/cell/vars") if where == "layers" else file.create_group(f"g{index}")
        file.require_group("layers/lstm/cell/vars")

    return hdf5(build, libver="latest")


def long_paths(depth: int = 900, length: int = 1000) -> bytes:
    """Groups in groups, whose paths together are half a thousand times the file."""

    def build(file: h5py.File) -> None:
        group = file.create_group("layers")
        for _ in range(depth):
            group = group.create_group("x" * length)
        group.create_dataset("vars/0", data=np.zeros(3, "f4"))

    return hdf5(build, libver="latest")


def one_text_many_times(count: int = 3000, length: int = 1 << 20) -> bytes:
    """Names that are all the same megabyte."""

    def build(file: h5py.File) -> None:
        fill(file)
        group = file["model_weights/lstm"]
        del group.attrs["weight_names"]
        group.attrs.create("weight_names", ["x"] * count, dtype=h5py.string_dtype())

    data = bytearray(hdf5(build))
    references = [at for at in range(len(data) - 16) if _is_reference(data, at, 1)]
    assert len(references) == count
    heap = len(data)
    data += b"GCOL\1\0\0\0" + struct.pack("<QHHIQ", 32 + length, 1, 1, 0, length) + b"y" * length
    for at in references:
        data[at : at + 16] = struct.pack("<IQI", length, heap, 1)
    data[40:48] = len(data).to_bytes(8, "little")
    return bytes(data)


def one_layer_many_times(count: int = 2000) -> bytes:
    """A list of layers that are all the same, which has as many weights: the product of both."""

    def build(file: h5py.File) -> None:
        fill(file)
        group = file["model_weights"]
        group.attrs["layer_names"] = np.array([b"lstm"] * count)
        group["lstm"].attrs["weight_names"] = np.array([b"lstm/bias:0"] * count)

    return hdf5(build)


def groups_in_a_circle() -> bytes:
    def build(file: h5py.File) -> None:
        group = file.create_group("layers/lstm/cell")
        group["vars"] = file["layers"]
        file["layers/again"] = file["/"]
        file["layers/lstm/layers"] = file["layers"]

    return hdf5(build)


def doubling_groups(depth: int = 40) -> bytes:
    """Each group has two names for the next: 2^40 paths."""

    def build(file: h5py.File) -> None:
        group = file.create_group("layers")
        for _ in range(depth):
            following = group.create_group("a")
            group["b"] = following
            group = following

    return hdf5(build)


def layers(count: int, named: bool) -> str:
    items = [layer()] + [
        layer({"name": f"d{index}", "rate": 0} if named else {"rate": 0}, "Dropout") for index in range(count)
    ]
    items[0]["config"] = {**LSTM, "return_sequences": True}
    return sequential(items)


def nested(depth: int, kind: str = "Sequential") -> str:
    """Built as text: Python's own writer does not go so deep."""
    first = layer({"name": "first", "rate": 0, "batch_input_shape": [None, 5, 3]}, "Dropout")
    before, after = {
        "Sequential": ('{"class_name":"Sequential","config":[', "]}"),
        "Bidirectional": ('{"class_name":"Bidirectional","config":{"name":"b","layer":', "}}"),
        "TimeDistributed": ('{"class_name":"TimeDistributed","config":{"name":"t","layer":', "}}"),
        "Merge": ('{"class_name":"Merge","config":{"layers":[', "]}}"),
    }[kind]
    inner = json.dumps(layer({"units": 4, "name": "lstm"}))
    return f'{{"class_name":"Sequential","config":[{json.dumps(first)},{before * depth}{inner}{after * depth}]}}'


def merged(count: int = 4000) -> str:
    """Keras 1's Merge of many models."""
    branch = [
        layer({"name": f"d{index}", "p": 0, "batch_input_shape": [None, 3]}, "Dropout") for index in range(count)
    ]
    models = [{"class_name": "Sequential", "config": [inner]} for inner in branch]
    return sequential([{"class_name": "Merge", "config": {"name": "m", "mode": "concat", "layers": models}}])


def graph(count: int, fan: int) -> str:
    """A Functional model of `count` layers in a row, each called `fan` times on the first."""
    call = [["i", 0, 0, {}]]
    layers = [{"class_name": "InputLayer", "name": "i", "config": {"name": "i", "batch_input_shape": [None, 3]}, "inbound_nodes": []}]
    for index in range(count):
        inbound = [[[f"d{index - 1}" if index else "i", 0, 0, {}]]] + [call] * fan
        layers.append({"class_name": "Dropout", "name": f"d{index}", "config": {"name": f"d{index}", "rate": 0}, "inbound_nodes": inbound})
    config = {"name": "m", "layers": layers, "input_layers": [["i", 0, 0]], "output_layers": [[f"d{count - 1}", 0, 0]]}
    return json.dumps({"class_name": "Model", "config": config})


def joined(count: int) -> str:
    """A Functional model of one Add with many inputs, all the same one."""
    layers = [
        {"class_name": "InputLayer", "name": "i", "config": {"name": "i", "batch_input_shape": [None, 3]}, "inbound_nodes": []},
        {"class_name": "Add", "name": "a", "config": {"name": "a"}, "inbound_nodes": [[["i", 0, 0, {}]] * count]},
    ]
    config = {"name": "m", "layers": layers, "input_layers": [["i", 0, 0]], "output_layers": [["a", 0, 0]]}
    return json.dumps({"class_name": "Model", "config": config})


def doubling_models(depth: int = 25) -> str:
    """A model that holds two models that hold two: small only with the text's references."""
    inner = [layer({"name": "d", "rate": 0, "batch_input_shape": [None, 5, 3]}, "Dropout")]
    for _ in range(min(depth, 10)):
        inner = [{"class_name": "Sequential", "config": inner}] * 2
    return sequential(inner)


def same_member(count: int = 20_000) -> bytes:
    """An archive whose directory names the same bytes over and over."""
    whole = keras({"config.json": b" " * 100_000, "model.weights.h5": b"x"})
    end = whole.rindex(b"PK\5\6")
    start = int.from_bytes(whole[end + 16 : end + 20], "little")
    entry = whole[start : whole.index(b"PK\1\2", start + 1)]
    name = entry.index(b"config.json")
    entries = b"".join(entry[:name] + f"{index:011}".encode() + entry[name + 11 :] for index in range(count))
    directory = whole[start:end] + entries
    return whole[:start] + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count + 2, count + 2, len(directory), start, 0)


