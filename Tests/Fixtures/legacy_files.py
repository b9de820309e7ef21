"""Old file layouts, written with h5py alone."""
import json

import h5py
import numpy as np


def names_attribute(group, name, values, fixed=True, chunked=False):
    """A list of names: fixed-length (h5py 2), variable (h5py 3), or split into name0, name1, ..."""
    if not values:
        group.attrs[name] = np.zeros((0,), "f8")  # what Keras' empty list became
        return
    array = np.array([value.encode() for value in values])
    if chunked:
        for index, part in enumerate(np.array_split(array, min(2, len(array)))):
            group.attrs[f"{name}{index}"] = part
    elif fixed:
        group.attrs[name] = array
    else:
        group.attrs.create(name, values, dtype=h5py.string_dtype())


def write_layers(group, weights, version, fixed=True, chunked=False, compression=None):
    names_attribute(group, "layer_names", [name for name, _ in weights], fixed, chunked)
    if version is not None:
        group.attrs["backend"] = np.bytes_("tensorflow")
        group.attrs["keras_version"] = np.bytes_(version)
    for layer, values in weights:
        sub = group.create_group(layer)
        names_attribute(sub, "weight_names", [name for name, _ in values], fixed, chunked)
        for name, value in values:
            sub.create_dataset(name, data=value, compression=compression)


def write_full(path, config, weights, version, fixed=True, chunked=False, libver="earliest", compression=None):
    with h5py.File(path, "w", libver=libver) as file:
        file.attrs["keras_version"] = np.bytes_(version)
        file.attrs["backend"] = np.bytes_("tensorflow")
        file.attrs["model_config"] = np.bytes_(json.dumps(config))
        write_layers(file.create_group("model_weights"), weights, version, fixed, chunked, compression)


def write_weights(path, weights, version, fixed=True):
    with h5py.File(path, "w", libver="earliest") as file:
        write_layers(file, weights, version, fixed)


def round_bfloat16(array):
    """The float32 values a bfloat16 can hold (the lower half of the bits cut off)."""
    bits = np.ascontiguousarray(array, "<f4").view("<u4") & 0xFFFF0000
    return bits.view("<f4")


def write_v3(path, groups, bfloat16=False):
    with h5py.File(path, "w", libver="earliest") as file:
        for prefix, arrays in groups.items():
            variables = file.create_group(f"{prefix}/vars")
            for index, array in enumerate(arrays):
                if bfloat16:
                    raw = (np.ascontiguousarray(array, "<f4").view("<u4") >> 16).astype("<u2")
                    data = variables.create_dataset(str(index), data=raw.view("V2"))
                    data.attrs["dtype"] = "bfloat16"
                else:
                    variables[str(index)] = array


def named(layer, weights, arrays, pattern):
    return [(pattern.format(layer=layer, weight=weight), array) for weight, array in zip(weights, arrays)]


def cell(prefix, arrays):
    """kernel, recurrent_kernel, bias as Keras 2 named them; two arrays are kernel and bias."""
    names = ("kernel", "bias") if len(arrays) == 2 else ("kernel", "recurrent_kernel", "bias")
    return named(prefix, names, arrays, "{layer}/{weight}:0")


def keras1_lstm(name, arrays):
    """W, U, b of each gate, in Keras 1's order i, c, f, o (Keras 2: i, f, c, o)."""
    gates = [np.split(array, 4, axis=-1) for array in arrays]
    return [(f"{name}_{letter}_{gate}", part[index])
            for gate, index in (("i", 0), ("c", 2), ("f", 1), ("o", 3)) for letter, part in zip("WUb", gates)]


def keras1_gru(name, arrays):
    gates = [np.split(array, 3, axis=-1) for array in arrays]
    return [(f"{name}_{letter}_{gate}", part[index])
            for index, gate in enumerate("zrh") for letter, part in zip("WUb", gates)]


def to_cudnn_kernel(kernel, gates):
    """Each gate's block, transposed and laid out again in the block's own shape."""
    return np.hstack([part.T.reshape(part.shape) for part in np.hsplit(kernel, gates)])


def to_cudnn_recurrent(kernel, gates):
    return np.hstack([part.T for part in np.hsplit(kernel, gates)])


def to_cudnn_lstm(arrays, rng):
    """The bias becomes two halves whose sum counts."""
    kernel, recurrent, bias = arrays
    part = rng.normal(0, 0.5, bias.shape).astype(bias.dtype)
    return [to_cudnn_kernel(kernel, 4), to_cudnn_recurrent(recurrent, 4), np.concatenate([part, bias - part])]


def to_cudnn_gru(arrays):
    kernel, recurrent, bias = arrays  # (2, 3u): reset_after
    return [to_cudnn_kernel(kernel, 3), to_cudnn_recurrent(recurrent, 3), bias.reshape(-1)]
