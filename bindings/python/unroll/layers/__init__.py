"""Layers, with Keras' names, arguments and defaults.

A layer is its configuration. The arithmetic and the weights are the model's,
inside the library; `layer.get_weights()` asks the model it was added to.
Every layer takes `name`, `trainable`, `dtype`, and, as the first of a
`Sequential`, `input_shape` (of one sample) or `batch_input_shape`. TypeError for
an argument that a layer does not have, ValueError for a value outside its
domain, at once or when the model is built; UnsupportedError for what Keras has
and this library does not.

Shapes in the documentation begin with the batch axis; `time` and `batch` may be
any length. Where a result has the input's shape, none is given.
"""

from ._base import KerasTensor, Layer
from .core import (
    ELU, Activation, Dense, Dropout, Embedding, GaussianDropout, GaussianNoise, Input, InputLayer, LeakyReLU, Masking,
    PReLU, ReLU, Softmax, SpatialDropout1D,
)
from .merging import (
    Add, AdditiveAttention, Attention, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract,
)
from .recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell, StackedRNNCells
from .shaping import (
    AveragePooling1D, BatchNormalization, Conv1D, Cropping1D, Flatten, GlobalAveragePooling1D, GlobalMaxPooling1D,
    LayerNormalization, MaxPooling1D, Permute, RepeatVector, Rescaling, Reshape, UnitNormalization, UpSampling1D,
    ZeroPadding1D,
)
from .wrappers import Bidirectional, TimeDistributed

__all__ = [
    "Activation", "Add", "AdditiveAttention", "Attention", "Average", "AveragePooling1D", "BatchNormalization",
    "Bidirectional", "Concatenate", "Conv1D", "Cropping1D", "Dense", "Dot", "Dropout", "ELU", "Embedding", "Flatten",
    "GRU", "GRUCell", "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "Input",
    "InputLayer", "KerasTensor", "LSTM", "LSTMCell", "Layer", "LayerNormalization", "LeakyReLU", "Masking", "MaxPooling1D",
    "Maximum", "Minimum", "Multiply", "PReLU", "Permute", "RNN", "ReLU", "RepeatVector", "Rescaling", "Reshape",
    "SimpleRNN", "SimpleRNNCell", "Softmax", "SpatialDropout1D", "StackedRNNCells", "Subtract", "TimeDistributed",
    "UnitNormalization", "UpSampling1D", "ZeroPadding1D",
]
