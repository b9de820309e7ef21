"""Callbacks, with Keras' names and methods."""

from ._base import Callback, CallbackList, History, LambdaCallback, ProgbarLogger
from ._rates import LearningRateScheduler, ReduceLROnPlateau
from ._saving import CSVLogger, ModelCheckpoint
from ._stopping import EarlyStopping, TerminateOnNaN

__all__ = [
    "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback", "LearningRateScheduler",
    "ModelCheckpoint", "ProgbarLogger", "ReduceLROnPlateau", "TerminateOnNaN",
]
