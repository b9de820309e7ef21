"""Smaller cases: what is left out one by one while a check still fails in the same way."""
from dataclasses import replace

from describe import Net, Thing, tensors
from draw_graphs import pruned
from spec import Node

#: Options without which a layer is not that layer, or not its size.
NEEDED = {"units", "input_dim", "output_dim", "filters", "kernel_size", "layer", "cell", "cells", "target_shape", "dims", "n", "axes",
          "rate", "stddev", "pool_size", "scale", "return_state", "merge_mode", "loss", "boundaries", "values", "initial_learning_rate",
          "decay_steps", "decay_rate", "warmup_steps"}


def smaller_values(value):
    """Simpler values of an option that is a layer, an object, or a list of them."""
    if isinstance(value, Net):
        yield from smaller_nets(value)
    elif isinstance(value, Node):
        yield from smaller_nodes(value)
    elif isinstance(value, Thing):
        for key in value.options:
            if key not in NEEDED:
                yield replace(value, options={k: v for k, v in value.options.items() if k != key})
        for key, each in value.options.items():
            for simpler in smaller_values(each):
                yield replace(value, options={**value.options, key: simpler})
    elif isinstance(value, list) and value and isinstance(value[0], Node):
        if len(value) > 1:
            yield from (value[:index] + value[index + 1:] for index in range(len(value)))
        for index, each in enumerate(value):
            yield from (value[:index] + [simpler] + value[index + 1:] for simpler in smaller_values(each))


def smaller_nodes(node):
    if node.cls in ("Bidirectional", "TimeDistributed") and node.options["layer"].__class__ is Node:
        yield node.options["layer"]
    for key in node.options:
        if key not in NEEDED and not (key == "activation" and node.cls == "Activation"):
            yield replace(node, options={k: v for k, v in node.options.items() if k != key})
    for key, value in node.options.items():
        for simpler in smaller_values(value):
            yield replace(node, options={**node.options, key: simpler})


def smaller_nets(net):
    """Models with a layer, a call, an option or an input less."""
    if net.sequential:
        for name in reversed(net.layers):
            if len(net.layers) > 1:
                yield replace(net, layers={key: each for key, each in net.layers.items() if key != name})
    for index in reversed(range(len(net.calls))):
        yield from without_call(net, index)
    for index, call in enumerate(net.calls):
        for key in call.arguments:
            fewer = replace(call, arguments={k: v for k, v in call.arguments.items() if k != key})
            yield pruned(replace(net, calls=(*net.calls[:index], fewer, *net.calls[index + 1:])))
    if net.frozen:
        yield replace(net, frozen=False)
    for name, layer in net.layers.items():
        for simpler in smaller_values(layer):
            yield replace(net, layers={**net.layers, name: simpler})
    for index, entry in enumerate(net.entries):
        if entry.padding is not None:
            yield replace(net, entries=(*net.entries[:index], replace(entry, padding=None), *net.entries[index + 1:]))
    if any(entry.any_length for entry in net.entries):
        yield replace(net, entries=tuple(replace(entry, any_length=False) for entry in net.entries))


def without_call(net, index):
    """Its outputs replaced by one of what it takes."""
    call = net.calls[index]
    for source in dict.fromkeys(tensors(call.inputs)):
        names = {output: source for output in call.made()}
        rest = [each for number, each in enumerate(net.calls) if number != index]
        calls = tuple(replace(each, inputs=renamed(each.inputs, names), arguments={k: renamed(v, names) for k, v in each.arguments.items()})
                      for each in rest)
        outputs = tuple(names.get(name, name) for name in net.outputs)
        made = {output for each in calls for output in each.made()}
        if set(outputs) <= made:
            yield pruned(replace(net, calls=calls, outputs=outputs))


def renamed(value, names):
    if isinstance(value, str):
        return names.get(value, value)
    return [renamed(each, names) for each in value] if isinstance(value, (list, tuple)) else value


def smaller_trainings(training):
    defaults = {"metrics": None, "weighted_metrics": None, "loss_weights": None, "sample_weight": "", "class_weight": False,
                "validation": "", "epochs": 1}
    for key, value in defaults.items():
        if getattr(training, key) != value:
            yield replace(training, **{key: value})
    if training.optimizer != "sgd":
        yield replace(training, optimizer="sgd")
    for simpler in smaller_values(training.optimizer):
        yield replace(training, optimizer=simpler)
    if any(kind != "real" for kind in training.targets) or training.loss != "mse":
        count = len(training.targets)
        yield replace(training, targets=("real",) * count, loss="mse" if count == 1 else ["mse"] * count, metrics=None, weighted_metrics=None,
                      class_weight=False)
    if isinstance(training.metrics, list):
        for index in range(len(training.metrics)):
            if not isinstance(training.metrics[index], list):
                yield replace(training, metrics=training.metrics[:index] + training.metrics[index + 1:])
    if isinstance(training.loss, Thing):
        yield from (replace(training, loss=simpler) for simpler in smaller_values(training.loss))


def one_output(case, index):
    """The case with this output alone."""
    training = case.training
    losses = list(training.loss.values()) if isinstance(training.loss, dict) else training.loss
    training = replace(training, targets=(training.targets[index],), loss=losses[index], metrics=None, weighted_metrics=None, loss_weights=None)
    return replace(case, training=training, net=pruned(replace(case.net, outputs=(case.net.outputs[index],))))


def smaller(case, trains):
    """Every case that is one step simpler, the greatest steps first."""
    if len(case.net.outputs) > 1:
        yield from (one_output(case, index) for index in range(len(case.net.outputs)))
    if trains:
        yield from (replace(case, training=training) for training in smaller_trainings(case.training))
    for net in smaller_nets(case.net):
        if net.entries:
            yield replace(case, net=net)
    if case.rows > 2 and not case.net.batch:
        yield replace(case, rows=case.rows - 1)


def shrunk(case, fails, trains, budget):
    """The smallest case found for which `fails(case)` still holds, within `budget` tries."""
    progress = True
    while progress:
        progress = False
        for candidate in smaller(case, trains):
            budget -= 1
            if budget < 0:
                return case
            if fails(candidate):
                case, progress = candidate, True
                break
    return case
