"""Writes files as Keras versions wrote them that cannot be installed any more.

    .venv-keras/bin/python Tests/Fixtures/make_legacy_fixtures.py

The numbers come from real tf_keras, which computes as those versions did; only
the container is rewritten, one peculiarity a file. What a file is about
stands in the manifest (`about=`). Layout: see README.md.
"""
import os
import shutil
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np
import tf_keras as keras

import legacy_files as files

L = keras.layers
OUT = Path(__file__).resolve().parent / "legacy"
BATCH, TIME, FEATURES, UNITS = 2, 5, 3, 4
# What the old defaults were; given to tf_keras explicitly.
OLD = {"recurrent_activation": "hard_sigmoid"}
OLD_GRU = {**OLD, "reset_after": False}


def layer_config(cls, name, **options):
    return {"class_name": cls, "config": {"name": name, "trainable": True, **options}}


def lstm_config(name, units=UNITS, **options):
    standard = {"units": units, "return_sequences": False, "go_backwards": False, "stateful": False, "unroll": False,
                "implementation": 1, "activation": "tanh", "recurrent_activation": "hard_sigmoid", "use_bias": True,
                "unit_forget_bias": True, "dropout": 0.0, "recurrent_dropout": 0.0}
    return layer_config("LSTM", name, **{**standard, **options})


def dense_config(name, units, **options):
    return layer_config("Dense", name, units=units, activation="linear", use_bias=True, **options)


class Writer:
    def __init__(self):
        shutil.rmtree(OUT, ignore_errors=True)
        OUT.mkdir()
        self.manifest = [f"versions tf_keras={keras.__version__} h5py={h5py.__version__}"]
        self.cases = h5py.File(OUT / "cases.h5", "w", libver="earliest")
        self.number = 0

    def model(self, *layers, shape=(TIME, FEATURES), tokens=0):
        """A tf_keras model with random weights, and a random input."""
        keras.backend.clear_session()
        self.number += 1
        rng = np.random.default_rng(3000 + self.number)
        model = keras.Sequential([L.InputLayer(input_shape=shape), *layers])
        model.set_weights([rng.normal(0, 0.5, w.shape).astype(w.dtype) for w in model.get_weights()])
        x = rng.integers(0, tokens, (BATCH, *shape)) if tokens else rng.normal(size=(BATCH, *shape))
        return model, x.astype("float32")

    def add(self, name, model, x, about, suffix="h5", extra=""):
        group = self.cases.create_group(name)
        group["input"], group["output"] = x, model(x).numpy()
        self.manifest.append(f"case name={name} files={name}.{suffix} dtype=float32{extra} about={about.replace(' ', '_')}")
        return OUT / f"{name}.{suffix}"


def keras1(out):
    """Keras 1.2: a dozen arrays an LSTM in i, c, f, o order, other option names."""
    model, x = out.model(L.LSTM(UNITS, return_sequences=True, **OLD), L.GRU(6, **OLD_GRU), L.Dense(2))
    lstm, gru, dense = model.layers
    path = out.add("keras1_sequential", model, x, "Keras 1.2: one array per gate, output_dim and inner_activation")
    common = {"trainable": True, "init": "glorot_uniform", "inner_init": "orthogonal", "activation": "tanh",
              "inner_activation": "hard_sigmoid", "W_regularizer": None, "U_regularizer": None, "b_regularizer": None,
              "dropout_W": 0.0, "dropout_U": 0.0, "stateful": False, "unroll": False, "go_backwards": False,
              "consume_less": "cpu"}
    config = [
        {"class_name": "LSTM", "config": {**common, "name": "lstm_1", "output_dim": UNITS, "return_sequences": True,
                                          "forget_bias_init": "one", "input_dim": FEATURES, "input_length": TIME,
                                          "input_dtype": "float32", "batch_input_shape": [None, TIME, FEATURES]}},
        {"class_name": "GRU", "config": {**common, "name": "gru_1", "output_dim": 6, "return_sequences": False,
                                         "input_dim": UNITS, "input_length": None}},
        {"class_name": "Dense", "config": {"name": "dense_1", "trainable": True, "output_dim": 2, "input_dim": 6,
                                           "activation": "linear", "bias": True, "init": "glorot_uniform",
                                           "W_regularizer": None, "b_regularizer": None, "W_constraint": None}}]
    weights = [("lstm_1", files.keras1_lstm("lstm_1", lstm.get_weights())),
               ("gru_1", files.keras1_gru("gru_1", gru.get_weights())),
               ("dense_1", files.named("dense_1", ("W", "b"), dense.get_weights(), "{layer}_{weight}"))]
    files.write_full(path, {"class_name": "Sequential", "config": config}, weights, "1.2.2", fixed=True)
    path = out.add("keras1_weights", model, x, "weights only without keras_version means Keras 1", "weights_only.h5",
                   " into=keras1_sequential.h5")
    files.write_weights(path, weights, None, fixed=True)


def keras20(out):
    """Keras 2.0 to 2.3: lists, missing keys, defaults by version."""
    model, x = out.model(L.LSTM(UNITS, return_sequences=True, **OLD), L.Dropout(0.2), L.Dense(2))
    weights = [("lstm_5", files.cell("lstm_5_2", model.layers[0].get_weights())), ("dropout_3", []),
               ("dense_5", files.cell("dense_5_2", model.layers[2].get_weights()))]
    first = lstm_config("lstm_5", return_sequences=True, batch_input_shape=[None, TIME, FEATURES], dtype="float32")
    layers = [first, layer_config("Dropout", "dropout_3", rate=0.2), dense_config("dense_5", 2)]
    path = out.add("keras206_list", model, x, "Keras 2.0.6: Sequential is a list, weights named lstm_5_2 in group lstm_5")
    files.write_full(path, {"class_name": "Sequential", "config": layers}, weights, "2.0.6", fixed=True)
    path = out.add("keras224_named", model, x, "Keras 2.2.4: batch_input_shape on the first layer, no InputLayer")
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}, weights,
                     "2.2.4", fixed=True)
    path = out.add("keras224_vlen", model, x, "the same with variable-length names as h5py 3 writes them")
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}, weights,
                     "2.2.4", fixed=False)
    path = out.add("keras224_chunked_names", model, x, "layer_names and weight_names split into numbered attributes")
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}, weights,
                     "2.2.4", fixed=True, chunked=True)
    path = out.add("keras224_gzip", model, x, "chunked gzip datasets and a version 3 superblock")
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}, weights,
                     "2.2.4", fixed=True, libver="latest", compression="gzip")
    path = out.add("keras224_weights", model, x, "weights only, Keras 2.2.4", "weights_only.h5", " into=keras224_named.h5")
    files.write_weights(path, weights, "2.2.4", fixed=True)
    path = out.add("half_precision", model, x, "float16 weights widen to float32")
    half = [(name, [(w, v.astype("float16")) for w, v in values]) for name, values in weights]
    model.set_weights([w.astype("float16").astype("float32") for w in model.get_weights()])
    out.cases["half_precision/output"][...] = model(x).numpy()
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}, half,
                     "2.2.4", fixed=True)

    functional = {"class_name": "Model", "config": {"name": "model_1", "input_layers": [["input_1", 0, 0]],
                                                    "output_layers": [["dense_5", 0, 0]], "layers": []}}
    before = "input_1"
    entry = layer_config("InputLayer", "input_1", batch_input_shape=[None, TIME, FEATURES], dtype="float32", sparse=False)
    entry["config"].pop("trainable")
    for layer, calls in [(entry, [])] + [(layer, None) for layer in layers]:
        layer = {**layer, "config": {k: v for k, v in layer["config"].items()
                                     if layer is entry or k != "batch_input_shape"}}
        name = layer["config"]["name"]
        layer["name"], layer["inbound_nodes"] = name, [] if calls == [] else [[[before, 0, 0, {}]]]
        functional["config"]["layers"].append(layer)
        before = name
    model.set_weights([values for _, layer in weights for _, values in layer])
    path = out.add("keras206_model", model, x, "Keras 2.0.6 Functional of class Model with nested list calls")
    files.write_full(path, functional, [("input_1", [])] + weights, "2.0.6", fixed=True)

    def missing(name, about, version, layer, config, drop):
        model, x = out.model(layer)
        for key in drop:
            config["config"].pop(key, None)
        config["config"]["batch_input_shape"] = [None, TIME, FEATURES]
        files.write_full(out.add(name, model, x, about),
                         {"class_name": "Sequential", "config": {"name": "s", "layers": [config]}},
                         [(config["config"]["name"], files.cell(config["config"]["name"], model.get_weights()))], version)

    gate = ("recurrent_activation",)
    missing("keras224_default_gate", "2.2: recurrent_activation missing means hard_sigmoid", "2.2.4",
            L.LSTM(UNITS, **OLD), lstm_config("lstm_1"), gate)
    missing("keras231_default_gate", "2.3: recurrent_activation missing means sigmoid", "2.3.1",
            L.LSTM(UNITS), lstm_config("lstm_1"), gate)
    gru = layer_config("GRU", "gru_1", units=UNITS, activation="tanh", recurrent_activation="hard_sigmoid", use_bias=True)
    missing("keras224_gru", "GRU without the key reset_after: False", "2.2.4", L.GRU(UNITS, **OLD_GRU), gru, ())
    gru = layer_config("GRU", "gru_1", units=UNITS, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
                       reset_after=True, time_major=False,
                       dtype={"class_name": "Policy", "config": {"name": "float32"}})
    missing("tfkeras24_policy", "tf.keras 2.4: dtype is a Policy, time_major present", "2.4.0", L.GRU(UNITS), gru, ())
    rnn = layer_config("SimpleRNN", "simple_rnn_1", units=UNITS, activation="tanh", use_bias=True,
                       kernel_initializer={"class_name": "VarianceScaling", "config": {
                           "scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}})
    missing("keras224_simple_rnn", "initializer as VarianceScaling", "2.2.4", L.SimpleRNN(UNITS), rnn, ())


def bidirectional(out):
    model, x = out.model(L.Bidirectional(L.LSTM(UNITS, return_sequences=True, **OLD), merge_mode="concat"))
    inner = lstm_config("lstm_1", return_sequences=True)
    config = layer_config("Bidirectional", "bidirectional_1", layer=inner, merge_mode="concat",
                          batch_input_shape=[None, TIME, FEATURES])
    arrays = model.get_weights()
    weights = files.cell("bidirectional_1/forward_lstm_1", arrays[:3]) + files.cell("bidirectional_1/backward_lstm_1", arrays[3:])
    path = out.add("keras231_bidirectional", model, x, "Keras 2.3.1 Bidirectional: the inner layer has no module")
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "s", "layers": [config]}},
                     [("bidirectional_1", weights)], "2.3.1")


def cudnn(out):
    """CuDNN layers: kernels transposed per gate, biases doubled."""
    model, x = out.model(L.LSTM(UNITS, return_sequences=True), L.GRU(6))
    lstm, gru = model.layers
    rng = np.random.default_rng(1)
    weights = [("cu_dnnlstm_1", files.cell("cu_dnnlstm_1", files.to_cudnn_lstm(lstm.get_weights(), rng))),
               ("cu_dnngru_1", files.cell("cu_dnngru_1", files.to_cudnn_gru(gru.get_weights())))]
    config = [layer_config("CuDNNLSTM", "cu_dnnlstm_1", units=UNITS, return_sequences=True, return_state=False,
                           go_backwards=False, stateful=False, unit_forget_bias=True,
                           batch_input_shape=[None, TIME, FEATURES], dtype="float32"),
              layer_config("CuDNNGRU", "cu_dnngru_1", units=6, return_sequences=False, return_state=False,
                           go_backwards=False, stateful=False)]
    path = out.add("keras224_cudnn", model, x, "CuDNNLSTM and CuDNNGRU")
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "s", "layers": config}}, weights, "2.2.4")
    plain = [lstm_config("lstm_1", return_sequences=True, recurrent_activation="sigmoid",
                         batch_input_shape=[None, TIME, FEATURES]),
             layer_config("GRU", "gru_1", units=6, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
                          reset_after=True)]
    path = out.add("cudnn_weights_in_plain_layers", model, x, "plain LSTM and GRU whose stored weights are CuDNN's")
    files.write_full(path, {"class_name": "Sequential", "config": {"name": "s", "layers": plain}},
                     [("lstm_1", weights[0][1]), ("gru_1", weights[1][1])], "2.2.4")


def v3_layouts(out):
    """.weights.h5 of 2.12 to 2.14, and bfloat16 as Keras 3 stores it."""
    model, x = out.model(L.LSTM(UNITS, return_sequences=True), L.Dense(6), L.LSTM(2))
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [
        lstm_config("a", return_sequences=True, recurrent_activation="sigmoid", batch_input_shape=[None, TIME, FEATURES]),
        dense_config("b", 6), lstm_config("c", 2, recurrent_activation="sigmoid")]}}
    names = ("a", "b", "c")
    weights = [(name, files.cell(name, layer.get_weights())) for name, layer in zip(names, model.layers)]
    files.write_full(out.add("v3_model", model, x, "the model of the weights files below"), config, weights, "2.13.1")
    for name, prefix, second, about in (
            ("v3_dependencies", "_layer_checkpoint_dependencies", "lstm_2", "2.13: other prefix, the second LSTM is lstm_2"),
            ("v3_layers", "layers", "lstm_1", "2.15: layers/lstm_1, no root vars group")):
        path = out.add(name, model, x, about, "weights.h5", " into=v3_model.h5")
        files.write_v3(path, {f"{prefix}/lstm/cell": model.layers[0].get_weights(),
                              f"{prefix}/dense": model.layers[1].get_weights(),
                              f"{prefix}/{second}/cell": model.layers[2].get_weights()})
    model.set_weights([files.round_bfloat16(w) for w in model.get_weights()])
    path = out.add("v3_bfloat16", model, x, "bfloat16: raw bytes with the attribute dtype", "weights.h5", " into=v3_model.h5")
    files.write_v3(path, {"layers/lstm/cell": model.layers[0].get_weights(), "layers/dense": model.layers[1].get_weights(),
                          "layers/lstm_1/cell": model.layers[2].get_weights()}, bfloat16=True)


def main():
    out = Writer()
    for write in (keras1, keras20, bidirectional, cudnn, v3_layouts):
        write(out)
    out.cases.close()
    (OUT / "manifest.txt").write_text("\n".join(out.manifest) + "\n")
    total = sum(path.stat().st_size for path in OUT.iterdir())
    print(f"{len(list(OUT.iterdir()))} files, {total / 1e6:.2f} MB in {OUT}")


if __name__ == "__main__":
    main()
