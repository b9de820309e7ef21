"""Picks small files that real old Keras versions wrote, with what those computed.

    make test-keras-versions VERSIONS="..."     # leaves the files in build/keras/<version>
    .venv/bin/python Tests/Fixtures/make_old_keras_fixtures.py

One line of CHOICES a fixture; each shows something that only real files showed.
Layout: see README.md. The versions behind each stand in the manifest.
"""
import json
import shutil
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).resolve().parent
OUT, BUILD = HERE / "old_keras", HERE.parent.parent / "build" / "keras"
ENDINGS = {"full": "h5", "weights": "weights_only.h5", "keras": "keras", "v3": "weights.h5"}
# version, group and name in the matrix, kinds of files, name of the fixture
CHOICES = (
    ("1.2.2", "chains", "character model", ("full", "weights"), "keras122_character_model"),
    ("1.2.2", "wrappers", "Bidirectional(GRU)", ("full", "weights"), "keras122_bidirectional"),
    ("1.2.2", "graphs", "Concatenate", ("full",), "keras122_merge"),
    ("1.2.2", "convolution", "Conv1D same dilation", ("full",), "keras122_dilation"),
    ("2.0.6", "recurrent", "GRU", ("full",), "keras206_gru"),
    ("2.2.4", "masks", "Embedding(mask_zero), Bidirectional(LSTM)", ("full",), "keras224_bidirectional_mask"),
    ("2.2.4", "optimizers", "Adagrad", ("full",), "keras224_adagrad"),
    ("2.2.4", "optimizers", "Nadam", ("full",), "keras224_nadam"),
    ("2.3.1", "chains", "tagger", ("full",), "keras231_tagger"),
    ("2.12", "feed forward", "Activation log_softmax", ("keras", "v3"), "tfkeras212_log_softmax"),
    ("2.15", "cudnn", "CuDNNLSTM and CuDNNGRU", ("full", "weights", "keras", "v3"), "tfkeras215_cudnn"),
    ("2.15", "cudnn", "Bidirectional(CuDNNLSTM)", ("keras", "v3"), "tfkeras215_bidirectional_cudnn"),
)


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    manifest = []
    with h5py.File(OUT / "cases.h5", "w", libver="earliest") as cases, h5py.File(OUT / "training.h5", "w", libver="earliest") as training:
        for version, group, label, kinds, name in CHOICES:
            index = json.loads((BUILD / version / "index.json").read_text())
            entry = next(one for one in index["models"] if (one["group"], one["name"]) == (group, label))
            stored = np.load(BUILD / version / f"m{entry['number']:03d}.npz")
            files = []
            for kind in kinds:
                files.append(f"{name}.{ENDINGS[kind]}")
                shutil.copy(BUILD / version / entry["files"][kind], OUT / files[-1])
            by = f"by=Keras_{index['version']},TensorFlow_{index['tensorflow']},h5py_{index['h5py']}"
            if group == "optimizers":
                manifest.append(f"resume name={name} saved={','.join(files)} batch=4 steps={len(stored['losses'])} {by}")
                keep = training.require_group("data")
                for key in ("x", "y"):
                    if key not in keep:
                        keep[key] = stored[key]
                    assert np.array_equal(keep[key][...], stored[key])
                training[f"resume/{name}/losses"] = stored["losses"].astype("float32")
                for number in range(sum(key[0] == "w" for key in stored.files)):
                    training[f"resume/{name}/weight_{number}"] = stored[f"w{number}"]
            else:
                manifest.append(f"case name={name} files={','.join(files)} dtype=float32 {by}")
                cases[f"{name}/input"] = stored["x0"].astype("float32")
                cases[f"{name}/output"] = stored["y0"].astype("float32")
    (OUT / "manifest.txt").write_text("\n".join(manifest) + "\n")
    print(f"{len(list(OUT.iterdir()))} files, {sum(path.stat().st_size for path in OUT.iterdir()) / 1e6:.2f} MB in {OUT}")


if __name__ == "__main__":
    main()
