"""The fuzzers' mutator knows where HDF5 and ZIP keep their checksums."""
import io
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import make_corpus
import native
import variants

ROOT = Path(__file__).resolve().parents[2]
LSTM = ROOT / "Tests" / "Fixtures" / "keras3" / "lstm.h5"
CHECKED = {"latest": b"OHDR", "dense": b"FHDB", "fletcher": b"", "growing_latest": b"EAHD", "fletcher_latest": b"FADB", "userblock": b"OCHK"}


@pytest.fixture(scope="module")
def mutator():
    return native.Mutator(ROOT / "build" / "fuzz")


def stored_and_right(mutator, data: bytes) -> list[tuple[int, int, bytes]]:
    sums = []
    for start, length, at, kind in mutator.seals(data):
        block = bytearray(data)
        if start <= at < start + length:
            block[at : at + 4] = bytes(4)
        right = mutator.checksum(bytes(block[start : start + length]), kind)
        sums.append((int.from_bytes(data[at : at + 4], "little"), right, data[start : start + 4]))
    return sums


@pytest.mark.parametrize("name", [name for name in variants.NAMES if name != "image"])
def test_every_checksum_of_a_sound_file_is_found_right(mutator, tmp_path, name):
    data = variants.made(LSTM, name, tmp_path)
    sums = stored_and_right(mutator, data)
    assert all(stored == right for stored, right, _ in sums)
    if name in CHECKED:
        assert any(signature == CHECKED[name] or not CHECKED[name] for _, _, signature in sums)
    assert mutator.mend(data, data) == data


def test_every_checksum_of_deep_structures_is_found_right(mutator, tmp_path):
    with variants.create(tmp_path / "deep.h5", "latest") as file:
        make_corpus.deep(file)
    data = (tmp_path / "deep.h5").read_bytes()
    sums = stored_and_right(mutator, data)
    assert all(stored == right for stored, right, _ in sums)
    found = {signature for _, _, signature in sums}
    assert found >= {b"FRHP", b"FHIB", b"FHDB", b"BTHD", b"BTIN", b"BTLF", b"FAHD", b"FADB", b"EAHD", b"EAIB", b"EADB"}


def test_damage_behind_a_checksum_is_read_once_it_is_mended(mutator, tmp_path):
    data = bytearray(variants.made(LSTM, "latest", tmp_path))
    at = data.index(b"model_config")  # the name of an attribute, in the root's header
    data[at] ^= 1
    with pytest.raises((OSError, RuntimeError, KeyError)), h5py.File(io.BytesIO(data), "r") as file:
        list(file.attrs)
    with h5py.File(io.BytesIO(mutator.mend(bytes(data), None)), "r") as file:
        assert "lodel_config" in file.attrs


def test_chunks_and_members_are_mended(mutator, tmp_path):
    original = variants.made(LSTM, "fletcher", tmp_path)
    with h5py.File(io.BytesIO(original), "r") as file:
        name = next(f"model_weights/{path}" for path in _datasets(file["model_weights"]))
        offset = file[name].id.get_chunk_info(0).byte_offset
        before = file[name][()]
    data = original[:offset] + bytes([original[offset] ^ 1]) + original[offset + 1 :]
    with h5py.File(io.BytesIO(mutator.mend(data, original)), "r") as file:
        assert not np.array_equal(file[name][()], before)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a", b"stored text")
    archive = target.getvalue().replace(b"stored text", b"other words")
    with zipfile.ZipFile(io.BytesIO(mutator.mend(archive, None))) as mended:
        assert mended.read("a") == b"other words"


def _datasets(group: h5py.Group) -> list[str]:
    names: list[str] = []
    group.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    return names


def test_damage_is_the_same_for_the_same_seed(mutator):
    data = LSTM.read_bytes()
    damaged = [mutator.damage(data, seed) for seed in range(50)]
    assert damaged == [mutator.damage(data, seed) for seed in range(50)]
    assert len(set(damaged)) > 30
    # Most damage stands where it is: addresses still lead where they led.
    assert sum(len(other) == len(data) for other in damaged) > 45
