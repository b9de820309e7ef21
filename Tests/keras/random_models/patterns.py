"""What people build from several layers: merges, attention, encoders with decoders, masks as arguments."""
from draw_layers import RECURRENT, bidirectional, recurrent
from spec import N

STATES = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}


def merge(graph):
    dice = graph.dice
    first = graph.pick() or graph.input()
    shape = graph.shapes[first]
    alike = [name for name, found in graph.shapes.items() if found[:-1] == shape[:-1] and len(found) == len(shape) and not graph.is_raw(name)]
    others = [dice.choose(alike) for _ in range(dice.choose((1, 1, 1, 2)))]
    kind = dice.choose(("Add", "Multiply", "Multiply", "Average", "Maximum", "Minimum", "Subtract", "Concatenate", "Concatenate", "Dot"))
    if kind in ("Subtract", "Dot"):
        others = others[:1]
    if kind == "Concatenate":
        widths = sum(graph.shapes[name][-1] for name in (first, *others))
        options = {"axis": dice.choose((-1, len(shape)))} if dice.maybe(0.3) else {}
        return graph.add(N(kind, **options), [first, *others], (*shape[:-1], widths))
    tensors = [first, *(graph.as_width(name, shape[-1]) for name in others)]
    if kind == "Dot":
        return dot(graph, tensors, shape)
    graph.add(N(kind), tensors, shape)


def dot(graph, tensors, shape):
    options = {"normalize": True} if graph.dice.maybe(0.3) else {}
    if len(shape) == 1:
        return graph.add(N("Dot", axes=graph.dice.choose((1, -1)), **options), tensors, (1,))
    if len(shape) == 2 and graph.dice.maybe():
        return graph.add(N("Dot", axes=2, **options), tensors, (shape[0], shape[0]))
    if len(shape) == 2:
        graph.add(N("Dot", axes=1, **options), tensors, (shape[1], shape[1]))


def attention(graph):
    """Of one sequence over another, or over itself, with the masks that come along or given ones."""
    dice = graph.dice
    value = graph.sequence()
    query = value if dice.maybe(0.2) else graph.sequence()
    time, width = graph.shapes[query][0], graph.shapes[value][1]
    query = graph.as_width(query, width)
    inputs = [query, value]
    if dice.maybe(0.25):
        inputs.append(graph.add(*recurrent_over(graph, value, width)))
    options, arguments = {}, {}
    cls = dice.choose(("Attention", "AdditiveAttention"))
    if dice.maybe(0.4):
        options["use_scale"] = dice.maybe()
    if cls == "Attention" and dice.maybe(0.25):
        options["score_mode"] = dice.choose(("dot", "concat"))
    if dice.maybe(0.1):
        options["dropout"] = 0.0
    if dice.maybe(0.15):
        arguments["use_causal_mask"] = True
    if dice.maybe(0.2):
        masks = [graph.mask(time), graph.mask(graph.shapes[value][0])]
        arguments["mask"] = masks
    graph.add(N(cls, **options), inputs, (time, width), **arguments)


def recurrent_over(graph, tensor, units):
    node = N(graph.dice.choose(RECURRENT), units=units, return_sequences=True)
    return node, tensor, (graph.shapes[tensor][0], units)


def encode_decode(graph):
    """The states of one recurrent layer are where another begins."""
    dice = graph.dice
    source, target = graph.sequence(), graph.sequence()
    cls, units = dice.choose(RECURRENT), dice.size(2, 5)
    sequences = {"return_sequences": True} if dice.maybe(0.3) else {}
    out = (graph.shapes[source][0], units) if sequences else (units,)
    kind = dice.choose(("plain", "plain", "plain", "both", "both to both", "cells"))
    options = dice.recurrent_options(cls)
    options.pop("unroll", None)
    if kind == "cells":
        cell, units = stack(dice)
        encoder = N("RNN", cell=cell, return_state=True, **sequences)
        _, given = graph.with_states(encoder, source, (*out[:-1], units))
        return decode(graph, N("RNN", cell=cell, return_sequences=True), target, units, given)
    encoder = N(cls, units=units, return_state=True, **options, **sequences)
    states = [(units,)] * STATES[cls]
    if kind == "plain":
        given = graph.add(encoder, source, out, *states)[1:]
        if dice.maybe(0.2):
            given = [graph.add(N("Dense", units=units, activation="tanh"), each, (units,)) for each in given]
    else:
        encoder = N("Bidirectional", layer=encoder)
        given = graph.add(encoder, source, (*out[:-1], 2 * units), *states, *states)[1:]
        if kind == "both":
            half = len(states)
            given = [graph.add(N("Concatenate"), [given[index], given[half + index]], (2 * units,)) for index in range(half)]
            units *= 2
    decoder = N(cls, units=units, return_sequences=True, **dice.recurrent_options(cls))
    if kind == "both to both":
        return decode(graph, N("Bidirectional", layer=decoder), target, 2 * units, given)
    if dice.maybe(0.15):
        decoder.options["go_backwards"] = True
    decode(graph, decoder, target, units, given)


def stack(dice):
    """One or two cells with plain options, and the last one's units."""
    made = []
    for _ in range(dice.size(1, 2)):
        cls, units = dice.choose(RECURRENT), dice.size(2, 5)
        made.append(N(cls + "Cell", units=units))
    return (made[0] if len(made) == 1 else N("StackedRNNCells", cells=made)), units


def decode(graph, decoder, target, units, given):
    states = given[0] if len(given) == 1 and graph.dice.maybe(0.3) else given
    time = graph.shapes[target][0]
    mask = {"mask": graph.mask(time)} if graph.dice.maybe(0.15) else {}
    graph.add(decoder, target, (time, units), initial_state=states, **mask)


def weigh(graph):
    """Attention as notebooks write it: a score for each step, softmax over time, and a weighted sum."""
    dice = graph.dice
    steps = graph.sequence()
    time, width = graph.shapes[steps]
    scores = graph.add(N("Dense", units=1, activation="tanh"), steps, (time, 1))
    if dice.maybe(0.4):
        shares = graph.add(N("Softmax", axis=1), scores, (time, 1))
        weighed = graph.add(N("Multiply"), dice.choose(([steps, shares], [shares, steps])), (time, width))
    else:
        flat = graph.add(N("Flatten"), scores, (time,))
        shares = graph.add(N("Activation", activation="softmax"), flat, (time,))
        if dice.maybe(0.3):
            return graph.add(N("Dot", axes=1), [shares, steps], (width,))
        wide = graph.add(N("Permute", dims=(2, 1)), graph.add(N("RepeatVector", n=width), shares, (width, time)), (time, width))
        weighed = graph.add(N("Multiply"), [steps, wide], (time, width))
    kinds = (N("GlobalAveragePooling1D"), N(dice.choose(RECURRENT), units=3), N("GlobalMaxPooling1D"), N("Flatten"))
    node = dice.choose(kinds)
    graph.add(node, weighed, (3,) if node.cls in RECURRENT else (time * width,) if node.cls == "Flatten" else (width,))


def given_mask(graph):
    """A layer that is called with a mask, an input of its own."""
    dice = graph.dice
    steps = graph.sequence()
    shape = graph.shapes[steps]
    kind = dice.choose((recurrent, recurrent, bidirectional, None))
    node, out = kind(dice, shape) if kind else (N("GlobalAveragePooling1D"), (shape[1],))
    graph.add(node, steps, out, mask=graph.mask(shape[0]))


def states(graph):
    """A layer whose states go on into the graph; of Bidirectional, two outputs that are not merged."""
    dice = graph.dice
    steps = graph.sequence()
    shape = graph.shapes[steps]
    if dice.maybe(0.3):
        node, out = bidirectional(dice, shape, modes=(None,))
        if node.options["layer"].cls != "RNN":
            return graph.add(node, steps, out, out)
    cls, units = dice.choose(RECURRENT), dice.size(2, 5)
    sequences = dice.maybe()
    out = (shape[0], units) if sequences else (units,)
    options = {"return_sequences": True} if sequences else {}
    if dice.maybe(0.25):
        node = N("RNN", cell=N(cls + "Cell", units=units), return_state=True, **options)
        return graph.add(node, steps, out, *[(units,)] * STATES[cls])
    node = N(cls, units=units, return_state=True, **options, **dice.recurrent_options(cls))
    sizes = [(units,)] * STATES[cls]
    if dice.maybe(0.3):
        return graph.add(N("Bidirectional", layer=node), steps, (*out[:-1], 2 * units), *sizes, *sizes)
    graph.add(node, steps, out, *sizes)
