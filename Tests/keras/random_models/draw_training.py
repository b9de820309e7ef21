"""How a model is trained: heads and losses that fit each other, optimizer, metrics, weights."""
from dataclasses import dataclass, replace

from describe import Call, Thing
from spec import N

#: kind of target -> (losses, the head's activation, None for any; metrics)
REAL_LOSSES = ("mse", "mean_squared_error", "mae", "mean_absolute_error", "MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh",
               "huber", "log_cosh")
CLASS_LOSSES = {"binary": "BinaryCrossentropy", "one_hot": "CategoricalCrossentropy", "class": "SparseCategoricalCrossentropy"}
CLASS_NAMES = {"binary": "binary_crossentropy", "one_hot": "categorical_crossentropy", "class": "sparse_categorical_crossentropy"}
METRICS = {
    "real": ("mae", "mse", "mean_absolute_error", "mean_squared_error", "MeanAbsoluteError", "MeanSquaredError", "RootMeanSquaredError"),
    "binary": ("accuracy", "acc", "binary_accuracy", "BinaryAccuracy", "mse"),
    "one_hot": ("accuracy", "acc", "categorical_accuracy", "CategoricalAccuracy", "mae"),
    "class": ("accuracy", "acc", "sparse_categorical_accuracy", "SparseCategoricalAccuracy"),
}


@dataclass(frozen=True)
class Training:
    """The arguments of compile and fit."""

    optimizer: object
    loss: object
    targets: tuple  # the kind for each output: real, binary, one_hot, class
    metrics: object = None
    loss_weights: object = None
    weighted_metrics: object = None
    samples: int = 5
    batch: int = 3
    epochs: int = 2
    sample_weight: str = ""  # "samples" or "steps"
    class_weight: bool = False
    validation: str = ""  # "split", "data" or "weighted"


def with_heads(dice, net, shapes):
    """(the model with an output layer for what each loss wants, kinds of targets, shapes, losses)."""
    targets, losses, heads, behind = [], [], [], []
    for shape in shapes:
        kind = dice.choose(("real", "real", "binary", "one_hot", "class"))
        head = dice.maybe(0.8) or kind != "real" and dice.maybe(0.8)
        if not head or len(shape) > 2:
            kind, head = "real", None
        if head:
            units = dice.size(1, 4) if kind in ("real", "binary") else dice.size(2, 4)
            logits = kind != "real" and dice.maybe(0.3)
            activation = {"real": "linear", "binary": "sigmoid"}.get(kind, "softmax") if not logits else "linear"
            shape = (*shape[:-1], units)
            head = N("Dense", units=units, **({} if activation == "linear" and dice.maybe() else {"activation": activation}))
        targets.append(kind)
        behind.append(shape)
        losses.append(loss(dice, kind, head is not None and logits))
        heads.append(head)
    return headed(dice, net, heads), tuple(targets), behind, losses


def headed(dice, net, heads):
    layers, calls, outputs = dict(net.layers), list(net.calls), list(net.outputs)
    for index, head in enumerate(heads):
        if head is None:
            continue
        name = dice.name("out")
        layers[name] = head
        if not net.sequential:
            tensor = dice.name("t")
            calls.append(Call(name, outputs[index], (tensor,)))
            outputs[index] = tensor
    return replace(net, layers=layers, calls=tuple(calls), outputs=tuple(outputs))


def loss(dice, kind, logits):
    options = {"from_logits": True} if logits else {"from_logits": False} if dice.maybe(0.1) else {}
    if dice.maybe(0.15):
        options["reduction"] = dice.choose(("sum", "sum_over_batch_size"))
    if dice.maybe(0.05):
        options["name"] = "fit_of_it"
    if kind in ("binary", "one_hot") and dice.maybe(0.25):
        options["label_smoothing"] = dice.number(0.125, 0.25)
    if kind == "real":
        options.pop("from_logits", None)
        name = dice.choose(REAL_LOSSES)
        return Thing("losses", name, options) if name[0].isupper() else name
    if not options and dice.maybe(0.6):
        return CLASS_NAMES[kind]
    return Thing("losses", CLASS_LOSSES[kind], options)


def metric(dice, kind):
    name = dice.choose(METRICS[kind])
    if not name[0].isupper():
        return name
    return Thing("metrics", name, {"name": dice.name("m")} if dice.maybe(0.3) else {})


def metrics(dice, targets, names):
    if dice.maybe(0.3):
        return None
    listed = []
    for target in targets:
        several = {str(each): each for each in (metric(dice, target) for _ in range(dice.size(1, 2)))}
        listed.append(list(several.values()))
    if len(targets) == 1:
        return listed[0]
    if dice.keras2 and set(targets) <= {"real", "binary"} and dice.maybe(0.3):
        return dice.choose((["mae"], ["mse", "MAE"]))  # which Keras 2 takes for all outputs
    if len(set(names)) == len(names) and dice.maybe():
        return {name: each for name, each in zip(names, listed) if dice.maybe(0.8)}
    return listed


def rate(dice):
    """A learning rate: a power of two, the same in every precision, or a schedule."""
    start = dice.number(2.0 ** -5, 2.0 ** -7)
    if dice.maybe(0.75):
        return start
    kind = dice.choose(("ExponentialDecay", "InverseTimeDecay", "CosineDecay", "PiecewiseConstantDecay"))
    if kind == "PiecewiseConstantDecay":
        return Thing("optimizers.schedules", kind, {"boundaries": [1, 3], "values": [start, start / 2, start / 8]})
    options = {"initial_learning_rate": start, "decay_steps": dice.size(2, 4)}
    if kind == "CosineDecay":
        options["alpha"] = 0.25
        if dice.maybe(0.4):
            options.update(warmup_target=2 * start, warmup_steps=2)
    else:
        options["decay_rate"] = 0.5
        if kind == "ExponentialDecay" and dice.maybe(0.4):
            options["staircase"] = True
    return Thing("optimizers.schedules", kind, options)


def optimizer(dice, smooth):
    """`smooth`: no gradient of the model is rounding alone, so that its sign counts."""
    kinds = ["SGD", "SGD", "RMSprop", "Adam", "Adam", "AdamW", "Adagrad", "Adamax", "Adadelta", "Ftrl"]
    kinds += [] if dice.keras2 else ["Nadam"]
    kinds += ["Lion"] if smooth else []
    cls = dice.choose(kinds)
    if dice.maybe(0.15) and cls in ("SGD", "RMSprop", "Adam"):
        return cls.lower()
    legacy = dice.keras2 and dice.maybe(0.35) and cls not in ("AdamW", "Lion")
    options = {"learning_rate": rate(dice)}
    options.update(own_options(dice, cls, legacy))
    clip = dice.choose(("clipnorm", "clipvalue", "global_clipnorm", "", "", "", ""))
    if clip:
        options[clip] = dice.number(0.125, 0.5)
    if cls != "AdamW" and not legacy and dice.maybe(0.1):
        options["weight_decay"] = 0.0625
    if dice.maybe(0.05):
        options["name"] = "descent"
    return Thing("optimizers.legacy" if legacy else "optimizers", cls, options)


def own_options(dice, cls, legacy):
    options = {}
    if legacy and dice.maybe(0.4):
        options["decay"] = 0.125
    if cls in ("SGD", "RMSprop") and dice.maybe(0.4):
        options["momentum"] = dice.number(0.5, 0.875)
        if cls == "SGD" and dice.maybe():
            options["nesterov"] = dice.maybe(0.8)
    if cls == "RMSprop" and dice.maybe(0.3):
        options["centered"] = dice.maybe(0.8)
    if cls in ("RMSprop", "Adadelta") and dice.maybe(0.4):
        options["rho"] = 0.75
    if cls in ("Adam", "AdamW") and dice.maybe(0.3):
        options["amsgrad"] = dice.maybe(0.8)
    if cls in ("Adam", "AdamW", "Adamax", "Nadam", "Lion"):
        if dice.maybe(0.3):
            options["beta_1"] = dice.number(0.75, 0.875)
        if dice.maybe(0.3):
            options["beta_2"] = dice.number(0.9375, 0.96875)
    if cls == "AdamW" and dice.maybe():
        options["weight_decay"] = 0.03125
    if cls in ("RMSprop", "Adam", "AdamW", "Adagrad", "Adamax", "Adadelta", "Nadam") and dice.maybe(0.3):
        options["epsilon"] = dice.number(1e-3, 1e-5)
    if cls in ("Adagrad", "Ftrl") and dice.maybe(0.4):
        options["initial_accumulator_value"] = 0.25
    if cls == "Ftrl" and dice.maybe():
        options.update(l1_regularization_strength=0.015625, l2_regularization_strength=0.03125)
    return options


#: Layers that leave some weights without a gradient but for rounding, as a bias before a normalisation.
WITHOUT_GRADIENT = {"BatchNormalization", "LayerNormalization", "UnitNormalization", "Softmax", "Attention", "AdditiveAttention"}


def training(dice, net, targets, shapes, losses):
    names = [call.layer for output in net.outputs for call in net.calls if output in call.outputs]
    smooth = not net.classes() & WITHOUT_GRADIENT and "softmax" not in repr(net)
    result = Training(
        optimizer=optimizer(dice, smooth), loss=losses[0] if len(losses) == 1 else losses, targets=targets,
        metrics=metrics(dice, targets, names), epochs=dice.size(1, 2),
        validation=dice.choose(("split", "data", "weighted", "", "", "")), sample_weight=dice.choose(("samples", "steps", "", "", "")))
    if dice.maybe(0.25):
        result = replace(result, weighted_metrics=metrics(dice, targets, names))
    if len(losses) > 1:
        different = len(set(names)) == len(names)
        if different and dice.maybe(0.3):
            result = replace(result, loss=dict(zip(names, losses)))
        if dice.maybe(0.4):
            weights = [dice.number(0.5, 1.0, 2.0) for _ in losses]
            named = different and dice.maybe()
            # Beside a list of losses Keras 3 takes the weights in the order of the sorted names, not of the outputs.
            named = named and (dice.keras2 or isinstance(result.loss, dict))
            result = replace(result, loss_weights=dict(zip(names, weights)) if named else weights)
    elif targets[0] in ("class", "one_hot") and len(shapes[0]) == 1 and dice.maybe(0.3):
        result = replace(result, class_weight=True, sample_weight="")
    if net.batch:  # every batch must have the declared size
        result = replace(result, samples=2 * net.batch, batch=net.batch, validation=dice.choose(("data", "", "")))
    return result
