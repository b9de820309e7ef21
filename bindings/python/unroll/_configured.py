"""The base classes of initializers, regularizers, constraints, losses, metrics, optimizers and schedules."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, TypeVar

from ._plain import plain, snake_case

_Own = TypeVar("_Own", bound="Configured")


class Configured:
    """An object that consists of its Keras configuration; the library does what it describes."""

    #: Keras' module of such objects, which files contain.
    _module = "keras"

    def __init__(self, **config: Any) -> None:
        self._config: dict[str, Any] = plain(config)

    def get_config(self) -> dict[str, Any]:
        """The arguments that create an equal object, as JSON values."""
        return dict(self._config)

    @classmethod
    def from_config(cls: type[_Own], config: dict[str, Any]) -> _Own:
        """Creates an object from the result of `get_config`. TypeError or ValueError for an option that it does not have."""
        return cls(**config)

    def to_keras(self) -> dict[str, Any]:
        """`{"class_name": ..., "config": ...}`, as in Keras' model files."""
        return {"module": self._module, "class_name": type(self).__name__, "config": self.get_config(), "registered_name": None}


class Numbered(Configured):
    """An object whose class has a number in the header: a loss, a metric, an optimizer, a schedule."""

    #: The header's number; subclasses inherit it.
    _kind: ClassVar[int] = 0
    #: Keras' default name of an object; subclasses inherit it.
    _name: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "_kind" in vars(cls) and "_name" not in vars(cls):
            cls._name = snake_case(cls.__name__)


_Kind = TypeVar("_Kind", bound=Numbered)


def by_name(classes: Iterable[type[_Kind]], **others: type[_Kind]) -> dict[str, type[_Kind]]:
    """The classes by Keras' names for them and for their objects, in lower case, and by `others`."""
    found = {name: each for each in classes for name in (each._name, each.__name__.lower())}
    return {**found, **others}


def from_keras(classes: Iterable[type[_Own]], configuration: Any) -> _Own | None:
    """An object of one of the classes from its Keras configuration; None for anything else."""
    if isinstance(configuration, dict):
        for each in classes:
            if each.__name__ == configuration.get("class_name"):
                return each.from_config(configuration.get("config", {}))
    return None
