"""Models as data: built with any Keras, printable as Python."""
import contextlib
from dataclasses import dataclass, field

import numpy as np

#: Time steps, features and units of most models: pairwise different.
T, F, U = 5, 3, 4


@contextlib.contextmanager
def precision(keras, dtype):
    """Models made inside have this element type. `keras` is any Keras, or unroll."""
    settings = keras.config if keras.__name__ == "unroll" else keras.backend
    before = settings.floatx()
    settings.set_floatx(dtype)
    try:
        yield
    finally:
        settings.set_floatx(before)


@dataclass(frozen=True)
class Node:
    """A layer: its class name and options; options may hold nodes themselves."""

    cls: str
    options: dict = field(default_factory=dict)

    def make(self, keras):
        def value(option):
            if isinstance(option, Node):
                return option.make(keras)
            if isinstance(option, list) and option and isinstance(option[0], Node):
                return [node.make(keras) for node in option]
            return option

        options = {key: value(option) for key, option in self.options.items()}
        if self.cls == "Sequential":
            return keras.Sequential(options["layers"])
        if self.cls == "RNN":
            return keras.layers.RNN(options.pop("cell"), **options)
        if self.cls == "StackedRNNCells":
            return keras.layers.StackedRNNCells(options["cells"])
        return getattr(keras.layers, self.cls)(**options)

    def __repr__(self):
        return f"{self.cls}({', '.join(f'{key}={option!r}' for key, option in self.options.items())})"


def N(cls, **options):
    return Node(cls, options)


@dataclass(frozen=True)
class Spec:
    """A Sequential model and the input it is tried on."""

    layers: tuple
    shape: tuple = (5, 3)
    tokens: int = 0  # > 0: the input holds token numbers below this
    masked: bool = False  # some steps are all zeros
    batch: int = 2
    fixed_batch: bool = False  # declared in the model, as stateful layers need
    name: str = "net"

    def build(self, keras, dtype="float32"):
        with precision(keras, dtype):
            entry = keras.Input(self.shape, batch_size=self.batch if self.fixed_batch else None,
                                dtype="int32" if self.tokens else dtype)
            return keras.Sequential([entry, *(node.make(keras) for node in self.layers)], name=self.name)

    def streams(self):
        """Whether the model can be run one time step a call: nothing looks ahead or needs the whole sequence."""
        stepwise = {"SimpleRNN", "LSTM", "GRU", "RNN", "Dense", "Activation", "Embedding", "Masking", "Dropout",
                    "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "ReLU", "LeakyReLU", "ELU", "Softmax",
                    "Rescaling", "Identity", "ActivityRegularization", "AlphaDropout", "RMSNormalization", "LayerNormalization", "BatchNormalization", "UnitNormalization"}
        over_time = len(self.shape) + (self.tokens > 0) == 2
        return over_time and all(
            (node.cls in stepwise or node.cls == "TimeDistributed" and node.options["layer"].cls == "Dense")
            and not node.options.get("go_backwards") and node.options.get("axis", -1) == -1 for node in self.layers)

    def is_random(self):
        """Whether training draws random numbers, so that two libraries must differ."""
        text = repr(self)
        return any(word in text for word in ("Dropout", "Noise", "dropout=0."))

    def inputs(self, rng, dtype="float32", batch=None):
        shape = (batch or self.batch, *(5 if size is None else size for size in self.shape))
        if self.tokens:
            x = rng.integers(1 if self.masked else 0, self.tokens, shape).astype("int32")
        else:
            x = rng.normal(size=shape).astype(dtype)
        if self.masked:  # at the end of even rows, at the start of odd ones
            x[0::2, shape[1] - 2:] = 0
            x[1::2, :1] = 0
            if self.tokens and len(shape) == 3:  # words of the sentences that are left
                x[:, ::2, shape[2] - 1:] = 0
                x[:, 1::2, :1] = 0
        return [x]

    def __repr__(self):
        layers = ",\n    ".join(repr(node) for node in self.layers)
        dtype = ", dtype='int32'" if self.tokens else ""
        notes = f"  # tokens below {self.tokens}" if self.tokens else ""
        notes += "  # with masked steps" if self.masked else ""
        return f"Sequential([\n    Input({self.shape}{dtype}),{notes}\n    {layers}])"


@dataclass(frozen=True)
class Graph:
    """A Functional model: a function from a Keras module to a model, and its inputs' shapes."""

    function: object
    shapes: tuple = ((5, 3),)
    tokens: tuple = (0,)
    masked: bool = False
    batch: int = 2
    states: bool = False  # or masks as arguments, which .h5 cannot say to Keras 2 and 3 alike
    booleans: tuple = ()  # inputs that are masks
    fixed_batch = False

    def build(self, keras, dtype="float32"):
        with precision(keras, dtype):
            return self.function(keras)

    def inputs(self, rng, dtype="float32", batch=None):
        arrays = []
        for shape, tokens in zip(self.shapes, self.tokens):
            one = Spec((), shape=shape, tokens=tokens, masked=self.masked, batch=self.batch)
            arrays += one.inputs(rng, dtype, batch)
        return [a > 0 if index in self.booleans else a for index, a in enumerate(arrays)]

    def streams(self):
        return False

    def is_random(self):
        return False


def randomise(model, rng, scale=0.4):
    """Random weights, biases included; variances stay positive."""
    values = []
    for variable in model.weights:
        value = rng.normal(0, scale, tuple(variable.shape))
        if "moving_variance" in (getattr(variable, "path", "") + variable.name):
            value = np.abs(value) + 0.5
        values.append(value.astype(str(variable.dtype).replace("<dtype: '", "").replace("'>", "")))
    model.set_weights(values)


def arrays(outputs):
    """What a Keras call or a predict returned, as a list of numpy arrays."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    return [np.asarray(output) for output in outputs]


def keras_call(model, x):
    """Inference without tracing a predict function (a second a model otherwise)."""
    return arrays(model(x[0] if len(x) == 1 else x, training=False))


def distance(found, expected):
    """Largest difference relative to the scale of what is expected."""
    found, expected = np.asarray(found, "float64"), np.asarray(expected, "float64")
    if found.shape != expected.shape:
        raise AssertionError(f"shape {found.shape} instead of {expected.shape}")
    if not expected.size:
        return 0.0
    if not np.isfinite(found).all():
        raise AssertionError("values that are not finite")
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-6))


def worst(found, expected):
    if len(found) != len(expected):
        raise AssertionError(f"{len(found)} arrays instead of {len(expected)}")
    return max((distance(a, b) for a, b in zip(found, expected)), default=0.0)
