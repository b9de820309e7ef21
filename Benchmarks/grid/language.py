"""The language that the works of the grid are written in, and what follows from a work.

A layer is a pair: the name of its class in Keras, which is also its name in Unroll,
and its arguments. Ours and Keras' models are built from these pairs as they stand
(keras_style.py), PyTorch's by torch_model.py.
"""
from dataclasses import dataclass, replace

RECURRENT = ("LSTM", "GRU", "SimpleRNN")


@dataclass(frozen=True)
class Work:
    family: str
    input: tuple  # of one row: (time, features), (features,), or (time,) for indices of an Embedding
    batch: int
    layers: tuple
    one_hot: bool = False  # every step of the input is a letter

    @property
    def words(self):
        """The size of the vocabulary whose indices are the input; 0 for numbers."""
        kind, options = self.layers[0]
        return options["input_dim"] if kind == "Embedding" else 0

    @property
    def masked(self):
        return bool(self.layers[0][1].get("mask_zero"))

    def has(self, *kinds):
        """Whether there is a layer of one of these kinds, perhaps inside another one."""
        return any({kind, options.get("layer", ("",))[0]} & set(kinds) for kind, options in self.layers)

    @property
    def loss(self):
        kind, options = inner(self.layers[-1])
        return {"softmax": "sparse_categorical_crossentropy", "sigmoid": "binary_crossentropy"}.get(options.get("activation"), "mse")

    @property
    def title(self):
        shape = ", ".join(f"{axis} {n:,}" for axis, n in zip("TF" if len(self.input) == 2 or self.words else "F", self.input))
        every = " at every step" if every_step(self) else ""
        return f"{', '.join(counted([name_of(layer) for layer in self.layers]))}{every}; {shape}, batch {self.batch}"


def inner(layer):
    """The layer inside TimeDistributed, or the layer itself."""
    kind, options = layer
    return options["layer"] if kind == "TimeDistributed" else layer


def counted(texts):
    """With repeated parts written once: 4 x (LSTM 50, Dropout 0.2)."""
    found, first = [], 0
    while first < len(texts):
        for period in (1, 2, 3):
            part, times = texts[first : first + period], 1
            while texts[first + times * period : first + (times + 1) * period] == part:
                times += 1
            if times > 1:
                break
        else:
            part, times = texts[first : first + 1], 1
        text = ", ".join(part)
        found.append(text if times == 1 else f"{times} x {text}" if len(part) == 1 else f"{times} x ({text})")
        first += times * len(part)
    return found


def name_of(layer):
    kind, o = layer
    if kind == "Bidirectional":
        return f"Bidirectional {name_of(o['layer'])}"
    if kind == "TimeDistributed":
        return name_of(o["layer"])
    if kind in RECURRENT:
        return f"{kind} {o['units']}" + "".join(f" {k} {o[k]}" for k in ("dropout", "recurrent_dropout") if o.get(k))
    if kind == "Dense":
        return f"Dense {o['units']:,}" + (f" {o['activation']}" if o.get("activation") else "")
    if kind == "Embedding":
        return f"Embedding {o['input_dim']:,} x {o['output_dim']}" + (" masked" if o.get("mask_zero") else "")
    if kind == "Conv1D":
        more = [f"{short} {o[k]}" for short, k in (("stride", "strides"), ("dilation", "dilation_rate")) if o.get(k, 1) > 1]
        return " ".join([f"Conv1D {o['filters']} of {o['kernel_size']}", *more])
    if kind == "Activation":
        return o["activation"]
    first = next(iter(o.values()), None)
    return kind if first is None else f"{kind} {first}"


def every_step(work):
    """Whether the output has a time axis."""
    steps = len(work.input) == 2 or work.words > 0
    for kind, options in work.layers:
        kind, options = options["layer"] if kind == "Bidirectional" else (kind, options)
        if kind in RECURRENT:
            steps = options.get("return_sequences", False)
        elif kind == "RepeatVector":
            steps = True
        elif kind == "Flatten" or kind.startswith("Global"):
            steps = False
    return steps


def layer(kind, **options):
    return (kind, options)


def recurrent(cell, *units, sequences=False, **options):
    """Recurrent layers on top of each other; the last one returns its last step, or with `sequences` all."""
    returned = [sequences or index < len(units) - 1 for index in range(len(units))]
    return [layer(cell, units=n, **({"return_sequences": True} if all_steps else {}), **options) for n, all_steps in zip(units, returned)]


def both_ways(cell, *units, sequences=False, **options):
    return [layer("Bidirectional", layer=one) for one in recurrent(cell, *units, sequences=sequences, **options)]


def dense(units, activation=None):
    return layer("Dense", units=units, **({"activation": activation} if activation else {}))


def per_step(units, activation=None):
    return layer("TimeDistributed", layer=dense(units, activation))


def conv(filters, kernel_size, activation="relu", **options):
    return layer("Conv1D", filters=filters, kernel_size=kernel_size, activation=activation, **options)


def embedding(words, size, masked=False):
    return layer("Embedding", input_dim=words, output_dim=size, **({"mask_zero": True} if masked else {}))


def tiny(work):
    """The same work with small sizes, for tests."""
    limits = {"units": 4, "filters": 3, "input_dim": 20, "output_dim": 3}

    def shrink(one):
        kind, options = one
        return (kind, {k: shrink(v) if k == "layer" else min(v, limits[k]) if k in limits else v for k, v in options.items()})

    if len(work.input) == 2:
        shape = (min(work.input[0], 64), min(work.input[1], 5))
    else:
        shape = (min(work.input[0], 64 if work.words else 5),)
    return replace(work, input=shape, batch=2, layers=tuple(shrink(one) for one in work.layers))
