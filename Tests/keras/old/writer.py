"""Runs inside the environment of one old Keras, Python 3.6 or newer.

    writer.py write VERSION FOLDER [MATCH]   writes files and what that Keras computed from them
    writer.py open VERSION FOLDER            opens what Unroll wrote and says what it computes

`write` leaves index.json: one entry a model with the names of its files, and
arrays.npz beside them. `open` reads wanted.json and leaves opened.json.
"""
import json
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import numpy as np

import adapter
import models
import optimizing


def randomise(model, rng):
    """Random weights, biases included; variances stay positive."""
    for layer in model.layers:  # layer by layer: a model's weights and get_weights() may differ in order
        if hasattr(layer, "layers"):
            randomise(layer, rng)
            continue
        values = []
        for variable, old in zip(layer.weights, layer.get_weights()):
            value = rng.normal(0, 0.4, old.shape)
            if any(word in variable.name for word in ("variance", "running_std")):
                value = np.abs(value) + 0.5
            values.append(value.astype(old.dtype))
        layer.set_weights(values)


def arrays(outputs):
    return [np.asarray(one) for one in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def computed(model, x, twice):
    """What the model predicts; a stateful one is called twice, the second call goes on from the first."""
    one = x[0] if len(x) == 1 else x
    tensorflow = sys.modules["tensorflow"]
    if getattr(tensorflow, "executing_eagerly", bool)():  # without tracing a function, a second a model
        call = lambda: model(one, training=False)
    else:
        call = lambda: model.predict(one, batch_size=len(x[0]))
    return [y for _ in range(2 if twice else 1) for y in arrays(call())]


def save_arrays(path, x, y):
    np.savez(path, **dict([("x%d" % n, v) for n, v in enumerate(x)] + [("y%d" % n, v) for n, v in enumerate(y)]))


class Writer:
    def __init__(self, version, folder):
        self.keras = adapter.started(version)
        self.K = adapter.Adapter(self.keras)
        self.version, self.folder = version, folder
        self.index = []

    def entry(self, group, name, function):
        """Runs `function(entry)`; what this Keras cannot do is noted with its message."""
        number = len(self.index)
        entry = {"number": number, "group": group, "name": name, "files": {}}
        self.index.append(entry)
        if hasattr(self.keras.backend, "clear_session"):
            self.keras.backend.clear_session()
        try:
            function(entry)
        except Exception as error:
            entry["error"] = "%s: %s" % (type(error).__name__, str(error)[:300])
            entry["where"] = "".join(traceback.format_tb(sys.exc_info()[2])[-2:])
        if number % 20 == 0:
            self.save_index()

    def path(self, entry, kind, ending):
        entry["files"][kind] = "m%03d.%s" % (entry["number"], ending)
        return os.path.join(self.folder, entry["files"][kind])

    def model(self, model, first=None, dtype=None, policy=None):
        def run(entry):
            rng = adapter.Random(100 + entry["number"])
            made = models.build(model, self.K, first)
            randomise(made, rng)
            x = model.inputs(rng, dtype or "float32")
            y = computed(made, x, model.fixed_batch)
            save_arrays(os.path.join(self.folder, "m%03d.npz" % entry["number"]), x, y)
            entry["twice"] = bool(model.fixed_batch)
            if model.fixed_batch:
                made.reset_states()
            self.files(entry, made)
        return run

    def files(self, entry, made):
        made.save(self.path(entry, "full", "h5"))
        made.save_weights(self.path(entry, "weights", "weights_only.h5"))
        text = made.to_json()
        with open(self.path(entry, "json", "json"), "w") as file:
            file.write(text)
        major, minor = self.K.version[:2]
        if (major, minor) >= (2, 12):
            for kind, ending, save in (("keras", "keras", lambda path: made.save(path, save_format="keras")),
                                       ("v3", "weights.h5", made.save_weights)):
                path = self.path(entry, kind, ending)
                try:
                    save(path)
                except Exception as error:
                    entry["files"].pop(kind)
                    entry.setdefault("notes", []).append("%s: %s" % (kind, str(error)[:200]))

    def write(self, match):
        number = 0
        for group, name, model in models.rows(self.K.version):
            if match.lower() in name.lower():
                number += 1
                # Half of the Sequential models of tf.keras begin with an InputLayer, as people write them.
                first = "InputLayer" if self.version.count(".") < 2 and number % 2 else None
                self.entry(group, name, self.model(model, first))
        for dtype in ("float64", "float16"):
            for name, model in models.of_types():
                if match.lower() in name.lower():
                    before = self.keras.backend.floatx()
                    self.keras.backend.set_floatx(dtype)
                    self.entry(dtype, name, self.model(model, dtype=dtype))
                    self.keras.backend.set_floatx(before)
        for name, model in models.REFUSED:
            if match.lower() in name.lower():
                self.entry("refused", name, self.model(model))
        if "cudnn" in match.lower() or not match:
            import cudnn

            cudnn.write(self)
        optimizing.write(self, match)
        self.save_index()

    def save_index(self):
        with open(os.path.join(self.folder, "index.json"), "w") as file:
            json.dump({"version": self.keras.__version__, "h5py": __import__("h5py").__version__, "numpy": np.__version__,
                       "tensorflow": sys.modules["tensorflow"].__version__, "models": self.index}, file, indent=1)

    def open(self):
        with open(os.path.join(self.folder, "wanted.json")) as file:
            wanted = json.load(file)
        for one in wanted:
            try:
                if hasattr(self.keras.backend, "clear_session"):
                    self.keras.backend.clear_session()
                self.open_one(one)
            except Exception as error:
                one["error"] = "%s: %s" % (type(error).__name__, str(error)[:400])
        with open(os.path.join(self.folder, "opened.json"), "w") as file:
            json.dump(wanted, file, indent=1)

    def open_one(self, one):
        path = os.path.join(self.folder, one["file"])
        if one.get("training"):
            return optimizing.open(self, one, path)
        load = self.keras.models.load_model
        base = os.path.join(self.folder, one["model"]) if "model" in one else path
        model = load(base, compile=False) if self.K.version >= (2, 0, 9) else load(base)
        if "model" in one:  # a file of weights, into the model that this Keras wrote
            model.set_weights([np.zeros_like(w) for w in model.get_weights()])
            model.load_weights(path)
        with np.load(os.path.join(self.folder, one["arrays"])) as stored:
            x = [stored["x%d" % n] for n in range(sum(key.startswith("x") for key in stored.files))]
        y = computed(model, x, one["twice"])
        one["names"] = [layer.name for layer in model.layers]
        one["result"] = "opened%s.npz" % one["id"]
        save_arrays(os.path.join(self.folder, one["result"]), [], y)


if __name__ == "__main__":
    task, version, folder = sys.argv[1:4]
    writer = Writer(version, folder)
    if task == "write":
        writer.write(sys.argv[4] if len(sys.argv) > 4 else "")
    else:
        writer.open()
