"""Layers, with Keras' names, arguments and defaults.

A layer object holds only its configuration. The library does the arithmetic and
keeps the weights in the model; `layer.get_weights()` asks the model that the layer
was added to. Every layer takes `name`, `trainable`, `dtype`, and, as the first of a
`Sequential`, `input_shape` (of one sample) or `batch_input_shape`. TypeError for
an argument that a layer does not have, ValueError for a value outside its
domain, either at once or when the model is built; UnsupportedError for what Keras
has and this library does not.

Shapes in the documentation begin with the batch axis; `time` and `batch` may be
any length. If no shape is given, the result has the shape of the input.
"""

from . import core, merging, normalization, recurrent, shaping, wrappers
from ._base import KerasTensor, Layer
from .core import *
from .merging import *
from .normalization import *
from .recurrent import *
from .shaping import *
from .wrappers import *

__all__ = ["KerasTensor", "Layer"]
__all__ += core.__all__
__all__ += merging.__all__
__all__ += normalization.__all__
__all__ += recurrent.__all__
__all__ += shaping.__all__
__all__ += wrappers.__all__
