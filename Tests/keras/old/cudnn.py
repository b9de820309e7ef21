"""CuDNN layers: built without a GPU, where they cannot run; Keras' own loader gives what they would compute."""
import os

import numpy as np

from spec import N, Spec

U, F, T = 4, 3, 5
ROWS = (
    ("CuDNNLSTM", (("LSTM", {"return_sequences": True}), ("Dense", {"units": 2}))),
    ("CuDNNGRU", (("GRU", {"return_sequences": True}), ("Dense", {"units": 2}))),
    ("CuDNNLSTM go_backwards", (("LSTM", {"go_backwards": True}),)),
    ("CuDNNLSTM and CuDNNGRU", (("LSTM", {"return_sequences": True}), ("GRU", {"units": 6}))),
    ("Bidirectional(CuDNNLSTM)", (("Bidirectional LSTM", {"return_sequences": True}),)),
    ("Bidirectional(CuDNNGRU)", (("Bidirectional GRU", {}),)),
)


def nodes(layers, prefix):
    for kind, options in layers:
        options = dict({"units": U}, **options)
        cls = kind.split()[-1]
        if cls == "Dense":
            yield N("Dense", **options)
            continue
        plain = {"recurrent_activation": "sigmoid"}
        if cls == "GRU":
            plain["reset_after"] = True
        node = N(prefix + cls, **(options if prefix else dict(options, **plain)))
        yield N("Bidirectional", layer=node) if kind.startswith("Bidirectional") else node


def prune_before_placing(keras):
    """In graph mode TensorFlow wants a device for every operation, run or not, unless told."""
    import tensorflow as tf

    if hasattr(keras.backend, "set_session") and not getattr(tf, "executing_eagerly", bool)():
        options = tf.ConfigProto(graph_options=tf.GraphOptions(place_pruned_graph=True))
        keras.backend.set_session(tf.Session(config=options))


def write(writer):
    import models
    from writer import computed, randomise, save_arrays

    # tf.keras keeps them below compat.v1.
    layers = writer.K.layers
    source = writer.keras.layers
    if not hasattr(source, "CuDNNLSTM"):
        source = getattr(getattr(getattr(__import__("tensorflow").compat, "v1", None), "keras", None), "layers", source)
    for name in ("CuDNNLSTM", "CuDNNGRU"):
        if hasattr(source, name):
            layers.__dict__[name] = getattr(source, name)

    def one(layers):
        def run(entry):
            prune_before_placing(writer.keras)
            rng = np.random.RandomState(100 + entry["number"])
            fast = models.build(Spec(tuple(nodes(layers, "CuDNN")), shape=(T, F)), writer.K)
            randomise(fast, rng)
            writer.files(entry, fast)
            plain = models.build(Spec(tuple(nodes(layers, "")), shape=(T, F)), writer.K)
            plain.load_weights(os.path.join(writer.folder, entry["files"]["weights"]))
            x = [rng.normal(size=(2, T, F)).astype("float32")]
            y = computed(plain, x, False)
            entry["twice"] = False
            save_arrays(os.path.join(writer.folder, "m%03d.npz" % entry["number"]), x, y)
            plain.save(writer.path(entry, "plain", "plain.h5"))
        return run

    for name, row in ROWS:
        writer.entry("cudnn", name, one(row))
