"""The works of `make bench WORK=grid`, with small sizes and without the peers."""
import sys

import numpy as np
import pytest

import unroll
from conftest import ROOT

sys.path.insert(0, str(ROOT / "Benchmarks"))
from grid import data, works  # noqa: E402
from grid.keras_style import build  # noqa: E402
from grid.language import every_step, tiny  # noqa: E402

NAMES = works.names()


@pytest.mark.parametrize("name", NAMES)
def test_every_work_of_the_grid_builds_trains_and_predicts(name):
    work = tiny(NAMES[name])
    model = build(unroll, work)
    model.compile(optimizer="adam", loss=work.loss)
    x = data.inputs(work)
    y = data.targets(work, model.output_shape[1:])
    assert np.isfinite(model.train_on_batch(x, y))
    predicted = model.predict_on_batch(x)
    assert predicted.shape == (work.batch, *model.output_shape[1:])
    assert predicted.ndim == (3 if every_step(work) else 2), "the title names other axes than the output has"
    assert np.isfinite(predicted).all()


def test_no_two_works_of_the_grid_have_the_same_title():
    titles = [work.title for work in NAMES.values()]
    assert len(set(titles)) == len(titles)


def test_works_of_the_grid_are_chosen_by_family_and_number():
    assert works.chosen("grid") == list(NAMES)
    assert works.chosen("grid:gru") == [f"gru/{n}" for n in range(1, 11)]
    assert works.chosen("grid:text/3,rnn/1") == ["rnn/1", "text/3"]
    with pytest.raises(ValueError, match="the grid has no lsmt"):
        works.chosen("grid:lsmt")
