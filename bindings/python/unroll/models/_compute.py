"""compile, fit, evaluate, predict."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Iterable, Sequence

import numpy as np

from .. import _abi
from .._arrays import DataView, as_input, view, views, with_sample_axes
from .._compile import CompileSpec
from .._fit import Driver, Interrupts
from .._lib import _check_call, call, initialized, library, shape, text, whole
from .._progress import ProgressBar
from ..callbacks import Callback, CallbackList, History, ProgbarLogger, TerminateOnNaN
from ..errors import StateError
from ._arguments import Result, class_weights, frequency, listed, result, shuffling, validating, verbosity, weights_by_output
from ._core import Core

class Compute(Core):
    """The mixin of a model that computes: compile, fit, evaluate and predict."""

    # ---- compile --------------------------------------------------------------

    def compile(
        self, optimizer: Any = "rmsprop", loss: Any = "mse", metrics: Any = None, loss_weights: Any = None,
        weighted_metrics: Any = None, **unused: Any
    ) -> None:
        """Sets the optimizer, loss and metrics, by name or as objects, and resets the optimizer's state.

        With several outputs `loss` and `loss_weights` (factors for the losses of the
        outputs) are lists or dictionaries by output. `metrics` count every sample
        once, `weighted_metrics` with its sample and class weight. With several
        outputs each of the two is a dictionary by output, or a list with an entry for
        each output; any other list applies to every output. A metric is reported under
        the name that was given, after the name of its output: "a_mae".

        ValueError for unknown names or options. Keras' `run_eagerly`, `jit_compile`,
        `steps_per_execution` and `auto_scale_loss` are accepted and have no effect.
        TypeError for other arguments.
        """
        for key in unused:
            if key not in ("run_eagerly", "jit_compile", "steps_per_execution", "auto_scale_loss"):
                raise TypeError(f"compile has no argument {key!r}")
        compiled = CompileSpec(optimizer, loss, metrics, loss_weights, weighted_metrics, self.output_names)
        if self._handle is not None:
            compiled.apply(self._handle)
        self._compiled = compiled
        self._trained_flags = None
        if self._handle is None and self._can_build():
            self._create()
        self.optimizer = compiled.optimizer
        self.optimizer._model = self

    @property
    def metrics_names(self) -> list[str]:
        """The names of the values that `evaluate` returns: "loss", the losses of the outputs if there are several, the metrics."""
        return self._in_keras_order(self._native_metric_names())

    def _in_keras_order(self, names: list[str]) -> list[str]:
        """Keras 3 sorts those of several outputs by name."""
        outputs = len(self.output_names)
        return names if outputs == 1 else names[:1 + outputs] + sorted(names[1 + outputs:])

    def _native_metric_names(self) -> list[str]:
        count = ctypes.c_size_t()
        handle = self._handle_or_raise()
        call("unroll_model_get_metric_count", handle, ctypes.byref(count))
        return [text("unroll_model_get_metric_name", handle, index) for index in range(count.value)]

    def _logs(self, names: list[str], values: Any) -> dict[str, float]:
        """The values from the library, which has these names, in the order of `metrics_names`."""
        given = dict(zip(names, values))
        return {name: given[name] for name in self._in_keras_order(names)}

    # ---- arrays -----------------------------------------------------------------

    def _inputs(self, x: Any) -> list[np.ndarray]:
        names = self.input_names
        return [with_sample_axes(each, f"x[{name!r}]" if len(names) > 1 else "x") for each, name in zip(listed(x, names, "x"), names)]

    def _targets(self, y: Any) -> list[np.ndarray]:
        names = self.output_names
        if y is None:
            raise ValueError("y is required: the targets")
        return [with_sample_axes(each, f"y[{name!r}]" if len(names) > 1 else "y") for each, name in zip(listed(y, names, "y"), names)]

    def _data(self, x: Any, y: Any, sample_weight: Any, batch: int | None = None) -> DataView:
        inputs = self._inputs(x)
        self._build_for(inputs, len(inputs[0]) if batch is None else batch)
        return DataView(inputs, self._targets(y), weights_by_output(sample_weight, self.output_names))

    # ---- fit ----------------------------------------------------------------------

    def fit(
        self, x: Any, y: Any = None, batch_size: int | None = None, epochs: int = 1, verbose: int | str = "auto",
        callbacks: Callback | Iterable[Callback] | None = None, validation_split: float = 0.0,
        validation_data: Sequence[Any] | None = None, shuffle: bool = True,
        class_weight: dict[int, float] | None = None, sample_weight: Any = None, initial_epoch: int = 0,
        validation_batch_size: int | None = None, validation_freq: int = 1,
    ) -> History:
        """Trains the model, and returns the losses and metrics of each epoch.

        x is (samples, time, features), or as the model's input requires. y are the
        targets, with the shape of the output; (samples,) is taken as (samples, 1).
        For several inputs or outputs they are lists, or dictionaries by name.

        `batch_size` is 32 by default. As in Keras, `initial_epoch` is the number of
        epochs already done, and `epochs` the number to reach. `verbose` is 0, 1 (a
        bar), 2 (a line for each epoch) or "auto" (1). Validation uses
        `validation_data`, (x, y) or (x, y, sample_weight), or the fraction
        `validation_split` at the end of the samples, before they are shuffled; it runs
        after every `validation_freq`-th epoch, in batches of `validation_batch_size`.
        `class_weight` is a dictionary of factors for the loss by class index.
        `sample_weight` are factors too, (samples,) or (samples, time); for several
        outputs it may be a list or dictionary with an entry for each, or None.

        ShapeError if shapes do not fit, ValueError for options outside their
        domain, StateError if the model is not compiled, NotFiniteError if the loss
        becomes NaN or infinite. Ctrl-C raises KeyboardInterrupt after the current
        batch; the model keeps what it has learnt.
        """
        size = whole(32 if batch_size is None else batch_size, "batch_size")
        data = self._data(x, y, sample_weight, size)
        options = initialized(_abi.FitOptions, "unroll_fit_options_init")
        options.epochs, options.initial_epoch = whole(epochs, "epochs"), whole(initial_epoch, "initial_epoch")
        options.batch_size = size
        options.shuffle, options.seed = shuffling(shuffle), self._seed
        options.validation_split = validation_split
        options.validation_batch_size = whole(validation_batch_size or 0, "validation_batch_size")
        options.validation_frequency = frequency(validation_freq)
        validation = None
        if validation_data is not None:
            validation = self._data(*validating(validation_data), size)
            options.validation_split, options.validation = 0.0, ctypes.pointer(validation.struct)
        if class_weight is not None:
            weights = class_weights(class_weight)
            options.class_weight, options.class_count = weights, len(weights)

        history = History()
        verbose = verbosity(verbose)
        called = CallbackList(callbacks, self)
        if verbose:
            called.append(ProgbarLogger(int(verbose)), self)
        called.append(history, self)
        names = self._names_if_compiled()
        if any(isinstance(each, TerminateOnNaN) for each in called.callbacks):
            options.non_finite = _abi.NON_FINITE_STOP
        parameters = {
            "epochs": int(epochs), "verbose": verbose, "metrics": names,
            "do_validation": validation_data is not None or validation_split > 0,
        }
        self.history = history
        self._note_trained()
        self._run(data, options, called, parameters)
        return history

    def _run(self, data: DataView, options: Any, callbacks: CallbackList, params: dict[str, Any]) -> None:
        handle = self._computing_handle()
        with Interrupts() as interrupts:
            driver = Driver(self, callbacks, interrupts, stop="stop_training", params=params)
            options.callback = driver.function
            if any(callbacks.methods(f"on_test_{event}") for event in ("begin", "end", "batch_begin", "batch_end")):
                options.validation_callback = driver.function
            with self._fitting():
                status = library().unroll_model_fit(handle, data.reference(), ctypes.byref(options), None)
            if status != 0:
                driver.abandon_progress()
            if driver.error is not None:
                raise driver.error
            _check_call(status)

    def _names_if_compiled(self) -> list[str]:
        if not self._handle_or_raise().info().is_compiled:
            raise StateError("the model is not compiled: call compile(optimizer, loss) first")
        return self._native_metric_names()

    # ---- evaluate -------------------------------------------------------------------

    def evaluate(
        self, x: Any, y: Any = None, batch_size: int | None = None, verbose: int | str = "auto", sample_weight: Any = None,
        callbacks: Callback | Iterable[Callback] | None = None, return_dict: bool = False,
    ) -> Result:
        """Returns the loss and metrics over all samples, without training.

        x, y, `sample_weight`, `verbose` and errors are as for `fit`; `batch_size`
        (32 by default) affects only memory and speed. The result is the loss, or a list
        of the loss and the metrics in the order of `metrics_names`, or with
        `return_dict` a dictionary. A callback can set `model.stop_evaluating` to
        end it; the values are then those of the batches so far.
        """
        size = whole(32 if batch_size is None else batch_size, "batch_size")
        data = self._data(x, y, sample_weight, size)
        names = self._names_if_compiled()
        options = initialized(_abi.EvaluateOptions, "unroll_evaluate_options_init")
        options.batch_size = size
        verbose = verbosity(verbose)
        bar = ProgressBar(1, verbose)
        values = (ctypes.c_double * len(names))()
        handle, borrowed = self._computing_handle(), data.reference()
        bar.total, _ = self._drive(
            options, callbacks, verbose, "stop_evaluating",
            lambda: library().unroll_model_evaluate_ext(handle, borrowed, ctypes.byref(options), values, len(names)))
        logs = self._logs(names, values)
        bar.finish(bar.total, logs)
        return result(logs, return_dict)

    def _drive(
        self, options: Any, callbacks: Any, verbose: int, stop: str, work: Callable[[], int],
        outputs: Callable[[int], Any] | None = None,
    ) -> tuple[int, int]:
        """Does `work` and calls the callbacks; returns the numbers of batches and of batches predicted.

        Without callbacks and progress there are no events to count, and both are 0.
        """
        called = CallbackList(callbacks, self)
        if not called.callbacks and not verbose:
            _check_call(work())
            return 0, 0
        with Interrupts() as interrupts:
            params = {"epochs": 1, "verbose": verbose}
            driver = Driver(self, called, interrupts, stop=stop, params=params, outputs=outputs)
            options.callback = driver.function
            status = work()
            if driver.error is not None:
                raise driver.error
            _check_call(status)
        return driver.steps, driver.predicted

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Result:
        """Returns the loss and metrics of all samples as one batch, as `evaluate` does."""
        size = max(len(self._inputs(x)[0]), 1)
        return self.evaluate(x, y, batch_size=size, verbose=0, sample_weight=sample_weight, return_dict=return_dict)

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: dict[int, float] | None = None, return_dict: bool = False
    ) -> Result:
        """Makes one update with all samples as one batch; returns the loss and metrics before it, as `evaluate` does.

        Arguments and errors are as for `fit`.
        """
        data = self._data(x, y, sample_weight)
        names = self._names_if_compiled()
        values = (ctypes.c_double * len(names))()
        options = initialized(_abi.TrainOnBatchOptions, "unroll_train_on_batch_options_init")
        if class_weight is not None:
            weights = class_weights(class_weight)
            options.class_weight, options.class_count = weights, len(weights)
        self._note_trained()
        handle = self._computing_handle()
        call("unroll_model_train_on_batch_ext", handle, data.reference(), ctypes.byref(options), values, len(names))
        self._share()
        return result(self._logs(names, values), return_dict)

    # ---- predict ---------------------------------------------------------------------

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: int | str = "auto",
        callbacks: Callback | Iterable[Callback] | None = None,
    ) -> Any:
        """Returns the outputs for all samples, (samples, ...) of the model's element type; a list for several outputs.

        x is as for `fit`. `batch_size` (32 by default) affects only memory and
        speed, except in stateful models, whose states have that many rows. A callback
        can set `model.stop_predicting` to end it; the result is then that of the batches
        so far. ShapeError if x does not fit the model's input.
        """
        inputs = self._inputs(x)
        options = initialized(_abi.PredictOptions, "unroll_predict_options_init")
        options.batch_size = whole(32 if batch_size is None else batch_size, "batch_size")
        self._build_for(inputs, options.batch_size)
        size = max(options.batch_size, 1)
        verbose = verbosity(verbose)
        bar = ProgressBar(1, verbose)
        handle, borrowed = self._computing_handle(), views(inputs)
        outputs = [
            np.empty([int(n or 0) for n in shape("unroll_model_predict_shape", handle, borrowed, len(inputs), index)], np.dtype(self.dtype))
            for index in range(self._handle_or_raise().info().output_count)
        ]

        def batch(index: int) -> Any:
            parts = [output[index * size : (index + 1) * size] for output in outputs]
            return parts[0] if len(parts) == 1 else parts

        bar.total, done = self._drive(
            options, callbacks, verbose, "stop_predicting",
            lambda: library().unroll_model_predict_all(
                handle, borrowed, len(inputs), views(outputs), len(outputs), ctypes.byref(options)),
            batch)
        bar.finish(done, {})
        if done < bar.total:
            outputs = [output[: done * size] for output in outputs]
        return outputs[0] if len(outputs) == 1 else outputs

    def predict_on_batch(self, x: Any) -> Any:
        """Returns the outputs for all samples as one batch, as `predict` does."""
        return self.predict(x, batch_size=max(len(self._inputs(x)[0]), 1), verbose=0)

