"""Functional graphs in which masks meet, written by real Kerases that treat them differently.

    .venv-keras/bin/python Tests/Fixtures/make_mask_fixtures.py

runs itself with Keras 3, with tf_keras (Keras 2), and with the Keras 3.3 whose sources stand in the directory
KERAS33 (an unpacked wheel), where versions differ. `masks/manifest.txt`: one line per file, `graph name= inputs=
outputs=`; the arrays are `<name>/in0`, `<name>/out0`, ... in `masks/cases.h5`. The graphs are the matrix's
(`Tests/keras/masked.py`).
"""
import os
import pathlib
import subprocess
import sys

import archives

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HERE = pathlib.Path(__file__).parent
OUT = HERE / "masks"
#: Rows of the matrix, by the name that their files have.
ROWS = {
    "states": "initial_state GRU", "both_states": "initial_state Bidirectional", "multiply": "Multiply of half",
    "maximum": "Maximum of two", "add": "Add of half", "concatenate": "Concatenate of half",
    "attention": "Attention", "before_attention": "before Attention", "by_hand": "attention by hand",
    "compute_mask": "Embedding.compute_mask", "given": "a mask given to LSTM",
}
DIFFERS_IN_33 = ("multiply", "maximum", "add", "concatenate")


def write(library):
    sys.path.insert(0, str(HERE.parent / "keras"))
    import h5py
    import masked
    import numpy as np
    from spec import keras_call, randomise

    keras = __import__("tf_keras" if library == "keras2" else "keras")
    graphs = dict(masked.masks_that_meet())
    with h5py.File(OUT / "cases.h5", "a") as cases, open(OUT / "manifest.txt", "a") as manifest:
        manifest.write(f"versions {library}={keras.__version__}\n")
        for name, row in ROWS.items():
            if library == "keras33" and name not in DIFFERS_IN_33:
                continue
            rng = np.random.default_rng(3)
            model = graphs[row].build(keras)
            randomise(model, rng)
            inputs = graphs[row].inputs(rng)
            outputs = keras_call(model, inputs)
            file = f"{name}_{library}"
            for kind, arrays in (("in", inputs), ("out", outputs)):
                for index, array in enumerate(arrays):
                    cases[f"{file}/{kind}{index}"] = np.asarray(array, "f4")
            model.save(OUT / f"{file}.{'h5' if library == 'keras2' else 'keras'}")
            manifest.write(f"graph name={file} inputs={len(inputs)} outputs={len(outputs)}\n")


if len(sys.argv) > 1:
    write(sys.argv[1])
else:
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    for library in ("keras3", "keras33", "keras2"):
        paths = {"PYTHONPATH": os.environ["KERAS33"]} if library == "keras33" else {}
        subprocess.run([sys.executable, __file__, library], env={**os.environ, **paths}, check=True)
    archives.settle(OUT)
