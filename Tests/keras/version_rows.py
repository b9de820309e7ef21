"""One Keras 3 of any version beside Unroll: every model and optimizer through every file format.

Nothing here trains in float64 or streams: that does not depend on the version
and is tried once, by `run.py`. `versions.py` starts this file in a process
whose `keras` is the version asked for:

    python version_rows.py results.jsonl [--match TEXT] [--random 20]
"""
import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from predictions import FLOAT32, Row
from results import KerasFailure, NOT_IN_KERAS, Recorder, by_keras
from spec import N, Spec, keras_call, randomise, worst
from version_columns import OPENS, READS

POLICIES = ("float16", "bfloat16", "mixed_float16", "mixed_bfloat16", "float64")


class VersionRow(Row):
    """A model of the catalogue: each file is a check of its own, since old versions cannot write every one."""

    def theirs(self, model, suffix):
        path = self.folder / f"theirs.{suffix}"
        if path.exists():
            path.unlink()
        with by_keras():
            (model.save_weights if suffix == "weights.h5" else model.save)(path)
        return path

    def exchange(self, keras):
        try:
            model, x, y = self.reference(keras)
            whole = self.theirs(model, "keras")
        except KerasFailure as error:
            for column in READS + OPENS:
                self.recorder.add(self.section, self.name, column, NOT_IN_KERAS, str(error)[:300])
            return
        self.check(READS[0], self.unless_lost(keras, whole, self.read(keras, whole, x, y), x, y))
        self.check(READS[1], lambda: self.read_h5(keras, model, x, y))
        self.check(READS[2], lambda: self.into_code(self.theirs(model, "weights.h5"), x, y))
        for column, suffix in zip(OPENS, ("keras", "h5", "weights.h5", "legacy.h5")):
            if suffix in ("keras", "h5"):
                self.check(column, self.unless_lost(keras, whole, self.write(keras, whole, suffix, x, y), x, y))
            else:
                self.check(column, self.write_weights(keras, model, whole, suffix, x, y))
        self.check(OPENS[4], lambda: self.code_opens(keras, model, x, y))

    def read_h5(self, keras, model, x, y):
        path = self.theirs(model, "h5")
        return self.unless_lost(keras, path, self.read(keras, path, x, y), x, y)()

    def unless_lost(self, keras, path, run, x, y):
        """`run`, unless Keras itself opens its own file as another model: 3.2 takes all calls of a shared layer for the first."""
        def checked():
            failure = None
            try:
                value = run()
            except AssertionError as error:
                value, failure = np.inf, error
            if value > FLOAT32 and not self.model.fixed_batch:
                try:
                    own = keras_call(keras.models.load_model(path, compile=False), x)
                except Exception:
                    own = y  # 3.0 cannot open every file of its own: that excuses nothing
                if worst(own, y) > FLOAT32:
                    raise KerasFailure("Keras itself computes something else from its own file")
            if failure:
                raise failure
            return value
        return checked

    def into_code(self, path, x, y):
        """Their weights into the same model built with Unroll."""
        import unroll

        ours = self.model.build(unroll)
        ours.load_weights(str(path))
        return worst(self.ours(ours, x), y)

    def code_opens(self, keras, model, x, y):
        """A model built with Unroll, saved both ways, opened by Keras."""
        import unroll

        ours = self.model.build(unroll)
        ours.set_weights(model.get_weights())
        values = []
        for suffix in ("keras", "h5"):
            path = self.folder / f"code.{suffix}"
            ours.save(str(path))
            opened = keras.models.load_model(path, compile=False)
            found = keras_call(opened, x)
            if self.model.fixed_batch:
                found += keras_call(opened, x)
            values.append(worst(found, y))
        return max(values)


class PolicyRow(VersionRow):
    """A dtype policy: files hold its weights, and Unroll computes with them in float32 or float64."""

    def __init__(self, recorder, name, policy, folder):
        super().__init__(recorder, "layers", name, self.spec(policy), folder, 77)
        self.policy = policy

    @staticmethod
    def spec(policy):
        own = {"dtype": policy} if policy else {}
        return Spec((N("Bidirectional", layer=N("LSTM", units=4, return_sequences=True, **own), **own),
                     N("LayerNormalization", **own), N("GRU", units=5, **own), N("Dense", units=2, **own)))

    def exchange(self, keras):
        import unroll

        try:
            with by_keras():
                keras.backend.clear_session()
                rng = np.random.default_rng(self.seed)
                x = self.model.inputs(rng)
                twin = self.spec(None).build(keras)
                randomise(twin, rng)
                model = self.model.build(keras)
                half = [np.asarray(w).astype(str(v.dtype)) for w, v in zip(twin.get_weights(), model.weights)]
                model.set_weights(half)
                twin.set_weights([np.asarray(w).astype("float32") for w in half])
                y = keras_call(twin, x)
        except KerasFailure as error:
            for column in READS[:3] + OPENS[:2]:
                self.recorder.add(self.section, self.name, column, NOT_IN_KERAS, str(error)[:300])
            return
        reads = []
        for column, suffix in zip(READS, ("keras", "h5")):
            reads.append(self.check(column, lambda: self.read(keras, self.theirs(model, suffix), x, y)()))
        whole = self.folder / "theirs.keras"
        self.check(READS[2], lambda: self.read_weights(keras, whole, self.theirs(model, "weights.h5"), x, y)())
        if not reads[0]:
            return
        for column, suffix in zip(OPENS, ("keras", "h5")):
            def opens():
                path = self.folder / f"ours.{suffix}"
                unroll.load_model(str(whole)).save(str(path))
                opened = keras.models.load_model(path, compile=False)
                return worst([np.asarray(w, "float32") for w in opened.get_weights()], half)
            self.check(column, opens)


def chosen(group, index, options):
    """With --brief: of what differs by an option only, every fourth row, others in every version."""
    if not options.brief or group in ("graphs", "wrappers", "nested"):
        return True
    minor = sum(ord(letter) for letter in options.brief)
    return (index + minor) % 4 == 0


def layers(keras, recorder, folder, options):
    import catalogue

    match = options.match
    for index, (group, name, model) in enumerate(catalogue.rows()):
        label = f"{group}: {name}"
        if match.lower() in label.lower() and chosen(group, index, options):
            VersionRow(recorder, "layers", label, model, folder, 100 + index).exchange(keras)
    for policy in POLICIES:
        label = f"dtype policies: {policy}"
        if match.lower() in label.lower():
            PolicyRow(recorder, label, policy, folder).exchange(keras)


def random_models(keras, recorder, folder, count):
    """Models of `make test-keras-random`; what this Keras cannot build or train is left out."""
    sys.path.insert(1, str(Path(__file__).resolve().parent / "random_models"))
    from judge import judged
    from trial import dense_gradients

    dense_gradients(keras)
    for number in range(count):
        result = judged(1, number, keras, folder, budget=0)
        for check, (state, detail) in result["checks"].items():
            if state != NOT_IN_KERAS:
                recorder.add("random models", f"model {number}", check, state, detail)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--match", default="")
    parser.add_argument("--brief", default="", metavar="VERSION", help="a part that depends on this text")
    parser.add_argument("--random", type=int, default=10)
    options = parser.parse_args()
    out = open(options.results, "w")
    import keras
    import tensorflow as tf

    import version_optimizers

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    recorder = Recorder(out)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        version_optimizers.run(keras, recorder, folder, options.match, bool(options.brief))
        layers(keras, recorder, folder, options)
        random_models(keras, recorder, folder, 0 if options.match else options.random)
    recorder.add("end", keras.__version__, "", "ok", "brief" if options.brief else "")


if __name__ == "__main__":
    sys.exit(main())
