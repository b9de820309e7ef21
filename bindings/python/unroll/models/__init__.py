"""Models, with Keras' names: `Sequential`, functional `Model`, `load_model`."""

from ._functional import Model
from ._loaded import inspect, load_model
from ._reading import model_from_json
from ._sequential import Sequential
from ._symbols import SequenceProgress, vocabulary_of

__all__ = ["Model", "SequenceProgress", "Sequential", "inspect", "load_model", "model_from_json", "vocabulary_of"]
