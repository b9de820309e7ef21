"""The base of all layers: a name, Keras' configuration, and, in a model, weights."""

from __future__ import annotations

from typing import Any, ClassVar, Sequence

from .. import constraints, initializers, regularizers
from .._plain import element_type, plain, snake_case
from ..errors import UnsupportedError
from ._place import Placed


class KerasTensor:
    """The result of calling a layer on symbolic inputs: a value of a functional model, without numbers.

    `layer` is the layer it comes from, `node` the index of that layer's call, and
    `output` the index of the call's result. `shape` is known only for inputs.
    """

    def __init__(self, layer: "Layer", node: int, output: int, shape: tuple[int | None, ...] | None = None):
        self.layer, self.node, self.output, self.shape = layer, node, output, shape

    def __repr__(self) -> str:
        return f"<KerasTensor {self.output} of {self.layer.name!r}, call {self.node}>"


class Layer(Placed):
    """The base of all layers: a Keras configuration. The model that it is added to keeps its weights."""

    #: The Keras class of a layer that was read from a file.
    _loaded_class: str | None = None
    #: Arguments that choose between implementations with the same result; there is only one here.
    _without_effect: frozenset[str] = frozenset()
    #: Whether its dtype, which is that of its input, may be an integer type.
    _takes_indices = False
    #: The layers and models of the package by Keras' class name.
    _classes: ClassVar[dict[str, type[Layer]]] = {}

    def __init_subclass__(cls, keras_name: str | None = None, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if cls.__name__[0] != "_":
            Layer._classes.setdefault(keras_name or cls.__name__, cls)

    def __init__(
        self,
        config: dict[str, Any],
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        input_dim: int | None = None,
        batch_size: int | None = None,
        activity_regularizer: Any = None,
        weights: Sequence[Any] | None = None,
        **unknown: Any,
    ) -> None:
        for key, value in unknown.items():
            if key == "time_major" and "unroll" in self._without_effect:
                if value:
                    raise UnsupportedError(f"{type(self).__name__}: time_major=True is not supported; the batch axis must come first")
            elif key == "data_format" and key in self._without_effect:
                if value not in (None, "channels_last"):
                    raise UnsupportedError(f"{type(self).__name__}: data_format={value!r} is not supported; the features must come last")
            elif key not in self._without_effect:
                raise TypeError(f"{type(self).__name__} has no argument {key!r}")
        self._config = plain(config)
        self._initial_weights = None if weights is None else list(weights)
        if activity_regularizer is not None:
            _check_name("activity_regularizer", activity_regularizer)
            self._config["activity_regularizer"] = activity_regularizer
        if name is not None and not isinstance(name, str):
            raise ValueError(f"a layer's name must be text, found {name!r}")
        self._auto_named = name is None
        self.name: str = name if name is not None else snake_case(self._class_name())
        self._trainable = bool(trainable)
        self.dtype = element_type(dtype, self.name, indices=self._takes_indices)
        input_shape, batch_input_shape = plain(input_shape), plain(batch_input_shape)
        input_dim, batch_size = plain(input_dim), plain(batch_size)
        #: The shape with the batch axis first, if the layer declares the model's input.
        self.batch_shape: tuple[int | None, ...] | None = None
        if batch_input_shape is not None:
            self.batch_shape = tuple(batch_input_shape)
        elif input_shape is not None:
            if not isinstance(input_shape, (list, tuple)):
                raise ValueError(f"input_shape must be a tuple such as (60, 1), found {input_shape!r}")
            self.batch_shape = (batch_size, *input_shape)
        elif input_dim is not None:
            self.batch_shape = (batch_size, input_dim)
        elif batch_size is not None:
            raise ValueError(f"{self.name}: batch_size needs input_shape")
        for inner in self._inner_layers():
            inner._wrapper = self
        self._calls: list[tuple[list[KerasTensor], dict[str, Any]]] = []

    def _class_name(self) -> str:
        return self._loaded_class or type(self).__name__

    def _inner_layers(self) -> Sequence["Layer"]:
        found: list[Layer] = []
        for value in self._config.values():
            if isinstance(value, Layer):
                found.append(value)
            elif isinstance(value, (list, tuple)):
                found.extend(each for each in value if isinstance(each, Layer))
        return found

    # ---- configuration ------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Keras' configuration of this layer, as JSON values. ValueError if it contains a Python function."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if self.dtype is not None:
            config["dtype"] = self.dtype
        for key, value in self._config.items():
            config[key] = serialize(value)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """Creates a layer, without weights, from the result of `get_config`."""
        return cls._from_entry({"class_name": cls.__name__, "config": config})

    @classmethod
    def _from_entry(cls, entry: dict[str, Any]) -> Layer:
        """A layer from `{"class_name": ..., "config": ...}`."""
        config = dict(entry["config"])
        layer = cls.__new__(cls)
        own_name = config.pop("name", None)
        common = {key: config.pop(key, default) for key, default in (("trainable", True), ("dtype", None))}
        if isinstance(common["dtype"], dict):
            common["dtype"] = common["dtype"].get("config", {}).get("name")
        for key in ("layer", "backward_layer", "cell"):
            if isinstance(config.get(key), dict):
                config[key] = from_keras(config[key])
        if "cells" in config:
            config["cells"] = [from_keras(each) for each in config["cells"]]
        Layer.__init__(layer, config, batch_input_shape=config.get("batch_shape"), **common)
        layer._loaded_class = entry["class_name"]
        if own_name is not None:  # which may contain a slash, from TensorFlow's scopes
            layer.name, layer._auto_named = own_name, False
        return layer

    def to_keras(self) -> dict[str, Any]:
        """`{"class_name": ..., "config": ...}`, as in Keras' model files."""
        return {"module": "keras.layers", "class_name": self._class_name(), "config": self.get_config(), "registered_name": None}

    # ---- functional models --------------------------------------------------

    def __call__(self, *inputs: Any, initial_state: Any = None, **arguments: Any) -> Any:
        """Calls the layer on symbolic tensors, for a functional `Model`.

        `initial_state` is the state that a recurrent layer starts from: a tensor
        (batch, units) or a list of them. `mask`, a tensor with one number for
        each step, 0 for a masked one, replaces the mask of the input; attention
        takes a list of masks.

        Returns a tensor, or a list of them for a layer with `return_state`.
        TypeError for arrays: use a model's `predict` for those.
        """
        tensors: list[KerasTensor] = []
        for each in [*inputs, initial_state]:
            if each is None:
                continue
            for tensor in each if isinstance(each, (list, tuple)) else [each]:
                if not isinstance(tensor, KerasTensor):
                    raise TypeError(
                        f"{self.name} was called on {type(tensor).__name__}; layers are called on the result of "
                        "Input() or of other layers. To compute with arrays, build a model and call predict"
                    )
                tensors.append(tensor)
        if not tensors:
            raise TypeError(f"{self.name} was called without inputs")
        first = inputs[0]
        kwargs: dict[str, Any] = dict(arguments)
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        for value in kwargs.values():  # a mask, or a list of them
            for tensor in value if isinstance(value, (list, tuple)) else [value]:
                if isinstance(tensor, KerasTensor) and tensor not in tensors:
                    tensors.append(tensor)
        self._calls.append((tensors, {"args": list(inputs), "kwargs": kwargs}))
        count = self._output_count(first)
        outputs = [KerasTensor(self, len(self._calls) - 1, index) for index in range(count)]
        return outputs[0] if count == 1 else outputs

    def _output_count(self, first_input: Any) -> int:
        return 1

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r}>"


def from_keras(entry: dict[str, Any]) -> Layer:
    """A layer or model from Keras' `{"class_name": ..., "config": ...}`. Unknown classes become plain layers."""
    return Layer._classes.get(entry["class_name"], Layer)._from_entry(entry)


def serialize(value: Any) -> Any:
    """A configuration value as a JSON value."""
    if hasattr(value, "to_keras"):
        return value.to_keras()
    if isinstance(value, (list, tuple)):
        return [serialize(each) for each in value]
    if callable(value):
        raise ValueError(
            f"{value!r} is a Python function; activations, initializers, regularizers and constraints run in the "
            "library and must be given by name or as objects of unroll.initializers, regularizers and constraints"
        )
    return value


def options(arguments: dict[str, Any]) -> dict[str, Any]:
    """The configuration, from a constructor's `locals()`."""
    config = {key: value for key, value in arguments.items() if key not in ("self", "common", "__class__")}
    for key in ("activation", "recurrent_activation"):
        if key in config and config[key] is None:
            config[key] = "linear"
    for key, value in config.items():
        _check_name(key, value)
    result: dict[str, Any] = plain(config)
    return result


def _names(base: type, module: Any, *more: str) -> frozenset[str]:
    classes = [each.__name__ for each in vars(module).values() if isinstance(each, type) and issubclass(each, base)]
    return frozenset(name for each in classes if each != base.__name__ and each[0] != "_" for name in (each, snake_case(each))).union(more)


_KNOWN = {
    "initializer": _names(
        initializers.Initializer, initializers, "zero", "one", "normal", "uniform", "OrthogonalInitializer", "IdentityInitializer"
    ),
    "regularizer": _names(regularizers.Regularizer, regularizers, "l1_l2"),
    "constraint": _names(constraints.Constraint, constraints, "nonneg"),
}


def _check_name(key: str, value: Any) -> None:
    """Refuses an unknown name. The library ignores those in a file that matter only in training; in code they are mistakes."""
    known = _KNOWN.get(key.rpartition("_")[2])
    if known is not None and isinstance(value, str) and value not in known:
        raise ValueError(f"{key}: unknown name {value!r}; known: {', '.join(sorted(known))}")
