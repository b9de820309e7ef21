"""The model as callbacks see it."""

from __future__ import annotations

from typing import Any, Protocol, Sequence

import numpy as np

from .._handle import ModelHandle


class TrainedModel(Protocol):
    """What callbacks may ask of the model that is trained, evaluated or predicts."""

    name: str
    #: The optimizer that it was compiled with.
    optimizer: Any
    #: The rate of the next update; may be set.
    learning_rate: float
    #: Set it to True to end the training after the current batch.
    stop_training: bool

    @property
    def layers(self) -> Sequence[Any]: ...
    @property
    def weights(self) -> Sequence[Any]: ...
    def get_weights(self) -> list[np.ndarray]: ...
    def set_weights(self, weights: Sequence[Any]) -> None: ...
    def save(self, filepath: Any, overwrite: bool = True) -> None: ...
    def save_weights(self, filepath: Any, overwrite: bool = True) -> None: ...
    def evaluate(self, x: Any, y: Any = None, batch_size: int | None = None, verbose: int | str = "auto") -> Any: ...
    def predict(self, x: Any, batch_size: int | None = None, verbose: int | str = "auto") -> Any: ...
    def _handle_or_raise(self) -> ModelHandle: ...
