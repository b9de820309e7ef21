"""Hostile files are refused, or loaded rightly, in little time and memory; each
in a process of its own."""
import os
import resource
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest

import hostile_files as files
import native
import trial
import unroll

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("UNROLL_SHARED", ROOT.parent / "shared")) / "hostile"
# A second is what it may take; a slow, busy machine gets more, and what is
# quadratic or endless takes more than that.
SECONDS = 5
MEGABYTES = 100


@pytest.fixture(scope="module")
def mutator():
    return native.Mutator(ROOT / "build" / "fuzz")


@pytest.fixture
def attempt(tmp_path):
    def run(name: str, content: bytes | str) -> trial.Outcome:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return checked(path)

    return run


def checked(path: Path) -> trial.Outcome:
    # A busy machine makes one run slow; what is slow by itself is slow each time.
    for _ in range(3):
        ended, outcome = trial.in_a_process(path, seconds=2 * SECONDS)
        if ended == "" and outcome.seconds < SECONDS:
            break
    assert ended == "", ended
    assert outcome.stage != "out of memory", outcome.message
    assert outcome.seconds < SECONDS
    assert outcome.megabytes < MEGABYTES
    return outcome


def refused(outcome: trial.Outcome) -> None:
    assert outcome.stage in ("refused", "inspected"), outcome


# ---- the files that were found ---------------------------------------------------


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"there is no {SHARED} (UNROLL_SHARED names another place)")
@pytest.mark.parametrize("path", sorted(SHARED.glob("*")) if SHARED.is_dir() else [], ids=lambda path: path.name)
def test_files_that_once_did_harm(path, tmp_path):
    outcome = checked(path)
    if path.name.startswith("leak_"):
        refused(outcome)
    if outcome.stage in ("loaded", "predicted"):
        same_weights(path)


def same_weights(path: Path) -> None:
    """What loads has the numbers that libhdf5 reads, where libhdf5 survives."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            os.write(writing, b"".join(_stored(path)))
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        stored = pipe.read()
    if os.waitpid(child, 0)[1] != 0 or not stored:
        warnings.warn(f"{path.name}: libhdf5 does not read it; its weights are not compared", stacklevel=1)
        return
    mine = [np.asarray(weight, "f4").tobytes() for weight in unroll.load_model(path).get_weights()]
    assert b"".join(mine) == stored


def _stored(path: Path):
    with h5py.File(path, "r") as file:
        group = file["model_weights"]
        for layer in group.attrs["layer_names"]:
            names = group[layer].attrs["weight_names"]
            for name in names if names.dtype.kind != "f" else ():
                yield np.asarray(group[layer][name][()], "f4").tobytes()


# ---- chunks ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["raw", "deflate", "shuffle", "fletcher32", "deflate_fletcher32"])
def test_a_chunk_shorter_than_declared_is_refused(attempt, kind):
    refused(attempt("short.h5", files.short_chunk(kind)))


def test_chunks_that_hold_what_they_say_are_read(attempt):
    for options in ({"compression": "gzip"}, {"shuffle": True}, {"fletcher32": True}):
        assert attempt("whole.h5", files.hdf5(**options)).stage == "predicted"


# ---- structures that lie ------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        files.heap_of_everything,
        files.tree_that_holds_itself,
        files.chunk_tree_that_holds_itself,
        files.symbols_that_are_their_parent,
        files.symbol_node_of_65535,
        files.header_that_continues_in_itself,
        files.global_heap_of_empty_objects,
        files.groups_in_a_circle,
        files.doubling_groups,
    ],
    ids=lambda make: make.__name__,
)
def test_structures_that_lie_are_refused(attempt, make):
    refused(attempt("lie.weights.h5" if "groups" in make.__name__ else "lie.h5", make()))


@pytest.mark.parametrize("make", [files.heap_free_list_loop, files.tree_with_itself_as_sibling])
def test_what_a_reader_need_not_look_at_may_lie(attempt, make):
    attempt("lie.h5", make())


@pytest.mark.parametrize(
    ("offset", "value", "width"),
    [(6, 0, 4), (6, 2**32 - 1, 4), (10, 0, 2), (10, 65535, 2), (12, 65535, 2), (12, 1, 2), (24, 65535, 2), (26, 2**62, 8), (16, 48, 8)],
)
def test_a_v2_tree_that_lies(attempt, mutator, offset, value, width):
    attempt("tree.h5", files.huge_tree2(mutator, offset, value, width))


@pytest.mark.parametrize(
    ("offset", "value", "width"),
    [(5, 65535, 2), (10, 2**32 - 1, 4), (10, 0, 4), (110, 0, 2), (110, 65535, 2), (112, 0, 8), (112, 2**62, 8), (120, 0, 8),
     (128, 65535, 2), (128, 0, 2), (132, 48, 8), (140, 65535, 2), (140, 1, 2)],
)  # fmt: skip
def test_a_fractal_heap_that_lies(attempt, mutator, offset, value, width):
    attempt("heap.h5", files.heap_of(mutator, offset, value, width))


# ---- much of something --------------------------------------------------------------


def test_names_in_two_heaps_in_turn(attempt):
    attempt("names.h5", files.two_heaps_in_turn())


def test_paths_that_are_longer_than_their_file(attempt):
    attempt("paths.weights.h5", files.long_paths())


@pytest.mark.parametrize("make", [files.one_text_many_times, files.one_layer_many_times])
def test_lists_that_name_one_thing_many_times(attempt, make):
    refused(attempt("list.h5", make()))


@pytest.mark.parametrize("kind", ["wide", "overflow"])
def test_weights_of_a_giant_shape_are_refused(attempt, kind):
    refused(attempt("shape.h5", files.shape_of(kind)))


@pytest.mark.parametrize("options", [{}, {"chunks": (64, 5, 3)}, {"chunks": (1024, 5, 3), "compression": "gzip"}])
@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_a_sample_of_a_giant_shape_is_refused(attempt, options, dtype):
    shape = (2**28, 5, 3)
    if "chunks" in options:

        def build(file):
            files.fill(file)
            group = file.create_group("unroll_sample")
            group.create_dataset("input_0", shape=shape, dtype=dtype, **options)
            group.create_dataset("output_0", shape=(shape[0], 4), dtype="f4", chunks=(64, 4))

        refused(attempt("sample.h5", files.hdf5(build)))
    else:
        refused(attempt("sample.h5", files.sample_of(shape, dtype)))


def test_a_sample_of_another_shape_than_the_model_is_refused(attempt):
    refused(attempt("sample.h5", files.sample_of((2**14, 2**14), "u1")))


def test_a_sample_that_inflates_a_thousandfold_is_refused(attempt):
    refused(attempt("sample.h5", files.sample_of_zeros()))


@pytest.mark.parametrize("kind", ["declared", "inflating", "many"])
def test_an_optimizer_state_that_does_not_fit_is_left_out(attempt, kind):
    assert attempt("state.h5", files.optimizer_state(kind)).stage == "predicted"


def test_a_chunk_far_larger_than_its_dataset_is_refused(attempt):
    refused(attempt("chunk.h5", files.chunk_far_larger_than_its_dataset()))


def test_many_chunks_take_time_in_proportion(attempt):
    refused(attempt("chunks.h5", files.many_chunks()))


@pytest.mark.parametrize("where", ["layers", "root"])
def test_many_children_take_time_in_proportion(attempt, where):
    attempt("children.weights.h5", files.children(where=where))


@pytest.mark.parametrize("method", ["config.json", "model.weights.h5", "metadata.json", "unroll_sample.h5"])
def test_an_archive_that_inflates_without_end_is_refused(attempt, method):
    members = {"config.json": files.sequential([files.layer()]).encode(), "model.weights.h5": b"x"}
    content = files.keras({**members, method: bytes(512 << 20)})
    assert len(content) < 1 << 20
    refused(attempt("bomb.keras", content))


def test_members_that_share_their_bytes(attempt):
    refused(attempt("same.keras", files.same_member()))


# ---- configurations -----------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False])
def test_many_layers_take_time_in_proportion(attempt, named):
    attempt("layers.json", files.layers(20_000, named))


@pytest.mark.parametrize(
    "text",
    [
        '{"class_name":"Sequential","config":[{"class_name":"Merge"}]}',
        '{"class_name":"Sequential","config":[{"class_name":"Merge","config":{}}]}',
        '{"class_name":"Sequential","config":[{"class_name":"Merge","config":{"layers":[{"class_name":"Merge"}]}}]}',
        '{"class_name":"Sequential","config":{"layers":[{"class_name":"Merge","config":{"layers":[]}}]}}',
        '{"class_name":"Merge"}',
        '{"class_name":"Merge","config":{"layers":[{"class_name":"Sequential","config":[{"class_name":"Merge"}]}]}}',
    ],
)
def test_a_merge_without_layers_is_refused(attempt, text):
    refused(attempt("merge.json", text))


@pytest.mark.parametrize("depth", [20, 60, 120, 2000])
@pytest.mark.parametrize("kind", ["Sequential", "Bidirectional", "TimeDistributed", "Merge"])
def test_nesting_fits_the_stack_or_is_refused(attempt, kind, depth):
    attempt("nested.json", files.nested(depth, kind))


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 1_000_000, "[" * 100 + "]" * 100, "[[],[]" * 1_000_000])
def test_deep_json_is_refused(attempt, text):
    refused(attempt("deep.json", text))


@pytest.mark.parametrize(
    "text",
    [files.merged(), files.graph(4000, 0), files.graph(100, 200), files.joined(20_000)],
    ids=["merged", "row", "calls", "joined"],
)
def test_large_graphs_take_time_in_proportion(attempt, text):
    attempt("graph.json", text)


def test_models_that_hold_models(attempt):
    attempt("models.json", files.doubling_models())


@pytest.mark.parametrize("units", [2**20, 2**31, 2**62, 10**30])
def test_a_file_with_fewer_weights_than_its_configuration_asks_for_is_refused(attempt, units):
    big = {**files.LSTM, "units": units}
    refused(attempt("big.h5", files.hdf5(config=files.sequential([files.layer(big)]))))
    dense = [files.layer({**files.LSTM, "batch_input_shape": [None, 5, units]})]
    refused(attempt("wide.h5", files.hdf5(config=files.sequential(dense))))
