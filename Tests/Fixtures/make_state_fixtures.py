"""Trainings that old Kerases broke off: optimizer states in the orders and forms of their days.

    python Tests/Fixtures/make_state_fixtures.py      once in each environment, in any order:
        Keras 1.2.2 and 2.0.4 (Python 3.6, TensorFlow 1.12.3), TensorFlow 2.10 (Python 3.9)

Each writes its own files into optimizer_states/ and its lines into the manifest;
layout as of `resume` in README.md. The CuDNN file is the one of tf.keras with
weights and state brought into CuDNN's layout: CuDNN itself needs a GPU.
Runs on Python 3.6.
"""
import json
import os
import shutil

import h5py
import numpy as np

import keras
from keras import layers
from keras.models import Sequential

VERSION = tuple(int(part) for part in keras.__version__.split(".")[:2])
IS_TF = VERSION >= (2, 4)
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "optimizer_states")
FIRST, SECOND, BATCH = 3, 4, 4


def data():
    rng = np.random.RandomState(7)
    return rng.normal(size=(7, 5, 3)).astype("float32"), rng.normal(size=(7, 2)).astype("float32")


def build(trainable=True):
    def units(number):
        return {"output_dim" if VERSION[0] == 1 else "units": number}

    plain = {"reset_after": True} if IS_TF else {}
    model = Sequential()
    model.add(layers.LSTM(input_shape=(5, 3), return_sequences=True, trainable=trainable, **units(4)))
    model.add(layers.GRU(**dict(units(5), **plain)))
    model.add(layers.Dense(**units(2)))
    rng = np.random.RandomState(3)
    model.set_weights([rng.normal(0, 0.4, w.shape) for w in model.get_weights()])
    return model


def train(model, steps):
    x, y = data()
    return [float(np.ravel(model.train_on_batch(x[n % 2 * 4:n % 2 * 4 + 4], y[n % 2 * 4:n % 2 * 4 + 4]))[0]) for n in range(steps)]


class Writer:
    def __init__(self):
        if not os.path.isdir(OUT):
            os.makedirs(OUT)
        self.training = h5py.File(os.path.join(OUT, "training.h5"), "a", libver="earliest")
        for key, value in zip("xy", data()):
            if "data/" + key not in self.training:
                self.training["data/" + key] = value
        self.path = os.path.join(OUT, "manifest.txt")
        self.lines = open(self.path).read().splitlines() if os.path.exists(self.path) else []

    def keep(self, name, model, losses):
        """What this Keras has `SECOND` updates after the file."""
        if "resume/" + name in self.training:
            del self.training["resume/" + name]
        self.training["resume/%s/losses" % name] = np.array(losses, "float32")
        # Keras 1 has an array for each gate: there the losses say it.
        for number, weight in enumerate(model.get_weights() if VERSION[0] == 2 else []):
            self.training["resume/%s/weight_%d" % (name, number)] = weight
        self.lines = [line for line in self.lines if " name=%s " % name not in line]
        known = "" if VERSION[0] == 2 else " weights=none"
        self.lines.append("resume name=%s saved=%s.h5 batch=%d steps=%d%s by=Keras_%s" % (name, name, BATCH, SECOND, known, keras.__version__))

    def resume(self, name, optimizer, model):
        model.compile(optimizer=optimizer, loss="mean_squared_error", **({"run_eagerly": True} if IS_TF else {}))
        train(model, FIRST)
        model.save(os.path.join(OUT, name + ".h5"))
        self.keep(name, model, train(model, SECOND))

    def close(self):
        self.training.close()
        with open(self.path, "w") as file:
            file.write("\n".join(sorted(self.lines)) + "\n")


def unfrozen_later(writer):
    """The same optimizer trains the head, then all: its arrays stand in the order in which they were made."""
    for name, optimizer in (("tf210_unfrozen_rmsprop", keras.optimizers.RMSprop(0.01)), ("tf210_unfrozen_adam", keras.optimizers.Adam(0.01))):
        model = build(trainable=False)
        model.compile(optimizer, "mean_squared_error", run_eagerly=True)
        train(model, 2)
        model.layers[0].trainable = True
        writer.resume(name, optimizer, model)


def to_cudnn(writer):
    """The weights and Adam's state of a trained model in the layout of CuDNNLSTM and CuDNNGRU."""
    model = build()
    writer.resume("tf210_cudnn_adam", keras.optimizers.Adam(0.01), model)
    path = os.path.join(OUT, "tf210_cudnn_adam.h5")

    def kernel(values, gates):
        return np.hstack([block.T.reshape(block.shape) for block in np.hsplit(values, gates)])

    def recurrent(values, gates):
        return np.hstack([block.T for block in np.hsplit(values, gates)])

    def bias(values, gates, is_weight):
        # LSTM: one bias here, two there, whose sum it is; both have its gradient.
        return values.reshape(-1) if gates == 3 else np.tile(values / 2 if is_weight else values, 2)

    def convert(group, name, is_weight):
        gates = 4 if "lstm" in name else 3 if "gru" in name else 0
        values = group[name][()]
        if not gates or not values.shape:
            return
        for part, change in (("recurrent_kernel", recurrent), ("bias", bias), ("kernel", kernel)):
            if "/%s" % part in name:
                changed = change(values, gates, is_weight) if part == "bias" else change(values, gates)
                del group[name]
                group[name] = changed.astype("float32")
                return

    source = path + ".plain"
    shutil.move(path, source)
    with h5py.File(source, "r") as old, h5py.File(path, "w", libver="earliest") as file:
        for key in old:
            old.copy(key, file)
        for key, value in old.attrs.items():
            file.attrs[key] = value
        config = json.loads(file.attrs["model_config"])
        for layer in config["config"]["layers"]:
            if layer["class_name"] in ("LSTM", "GRU"):
                layer["class_name"] = "CuDNN" + layer["class_name"]
                keep = ("name", "trainable", "dtype", "units", "return_sequences", "batch_input_shape")
                layer["config"] = {key: value for key, value in layer["config"].items() if key in keep}
        file.attrs["model_config"] = json.dumps(config)
        for layer in file["model_weights"].values():
            for name in layer.attrs.get("weight_names", []):
                convert(layer, name, True)
        for name in file["optimizer_weights"].attrs["weight_names"]:
            convert(file["optimizer_weights"], name, False)
    os.remove(source)


def main():
    writer = Writer()
    if IS_TF:
        unfrozen_later(writer)
        to_cudnn(writer)
    else:
        prefix = "keras" + keras.__version__.replace(".", "")
        for name in ("adam", "rmsprop", "nadam", "adadelta", "sgd_momentum") if VERSION[0] == 2 else ("adam", "rmsprop"):
            optimizer = keras.optimizers.SGD(lr=0.05, momentum=0.9) if name == "sgd_momentum" else keras.optimizers.get(name)
            writer.resume("%s_%s" % (prefix, name), optimizer, build())
    writer.close()


if __name__ == "__main__":
    main()
