"""Runs standalone Keras 1.x and 2.0 to 2.3 on Python 3.11 over TensorFlow 2.12 in graph mode.

Keras itself is unmodified, as its wheel has it; only what it stands on is put
back: names that Python, numpy, h5py and TensorFlow have dropped since.
"""
import collections
import collections.abc
import importlib
import inspect
import os
import sys
from pathlib import Path


def python():
    for name in ("Mapping", "Iterable", "Callable", "Sequence", "MutableMapping", "Sized", "Hashable"):
        setattr(collections, name, getattr(collections.abc, name))
    spec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")
    inspect.getargspec = lambda function: spec(*inspect.getfullargspec(function)[:4])


def numpy_names():
    import numpy

    for name, kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
        if name not in numpy.__dict__:
            setattr(numpy, name, kind)


def h5py_strings():
    """h5py 2 gave and took bytes where h5py 3 has str, and wrote lists of bytes as fixed-length strings."""
    import h5py

    import numpy as np

    get, create = h5py.AttributeManager.__getitem__, h5py.AttributeManager.create

    def as_bytes(self, name):
        value = get(self, name)
        if isinstance(value, np.ndarray) and value.dtype == object:
            return np.array([one.encode("utf8") if isinstance(one, str) else one for one in value], "S")
        return value.encode("utf8") if isinstance(value, str) else value

    def fixed_strings(self, name, data, *rest, **options):
        if isinstance(data, (list, tuple)) and data and all(isinstance(one, bytes) for one in data):
            data = np.array(data, "S")
        return create(self, name, data, *rest, **options)

    h5py.AttributeManager.__getitem__ = as_bytes
    h5py.AttributeManager.get = lambda self, name, default=None: self[name] if name in self else default
    h5py.AttributeManager.create = fixed_strings
    h5py.AttributeManager.__setitem__ = fixed_strings
    file = h5py.File.__init__

    def any_mode(self, name, mode="a", **options):
        file(self, name, mode, **options)

    h5py.File.__init__ = any_mode


def tensorflow(path):
    """`import tensorflow` means its version 1 interface; `import keras` means the one below `path`."""
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    tf.__dict__["__version__"] = "1.15.0"  # Keras 2.3 asks
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import control_flow_ops, tensor_array_ops, variables
    from tensorflow.python.types import core
    tf.python = sys.modules["tensorflow.python"]
    ops._TensorLike = core.Tensor
    ops.is_dense_tensor_like = lambda x: isinstance(x, (core.Tensor, variables.Variable))
    import tensorflow.python.keras.metrics  # Keras 2.3 takes a few things from tf.keras
    import tensorflow.python.keras.utils
    tf.__dict__["keras"] = sys.modules["tensorflow.python.keras"]
    old_arguments(tf)
    for name in [name for name in sys.modules if name.split(".")[0] == "keras"]:
        del sys.modules[name]
    sys.modules["tensorflow"] = tf
    sys.path.insert(0, str(path))
    return tf


def old_arguments(tf):
    """TensorFlow before 1.0 took the axis first and had other names for some functions."""
    concat, split = tf.concat, tf.split

    def concat_either(values, axis, *rest, **options):
        return concat(axis, values, *rest, **options) if isinstance(values, int) else concat(values, axis, *rest, **options)

    def split_either(value, number, axis=0, *rest, **options):
        return split(axis, number, value, *rest, **options) if isinstance(value, int) else split(value, number, axis, *rest, **options)

    tf.concat, tf.split = concat_either, split_either
    array = importlib.import_module("tensorflow.python.ops.tensor_array_ops").TensorArray
    array.unpack, array.pack = array.unstack, array.stack
    for old, new in (("pack", "stack"), ("unpack", "unstack"), ("mul", "multiply"), ("sub", "subtract"), ("neg", "negative"),
                     ("select", "where"), ("initialize_variables", "variables_initializer"),
                     ("initialize_all_variables", "global_variables_initializer"), ("batch_matmul", "matmul"), ("inv", "reciprocal")):
        if old not in tf.__dict__ and hasattr(tf, new):
            setattr(tf, old, getattr(tf, new))


def load(path):
    """The Keras below `path`, ready to use."""
    path = Path(path)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    python()
    numpy_names()
    h5py_strings()
    tensorflow(path)
    keras = importlib.import_module("keras")
    keras.backend.set_image_dim_ordering("tf") if hasattr(keras.backend, "set_image_dim_ordering") else None
    return keras
