"""Random models as data, and the Python source that builds them.

The source is what is run, with `K` for Keras, tf_keras or unroll: what a failure
prints is what failed.
"""
from dataclasses import dataclass, field

from spec import Node

#: Keras 3's and unroll's names of options that tf_keras calls otherwise.
KERAS2_OPTIONS = {"LeakyReLU": {"negative_slope": "alpha"}}


@dataclass(frozen=True)
class Thing:
    """An object that is no layer: `Thing("regularizers", "L2", {"l2": 0.1})`."""

    module: str
    cls: str
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """An input of a model, and what it is fed with."""

    name: str
    shape: tuple
    tokens: int = 0  # > 0: whole numbers below this
    is_mask: bool = False  # True and False
    padding: object = None  # the value of masked steps, if some are
    any_length: bool = False  # declared for any number of steps


@dataclass(frozen=True)
class Call:
    """`outputs = layer(inputs, **arguments)`; inputs are names of tensors, or a list of them.

    An output "*states" takes all that are left: the states of stacked cells, which Keras nests.
    """

    layer: str
    inputs: object
    outputs: tuple
    arguments: dict = field(default_factory=dict)

    def taken(self):
        """The names of the tensors that it takes."""
        return {name for value in (self.inputs, *self.arguments.values()) for name in tensors(value)}

    def made(self):
        """The names of what it gives."""
        return {name.strip("*") for name in self.outputs}


@dataclass(frozen=True)
class Net:
    """A model. `layers` maps names to Nodes and Nets; a sequential one calls them in order."""

    name: str
    entries: tuple
    layers: dict
    calls: tuple = ()
    outputs: tuple = ()
    sequential: bool = False
    batch: int = 0  # > 0: declared
    frozen: bool = False  # of a model inside another
    style: str = "named"  # or "plain": the library names the layers; or "shaped": and the first layer declares the input

    def nodes(self):
        """Every layer, the inner ones of wrappers and models too."""
        for layer in self.layers.values():
            yield from layer.nodes() if isinstance(layer, Net) else inner(layer)

    def nets(self):
        yield self
        for layer in self.layers.values():
            if isinstance(layer, Net):
                yield from layer.nets()

    def classes(self):
        return {node.cls for node in self.nodes()}


def tensors(value):
    """The names in an argument of a call: of a tensor, or of a list with some."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (list, tuple)):
        return [name for each in value for name in tensors(each)]
    return []


def inner(node):
    yield node
    for value in node.options.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Node):
                yield from inner(each)
            elif isinstance(each, Net):
                yield from each.nodes()


class Writer:
    """Writes the source of one model for one library."""

    def __init__(self, library):
        self.library = library
        self.lines = []

    def value(self, value):
        if isinstance(value, Thing):
            return f"K.{value.module}.{value.cls}({self.options(value.options)})"
        if isinstance(value, Node):
            return self.layer(value)
        if isinstance(value, Net):
            return self.net(value)
        if isinstance(value, list):
            return f"[{', '.join(self.value(each) for each in value)}]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key!r}: {self.value(each)}" for key, each in value.items()) + "}"
        return repr(value)

    def options(self, options, renamed={}):
        return ", ".join(f"{renamed.get(key, key)}={self.value(each)}" for key, each in options.items())

    def layer(self, node, name=None, **more):
        renamed = KERAS2_OPTIONS.get(node.cls, {}) if self.library == "tf_keras" else {}
        options = {**node.options, **more}
        first = []
        if node.cls in ("RNN", "StackedRNNCells", "Bidirectional", "TimeDistributed"):
            key = {"RNN": "cell", "StackedRNNCells": "cells"}.get(node.cls, "layer")
            first = [self.value(options.pop(key))]
        if name:
            options["name"] = name
        return f"K.layers.{node.cls}({', '.join([*first, self.options(options, renamed)]).strip(', ')})"

    def entry(self, entry, batch):
        dtype = "'bool'" if entry.is_mask else "'int32'" if entry.tokens else "dtype"
        size = f", batch_size={batch}" if batch else ""
        shape = (None, *entry.shape[1:]) if entry.any_length else entry.shape
        return f"K.Input({shape!r}{size}, dtype={dtype}, name={entry.name!r})"

    def arguments(self, arguments):
        def one(value):
            if isinstance(value, str):
                return value
            return f"[{', '.join(map(one, value))}]" if isinstance(value, (list, tuple)) else repr(value)
        return "".join(f", {key}={one(value)}" for key, value in arguments.items())

    def member(self, net, name, layer):
        """A layer of a model; outputs have names, which losses and metrics refer to."""
        if isinstance(layer, Net):
            text = self.net(layer)
            if layer.frozen:
                self.lines.append(f"{text}.trainable = False")
            return text
        given = name if net.style == "named" or name.startswith("out") else None
        if net.style == "shaped" and name == next(iter(net.layers)):
            return self.layer(layer, given, input_shape=net.entries[0].shape)
        return self.layer(layer, given)

    def net(self, net):
        """Writes the statements for a model; its name is the variable."""
        made = {name: self.member(net, name, layer) for name, layer in net.layers.items()}
        if net.sequential:
            parts = [self.entry(entry, net.batch) for entry in net.entries] if net.style != "shaped" else []
            parts += made.values()
            self.lines.append(f"{net.name} = K.Sequential([\n        " + ",\n        ".join(parts) + f"], name={net.name!r})")
            return net.name
        for entry in net.entries:
            self.lines.append(f"{entry.name} = {self.entry(entry, net.batch)}")
        for name, text in made.items():
            if text != name:
                self.lines.append(f"{name} = {text}")
        for call in net.calls:
            given = call.inputs if isinstance(call.inputs, str) else f"[{', '.join(call.inputs)}]"
            self.lines.append(f"{', '.join(call.outputs)} = {call.layer}({given}{self.arguments(call.arguments)})")
        lists = [", ".join(entry.name for entry in net.entries), ", ".join(net.outputs)]
        single = [f"[{names}]" if "," in names else names for names in lists]
        self.lines.append(f"{net.name} = K.Model({single[0]}, {single[1]}, name={net.name!r})")
        return net.name


def source(net, library):
    """`make(K, dtype)` for a library, as text."""
    writer = Writer(library)
    result = writer.net(net)
    return "def make(K, dtype):\n    " + "\n    ".join([*writer.lines, f"return {result}"]) + "\n"
