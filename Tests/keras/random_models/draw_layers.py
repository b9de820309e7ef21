"""One layer for a tensor of a given shape: what can follow, its options, and the shape that comes out.

A shape is that of one sample: (features,), (time, features), or (outer time, time, features).
"""
from spec import N

RECURRENT = ("SimpleRNN", "LSTM", "GRU")


def recurrent(dice, shape, sequences=None, **fixed):
    """A recurrent layer: a class of its own, or an RNN over cells."""
    time, _ = shape
    sequences = dice.maybe(0.6) if sequences is None else sequences
    common = {"return_sequences": True} if sequences else {"return_sequences": False} if dice.maybe(0.1) else {}
    if dice.maybe(0.2):
        common["go_backwards"] = dice.maybe(0.8)
    if dice.maybe(0.06):
        common["zero_output_for_mask"] = True
    if dice.maybe(0.06) and "zero_output_for_mask" not in common:  # see bidirectional
        common["unroll"] = dice.maybe()
    common.update(fixed)
    if dice.maybe(0.2):
        cell, units = cells(dice)
        node = N("RNN", cell=cell, **common)
    else:
        cls, units = dice.choose(RECURRENT), dice.size(1, 6)
        node = N(cls, units=units, **dice.recurrent_options(cls), **common)
    return node, (time, units) if sequences else (units,)


def cells(dice):
    """A cell, or several stacked, and the units of the last."""
    made = []
    for _ in range(dice.choose((1, 1, 2, 3))):
        cls, units = dice.choose(RECURRENT), dice.size(1, 6)
        made.append(N(cls + "Cell", units=units, **{
            key: value for key, value in dice.recurrent_options(cls, cell=True).items() if key != "implementation"}))
    return (made[0] if len(made) == 1 else dice.choose((made, N("StackedRNNCells", cells=made)))), units


def bidirectional(dice, shape, sequences=None, modes=("concat", "concat", "sum", "mul", "ave"), **fixed):
    sequences = dice.maybe(0.6) if sequences is None else sequences
    layer, out = recurrent(dice, shape, sequences, **fixed)
    if not dice.keras2:  # whose backward layer always goes backwards
        layer.options.pop("go_backwards", None)
    # Unrolled, TensorFlow's Keras zeroes the masked steps of a backward layer in the wrong order, and JAX's none.
    layer.options.pop("unroll", None)
    options = {}
    mode = dice.choose(modes)
    if mode != "concat" or dice.maybe(0.3):
        options["merge_mode"] = mode
    if dice.maybe(0.2) and layer.cls != "RNN":
        cls = dice.choose(RECURRENT)
        kept = {key: layer.options[key] for key in ("units", "return_sequences", "return_state", "stateful") if key in layer.options}
        backwards = not layer.options.get("go_backwards", False)
        options["backward_layer"] = N(cls, **kept, **dice.recurrent_options(cls), go_backwards=backwards)
    width = out[-1] * (2 if mode == "concat" else 1)
    return N("Bidirectional", layer=layer, **options), (*out[:-1], width)


def dense(dice, shape, units=None, **fixed):
    options = dice.weight_options(("kernel", "bias"))
    if dice.maybe(0.5):
        options["activation"] = dice.activation()
    if dice.maybe(0.15):
        options["use_bias"] = dice.maybe(0.3)
    if options.get("use_bias") is False:
        options = {key: value for key, value in options.items() if not key.startswith("bias_")}
    options.update(fixed)
    units = units or dice.size(1, 6)
    return N("Dense", units=units, **options), (*shape[:-1], units)


def activation(dice, shape):
    kinds = [N("Activation", activation=dice.activation()), N("ELU", alpha=dice.number(0.5, 1.0)), N("ELU"), N("Softmax")]
    if len(shape) == 2:
        kinds += [N("Softmax", axis=dice.choose((1, 2, -1, -2))), N("PReLU", shared_axes=[1])]
    if dice.dtype == "float32":
        kinds += [N("ReLU", max_value=0.8, negative_slope=0.25, threshold=0.25), N("ReLU", max_value=6.0), N("ReLU"),
                  N("LeakyReLU"), N("LeakyReLU", negative_slope=0.25)]
    if None not in shape:
        kinds.append(N("PReLU", **dice.weight_options(("alpha",), flat=("alpha",))))
    return dice.choose(kinds), shape


def dropout(dice, shape):
    rate = dice.number(0.0, 0.0, 0.3)
    kinds = [N("Dropout", rate=rate), N("GaussianNoise", stddev=rate), N("GaussianDropout", rate=rate), N("AlphaDropout", rate=rate), N("Identity"),
             N("ActivityRegularization", l1=dice.number(0.0, 0.01), l2=0.02)]
    if len(shape) == 2:
        kinds += [N("SpatialDropout1D", rate=rate), N("Dropout", rate=rate, noise_shape=(None, 1, shape[-1]))]
    return dice.choose(kinds), shape


def normalisation(dice, shape):
    options = dice.weight_options(("beta", "gamma"))
    options.pop("activity_regularizer", None)
    for key in ("center", "scale"):
        if dice.maybe(0.25):
            options[key] = dice.maybe()
    for key, weight in (("center", "beta"), ("scale", "gamma")):
        if options.get(key) is False:
            options = {name: value for name, value in options.items() if not name.startswith(weight)}
    if dice.maybe(0.3):
        options["epsilon"] = dice.number(0.1, 0.01, 0.001)
    kind = dice.choose(("LayerNormalization", "BatchNormalization", "UnitNormalization", "GroupNormalization"))
    if kind == "GroupNormalization":
        return N(kind, groups=dice.choose((-1, 1)), **options), shape
    if kind == "UnitNormalization":
        return N(kind), shape
    if len(shape) == 2 and dice.maybe(0.15):
        options["axis"] = dice.choose((1, 2, -1))
    if kind == "BatchNormalization" and dice.maybe():
        options["momentum"] = dice.number(0.5, 0.9)
    return N(kind, **options), shape


def convolution(dice, shape):
    time, width = shape
    padding, size = dice.choose(("same", "causal", "valid")), dice.size(1, 3)
    options = dice.weight_options(("kernel", "bias"))
    filters, step = dice.size(1, 6), 1
    kind = dice.choose(("plain", "strides", "dilation_rate", "groups"))
    if kind in ("strides", "dilation_rate"):
        options[kind] = step = 2
    if kind == "groups" and width % 2 == 0:
        options["groups"], filters = 2, 2 * dice.size(1, 3)
    if dice.maybe(0.3):
        options["activation"] = dice.activation()
    if padding != "valid" or dice.maybe(0.3):
        options["padding"] = padding
    if padding == "valid":
        reach = (size - 1) * (2 if kind == "dilation_rate" else 1)
        if reach >= time:
            return dense(dice, shape)
        time -= reach
    if kind == "strides":
        time = -(-time // step)
    return N("Conv1D", filters=filters, kernel_size=size, **options), (time, filters)


def pooling(dice, shape):
    time, width = shape
    if dice.maybe():
        keep = dice.maybe(0.2)
        node = N(dice.choose(("GlobalMaxPooling1D", "GlobalAveragePooling1D")), **({"keepdims": True} if keep else {}))
        return node, (1, width) if keep else (width,)
    kind = dice.choose(("MaxPooling1D", "AveragePooling1D"))
    if dice.maybe() or time < 3:
        return N(kind, pool_size=2, padding="same"), (-(-time // 2), width)
    strides = dice.size(1, 2)
    return N(kind, pool_size=2, strides=strides), ((time - 2) // strides + 1, width)


def reshaping(dice, shape):
    time, width = shape
    first, last = dice.size(0, 2), dice.size(0, 2)
    kinds = [
        (N("ZeroPadding1D", padding=(first, last)), (time + first + last, width)),
        (N("ZeroPadding1D"), (time + 2, width)),
        (N("UpSampling1D", size=2), (2 * time, width)),
        (N("Permute", dims=(2, 1)), (width, time)),
        (N("Flatten"), (time * width,)),
        (N("Reshape", target_shape=(width, time)), (width, time)),
        (N("Reshape", target_shape=(-1, time)), (width, time)),
    ]
    if time > 2:
        kinds.append((N("Cropping1D", cropping=(1, 0)), (time - 1, width)))
        kinds.append((N("Cropping1D", cropping=1), (time - 2, width)))
    return dice.choose(kinds)


def scaling(dice, shape):
    return N("Rescaling", scale=dice.number(0.5, 2.0), **({"offset": 0.75} if dice.maybe() else {})), shape


def repeat(dice, shape):
    n = dice.size(2, 4)
    return N("RepeatVector", n=n), (n, *shape)


def distributed(dice, shape):
    """TimeDistributed over a layer for what each step holds."""
    inside = shape[1:]
    if len(inside) == 1:
        kinds = (dense, dense, activation, normalisation, dropout)
    else:
        kinds = (recurrent, bidirectional, dense, flatten, pooling, convolution)
    node, out = dice.choose(kinds)(dice, inside)
    return N("TimeDistributed", layer=node), (shape[0], *out)


def flatten(dice, shape):
    return N("Flatten"), (int(shape[0] * shape[1]),)


KINDS = {
    1: (dense,) * 5 + (activation, dropout, normalisation, repeat, repeat, scaling),
    2: (recurrent,) * 9 + (bidirectional,) * 4 + (dense, dense, activation, dropout, normalisation, convolution, pooling, reshaping,
                                                 distributed, scaling),
    3: (distributed,) * 4 + (dense,),
}


def layer(dice, shape):
    """(node, shape of what comes out) for a tensor of this shape."""
    return dice.choose(KINDS[len(shape)])(dice, shape)
