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

from . import core, merging, recurrent, shaping, wrappers
from ._base import KerasTensor, Layer
from .core import *
from .merging import *
from .recurrent import *
from .shaping import *
from .wrappers import *

__all__ = ["KerasTensor", "Layer"]
__all__ += core.__all__
__all__ += merging.__all__
__all__ += recurrent.__all__
__all__ += shaping.__all__
__all__ += wrappers.__all__
