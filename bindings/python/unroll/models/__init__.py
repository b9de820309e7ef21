"""Models, with Keras' names: `Sequential`, functional `Model`, `load_model`."""

from ..vocabulary import vocabulary_of
from ._functional import Model
from ._loaded import inspect, load_model
from ._reading import model_from_json
from ._sequential import Sequential
from ._symbols import SequenceProgress

__all__ = ["Model", "SequenceProgress", "Sequential", "inspect", "load_model", "model_from_json", "vocabulary_of"]
