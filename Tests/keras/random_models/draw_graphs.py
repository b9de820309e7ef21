"""Functional models: tensors to choose from, and layers that make more of them."""
from dataclasses import replace

import patterns
from describe import Call, Entry, Net
from draw_layers import dense, layer
from draw_sequential import entry, sequential
from spec import N


class Graph:
    """A functional model while it grows."""

    def __init__(self, dice, depth=2):
        self.dice, self.depth = dice, depth
        self.entries, self.layers, self.calls = [], {}, []
        self.shapes = {}  # tensor -> shape
        self.used = set()
        self.shared = []  # (layer, the shape it takes, the shape it gives)

    # ---- growing ---------------------------------------------------------------

    def input(self, given=None):
        """An input, with the Embedding or Masking behind it."""
        if given is not None:
            first, layers, shape = Entry(self.dice.name("x"), given), [], given
        else:
            first, layers, shape = entry(self.dice)
        return self.take(first, layers, shape)

    def take(self, first, layers, shape):
        self.entries.append(first)
        self.shapes[first.name] = first.shape
        tensor = first.name
        for node in layers:
            tensor = self.add(node, tensor, shape)
        return tensor

    def mask(self, time):
        """An input that is a mask for `time` steps."""
        name = self.dice.name("m")
        self.entries.append(Entry(name, (time,), is_mask=True))
        return name

    def add(self, node, inputs, *shapes, **arguments):
        """Calls a new layer; the names of its outputs, alone if it is one."""
        name = node.name if isinstance(node, Net) else self.dice.name(node.cls.lower() + "_")
        self.layers[name] = node
        return self.call(name, inputs, *shapes, **arguments)

    def with_states(self, node, inputs, shape):
        """Calls a new layer that returns its states; its output, and all states under one name."""
        output, states = self.add(node, inputs, shape, None)
        last = self.calls.pop()
        self.calls.append(replace(last, outputs=(output, f"*{states}")))
        del self.shapes[states]
        return output, states

    def call(self, name, inputs, *shapes, **arguments):
        outputs = tuple(self.dice.name("t") for _ in shapes)
        self.calls.append(Call(name, inputs, outputs, arguments))
        self.used.update(self.calls[-1].taken())
        self.shapes.update(zip(outputs, shapes))
        return outputs[0] if len(outputs) == 1 else list(outputs)

    def pick(self, rank=None, width=None):
        """A tensor, rather one that nothing uses yet; None if there is none of that shape."""
        fits = [name for name, shape in self.shapes.items() if (rank is None or len(shape) == rank)
                and (width is None or shape[-1] == width) and not self.is_raw(name)]
        fresh = [name for name in fits if name not in self.used]
        if fresh and self.dice.maybe(0.75):
            return self.dice.choose(fresh)
        return self.dice.choose(fits) if fits else None

    def is_raw(self, name):
        """Whether this input is only for its Embedding (or is a mask)."""
        return any(each.name == name and (each.tokens or each.is_mask) for each in self.entries)

    def sequence(self):
        """A tensor with steps, maybe a new input."""
        tensor = None if len(self.entries) < 3 and self.dice.maybe(0.2) else self.pick(rank=2)
        while tensor is None or len(self.shapes[tensor]) != 2:
            tensor = self.input()
        return tensor

    def as_width(self, tensor, width):
        """The tensor, or a Dense layer over it that has `width` features."""
        if self.shapes[tensor][-1] == width:
            return tensor
        node, shape = dense(self.dice, self.shapes[tensor], units=width)
        return self.add(node, tensor, shape)

    # ---- steps -----------------------------------------------------------------

    def one_layer(self):
        tensor = self.pick() or self.input()
        shape = self.shapes[tensor]
        node, out = layer(self.dice, shape)
        arguments = {}
        if self.dice.maybe(0.08) and node.cls in ("Dropout", "BatchNormalization", "LSTM", "GRU", "GaussianNoise"):
            arguments["training"] = False if node.cls != "BatchNormalization" else self.dice.maybe()
        self.add(node, tensor, out, **arguments)
        if not node.options.get("return_state"):
            self.shared.append((list(self.layers)[-1], shape, out))

    def again(self):
        """A layer called a second time, on another tensor of the same shape."""
        if not self.shared:
            return self.one_layer()
        name, shape, out = self.dice.choose(self.shared)
        fits = [each for each, found in self.shapes.items() if found == shape and not self.is_raw(each)]
        self.call(name, self.dice.choose(fits) if fits else self.input(shape), out)

    def model(self):
        """A model as a layer, called once or twice."""
        if not self.depth:
            return self.one_layer()
        tensor = self.pick() or self.input()
        shape = self.shapes[tensor]
        if len(shape) > 2:
            return self.one_layer()
        if self.dice.maybe():
            inside, out = sequential(self.dice, self.depth - 1, shape)
            self.add(replace(inside, frozen=self.dice.maybe(0.35)), tensor, out)
            self.shared.append((inside.name, shape, out))
            return
        given = [tensor]
        if self.dice.maybe(0.3):
            given.append(self.pick() or self.input())
        inside, outs = graph(self.dice, self.depth - 1, [self.shapes[each] for each in given])
        self.add(replace(inside, frozen=self.dice.maybe(0.35)), given[0] if len(given) == 1 else given, *outs)
        if len(given) == len(outs) == 1:
            self.shared.append((inside.name, shape, outs[0]))

    def finished(self, name, outputs):
        return pruned(Net(name, tuple(self.entries), dict(self.layers), tuple(self.calls), tuple(outputs)))


STEPS = ("one_layer",) * 8 + ("again", "again", "merge", "merge", "merge", "model", "attention", "attention", "encode_decode",
                              "encode_decode", "weigh", "given_mask", "states")


def graph(dice, depth=2, given=None):
    """(model, shapes of its outputs); `given` are the shapes that it is called on as a layer."""
    grown = Graph(dice, depth)
    for shape in given or [None] * dice.choose((1, 1, 2)):
        grown.input(shape)
    for _ in range(dice.size(1, 3) if given else dice.size(2, 7)):
        step = dice.choose(STEPS if not given else STEPS[:14])
        getattr(grown, step)() if hasattr(grown, step) else getattr(patterns, step)(grown)
    loose = [name for name in grown.shapes if name not in grown.used and not grown.is_raw(name)]
    made = [name for name in loose if name not in {each.name for each in grown.entries}]
    if given:  # every input must be used, or Keras leaves it out of the model's calls
        outputs = (made[-1:] if dice.maybe(0.7) else made[-2:]) or [grown.add(N("Activation", activation="tanh"), loose[0], grown.shapes[loose[0]])]
        for first in grown.entries[:len(given)]:
            if first.name not in grown.used:
                outputs.append(grown.add(N("Activation", activation="tanh"), first.name, first.shape))
    else:
        outputs = [loose[number] for number in sorted(dice.rng.permutation(len(loose))[:dice.choose((1, 1, 2, 3))])]
        outputs = [name if name in made else grown.add(N("Activation", activation="tanh"), name, grown.shapes[name]) for name in outputs]
    result = grown.finished(dice.name("net"), outputs)
    return result, [grown.shapes[name] for name in outputs]


def pruned(net):
    """Without the calls, layers and inputs that no output needs."""
    needed, calls = set(net.outputs), []
    for call in reversed(net.calls):
        if needed & call.made():
            calls.insert(0, call)
            needed |= call.taken()
    layers = {name: layer for name, layer in net.layers.items() if any(call.layer == name for call in calls)}
    entries = tuple(each for each in net.entries if each.name in needed)
    return replace(net, entries=entries, layers=layers, calls=tuple(calls))
