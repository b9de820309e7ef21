"""Sequential models: an input, layers that fit, maybe models among them."""
from dataclasses import replace

from describe import Entry, Net
from draw_layers import bidirectional, layer, recurrent
from spec import N


def entry(dice, deep=False):
    """An input and the layers that must follow it: Embedding, Masking or none; the shape behind them."""
    time, width = dice.size(2, 4), dice.size(1, 5)
    name = dice.name("x")
    kind = dice.choose(("tokens", "masking", "plain", "plain", "vector") if not deep else ("deep", "sentences", "sentences"))
    if kind in ("deep", "sentences"):
        shape = (dice.size(2, 3), time, width)
        if kind == "deep":
            return Entry(name, shape), [], shape
        masked = dice.maybe(0.8)
        embedding = N("Embedding", input_dim=7, output_dim=width, **({"mask_zero": True} if masked else {}))
        first = embedding if dice.maybe(0.2) else N("TimeDistributed", layer=embedding)
        return Entry(name, shape[:2], tokens=7, padding=0 if masked else None), [first], shape
    if kind == "tokens":
        masked = dice.maybe(0.6)
        options = {"mask_zero": True} if masked else {"mask_zero": False} if dice.maybe(0.2) else {}
        options.update(dice.weight_options(("embeddings",)))
        node = N("Embedding", input_dim=7, output_dim=width, **options)
        return Entry(name, (time,), tokens=7, padding=0 if masked else None), [node], (time, width)
    if kind == "masking":
        value = dice.number(0.0, 0.0, -1.0, 0.5)
        node = N("Masking", **({"mask_value": value} if value or dice.maybe(0.3) else {}))
        return Entry(name, (time, width), padding=value), [node], (time, width)
    if kind == "vector":
        return Entry(name, (width,)), [], (width,)
    return Entry(name, (time, width)), [], (time, width)


def stateful(dice):
    """Recurrent layers that keep their states over batches, of a declared size."""
    given, layers, shape = entry(dice)
    while len(shape) != 2:
        given, layers, shape = entry(dice)
    for number in range(dice.size(1, 2)):
        kind = dice.choose((recurrent, recurrent, bidirectional))
        node, shape = kind(dice, shape, sequences=True if number == 0 else None, stateful=dice.maybe(0.8))
        layers.append(node)
        if len(shape) != 2:
            break
    return net(dice, [given], layers, batch=dice.size(2, 3)), shape


def sequential(dice, depth=2, given=None):
    """(model, shape of its output); `given` is the shape that it is called on as a layer."""
    if given is not None:
        first, layers, shape = Entry(dice.name("x"), given), [], given
    else:
        first, layers, shape = entry(dice, deep=dice.maybe(0.2))
    count = dice.size(1, 5) if given is None else dice.size(1, 3)
    for _ in range(count):
        if depth and len(shape) <= 2 and dice.maybe(0.1):
            inside, shape = sequential(dice, depth - 1, shape)
            layers.append(replace(inside, frozen=dice.maybe(0.35)))
            continue
        if depth and len(shape) > 1 and dice.maybe(0.06):
            inside, out = sequential(dice, depth - 1, shape[1:])
            layers.append(N("TimeDistributed", layer=inside))
            shape = (shape[0], *out)
            continue
        node, shape = layer(dice, shape)
        layers.append(node)
    return net(dice, [first], layers), shape


def net(dice, entries, layers, batch=0):
    named = {}
    for each in layers:
        named[each.name if isinstance(each, Net) else dice.name(each.cls.lower() + "_")] = each
    return Net(dice.name("net"), tuple(entries), named, sequential=True, batch=batch)
