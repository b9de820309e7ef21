"""The reader and libhdf5 find the same groups, attributes and numbers.

Needs `swift build --product h5dump-unroll`; UNROLL_TREES chooses how many
generated files are compared.
"""
import os
import sys
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from referee import Comparison, DUMP, ROOT, dump  # noqa: E402
from trees import Tree  # noqa: E402

TREES = int(os.environ.get("UNROLL_TREES", 300))


def compare(paths):
    comparison = Comparison()
    for path, ours in zip(paths, dump(paths), strict=True):
        comparison.file(path, ours)
    return comparison


def test_generated_trees_are_read_as_libhdf5_reads_them(tmp_path):
    paths = []
    for seed in range(TREES):
        paths.append(tmp_path / f"{seed}.h5")
        Tree(paths[-1], seed)
    comparison = compare(paths)
    print(f"{TREES} files, {comparison.objects} objects, {comparison.values} elements, {comparison.refusals} refusals")
    assert comparison.differences == []
    assert comparison.objects > 5 * TREES and comparison.refusals > 0


def test_indexes_that_take_a_hundred_thousand_chunks_are_read(tmp_path):
    """Extensible arrays have pages from 131,060 chunks on, and trees another level."""
    path = tmp_path / "large.h5"
    with h5py.File(path, "w", libver="latest") as file:
        for name, shape, maximum, options in [
            ("extensible", (150_000,), (None,), {}),
            ("filtered", (140_000,), (None,), {"shuffle": True}),
            ("fixed", (150_000,), None, {}),
            ("tree", (150, 200), (None, None), {}),
        ]:
            made = file.create_dataset(name, shape, "<f4", chunks=(1,) * len(shape), maxshape=maximum, fillvalue=2, **options)
            for start in (0, 70_000, 131_000, 139_990):
                made[start:start + 150] = np.random.default_rng(start).normal(size=made[start:start + 150].shape)
    assert compare([path]).differences == []


def test_fixtures_are_read_as_libhdf5_reads_them():
    paths = sorted((ROOT / "Tests" / "Fixtures").rglob("*.h5"))
    comparison = compare(paths)
    print(f"{len(paths)} files, {comparison.objects} objects, {comparison.values} elements, {comparison.refusals} refusals")
    assert comparison.objects > 1000
    # Two files that exist to be refused.
    known = ("shape_bomb.h5", "external_data.h5")
    assert [d for d in comparison.differences if not any(name in d for name in known)] == []
