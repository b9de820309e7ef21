"""The report's cell functions: their values, and their gradients against numeric ones."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from unroll import cells

ORDER = {
    "rnn_cell_forward": (("xt", "a_prev"), ("a_next", "yt_pred")),
    "rnn_forward": (("x", "a0"), ("a", "y_pred")),
    "lstm_cell_forward": (("xt", "a_prev", "c_prev"), ("a_next", "c_next", "yt_pred")),
    "lstm_forward": (("x", "a0"), ("a", "y", "c")),
}
BACKWARD = {
    "rnn_cell_backward": ("rnn_cell_forward", ("da_next",)), "rnn_backward": ("rnn_forward", ("da",)),
    "lstm_cell_backward": ("lstm_cell_forward", ("da_next", "dc_next")), "lstm_backward": ("lstm_forward", ("da",)),
}


def results(name, inputs, parameters):
    forward = BACKWARD.get(name, (name, ()))[0]
    outputs = getattr(cells, forward)(*(inputs[key] for key in ORDER[forward][0]), parameters)
    if name in BACKWARD:
        return getattr(cells, name)(*(inputs[key] for key in BACKWARD[name][1]), outputs[-1])
    found = dict(zip(ORDER[name][1], outputs))
    if name.startswith("lstm"):
        steps = [outputs[-1]] if name == "lstm_cell_forward" else outputs[-1][0]
        for position, gate in enumerate(("ft", "it", "cct", "ot"), start=4):
            values = np.stack([step[position] for step in steps], axis=-1)
            found[gate] = values[..., 0] if name == "lstm_cell_forward" else values
    return found


def cases(path):
    arrays = lambda values: {key: np.array(value) for key, value in values.items()}
    for case in json.loads(path.read_text())["cases"]:
        yield case["name"], arrays(case["inputs"]), arrays(case["parameters"]), arrays(case["outputs"]), case.get("printed", [])


def check(path):
    """Compares all cases of a file; returns the names of the functions seen."""
    seen = set()
    for name, inputs, parameters, outputs, printed in cases(path):
        found = results(name, inputs, parameters)
        assert set(outputs) <= set(found), name
        for key, value in outputs.items():
            np.testing.assert_allclose(found[key], value, rtol=0, atol=1e-10, err_msg=f"{name}: {key}")
        for entry in printed:
            key, _, index = entry["of"].partition("[")
            value = found[key]
            for position in index.rstrip("]").split("][") if index else []:
                value = value[int(position)]
            np.testing.assert_allclose(value, entry["value"], rtol=0, atol=1e-8, err_msg=f"{name}: {entry['of']}")
        seen.add(name)
    return seen


def test_every_function_gives_the_values_of_a_plain_implementation(root):
    assert check(root / "Tests" / "Fixtures" / "cells" / "cells.json") == {*ORDER, *BACKWARD}


def test_every_value_of_the_report(root):
    data = Path(os.environ.get("UNROLL_DATA", root.parent / "shared" / "data"))
    path = data.parent / "golden" / "cells.json"
    if not path.exists():
        pytest.skip("skipped: data set missing")
    assert len(check(path)) == 7


def drawn(kind, random, time):
    """Inputs of pairwise different sizes: n_x = 3, n_a = 5, n_y = 2, m = 4."""
    n_x, n_a, n_y, m = 3, 5, 2, 4
    if kind == "rnn":
        shapes = {"Wax": (n_a, n_x), "Waa": (n_a, n_a), "Wya": (n_y, n_a), "ba": (n_a, 1), "by": (n_y, 1)}
    else:
        shapes = {f"W{gate}": (n_a, n_a + n_x) for gate in "fico"} | {f"b{gate}": (n_a, 1) for gate in "fico"}
        shapes |= {"Wy": (n_y, n_a), "by": (n_y, 1)}
    parameters = {name: random.standard_normal(shape) for name, shape in shapes.items()}
    return parameters, random.standard_normal((n_x, m, time)), random.standard_normal((n_a, m)), random.standard_normal((n_a, m, time))


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_gradients_through_time_are_numeric_gradients(kind, random):
    parameters, x, a0, da = drawn(kind, random, 6)
    forward, backward = getattr(cells, f"{kind}_forward"), getattr(cells, f"{kind}_backward")
    gradients = backward(da, forward(x, a0, parameters)[-1])
    loss = lambda: float(np.sum(forward(x, a0, parameters)[0] * da))
    for key, array in {"x": x, "a0": a0, **parameters}.items():
        if f"d{key}" not in gradients:
            assert key in ("Wya", "Wy", "by")
            continue
        for index in list(np.ndindex(array.shape))[:: max(1, array.size // 7)]:
            kept, step = array[index], 1e-5
            array[index] = kept + step
            above = loss()
            array[index] = kept - step
            below = loss()
            array[index] = kept
            assert gradients[f"d{key}"][index] == pytest.approx((above - below) / (2 * step), rel=1e-6, abs=1e-8), key


def test_a_sequence_is_its_steps(random):
    parameters, x, a, _ = drawn("lstm", random, 4)
    whole = cells.lstm_forward(x, a, parameters)
    c = np.zeros_like(a)
    for t in range(4):
        a, c, y, _ = cells.lstm_cell_forward(x[:, :, t], a, c, parameters)
        np.testing.assert_allclose(a, whole[0][:, :, t], atol=1e-12)
        np.testing.assert_allclose(y, whole[1][:, :, t], atol=1e-12)
        np.testing.assert_allclose(y.sum(axis=0), 1, atol=1e-12)


def test_shapes_that_do_not_fit_are_named(random):
    parameters, x, a0, _ = drawn("rnn", random, 2)
    with pytest.raises(ValueError, match=r"Wax: expected shape \(5, 4\), found \(5, 3\)"):
        cells.rnn_forward(np.zeros((4, 4, 2)), a0, parameters)
    with pytest.raises(ValueError, match=r"xt: expected shape \(n_x, m\), found \(3, 4, 2\)"):
        cells.rnn_cell_forward(x, a0, parameters)
    with pytest.raises(KeyError, match="Waa"):
        cells.rnn_forward(x, a0, {key: value for key, value in parameters.items() if key != "Waa"})
