"""Writes the committed fixtures with real Keras 3 (TensorFlow backend).

    .venv-keras/bin/python Tests/Fixtures/make_fixtures.py

Everything is drawn from fixed seeds. Sizes are pairwise different (batch 2,
time 5, features 3, units 4) and every weight, biases included, is random:
with equal sizes or constant kernels, permuted gates would go unnoticed.
README.md beside this file says what the files hold.
"""
import os
import shutil
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import keras
import numpy as np
import tensorflow as tf
from keras.src.legacy.saving import legacy_h5_format

import archives
import inference_cases
import training_cases

HERE = Path(__file__).resolve().parent
OUT = HERE / "keras3"


def randomise(model, rng):
    """Random weights, biases included; variances stay positive."""
    for variable in model.weights:
        values = rng.normal(0, 0.5, variable.shape)
        if variable.path.endswith("moving_variance"):
            values = np.abs(values) + 0.5
        variable.assign(values.astype(variable.dtype))


def save(model, stem, formats):
    """Saves `model` as stem.<format> for each of `formats`; returns their names."""
    names = []
    for suffix in formats:
        path = OUT / f"{stem}.{suffix}"
        if suffix == "weights_only.h5":
            # Keras 3 no longer writes this kind, but still carries its writer.
            with h5py.File(path, "w") as file:
                legacy_h5_format.save_weights_to_hdf5_group(file, model)
        elif suffix == "weights.h5":
            model.save_weights(path)
        else:
            model.save(path)
        names.append(path.name)
    return names


def write_inference_cases(manifest):
    with h5py.File(OUT / "cases.h5", "w", libver="earliest") as file:
        for number, case in enumerate(inference_cases.all_cases()):
            keras.utils.clear_session(free_memory=False)
            keras.utils.set_random_seed(number)
            rng = np.random.default_rng(1000 + number)
            model = case.build()
            if not case.keep_initial_weights:
                randomise(model, rng)
            x = case.draw_input(rng)
            group = file.create_group(case.name)
            group["input"] = x
            group["output"] = model(x).numpy()
            if case.calls_twice:  # stateful: the second call goes on where the first stopped
                group["output_second"] = model(x).numpy()
                model.layers[0].reset_state()
            for index, state in enumerate(case.final_states(model, x)):
                group[f"state_{index}"] = state
            files = save(model, case.name, case.formats)
            manifest.append(f"case name={case.name} files={','.join(files)} dtype={x.dtype}")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    manifest = [
        f"versions keras={keras.__version__} tensorflow={tf.__version__} "
        f"h5py={h5py.__version__} numpy={np.__version__}"
    ]
    write_inference_cases(manifest)
    training_cases.write(OUT, manifest, randomise)
    (OUT / "manifest.txt").write_text("\n".join(manifest) + "\n")
    archives.settle(OUT)
    total = sum(path.stat().st_size for path in OUT.iterdir())
    print(f"{len(list(OUT.iterdir()))} files, {total / 1e6:.2f} MB in {OUT}")


if __name__ == "__main__":
    main()
