"""Old Keras behind the names of Keras 3, so that one catalogue serves all. Runs on Python 3.6."""
import os

import numpy as np

KERAS1_CLASSES = {"Conv1D": "Convolution1D"}
KERAS1_OPTIONS = {
    "units": "output_dim", "filters": "nb_filter", "kernel_size": "filter_length", "padding": "border_mode",
    "strides": "subsample_length", "use_bias": "bias", "recurrent_activation": "inner_activation",
    "kernel_initializer": "init", "recurrent_initializer": "inner_init", "dropout": "dropout_W",
    "recurrent_dropout": "dropout_U", "rate": "p", "stddev": "sigma", "kernel_regularizer": "W_regularizer",
    "recurrent_regularizer": "U_regularizer", "bias_regularizer": "b_regularizer",
}
POSITIONAL = {"Embedding": ("input_dim", "output_dim"), "RepeatVector": ("n",), "Bidirectional": ("layer",),
              "TimeDistributed": ("layer",), "Dropout": ("rate",)}
KERAS1_POOLING = {"pool_size": "pool_length", "strides": "stride", "padding": "border_mode"}
KERAS1_MERGE = {"Concatenate": "concat", "Add": "sum", "Multiply": "mul", "Average": "ave", "Maximum": "max", "Dot": "cos"}


class Random(np.random.RandomState):
    """The methods of numpy's present generator that spec.py uses, for a numpy that has it not."""

    def integers(self, *arguments):
        return self.randint(*arguments)


class NotThere(Exception):
    """This Keras has no such layer or option."""


def version_of(keras):
    return tuple(int(part) for part in keras.__version__.split("-")[0].split(".")[:3])


class Layers:
    def __init__(self, keras):
        self.keras = keras
        self.version = version_of(keras)

    def __getattr__(self, name):
        if self.version < (2,):
            return lambda *first, **options: self.keras1(name, dict(zip(POSITIONAL.get(name, ("units",)), first), **options))
        made = getattr(self.keras.layers, name, None)
        if made is None:
            raise NotThere("no layer " + name)
        return made

    def keras1(self, name, options):
        if name in KERAS1_MERGE:
            merge = getattr(self.keras.layers, "merge")
            mode, axis = KERAS1_MERGE[name], options.get("axes", -1)
            return lambda tensors: merge(tensors, mode=mode, name=options.get("name"),
                                         **{"concat_axis": -1} if mode == "concat" else {"dot_axes": axis} if mode == "cos" else {})
        if name.endswith("Pooling1D"):
            names = KERAS1_POOLING
        elif name in ("ZeroPadding1D", "Cropping1D", "UpSampling1D"):
            names = {"size": "length"}
        else:
            names = KERAS1_OPTIONS
        options = {names.get(key, key): value for key, value in options.items()}
        if name in ("RNN", "StackedRNNCells") or "backward_layer" in options:
            raise NotThere("no " + name + " of this kind")
        if options.pop("bias", True) is False:
            if name in ("LSTM", "GRU", "SimpleRNN"):
                raise NotThere("recurrent layers have no use_bias")
            options["bias"] = False
        if options.pop("unit_forget_bias", True) is False:
            options["forget_bias_init"] = "zero"
        if options.pop("bias_initializer", None) or options.get("reset_after"):
            raise NotThere("no such option")
        options.pop("reset_after", None)
        if options.get("dilation_rate", 1) != 1:
            name, options["atrous_rate"] = "AtrousConv1D", options.pop("dilation_rate")
        made = getattr(self.keras.layers, KERAS1_CLASSES.get(name, name), None)
        if made is None:
            raise NotThere("no layer " + name)
        return made(**options)


class Adapter:
    """What spec.py and catalogue.py ask of a Keras module."""

    def __init__(self, keras):
        self.keras = keras
        self.layers = Layers(keras)
        self.version = self.layers.version
        self.__name__ = "keras"
        self.backend = keras.backend
        self.__version__ = keras.__version__

    def Input(self, shape, name=None, dtype=None, batch_size=None):
        options = {"name": name} if name else {}
        if dtype:
            options["dtype"] = dtype
        if batch_size:
            return self.keras.layers.Input(batch_shape=(batch_size,) + tuple(shape), **options)
        return self.keras.layers.Input(shape=tuple(shape), **options)

    def Model(self, inputs, outputs, name=None):
        options = {"name": name} if name else {}
        make = self.keras.models.Model
        if self.version < (2,):
            return make(input=inputs, output=outputs, **options)
        return make(inputs=inputs, outputs=outputs, **options)

    def Sequential(self, layers, name=None):
        model = self.keras.models.Sequential(**{"name": name} if name else {})
        for layer in layers:
            model.add(layer)
        return model


def started(version):
    """The Keras of this environment: the package `keras`, or tf.keras before it was one."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if os.environ.get("UNROLL_KERAS_SHIM"):
        import shim

        return shim.load(os.environ["UNROLL_KERAS_SHIM"])
    if version.startswith("tf") or version in ("2.4", "2.5"):  # inside TensorFlow
        import tensorflow

        return tensorflow.keras
    import keras

    return keras
