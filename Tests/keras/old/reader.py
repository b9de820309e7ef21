"""What one old Keras wrote, read by Unroll and compared; and what Unroll writes for that Keras to open."""
import json
from pathlib import Path

import numpy as np

import models
import optimizing
from spec import Graph, N, worst

FLOAT32, TRAINED = 1e-5, 1e-4
LIMITS = {"float64": 1e-12, "float16": 5e-3}  # float16: that Keras rounds every step, Unroll computes in float32
READS = ("reads .h5", "reads weights .h5", "reads .json", "reads .keras", "reads .weights.h5", "in code, weights .h5", "inspects", "goes on training")
OPENS = ("opens our .h5", "opens our weights .h5", "opens our .keras", "opens our .weights.h5", "goes on from ours")


class Reader:
    """One version's folder. `cells` collects (group, name, column, state, detail)."""

    def __init__(self, version, folder):
        self.version, self.folder = version, Path(folder)
        index = json.loads((self.folder / "index.json").read_text())
        self.entries, self.release = index["models"], index["version"]
        self.number = tuple(int(part) for part in self.release.split("-")[0].split("."))
        self.versions = "Keras {version}, TensorFlow {tensorflow}, h5py {h5py}, numpy {numpy}".format(**index)
        self.nodes = {(group, name): model for group, name, model in models.rows(self.number)}
        self.nodes.update({(dtype, name): model for dtype in LIMITS for name, model in models.of_types()})
        self.cells, self.wanted = [], []
        (self.folder / "ours").mkdir(exist_ok=True)

    def check(self, entry, column, function, limit):
        import unroll

        try:
            value = function()
            state, detail = ("ok", "") if value <= limit else ("FAIL", f"differs by {value:.2e}, limit {limit:.0e}")
        except unroll.UnrollError as error:
            unsupported = isinstance(error, NotImplementedError)
            state, detail = "unsupported" if unsupported else "FAIL", f"{type(error).__name__}: {error}"
        except Exception as error:  # a defect of ours as much as of this script: show it
            state, detail = "FAIL", f"{type(error).__name__}: {error}"
        self.cells.append((entry["group"], entry["name"], column, state, detail[:400]))
        return state == "ok"

    def read(self):
        for entry in self.entries:
            if "error" in entry:
                self.cells.append((entry["group"], entry["name"], "wrote", "not in Keras", entry["error"]))
            if entry["group"] == "refused":
                self.refused(entry)
            elif "error" in entry:
                continue
            elif entry["group"] in ("optimizers", "losses"):
                self.trained(entry)
            else:
                self.model(entry)
        (self.folder / "wanted.json").write_text(json.dumps(self.wanted))

    def stored(self, entry):
        with np.load(self.folder / f"m{entry['number']:03d}.npz") as file:
            return {key: file[key] for key in file.files}

    def model(self, entry):
        import unroll

        stored = self.stored(entry)
        x = [stored[f"x{n}"] for n in range(sum(key[0] == "x" for key in stored))]
        y = [stored[f"y{n}"] for n in range(sum(key[0] == "y" for key in stored))]
        if x[0].dtype == np.float16:
            x = [one.astype("float32") for one in x]
        limit = LIMITS.get(entry["group"], FLOAT32)
        files = {kind: str(self.folder / name) for kind, name in entry["files"].items()}

        def predicted(model):
            one = x[0] if len(x) == 1 else x
            found = [output for _ in range(2 if entry["twice"] else 1) for output in listed(model.predict(one, verbose=0))]
            return worst(found, y)

        def weights_into(model, path):
            model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
            model.load_weights(path)
            return predicted(model)

        def inspects():
            told = unroll.inspect(files["full"])
            text = json.dumps(told)
            assert self.release in text, f"{self.release} is not named in {text[:200]}"
            return 0

        readable = self.check(entry, "reads .h5", lambda: predicted(unroll.load_model(files["full"])), limit)
        self.check(entry, "inspects", inspects, 0)
        if readable:
            self.check(entry, "reads weights .h5", lambda: weights_into(unroll.load_model(files["full"]), files["weights"]), limit)
        if "json" in files:
            self.check(entry, "reads .json", lambda: weights_into(
                unroll.models.model_from_json(Path(files["json"]).read_text()), files["weights"]), limit)
        if "keras" in files:
            self.check(entry, "reads .keras", lambda: predicted(unroll.load_model(files["keras"])), limit)
        if "v3" in files and readable:
            self.check(entry, "reads .weights.h5", lambda: weights_into(unroll.load_model(files["full"]), files["v3"]), limit)
        if "plain" in files:
            self.check(entry, "reads .h5", lambda: predicted(unroll.load_model(files["plain"])), limit)
        spec = self.nodes.get((entry["group"], entry["name"]))
        if spec is not None and not isinstance(spec, Graph) and entry["group"] not in LIMITS:
            self.check(entry, "in code, weights .h5", lambda: weights_into(self.in_code(spec), files["weights"]), limit)
        if readable and entry["group"] != "float16":
            self.check(entry, "writes", lambda: self.write(entry, unroll.load_model(files["full"])), 0)

    def write(self, entry, model):
        number, arrays = entry["number"], f"m{entry['number']:03d}.npz"
        base = {"arrays": arrays, "twice": entry["twice"], "group": entry["group"], "name": entry["name"]}

        def wanted(column, ending, save, **more):
            file = f"ours/m{number:03d}.{ending}"
            save(str(self.folder / file))
            self.wanted.append({**base, "column": column, "file": file, "id": len(self.wanted), **more})

        wanted("opens our .h5", "h5", model.save)
        if entry["group"] == "cudnn":  # that Keras cannot run its own model here
            return 0
        wanted("opens our weights .h5", "weights_only.h5", model.save_weights, model=entry["files"]["full"])
        if "keras" in entry["files"]:
            wanted("opens our .keras", "keras", model.save)
        if "v3" in entry["files"]:
            wanted("opens our .weights.h5", "weights.h5", model.save_weights, model=entry["files"]["full"])
        return 0

    def in_code(self, spec):
        """The model built with Unroll as this Keras meant it by default."""
        import unroll

        old = self.number < (2, 3) and "-tf" not in self.release or self.version == "tf1.15"

        def node(one):
            options = {key: value(option) for key, option in one.options.items()}
            if one.cls in ("LSTM", "GRU", "LSTMCell", "GRUCell") and old:
                options.setdefault("recurrent_activation", "hard_sigmoid_keras2")
            if one.cls in ("GRU", "GRUCell") and (self.number < (2, 4) and "-tf" not in self.release or old):
                options.setdefault("reset_after", False)
            options.pop("implementation", None)
            return N(one.cls, **options)

        def value(option):
            if hasattr(option, "cls"):
                return node(option)
            if isinstance(option, list):
                return [value(one) for one in option]
            return "hard_sigmoid_keras2" if option == "hard_sigmoid" else option

        import dataclasses
        return dataclasses.replace(spec, layers=tuple(node(one) for one in spec.layers)).build(unroll)

    def refused(self, entry):
        """What Unroll cannot do must be said, with the layer's class, and not be half done."""
        import unroll

        if "full" not in entry["files"] or not (self.folder / entry["files"]["full"]).exists():
            return

        def run():
            try:
                unroll.load_model(str(self.folder / entry["files"]["full"]))
            except NotImplementedError as error:
                assert entry["name"].split()[0] in str(error), f"the message does not name the class: {error}"
                return 0
            raise AssertionError("was loaded")
        self.check(entry, "refuses", run, 0)

    def trained(self, entry):
        import unroll

        stored = self.stored(entry)
        count = sum(key[0] == "w" for key in stored)

        def goes_on(path):
            model = unroll.load_model(path)
            losses = optimizing.train(model, stored["x"], stored["y"], optimizing.SECOND)
            return min(max(worst([np.array(losses)], [stored[f"losses{after}"]]),
                           # Keras 1 has an array for each gate: there the losses say it.
                           0 if self.number < (2,) else worst(model.get_weights(), [stored[f"{kind}w{n}"] for n in range(count)]))
                       for kind, after in (("", ""), ("loaded_", "_loaded")))

        for kind in ("full", "keras"):
            if kind in entry["files"]:
                path = str(self.folder / entry["files"][kind])
                good = self.check(entry, "goes on training", lambda: goes_on(path), TRAINED)
        if good:
            file = f"ours/m{entry['number']:03d}.h5"
            unroll.load_model(str(self.folder / entry["files"]["full"])).save(str(self.folder / file))
            self.wanted.append({"arrays": f"m{entry['number']:03d}.npz", "group": entry["group"], "name": entry["name"], "training": True,
                                "column": "goes on from ours", "file": file, "id": len(self.wanted)})

    def opened(self):
        """Judges what that Keras made of our files."""
        for one in json.loads((self.folder / "opened.json").read_text()):
            entry = {"group": one["group"], "name": one["name"]}

            def run():
                if "error" in one:
                    raise AssertionError(one["error"])
                with np.load(self.folder / one["arrays"]) as wanted, np.load(self.folder / one["result"]) as found:
                    key = "w" if one.get("training") else "y"
                    count = sum(name[0] == key for name in wanted.files)
                    return worst([found[f"{key}{n}"] for n in range(count)], [wanted[f"{key}{n}"] for n in range(count)])

            limit = TRAINED if one.get("training") else LIMITS.get(one["group"], FLOAT32)
            self.check(entry, one["column"], run, limit)


def listed(outputs):
    return [np.asarray(one) for one in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
