"""One random case: a model, its data, how it is trained; the source of all three."""
from dataclasses import dataclass, replace

import numpy as np

from describe import Net, Writer, source
from draw_graphs import graph
from draw_options import Dice
from draw_sequential import sequential, stateful
from draw_training import Training, training, with_heads

#: Layers and options that draw random numbers in training, unless their rate is 0.
RANDOM = ("Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout")


@dataclass(frozen=True)
class Case:
    net: Net
    training: Training
    library: str  # "keras" or "tf_keras"
    dtype: str
    seed: int
    rows: int = 3

    @property
    def is_random(self):
        """Whether training draws random numbers, so that two libraries must differ."""
        return any((node.cls in RANDOM and (node.options.get("rate") or node.options.get("stddev")))
                   or node.options.get("dropout") or node.options.get("recurrent_dropout") for node in self.net.nodes())

    @property
    def is_stateful(self):
        return any(node.options.get("stateful") for node in self.net.nodes())

    def model_source(self, library=None):
        return source(self.net, library or self.library)

    def compile_source(self, library=None):
        """`compiled(K, model)` as text."""
        writer, training = Writer(library or self.library), self.training
        options = {"optimizer": training.optimizer, "loss": training.loss, "metrics": training.metrics, "loss_weights": training.loss_weights,
                   "weighted_metrics": training.weighted_metrics}
        given = writer.options({key: value for key, value in options.items() if value is not None})
        eager = "" if library == "unroll" else ", run_eagerly=True"
        return f"def compiled(K, model):\n    model.compile({given}{eager})\n    return model\n"


def drawn(seed, number, library):
    """The case of this number: the same for the same arguments."""
    keras2 = library == "tf_keras"
    rng = np.random.default_rng([seed, number, keras2])
    dice = Dice(rng, keras2, "float32" if rng.random() < 0.15 else "float64")
    net, shapes = model(dice)
    while confused(net):
        net, shapes = model(dice)
    net, targets, shapes, losses = with_heads(dice, styled(dice, net), shapes)
    return Case(net, training(dice, net, targets, shapes, losses), library, dice.dtype, int(rng.integers(1, 10 ** 6)), net.batch or 3)


def model(dice):
    """A model and the shapes of its outputs."""
    kind = dice.choose(("graph",) * 11 + ("sequential",) * 7 + ("stateful",) * 2)
    if kind == "graph":
        return graph(dice)
    net, shape = sequential(dice) if kind == "sequential" else stateful(dice)
    return net, [shape]


def confused(net):
    """Whether Keras may confuse axes: its Softmax layer takes a mask (batch, time) for one of (time, features)."""
    return "Softmax" in net.classes() and any(entry.is_mask or entry.padding is not None for entry in net.entries)


#: Layers that need to know how many steps there are.
OF_FIXED_LENGTH = {"Flatten", "Reshape", "Permute", "PReLU", "RepeatVector", "Dot", "TimeDistributed", "Cropping1D", "Multiply"}


def styled(dice, net):
    """How the model is written: who names the layers, who declares the input, and whether it has any length."""
    first = next(iter(net.layers.values()))
    styles = ["named", "named", "plain"]
    if net.sequential and not net.batch and not isinstance(first, Net) and not net.entries[0].tokens:
        styles.append("shaped")
    net = replace(net, style=dice.choose(styles))
    over_steps = all(entry.is_mask or len(entry.shape) + bool(entry.tokens) == 2 for entry in net.entries)
    fixed = any(node.cls in OF_FIXED_LENGTH or node.options.get("unroll") or "axis" in node.options for node in net.nodes())
    if over_steps and not fixed and len(list(net.nets())) == 1 and net.style != "shaped" and dice.maybe(0.4):
        net = replace(net, entries=tuple(replace(entry, any_length=True) for entry in net.entries))
    return net


# ---- data ------------------------------------------------------------------------


def padded(rng, rows, steps):
    """Which steps are masked: at the end, at the start, inside, or all of a row's; the first row has none."""
    mask = np.zeros((rows, steps), bool)
    for row in range(1, rows):
        kind = rng.integers(5)
        length = rng.integers(1, steps) if steps > 1 else 1
        if kind == 0:
            mask[row, steps - length:] = True
        elif kind == 1:
            mask[row, :length] = True
        elif kind == 2:
            mask[row, steps // 2] = True
        elif kind == 3:
            mask[row] = True
    return mask


def inputs(entries, rng, rows):
    arrays = []
    for entry in entries:
        if entry.is_mask:
            arrays.append(~padded(rng, rows, *entry.shape))
            continue
        if entry.tokens:
            x = rng.integers(1 if entry.padding is not None else 0, entry.tokens, (rows, *entry.shape)).astype("int32")
        else:
            x = np.round(rng.normal(size=(rows, *entry.shape)), 2)
        if entry.padding is not None:
            if entry.tokens and len(entry.shape) == 2:  # words of a sentence too
                x[padded(rng, rows * entry.shape[0], entry.shape[1]).reshape(x.shape)] = entry.padding
            x[padded(rng, rows, entry.shape[0])] = entry.padding
        arrays.append(x)
    return arrays


def goals(targets, shapes, rng, rows):
    """Targets of these kinds for outputs of these shapes."""
    arrays = []
    for target, shape in zip(targets, shapes):
        shape = (rows, *shape)
        if target == "real":
            arrays.append(np.round(rng.normal(size=shape), 2))
        elif target == "binary":
            arrays.append(rng.integers(0, 2, shape).astype("float64"))
        else:
            classes = rng.integers(0, shape[-1], shape[:-1])
            arrays.append(np.eye(shape[-1])[classes] if target == "one_hot" else classes[..., None].astype("int32"))
    return arrays
