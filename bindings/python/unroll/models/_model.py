"""The model: a handle of the library, with Keras' methods."""

from __future__ import annotations

import ctypes
import json
import os
from typing import Any, Callable

from .. import _abi, _enumerators
from .._arrays import views
from .._bytes import Content, Source, Target, content_of, write_to
from .._lib import call, initialized, library, path_bytes, shape, text, whole
from ..layers._base import Layer
from ..stream import Stream
from ._compute import Compute
from ._reading import model_from_json
from ._symbols import Symbols


class Native(Compute, Symbols):
    """The methods that Sequential and functional models share."""

    # ---- what it is -------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, without the input layer of a `Sequential`."""
        return list(self._layers)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer with this name or index. ValueError if there is none."""
        layers = self.layers
        if index is not None and -len(layers) <= index < len(layers):
            return layers[index]
        for layer in layers:
            if name is not None and layer.name == name:
                return layer
        raise ValueError(f"no layer {name if index is None else index!r}; there are: {', '.join(each.name for each in layers)}")

    @property
    def input_shape(self) -> tuple[int | None, ...] | list[tuple[int | None, ...]]:
        """The shape of the input, the batch axis first as None; a list for several inputs."""
        handle = self._handle_or_raise()
        shapes = [shape("unroll_model_get_input_shape", handle, index) for index in range(handle.info().input_count)]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> tuple[int | None, ...] | list[tuple[int | None, ...]]:
        """The shape of the output, the batch axis first as None; a list for several outputs."""
        handle = self._handle_or_raise()
        shapes = [shape("unroll_model_get_output_shape", handle, index) for index in range(handle.info().output_count)]
        return shapes[0] if len(shapes) == 1 else shapes

    def count_params(self) -> int:
        """The number of elements of all weights. StateError if the input shape is not known yet."""
        return int(self._handle_or_raise().info().parameter_count)

    def summary(self, print_fn: Callable[[str], Any] | None = None, line_length: int | None = None) -> None:
        """Prints a table of the layers, their output shapes and parameters, or passes it to `print_fn` as one text."""
        (print_fn or print)(text("unroll_model_get_summary", self._handle_or_raise()))

    def to_json(self) -> str:
        """The Keras configuration as JSON text, which `model_from_json` and Keras can read."""
        return text("unroll_model_get_json", self._handle_or_raise())

    def get_config(self) -> dict[str, Any]:
        """The Keras configuration, as `from_config` takes it."""
        return self._keras_config()

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Creates a model with new weights from the result of `get_config`."""
        kind = "Sequential" if cls.__name__ == "Sequential" else "Functional"
        return model_from_json(json.dumps({"class_name": kind, "config": config}))

    def to_keras(self) -> dict[str, Any]:
        entry = self._full_config()
        entry["config"]["name"] = self.name
        return entry

    # ---- files --------------------------------------------------------------------

    def save(
        self, filepath: Target, overwrite: bool = True, include_optimizer: bool = True, sample: Any = None,
        file_format: str = "auto",
    ) -> None:
        """Saves the whole model as .keras or .h5. A save that fails leaves the old file as it was.

        `filepath` is the name of a file, or an open binary file (`io.BytesIO()` for bytes
        in memory), to which "auto" writes .keras.

        `sample`, an input as for `predict`, is stored with the model's output for it,
        which every load checks. Keras ignores it. Without a sample, that of the file
        that the model was loaded from is kept, as long as the model still gives that
        output.

        `file_format` is "h5", "keras", or "h5_keras2" for tf.keras 2, which cannot
        otherwise read the .h5 file of a model that passes initial states or masks
        to calls; "auto" chooses by the extension of the name.

        FileError if the file cannot be written, FileExistsError if it exists and
        `overwrite` is False.
        """
        self._save("unroll_model_save", filepath, overwrite, include_optimizer, sample, file_format)

    def save_weights(self, filepath: Target, overwrite: bool = True, file_format: str = "auto") -> None:
        """Saves only the weights, as .weights.h5 (Keras 3's) or .h5.

        `filepath` is the name of a file, or an open binary file, to which "auto" writes
        .weights.h5. `file_format` is "auto", "weights_h5" or "h5_weights". Errors are as
        for `save`.
        """
        self._save("unroll_model_save_weights", filepath, overwrite, False, file_format=file_format)

    def _save(
        self, function: str, filepath: Any, overwrite: bool, include_optimizer: bool, sample: Any = None,
        file_format: str = "auto",
    ) -> None:
        to_file = hasattr(filepath, "write")
        if not to_file and not overwrite and os.path.exists(filepath):
            raise FileExistsError(f"{os.fspath(filepath)} exists, and overwrite is False")
        options = initialized(_abi.SaveOptions, "unroll_save_options_init")
        options.include_optimizer = include_optimizer
        if file_format not in _enumerators.FORMATS:
            raise ValueError(f"file_format: expected one of {', '.join(_enumerators.FORMATS)}, found {file_format!r}")
        options.format = _enumerators.FORMATS[file_format]
        if sample is not None:
            inputs = self._inputs(sample)
            arrays = views(inputs)  # borrows `inputs` for the call
            options.sample, options.sample_count = arrays, len(inputs)
        handle, given = self._computing_handle(), ctypes.byref(options)
        if to_file:
            write_to(filepath, lambda write: getattr(library(), f"{function}_to_memory")(handle, given, write, None))
        else:
            call(function, handle, path_bytes(filepath), given)

    def load_weights(self, filepath: Source) -> None:
        """Loads the weights of any file that Keras or this library wrote, layer by layer in order.

        `filepath` is the name of a file, bytes, or an open binary file. FileError or
        FormatError if it cannot be read or does not fit; the weights then stay as they
        are.
        """
        content = content_of(filepath)
        if isinstance(content, Content):
            call("unroll_model_load_weights_from_memory", self._handle_or_raise(), *content.arguments, None)
        else:
            call("unroll_model_load_weights", self._handle_or_raise(), content)
        self._share()

    # ---- the rest -------------------------------------------------------------------

    def stream(self, batch_size: int = 1, weights: str = "model") -> Stream:
        """Creates a stream, which runs the model one time step per call; many streams may share one model.

        `batch_size` is the number of series that run side by side. With
        `weights="float16"` the recurrent layers of a float32 model read their
        kernels in half precision, with a relative error of at most 2**-11 per weight,
        which is faster for models larger than a processor's cache. ValueError for other
        `weights`, UnsupportedError for models that need a whole series at once,
        such as those with a `Bidirectional` layer.
        """
        return Stream(self, batch_size, weights)

    def set_threads(self, threads: int) -> None:
        """Sets how many threads fit, evaluate and predict may use; 0 means one for each core. Results do not depend on it."""
        call("unroll_model_set_thread_count", self._handle_or_raise(), whole(threads, "threads"))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r}, {'built' if self.built else 'not built'}>"


