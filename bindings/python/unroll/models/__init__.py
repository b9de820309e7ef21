"""Models, with Keras' names: `Sequential`, functional `Model`, `load_model`."""

from ._functional import Model
from ._loaded import inspect, load_model, model_from_json
from ._sequential import Sequential

__all__ = ["Model", "Sequential", "inspect", "load_model", "model_from_json"]
