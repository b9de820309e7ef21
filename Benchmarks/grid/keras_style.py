"""Builds a work with the layers of Keras, or with Unroll's, which have the same names and arguments."""


def build(framework, work, more=lambda kind: {}):
    """framework: the module keras or unroll. more(kind) -> further arguments for layers of that kind."""
    dtype = {"dtype": "int32"} if work.words else {}
    model = framework.Sequential([framework.Input(work.input, **dtype)])
    for layer in work.layers:
        model.add(make(framework.layers, layer, more))
    return model


def make(layers, layer, more):
    kind, options = layer
    options = {key: make(layers, value, more) if key == "layer" else value for key, value in options.items()}
    return getattr(layers, kind)(**options, **more(kind))
