"""The same Keras file in every dress that HDF5 has for it: library version
bounds, dense attributes, chunks with each index and filter, paged space, a user
block, a cached image of the metadata."""
import ctypes
from pathlib import Path

import h5py

CHUNKS = {
    "chunked": {"chunks": True},
    "gzip": {"chunks": True, "compression": "gzip", "shuffle": True},
    "fletcher": {"chunks": True, "fletcher32": True},
    "growing": {"chunks": True, "maxshape": "first"},  # an extensible array in the latest format
    "growing_twice": {"chunks": True, "maxshape": "all", "compression": "gzip"},  # a v2 B-tree there
}
NAMES = ["earliest", "latest", "v108", "copied", "dense", "dense_old", "page", "userblock", "image", *CHUNKS] + [
    f"{name}_latest" for name in CHUNKS
]


def _copy(source: h5py.Group, target: h5py.Group, dense: bool, chunks: dict) -> None:
    for name, value in source.attrs.items():
        target.attrs.create(name, value)
    if dense:  # beyond eight attributes they move to a heap of their own
        for index in range(9):
            target.attrs[f"note_{index}"] = index
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            group = target.create_group(name, track_order=dense)
            _copy(item, group, dense, chunks)
            continue
        options = dict(chunks) if item.ndim and item.size else {}
        if options:
            # Several chunks in each direction, so that there is an index.
            options["chunks"] = tuple(max(1, (length + 1) // 2) for length in item.shape)
            grows = options.pop("maxshape", None)
            if grows == "first":
                options["maxshape"] = (None, *item.shape[1:])
            elif grows:
                options["maxshape"] = (None,) * item.ndim
        target.create_dataset(name, data=item[()], dtype=item.dtype, **options)
        for key, value in item.attrs.items():
            target[name].attrs.create(key, value)


def _with_image(path: Path):
    """A file that is written with H5Pset_mdc_image_config, which h5py does not have."""

    class Config(ctypes.Structure):
        _fields_ = [
            ("version", ctypes.c_int),
            ("generate_image", ctypes.c_bool),
            ("save_resize_status", ctypes.c_bool),
            ("entry_ageout", ctypes.c_int),
        ]

    maps = Path("/proc/self/maps").read_text().split()
    library = ctypes.CDLL(next(part for part in maps if "libhdf5" in part and "hl" not in Path(part).name))
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    library.H5Pset_mdc_image_config.argtypes = [ctypes.c_int64, ctypes.POINTER(Config)]
    if library.H5Pset_mdc_image_config(access.id, ctypes.byref(Config(1, True, False, -1))) < 0:
        raise OSError("this HDF5 cannot write images of its cache")
    return h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, fapl=access))


def create(path: Path, name: str) -> h5py.File:
    if name == "image":
        return _with_image(path)
    options = {
        "latest": {"libver": "latest"},
        "v108": {"libver": ("v108", "v108")},
        "copied": {"libver": "latest"},
        "dense": {"libver": "latest", "track_order": True},
        "page": {"libver": "latest", "fs_strategy": "page", "fs_page_size": 512, "fs_persist": True},
        "userblock": {"libver": "latest", "userblock_size": 512, "fs_strategy": "fsm", "fs_persist": True},
    }.get(name, {"libver": "latest"} if name.endswith("_latest") else {"libver": ("earliest", "v114")})
    return h5py.File(path, "w", **options)


def make(source: Path, target: Path, name: str) -> None:
    """Writes `source`, an HDF5 file, as variant `name`."""
    chunks = CHUNKS.get(name.removesuffix("_latest"), {})
    with h5py.File(source, "r") as old, create(target, name) as new:
        if name in ("copied", "page", "image"):  # old groups inside a new file, as H5Ocopy leaves them
            for key, value in old.attrs.items():
                new.attrs.create(key, value)
            for key in old:
                old.copy(key, new)
        else:
            _copy(old, new, name.startswith("dense"), chunks)


def made(source: Path, name: str, scratch: Path) -> bytes:
    path = scratch / f"variant.{name}.h5"
    make(source, path, name)
    data = path.read_bytes()
    path.unlink()
    return data
