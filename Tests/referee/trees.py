"""HDF5 files of every kind that the reader should read, from one seed each."""
import itertools
import zlib

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t

LIBVERS = ["earliest", "v108", "v110", "v112", "latest"]
TYPES = ["<f4", ">f4", "<f8", ">f8", "<f2", ">f2"] + [f"{o}{k}{n}" for o in "<>" for k in "iu" for n in (1, 2, 4, 8)]
ALPHABET = list("abz_:0123456789 .é日") + ["lstm", "kernel", "10", "2"]


class Tree:
    """One file. Every choice comes from the seed, so a failure can be made again."""

    def __init__(self, path, seed):
        self.random = np.random.default_rng(seed)
        # All of these meet each other within the first hundreds of seeds.
        self.libver = LIBVERS[seed % len(LIBVERS)]
        order = bool(seed // 5 % 2)
        strategy = self.strategy(seed)
        block = 0 if strategy else [0, 0, 0, 512, 1024, 4096][seed % 6]
        # libhdf5 takes no axis of such files for one without a limit.
        self.may_grow = seed % 11 != 4
        if not self.may_grow:
            block, opened = 0, self.narrow(path, self.pick([(4, 4), (4, 8), (8, 4)]))
        else:
            opened = h5py.File(path, "w", libver=self.libver, track_order=order, userblock_size=block, **strategy)
        with opened as file:
            self.attributes(file)
            self.fill(file, 2)
            if seed % 20 == 7:
                self.wide_group(file)
            if seed % 10 == 3 and self.may_grow:
                self.large_index(file)
        if block:
            with open(path, "r+b") as file:
                file.write(b"a block of the user's own".ljust(block, b"\xff"))

    def narrow(self, path, sizes):
        """A file whose addresses and sizes have fewer than 8 bytes."""
        creation, access = h5p.create(h5p.FILE_CREATE), h5p.create(h5p.FILE_ACCESS)
        creation.set_sizes(*sizes)
        versions = {"earliest": h5f.LIBVER_EARLIEST, "v108": h5f.LIBVER_V18, "v110": h5f.LIBVER_V110, "v112": h5f.LIBVER_V112}
        access.set_libver_bounds(versions.get(self.libver, h5f.LIBVER_LATEST), h5f.LIBVER_LATEST)
        return h5py.File(h5f.create(str(path).encode(), h5f.ACC_TRUNC, fcpl=creation, fapl=access))

    @staticmethod
    def strategy(seed):
        if seed % 7 != 2:
            return {}
        return {"fs_strategy": ["fsm", "page", "aggregate", "none"][seed // 7 % 4], "fs_page_size": 1024}

    def pick(self, items):
        return items[self.random.integers(len(items))]

    def text(self, least=0, most=30):
        return "".join(ALPHABET[i] for i in self.random.integers(len(ALPHABET), size=self.random.integers(least, most)))

    def name(self):
        return self.text(1, 6).strip(".") or "x"

    # Groups

    def fill(self, group, depth):
        for _ in range(self.random.integers(1, 6)):
            name = self.name()
            if name in group:
                continue
            if depth and self.random.random() < 0.4:
                child = group.create_group(name, track_order=bool(self.random.integers(2)))
                self.attributes(child)
                self.fill(child, depth - 1)
            else:
                self.dataset(group, name)
        if self.random.random() < 0.1 and "soft" not in group:
            group["soft"] = h5py.SoftLink("/somewhere")
            group["external"] = h5py.ExternalLink("other.h5", "/there")
            loop = group.create_group("loop")
            loop["again"] = loop
            # Values of types that are refused by name.
            group["bool"] = np.array([True, False])
            group["compound"] = np.zeros(2, [("a", "i4")])
            group["strings"] = ["one", "two"]
            group["committed"] = np.dtype("f4")
            group.create_dataset("complex", data=np.zeros(2, "c8"))

    def wide_group(self, file):
        group = file.create_group("wide", track_order=bool(self.random.integers(2)))
        for number in range(self.pick([9, 300, 1000])):
            group.create_group(f"layer_{number}")
            if number % 3 == 0:
                # Holes in the heap and in the trees.
                gone = f"layer_{self.random.integers(number + 1)}"
                if gone in group:
                    del group[gone]

    # Attributes

    def attributes(self, owner):
        count = self.pick([0, 1, 3, 12, 40]) if self.random.random() < 0.4 else self.random.integers(3)
        for number in range(count):
            self.attribute(owner, f"{self.name()}{number}")
        if self.random.random() < 0.05 and self.libver in ("v110", "v112", "latest"):
            # Over 64 KB, which only dense storage takes.
            owner.attrs["large"] = np.array([b"%060d" % n for n in range(2000)])
            owner.attrs["larger"] = "config " * 20000

    def attribute(self, owner, name):
        kind = self.random.integers(9)
        texts = [self.text() for _ in range(self.random.integers(1, 30))]
        if kind == 0:
            owner.attrs[name] = self.text()
        elif kind == 1:
            owner.attrs[name] = self.text().encode()
        elif kind == 2:
            owner.attrs[name] = np.array([t.encode() for t in texts])
        elif kind == 3:
            owner.attrs.create(name, texts, dtype=h5py.string_dtype())
        elif kind == 4:
            owner.attrs[name] = np.zeros(0)
        elif kind == 5:
            owner.attrs[name] = h5py.Empty("f4")
        elif kind == 6:
            owner.attrs[name] = self.pick([1, 2.5, [1, 2, 3], True])
        elif kind == 7:
            self.padded(owner, name, texts)
        else:
            owner.attrs.create(name, [[t, t] for t in texts], dtype=h5py.string_dtype("ascii" if "".join(texts).isascii() else "utf-8"))

    def padded(self, owner, name, texts):
        """Fixed strings with each way of padding."""
        kind = h5t.C_S1.copy()
        width = max(len(t.encode()) for t in texts) + 1
        kind.set_size(width)
        kind.set_strpad(self.pick([h5t.STR_NULLTERM, h5t.STR_NULLPAD, h5t.STR_SPACEPAD]))
        kind.set_cset(h5t.CSET_UTF8)
        attribute = h5py.h5a.create(owner.id, name.encode(), kind, h5s.create_simple((len(texts),)))
        fill = b" " if kind.get_strpad() == h5t.STR_SPACEPAD else b"\0"
        attribute.write(np.array([np.void(t.encode().ljust(width, fill)) for t in texts]), mtype=kind)

    # Datasets

    def values(self, shape, dtype):
        dtype = np.dtype(dtype)
        if dtype.kind == "f":
            values = self.random.normal(size=shape).astype(dtype)
            if values.size > 3:
                values.flat[:4] = [np.inf, -np.inf, -0.0, np.finfo(dtype).smallest_subnormal]
            return values
        limits = np.iinfo(dtype)
        return self.random.integers(limits.min, min(limits.max, 2**63 - 1), size=shape, dtype=dtype.newbyteorder("="), endpoint=True).astype(dtype)

    def dataset(self, group, name):
        dtype = self.pick(TYPES)
        rank = self.random.integers(0, 5)
        shape = tuple(int(n) for n in self.random.integers(1, 12, rank))
        if rank and self.random.random() < 0.05:
            shape = (0,) + shape[1:]
        kind = self.random.integers(6)
        if kind == 0 and self.random.random() < 0.5:
            made = group.create_dataset(name, data=h5py.Empty(dtype))
        elif kind == 0:
            made = self.compact(group, name, shape, dtype)
        elif kind < 3 or not rank:
            made = self.contiguous(group, name, shape, dtype)
        else:
            made = self.chunked(group, name, shape, dtype)
        if self.random.random() < 0.3:
            self.attributes(made)

    def compact(self, group, name, shape, dtype):
        plist = h5p.create(h5p.DATASET_CREATE)
        plist.set_layout(h5d.COMPACT)
        space = h5s.create_simple(shape) if shape else h5s.create(h5s.SCALAR)
        values = self.values(shape, dtype)
        if values.nbytes > 60000:
            return self.contiguous(group, name, shape, dtype)
        made = h5py.Dataset(h5d.create(group.id, name.encode(), h5t.py_create(np.dtype(dtype)), space, plist))
        made[...] = values
        return made

    def contiguous(self, group, name, shape, dtype):
        fill = self.values((), dtype)[()] if self.random.random() < 0.5 else None
        made = group.create_dataset(name, shape, dtype, fillvalue=fill)
        if self.random.random() < 0.8:
            made[...] = self.values(shape, dtype)
        return made

    def chunked(self, group, name, shape, dtype):
        """Each kind of index comes from how many axes may grow, and of filters and early allocation."""
        rank = len(shape)
        chunks = tuple(int(self.random.integers(1, 2 * max(n, 1))) for n in shape)
        growing = self.pick([(), (), (0,), (rank - 1,), tuple(range(rank)), (0, rank - 1)]) if self.may_grow else ()
        largest = [max(n, c) for n, c in zip(shape, chunks)]
        maximum = tuple(None if a in growing else largest[a] + int(self.random.integers(3)) for a in range(rank))
        if self.random.random() < 0.3 and not growing:
            chunks, maximum = tuple(max(n, 1) for n in shape), tuple(max(n, 1) for n in shape)
        options = {}
        if self.random.random() < 0.5:
            options["compression"] = "gzip"
            options["compression_opts"] = int(self.random.integers(1, 10))
        if self.random.random() < 0.4:
            options["shuffle"] = True
        if self.random.random() < 0.4:
            options["fletcher32"] = True
        fill = self.values((), dtype)[()] if self.random.random() < 0.5 else None
        if not options and self.random.random() < 0.5:
            made = self.early(group, name, shape, dtype, chunks, maximum)
        else:
            made = group.create_dataset(name, shape, dtype, chunks=chunks, maxshape=maximum, fillvalue=fill, **options)
        values = self.values(shape, dtype)
        how = self.random.random()
        if how < 0.5:
            made[...] = values
        elif how < 0.8:
            # Here and there a chunk, the rest never written.
            for place in itertools.product(*(range(0, n, c) for n, c in zip(shape, chunks))):
                if self.random.random() < 0.4:
                    part = tuple(slice(p, p + c) for p, c in zip(place, chunks))
                    made[part] = values[part]
        else:
            # libhdf5 cannot resize what has chunks with masks.
            self.direct(made, values)
            growing = ()
        if growing and self.random.random() < 0.4:
            new = tuple(n + int(self.random.integers(-2, 20)) if a in growing else n for a, n in enumerate(shape))
            made.resize(tuple(max(1, n) for n in new))
            if self.random.random() < 0.5:
                made[...] = self.values(made.shape, dtype)
        return made

    def direct(self, made, values):
        """Chunks with filters left out, as their masks say."""
        for place in itertools.product(*(range(0, n, c) for n, c in zip(made.shape, made.chunks))):
            if self.random.random() < 0.5:
                part = np.zeros(made.chunks, made.dtype)
                inside = values[tuple(slice(p, p + c) for p, c in zip(place, made.chunks))]
                part[tuple(slice(0, n) for n in inside.shape)] = inside
                data, mask = part.tobytes(), 0
                plist = made.id.get_create_plist()
                for number in range(plist.get_nfilters()):
                    if plist.get_filter(number)[0] == h5py.h5z.FILTER_DEFLATE and self.random.random() < 0.5:
                        data = zlib.compress(data)
                    else:
                        mask |= 1 << number
                made.id.write_direct_chunk(place, data, mask)

    def early(self, group, name, shape, dtype, chunks, maximum):
        plist = h5p.create(h5p.DATASET_CREATE)
        plist.set_chunk(chunks)
        plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
        space = h5s.create_simple(shape, tuple(h5s.UNLIMITED if n is None else n for n in maximum))
        return h5py.Dataset(h5d.create(group.id, name.encode(), h5t.py_create(np.dtype(dtype)), space, plist))

    def large_index(self, file):
        """Indexes of several levels, blocks and pages."""
        count = self.pick([70, 1100, 2500])
        for name, maximum in [("fixed", (count,)), ("one", (None,)), ("two", (None, None))]:
            shape = (count,) if len(maximum) == 1 else (count // 20, 20)
            filtered = {"compression": "gzip", "compression_opts": 1} if self.random.integers(2) else {}
            made = file.create_dataset(name, shape, "<f4", chunks=(1,) * len(shape), maxshape=maximum, fillvalue=0.5, **filtered)
            values = self.values(shape, "<f4")
            if self.random.integers(2):
                made[...] = values
            else:
                half = shape[0] // 2
                made[half:half + 30] = values[half:half + 30]
                made[-3:] = values[-3:]
