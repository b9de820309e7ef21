"""What initializers, regularizers, constraints, losses, metrics, optimizers and schedules have in common."""

from __future__ import annotations

from typing import Any, TypeVar

from ._plain import plain

_Own = TypeVar("_Own", bound="Configured")


class Configured:
    """An object that is its Keras configuration; what it describes runs inside the library."""

    #: Keras' module of such objects, which files name.
    _module = "keras"

    def __init__(self, **config: Any) -> None:
        self._config: dict[str, Any] = plain(config)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same object, as JSON can hold them."""
        return dict(self._config)

    @classmethod
    def from_config(cls: type[_Own], config: dict[str, Any]) -> _Own:
        """An object from what `get_config` gave. TypeError or ValueError for an option that it does not have."""
        return cls(**config)

    def to_keras(self) -> dict[str, Any]:
        """`{"class_name": ..., "config": ...}`, as Keras' model files hold the object."""
        return {"module": self._module, "class_name": type(self).__name__, "config": self.get_config(), "registered_name": None}
