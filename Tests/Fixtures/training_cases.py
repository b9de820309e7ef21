"""Training trajectories: real Keras' losses and weights after known steps.

No dropout, no shuffling. Each trajectory starts from weights stored in a
model file and draws batches in order from stored data, the last batch of
an epoch being smaller.
"""
import h5py
import keras
import numpy as np
from keras import layers as L

SAMPLES, BATCH, TIME, FEATURES, UNITS, OUTPUTS = 7, 4, 5, 3, 4, 2
RECURRENT = {
    "lstm": lambda **options: L.LSTM(UNITS, **options),
    "gru": lambda **options: L.GRU(UNITS, **options),
    "gru_reset_before": lambda **options: L.GRU(UNITS, reset_after=False, **options),
    "simple_rnn": lambda **options: L.SimpleRNN(UNITS, **options),
}
OPTIMIZERS = {
    "sgd": ("SGD", {"learning_rate": 0.05}),
    "sgd_momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    "sgd_nesterov": ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01}),
    "rmsprop_momentum": ("RMSprop", {"learning_rate": 0.005, "rho": 0.8, "momentum": 0.5}),
    "rmsprop_centered": ("RMSprop", {"learning_rate": 0.005, "centered": True}),
    "adam": ("Adam", {"learning_rate": 0.01}),
    "adam_amsgrad": ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
    "adam_clipvalue": ("Adam", {"learning_rate": 0.01, "clipvalue": 0.02}),
    "sgd_clipnorm": ("SGD", {"learning_rate": 0.05, "clipnorm": 0.05}),
    "sgd_global_clipnorm": ("SGD", {"learning_rate": 0.05, "global_clipnorm": 0.05}),
    "adamw": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.02}),
    "adagrad": ("Adagrad", {"learning_rate": 0.05}),
    "adamax": ("Adamax", {"learning_rate": 0.01}),
    "nadam": ("Nadam", {"learning_rate": 0.01}),
}
LONG = ("sgd", "sgd_momentum", "sgd_nesterov", "rmsprop", "adam")
# Trainings that are saved half-way: run -> the files written there.
RESUMED = {f"resume_{name}": [f"resume_{name}.h5"] for name in (
    "sgd", "sgd_momentum", "rmsprop", "rmsprop_centered", "adam", "adam_amsgrad", "nadam")}
RESUMED["resume_adam"].append("resume_adam.keras")
RESUMED["resume_sgd_momentum"].append("resume_sgd_momentum.keras")
# name -> (Keras class, options, activation of the last layer, kind of target)
LOSSES = {
    "mean_squared_error": ("MeanSquaredError", {}, "linear", "real"),
    "mean_absolute_error": ("MeanAbsoluteError", {}, "linear", "real"),
    "mean_squared_error_sum": ("MeanSquaredError", {"reduction": "sum"}, "linear", "real"),
    "binary_crossentropy": ("BinaryCrossentropy", {}, "sigmoid", "binary"),
    "binary_crossentropy_logits": ("BinaryCrossentropy", {"from_logits": True}, "linear", "binary"),
    "categorical_crossentropy": ("CategoricalCrossentropy", {}, "softmax", "one_hot"),
    "categorical_crossentropy_logits": ("CategoricalCrossentropy", {"from_logits": True}, "linear", "one_hot"),
    "sparse_categorical_crossentropy": ("SparseCategoricalCrossentropy", {}, "softmax", "class"),
    "sparse_categorical_crossentropy_logits":
        ("SparseCategoricalCrossentropy", {"from_logits": True}, "linear", "class"),
    "huber": ("Huber", {}, "linear", "real"),
    "log_cosh": ("LogCosh", {}, "linear", "real"),
}


def targets(kind, rng):
    if kind == "real":
        return rng.normal(size=(SAMPLES, OUTPUTS)).astype("float32")
    if kind == "binary":
        return rng.integers(0, 2, (SAMPLES, OUTPUTS)).astype("float32")
    classes = rng.integers(0, OUTPUTS, (SAMPLES, 1))
    if kind == "class":
        return classes.astype("float32")
    return np.eye(OUTPUTS, dtype="float32")[classes[:, 0]]


def network(name, activation="linear"):
    keras.utils.clear_session(free_memory=False)
    return keras.Sequential([
        L.Input((TIME, FEATURES)), RECURRENT[name](), L.Dense(OUTPUTS, activation=activation)], name="net")


def step(model, x, y, count, start=0):
    """`count` updates over batches in order; the loss of each, before its update."""
    per_epoch = -(-SAMPLES // BATCH)
    losses = []
    for number in range(start, start + count):
        first = number % per_epoch * BATCH
        model.reset_metrics()
        losses.append(model.train_on_batch(x[first:first + BATCH], y[first:first + BATCH]))
    return np.array(losses, dtype="float32")


def describe(options):
    return " ".join(f"{key}={value}" for key, value in options.items())


def store_run(group, losses, model):
    group["losses"] = losses
    for index, weight in enumerate(model.get_weights()):
        group[f"weight_{index}"] = weight


class Runs:
    def __init__(self, out, file, manifest):
        self.out, self.file, self.manifest = out, file, manifest

    def run(self, kind, name, recurrent, loss, optimizer, steps, initial, x, y):
        loss_class, loss_options, activation, _ = LOSSES[loss]
        opt_class, opt_options = OPTIMIZERS[optimizer]
        model = network(recurrent, activation)
        model.set_weights(initial)
        model.compile(getattr(keras.optimizers, opt_class)(**opt_options),
                      getattr(keras.losses, loss_class)(**loss_options))
        line = (f"{kind} name={name} model=train_{recurrent}_{activation}.h5 data={recurrent}_{LOSSES[loss][3]} "
                f"batch={BATCH} loss={loss_class} {describe({f'loss_{k}': v for k, v in loss_options.items()})} "
                f"optimizer={opt_class} {describe(opt_options)} steps={steps}")
        group = self.file.create_group(f"{kind}/{name}")
        if kind == "resume":
            self.resume(name, group, model, x, y, steps)
            saved = ",".join(RESUMED[name])
            line += f" saved={saved} saved_after={steps}"
        else:
            store_run(group, step(model, x, y, steps), model)
        self.manifest.append(" ".join(line.split()))

    def resume(self, name, group, model, x, y, steps):
        """Trains, saves with the optimizer's state, trains as many steps again."""
        step(model, x, y, steps)
        # The .keras file first: saving .h5 takes the optimizer out of the
        # compile configuration that a .keras file stores afterwards.
        for path in sorted(RESUMED[name], key=lambda path: not path.endswith(".keras")):
            model.save(self.out / path)
        store_run(group, step(model, x, y, steps, start=steps), model)


def write(out, manifest, randomise):
    with h5py.File(out / "training.h5", "w", libver="earliest") as file:
        runs = Runs(out, file, manifest)
        for number, recurrent in enumerate(RECURRENT):
            rng = np.random.default_rng(7000 + number)
            x = rng.normal(size=(SAMPLES, TIME, FEATURES)).astype("float32")
            model = network(recurrent)
            randomise(model, rng)
            initial = model.get_weights()
            goals = {}
            for kind in ("real", "binary", "class", "one_hot"):
                goals[kind] = targets(kind, rng)
                group = file.create_group(f"data/{recurrent}_{kind}")
                group["x"], group["y"] = x, goals[kind]
            activations = ("linear", "sigmoid", "softmax") if recurrent == "lstm" else ("linear",)
            for activation in activations:
                model = network(recurrent, activation)
                model.set_weights(initial)
                model.save(out / f"train_{recurrent}_{activation}.h5")
            for optimizer in LONG:
                runs.run("trajectory", f"{recurrent}_{optimizer}", recurrent, "mean_squared_error", optimizer, 50,
                         initial, x, goals["real"])
            if recurrent != "lstm":
                continue
            for optimizer in OPTIMIZERS:
                runs.run("optimizer", f"{recurrent}_{optimizer}", recurrent, "mean_squared_error", optimizer, 8,
                         initial, x, goals["real"])
            for loss in LOSSES:
                runs.run("loss", f"{recurrent}_{loss}", recurrent, loss, "adam", 8,
                         initial, x, goals[LOSSES[loss][3]])
            for name in RESUMED:
                runs.run("resume", name, recurrent, "mean_squared_error", name.removeprefix("resume_"), 6,
                         initial, x, goals["real"])
