"""Files with the orders of weights that old versions wrote, and files to refuse.

Written by hand after the formats' description in Keras' sources; the outputs
are computed here by plain NumPy. Needs numpy and h5py only.

    .venv-keras/bin/python Tests/Fixtures/make_hdf5_fixtures.py
"""
import json
import pathlib

import h5py
import numpy as np

OUT = pathlib.Path(__file__).parent / "hdf5"
rng = np.random.default_rng(7)
T, F, U, B = 5, 3, 4, 2


def weights(*shape):
    return rng.normal(scale=0.6, size=shape).astype("f4")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def hard_sigmoid(x):
    return np.clip(0.2 * x + 0.5, 0, 1)


def lstm(x, k, r, b, gate=sigmoid, sequences=False):
    u = r.shape[0]
    h = c = np.zeros((len(x), u))
    steps = []
    for t in range(x.shape[1]):
        z = x[:, t] @ k + h @ r + b
        i, f, g, o = (z[:, n * u:(n + 1) * u] for n in range(4))
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
        steps.append(h)
    return np.stack(steps, 1) if sequences else h


def gru(x, k, r, b, gate=sigmoid, reset_after=False):
    u = r.shape[0]
    bx, bh = (b if reset_after else (b, np.zeros_like(b)))
    h = np.zeros((len(x), u))
    for t in range(x.shape[1]):
        p = x[:, t] @ k + bx
        q = h @ r[:, :2 * u] + bh[:2 * u]
        z, s = gate(p[:, :u] + q[:, :u]), gate(p[:, u:2 * u] + q[:, u:])
        if reset_after:
            n = np.tanh(p[:, 2 * u:] + s * (h @ r[:, 2 * u:] + bh[2 * u:]))
        else:
            n = np.tanh(p[:, 2 * u:] + (s * h) @ r[:, 2 * u:])
        h = z * h + (1 - z) * n
    return h


def names(group, name, values):
    group.attrs[name] = np.array([v.encode() for v in values]) if values else np.zeros((0,), "f8")


def write(path, config, layers, version):
    """layers: [(group, [(weight name, array)])]."""
    with h5py.File(OUT / path, "w") as f:
        f.attrs["model_config"] = json.dumps(config).encode()
        f.attrs["backend"] = b"tensorflow"
        g = f.create_group("model_weights")
        if version:
            f.attrs["keras_version"] = g.attrs["keras_version"] = version.encode()
        names(g, "layer_names", [n for n, _ in layers])
        for name, arrays in layers:
            group = g.create_group(name)
            names(group, "weight_names", [n for n, _ in arrays])
            for n, a in arrays:
                group[n] = a


manifest = ["# written by make_hdf5_fixtures.py"]
OUT.mkdir(exist_ok=True)
cases = h5py.File(OUT / "cases.h5", "w")


def case(name, files, x, y):
    manifest.append(f"case name={name} files={','.join(files)} dtype=float32")
    cases[f"{name}/input"] = np.asarray(x, "f4")
    cases[f"{name}/output"] = np.asarray(y, "f4")


x = rng.normal(size=(B, T, F)).astype("f4")
K, R, Bi = weights(F, 4 * U), weights(U, 4 * U), weights(4 * U)
D, Db = weights(U, 2), weights(2)
dense = {"name": "dense_1", "trainable": True, "units": 2, "activation": "linear", "use_bias": True}


def layer(cls, **config):
    return {"class_name": cls, "config": config}


def lstm_config(name="lstm_1", **more):
    return dict({"name": name, "trainable": True, "units": U, "activation": "tanh", "use_bias": True,
                 "recurrent_activation": "hard_sigmoid", "implementation": 0}, **more)


def named(prefix, arrays):
    return list(zip([f"{prefix}/{n}:0" for n in ("kernel", "recurrent_kernel", "bias")], arrays))


# Keras 1: one array for each gate of a GRU, its own words, no keras_version beside the weights.
KG, RG, BG = weights(F, 3 * U), weights(U, 3 * U), weights(3 * U)
gates = [(f"gru_1_{w}_{n}", a[..., g * U:(g + 1) * U]) for n, g in (("z", 0), ("r", 1), ("h", 2)) for w, a in (("W", KG), ("U", RG), ("b", BG))]
write("keras1_gru.h5",
      {"class_name": "Sequential", "keras_version": "1.1.0", "config": [
          layer("GRU", name="gru_1", trainable=True, output_dim=U, activation="tanh", inner_activation="hard_sigmoid", batch_input_shape=[None, T, F])]},
      [("gru_1", gates)], None)
case("keras1_gru", ["keras1_gru.h5"], x, gru(x, KG, RG, BG, hard_sigmoid))

# A model inside a model: its calls count from 1, its BatchNormalization's statistics go to the end of its weights.
gamma, beta, mean, var = weights(F), weights(F), weights(F), np.abs(weights(F)) + 0.5
node = lambda *refs: [[[n, i, o, {}] for n, i, o in refs]]
nested = {"class_name": "Model", "config": {"name": "encoder", "layers": [
    dict(layer("InputLayer", batch_input_shape=[None, T, F], dtype="float32", sparse=False, name="input_2"), name="input_2", inbound_nodes=[]),
    dict(layer("BatchNormalization", name="bn", axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, trainable=True), name="bn", inbound_nodes=node(("input_2", 0, 0))),
    dict(layer("LSTM", **lstm_config("lstm_2")), name="lstm_2", inbound_nodes=node(("bn", 0, 0)))],
    "input_layers": [["input_2", 0, 0]], "output_layers": [["lstm_2", 0, 0]]}}
write("nested.h5",
      {"class_name": "Model", "config": {"name": "model_1", "layers": [
          dict(layer("InputLayer", batch_input_shape=[None, T, F], dtype="float32", sparse=False, name="input_1"), name="input_1", inbound_nodes=[]),
          dict(nested, name="encoder", inbound_nodes=node(("input_1", 0, 0))),
          dict(layer("Dense", **dense), name="dense_1", inbound_nodes=node(("encoder", 1, 0)))],
          "input_layers": [["input_1", 0, 0]], "output_layers": [["dense_1", 0, 0]]}},
      [("input_1", []), ("encoder", [("bn/gamma:0", gamma), ("bn/beta:0", beta)] + named("lstm_2", (K, R, Bi))
                         + [("bn/moving_mean:0", mean), ("bn/moving_variance:0", var)]),
       ("dense_1", [("dense_1/kernel:0", D), ("dense_1/bias:0", Db)])], "2.2.4")
case("nested", ["nested.h5"], x, lstm(gamma * (x - mean) / np.sqrt(var + 0.001) + beta, K, R, Bi, hard_sigmoid) @ D + Db)

plain = {"class_name": "Sequential", "config": {"name": "s", "layers": [
    layer("LSTM", **lstm_config(recurrent_activation="sigmoid", batch_input_shape=[None, T, F])), layer("Dense", **dense)]}}
stored = [("lstm_1", named("lstm_1", (K, R, Bi))), ("dense_1", [("dense_1/kernel:0", D), ("dense_1/bias:0", Db)])]
# Refused: links that lead elsewhere, data in other files, shapes that are lies, weights that do not fit.
def spoiled(path, change):
    write(path, plain, stored, "2.2.4")
    with h5py.File(OUT / path, "a") as f:
        change(f["model_weights/lstm_1"], "lstm_1/kernel:0")
    manifest.append(f"refused file={path}")


def replace(make):
    def change(group, name):
        del group[name]
        make(group, name)
    return change


spoiled("soft_link.h5", replace(lambda g, n: g.__setitem__(n, h5py.SoftLink("/model_weights/dense_1/dense_1/kernel:0"))))
spoiled("external_link.h5", replace(lambda g, n: g.__setitem__(n, h5py.ExternalLink("nested.h5", "/model_weights/dense_1/dense_1/kernel:0"))))
spoiled("external_data.h5", replace(lambda g, n: g.create_dataset(n, (F, 4 * U), "f4", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])))
spoiled("shape_bomb.h5", replace(lambda g, n: g.create_dataset(n, (1 << 20, 1 << 14), "f4", chunks=(64, 64), compression="gzip")))
spoiled("wrong_shape.h5", replace(lambda g, n: g.create_dataset(n, data=weights(F, 3 * U))))
spoiled("text.h5", replace(lambda g, n: g.create_dataset(n, data=np.array([b"abc"]))))
spoiled("missing.h5", replace(lambda g, n: None))


# Refused: groups that are linked to from several places.
def linked(path, link):
    with h5py.File(OUT / path, "w") as f:
        link(f.create_group("layers/dense"))


def back(group):
    group["a"] = group["b"] = group


def twice(group):
    for _ in range(30):
        inner = group.create_group("a")
        group["b"] = inner
        group = inner


linked("linked_back.weights.h5", back)
linked("linked_twice.weights.h5", twice)
cases.close()
(OUT / "manifest.txt").write_text("\n".join(manifest) + "\n")
