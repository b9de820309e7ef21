"""What is compared for every case: each check says how far apart the two libraries are, and how far they may be."""
import numpy as np

import unroll
from results import by_keras
from spec import arrays
from trial import GOES_ON, defined, one_or_all

PREDICTS = {"float32": 2e-5, "float64": 1e-10}
TRAINS, VALUES = 1e-8, 1e-6
#: Where Keras has float32 inside: schedules, Adam's factors, activity regularizers, log(2); in tf_keras all that its
#: legacy optimizers know.
ROUNDED = 1e-4


class NotApplicable(Exception):
    """This check has nothing to say about this case."""


def apart(found, expected, what="value", least=1e-3):
    """The largest difference of two lists of arrays, relative to the scale of each, which is at least `least`; the same
    NaN are no difference."""
    if len(found) != len(expected):
        raise AssertionError(f"{len(found)} {what}s instead of {len(expected)}")
    worst = 0.0
    for number, (one, other) in enumerate(zip(found, expected)):
        one, other = np.asarray(one, "float64"), np.asarray(other, "float64")
        if one.shape != other.shape:
            raise AssertionError(f"{what} {number} has shape {one.shape} instead of {other.shape}")
        usual = np.isfinite(other)
        if not np.array_equal(one[~usual], other[~usual], equal_nan=True) or not np.isfinite(one[usual]).all():
            raise AssertionError(f"{what} {number}: not the same are finite")
        if usual.any():
            worst = max(worst, float(np.abs(one - other)[usual].max() / max(np.abs(other[usual]).max(), least)))
    return worst


def trained_apart(found, expected):
    """(what, how far apart) for weights, history and evaluation; names last, so that they hide nothing."""
    # A bias may pass zero in steps of 0.03.
    yield "weights", apart(found.weights, expected.weights, "weight", least=0.01)
    for what in ("history", "evaluation"):
        one, other = getattr(found, what), getattr(expected, what)
        common = [name for name in other if name in one]
        yield what, apart([one[name] for name in common], [other[name] for name in common], what)
    for what in ("history", "evaluation"):
        one, other = sorted(getattr(found, what)), sorted(getattr(expected, what))
        if one != other:
            raise AssertionError(f"{what} has the names {one} instead of {other}")


class Checks:
    """The checks of one trial by name; a name is all that shrinking needs."""

    def __init__(self, trial):
        self.trial, self.case = trial, trial.case

    def names(self):
        """In the order to try them."""
        keras3 = self.case.library == "keras"
        names = ["read .keras", "read .h5", "read .weights.h5", "read weights-only .h5"]
        names += ["in code"] if keras3 else []
        names += ["write .keras" if keras3 and self.case.seed % 3 else "write .h5", "threads", "stream"]
        if self.case.dtype == "float64" and not self.case.is_random:
            names += ["train", *(["train in code"] if keras3 else []), "go on from theirs", "they go on from ours"]
        return names

    def run(self, name):
        """(what differs or "", how much): raises what went wrong instead."""
        unroll.config.set_floatx(self.case.dtype)
        kind, _, suffix = name.partition(" .")
        if suffix:
            return self.predictions(getattr(self, kind.replace(" ", "_").replace("-", "_"))(suffix))
        return getattr(self, name.replace(" ", "_"))()

    def predictions(self, found):
        value = apart(found, self.trial.y, "output")
        return ("predictions", value) if value > PREDICTS[self.case.dtype] else ("", value)

    def predict(self, model):
        trial = self.trial
        y = predict(model, trial.x)
        if self.case.is_stateful:
            y += predict(model, trial.x2)
            model.reset_states()
        return y

    # ---- predictions ---------------------------------------------------------------------

    def read(self, suffix):
        path = self.trial.saved(suffix)
        if suffix != "weights.h5":
            return self.predict(unroll.load_model(str(path)))
        return self.with_weights(path)

    def read_weights_only(self, suffix):
        return self.with_weights(self.trial.saved("only.h5"))

    def with_weights(self, path):
        """A model of Keras' configuration alone, with weights from a file without one."""
        with by_keras():
            text = self.trial.model.to_json()
        model = unroll.models.model_from_json(text)
        if self.case.library == "tf_keras" and "hard_sigmoid" in text:
            raise NotApplicable("the configuration alone does not say whose hard_sigmoid it is")
        model.load_weights(str(path))
        return self.predict(model)

    def built(self):
        model = defined(self.case.model_source("unroll"), "make")(unroll, self.case.dtype)
        model.set_weights(self.trial.model.get_weights())
        return model

    def in_code(self):
        self.trial.y
        return self.predictions(self.predict(self.built()))

    def write(self, suffix):
        path = self.folder_file(f"ours.{suffix}")
        ours = unroll.load_model(str(self.trial.saved("keras" if self.case.library == "keras" else "h5")))
        ours.save(path, file_format="h5_keras2" if self.case.library == "tf_keras" else "auto")
        try:
            return self.trial.opened(path)
        except Exception:
            with by_keras():
                self.trial.opened(self.trial.saved(suffix))  # which may be beyond this Keras too
            raise

    def folder_file(self, name):
        return str(self.trial.folder / name)

    # ---- of ourselves ---------------------------------------------------------------------

    def threads(self):
        """One and two threads give the same to the bit, also where there is work for two."""
        copies = 1 if self.case.net.batch else 40
        x = [np.concatenate([each] * copies) for each in self.trial.x]
        results = []
        for threads in (1, 2):
            unroll.utils.set_random_seed(self.case.seed)
            model = unroll.load_model(str(self.trial.saved("keras")), compile=False)
            model.set_threads(threads)
            y = predict(model, x)
            if all(np.isfinite(each).all() for each in y):
                model.compile("sgd", "mse")
                goals = one_or_all([np.cos(each) for each in y])
                model.fit(one_or_all(x), goals, batch_size=self.case.net.batch or 70, verbose=0, shuffle=False)
            results.append(y + model.get_weights())
        same = all(np.array_equal(*pair, equal_nan=True) for pair in zip(*results))
        return ("" if same else "threads"), 0.0

    def stream(self):
        """The model a step at a time gives what it gives for the whole sequence."""
        trial, entries = self.trial, self.case.net.entries
        times = {entry.shape[0] for entry in entries}
        if len(times) != 1 or any(entry.is_mask or len(entry.shape) + bool(entry.tokens) != 2 for entry in entries):
            raise NotApplicable("no sequences of one length")
        model = unroll.load_model(str(trial.saved("keras")))
        try:
            stream = model.stream(self.case.rows)
        except NotImplementedError as error:
            raise NotApplicable(str(error)) from None
        expected = predict(model, trial.x)
        each_step = []
        for time in range(*times):
            step = stream.step(one_or_all([x[:, time] for x in trial.x]))
            each_step.append(step if isinstance(step, list) else [step])
        found = [(np.stack(steps, axis=1) if y.ndim > 2 else steps[-1]).reshape(y.shape) for steps, y in zip(zip(*each_step), expected)]
        value = apart(found, expected, "output")
        return ("stream" if value > PREDICTS[self.case.dtype] else ""), value

    # ---- training --------------------------------------------------------------------------

    def judged(self, found, expected, limit=None):
        """The first of history, evaluation and weights that is further apart than it may be."""
        limit, worst = limit or self.training_limit(), 0.0
        for what, value in trained_apart(found, expected):
            # A file may say that a metric is of float32.
            if not value <= (limit if what == "weights" else max(limit, VALUES)):
                return what, value
            worst = max(worst, value)
        return "", worst

    def training_limit(self):
        """How far apart a training may be: where Keras computes with float32 inside float64, further."""
        optimizer, text = self.case.training.optimizer, self.case.model_source() + self.case.compile_source()
        keras2 = self.case.library == "tf_keras"
        if keras2 and ".legacy." in text or ".schedules." in text:
            return ROUNDED
        if "activity_regularizer" in text or "LogCosh" in text or "log_cosh" in text:
            return ROUNDED
        if isinstance(optimizer, str):
            return TRAINS if optimizer == "sgd" else ROUNDED
        return TRAINS if optimizer.cls in ("SGD", "Adagrad") or {"beta_1", "beta_2"} <= set(optimizer.options) else ROUNDED

    def train(self):
        before, expected, _, _ = self.trial.training
        ours = unroll.load_model(str(before))
        return self.judged(self.trial.fit(ours), expected)

    def train_in_code(self):
        _, expected, _, _ = self.trial.training
        ours = defined(self.case.compile_source("unroll"), "compiled")(unroll, self.built())
        return self.judged(self.trial.fit(ours), expected)

    def go_on_from_theirs(self):
        _, _, after, expected = self.trial.training
        return self.judged(self.trial.go_on(unroll.load_model(str(after))), expected)

    def they_go_on_from_ours(self):
        self.refuse_other_optimizers()
        before, _, _, expected = self.trial.training
        ours = unroll.load_model(str(before))
        self.trial.fit(ours)
        suffix = GOES_ON[self.case.library]
        path = self.folder_file(f"goes_on.{suffix}")
        ours.save(path, file_format="h5_keras2" if suffix == "h5" else "auto")
        try:
            model = self.keras_model(path)
        except Exception:
            with by_keras():
                self.keras_model(self.trial.saved(suffix))  # its own, which may be beyond this Keras too
            raise
        return self.judged(self.trial.go_on(model), expected, ROUNDED if suffix == "h5" else None)

    def refuse_other_optimizers(self):
        """tf_keras opens an .h5 with its legacy optimizers: some it lacks or computes otherwise (Adagrad's adds epsilon
        outside the root), and Adagrad's does not read a schedule, not even from its own file."""
        optimizer = self.case.training.optimizer
        if self.case.library != "tf_keras" or isinstance(optimizer, str) and optimizer != "rmsprop":
            return
        if optimizer == "rmsprop" or optimizer.cls in ("AdamW", "Lion", "Nadam", "RMSprop") or "weight_decay" in optimizer.options or (
                optimizer.cls == "Adagrad" and ("epsilon" in optimizer.options or "schedules" in repr(optimizer))):
            raise NotApplicable("tf_keras has no such legacy optimizer")

    def keras_model(self, path):
        model = self.trial.keras.models.load_model(path)
        model.run_eagerly = True
        return model


def predict(model, x):
    return arrays(model.predict(one_or_all(x), verbose=0))
