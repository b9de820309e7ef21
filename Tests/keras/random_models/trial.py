"""A case carried out in its Keras: the model, its files, what it predicts and how it trains."""
from functools import cached_property

import numpy as np

import case as cases
from results import by_keras
from spec import keras_call, randomise

#: Which files this Keras can go on training from when we wrote them. Keras 3 (seen in 3.15) builds the optimizer of a
#: loaded .h5 for no variables at all; tf_keras does not know the .keras that we write.
GOES_ON = {"keras": "keras", "tf_keras": "h5"}


def one_or_all(values):
    """As Keras takes the values of inputs or outputs: alone if there is one."""
    return values if len(values) > 1 else values[0]


def defined(text, name):
    """The function of this name in a source."""
    namespace = {}
    exec(text, namespace)
    return namespace[name]


def dense_gradients(keras):
    """Adds up Embedding's sparse gradients before an optimizer sees them: TensorFlow's optimizers, clipping and decay
    treat each row of a batch on its own, which is another computation than that of other backends."""
    import tensorflow as tf

    def dense(pairs):
        return [tf.convert_to_tensor(each) if isinstance(each, tf.IndexedSlices) else each for each in pairs]

    if keras.__name__ == "keras":
        base = keras.optimizers.Optimizer
        apply = base.apply
        base.apply = lambda self, grads, *rest, **named: apply(self, dense(grads), *rest, **named)
        return
    for base in (keras.optimizers.Optimizer, keras.optimizers.legacy.Optimizer):
        apply_gradients = base.apply_gradients

        def with_dense(self, pairs, *rest, apply_gradients=apply_gradients, **named):
            pairs = list(pairs)
            grads = dense(gradient for gradient, _ in pairs)
            return apply_gradients(self, [(gradient, variable) for gradient, (_, variable) in zip(grads, pairs)], *rest, **named)
        base.apply_gradients = with_dense


class Trained:
    """What a training gives: history, what evaluate says behind it, weights."""

    def __init__(self, history, evaluation, weights):
        self.history, self.evaluation, self.weights = history, evaluation, weights


class Trial:
    def __init__(self, case, keras, folder):
        self.case, self.keras, self.folder = case, keras, folder
        rng = np.random.default_rng([case.seed, 1])
        self.x = self.typed(cases.inputs(case.net.entries, rng, case.rows))
        if case.is_stateful:
            self.x2 = self.typed(cases.inputs(case.net.entries, rng, case.rows))

    def typed(self, values):
        return [each.astype(self.case.dtype) if each.dtype == "float64" else each for each in values]

    @property
    def suffix(self):
        """The kind of file that the training goes through: one or the other by the seed.

        tf_keras' .keras does not hold what its legacy optimizers have gathered.
        """
        if ".legacy." in self.case.compile_source():
            return "h5"
        return ("keras", "h5")[self.case.seed % 2]

    # ---- the model -------------------------------------------------------------------

    @cached_property
    def model(self):
        self.keras.backend.clear_session()
        self.keras.backend.set_floatx(self.case.dtype)
        with by_keras():
            model = defined(self.case.model_source(), "make")(self.keras, self.case.dtype)
            randomise(model, np.random.default_rng([self.case.seed, 2]))
        return model

    @cached_property
    def y(self):
        with by_keras():
            y = self.call(self.model)
            if not all(each.size for each in y):
                raise ValueError("the model computes nothing")
        return y

    @property
    def shapes(self):
        """Of one sample of each output."""
        return [each.shape[1:] for each in self.y[:len(self.case.training.targets)]]

    def call(self, model):
        """What this Keras computes, of a stateful model for two batches."""
        y = keras_call(model, self.x)
        if self.case.is_stateful:
            y += keras_call(model, self.x2)
            reset_states(model)
        return y

    def saved(self, suffix):
        """The model without a training, in a file."""
        self.y  # saved only if it computes
        path = self.folder / f"theirs.{suffix}"
        with by_keras():
            if suffix == "weights.h5":
                self.model.save_weights(path)
            elif suffix == "only.h5" and self.keras.__name__ == "tf_keras":
                self.model.save_weights(path)
            elif suffix == "only.h5":
                import h5py
                from keras.src.legacy.saving import legacy_h5_format

                with h5py.File(path, "w") as file:
                    legacy_h5_format.save_weights_to_hdf5_group(file, self.model)
            else:
                self.model.save(path)
        return path

    def opened(self, path):
        """What this Keras computes from a file of ours."""
        with_own = self.keras.models.load_model(path, compile=False)
        return self.call(with_own)

    # ---- training --------------------------------------------------------------------

    @cached_property
    def fit_arguments(self):
        """The arguments of fit, but for epochs."""
        case, training = self.case, self.case.training
        rng = np.random.default_rng([case.seed, 3])
        given = {"batch_size": training.batch, "shuffle": False, "verbose": 0}
        given["x"], given["y"] = self.data(rng, training.samples)
        if training.sample_weight:
            given["sample_weight"] = self.weights(rng, training.samples)
        if training.class_weight:
            given["class_weight"] = {index: 0.5 + index for index in range(self.shapes[0][-1])}
        if training.validation == "split":
            given["validation_split"] = 0.4
        elif training.validation:
            given["validation_data"] = self.data(rng, training.batch)
            if training.validation == "weighted":
                given["validation_data"] += (self.weights(rng, training.batch),)
        return given

    def data(self, rng, samples):
        x = cases.inputs(self.case.net.entries, rng, samples)
        return one_or_all(self.typed(x)), one_or_all(self.typed(cases.goals(self.case.training.targets, self.shapes, rng, samples)))

    def weights(self, rng, samples):
        """Sample weights: one array, or one for each output."""
        # Keras 3 multiplies weights of samples with losses of steps as they are, which fails or confuses the two; Keras 2
        # with those of sentences.
        by_step = self.case.training.sample_weight == "steps" or self.case.library == "keras" or any(len(each) > 2 for each in self.shapes)
        shapes = [(samples, *(output[:-1] if by_step else ())) for output in self.shapes]
        return one_or_all([np.round(rng.uniform(0.25, 2, shape), 2) * (rng.random(shape) > 0.1) for shape in shapes])

    def fit(self, model):
        """Trains and evaluates; the same call for Keras and for us."""
        given = self.fit_arguments
        if self.evaluating_moves_statistics:
            given = {key: value for key, value in given.items() if not key.startswith("validation")}
        history = model.fit(**given, epochs=self.case.training.epochs).history
        evaluation = {}
        if not self.case.training.validation and not self.evaluating_moves_statistics:
            evaluation = model.evaluate(given["x"], given["y"], batch_size=given["batch_size"], verbose=0, return_dict=True)
        return Trained(self.distinct(history), self.distinct(evaluation), weights_of(model))

    def distinct(self, values):
        """Without those of two outputs of one layer: Keras 3 keeps the last one under the name of both, we number them."""
        names = list(getattr(self.model, "output_names", []))
        twice = tuple(f"{name}_" for name in names if names.count(name) > 1)
        return {name: value for name, value in values.items() if not twice or not name.removeprefix("val_").startswith(twice)}

    @property
    def evaluating_moves_statistics(self):
        """Of a BatchNormalization that is called with training=True, in tf_keras; here it never does (a file's notes say so)."""
        source = self.case.model_source()
        return self.case.library == "tf_keras" and "BatchNormalization" in source and "training=True" in source

    def go_on(self, model):
        """One more epoch."""
        given = {key: value for key, value in self.fit_arguments.items() if not key.startswith("validation")}
        return Trained(self.distinct(model.fit(**given, epochs=1).history), {}, weights_of(model))

    @cached_property
    def training(self):
        """(file before the training, training, file after it, what one more epoch gives)."""
        with by_keras():
            self.y
            model = self.model
            before, after = (self.folder / f"{name}.{self.suffix}" for name in ("before", "after"))
            weights = model.get_weights()
            compiled = defined(self.case.compile_source(), "compiled")
            compiled(self.keras, model).save(before)
            compiled(self.keras, model)  # tf_keras' "accuracy" is for good what it took it for when it was saved
            first = self.finite(self.fit(model))
            model.save(after)
            reset_states(model)
            second = self.finite(self.go_on(model))
            reset_states(model)
            model.set_weights(weights)
        return before, first, after, second

    @staticmethod
    def finite(trained):
        values = [*trained.history.values(), *trained.evaluation.values(), *trained.weights]
        if not all(np.isfinite(np.asarray(each, "float64")).all() for each in values):
            raise ArithmeticError("the training leaves the range of numbers")
        return trained


def weights_of(model):
    """The arrays of a model, frozen or not, in the order of its layers and cells, as Keras 3 and we have them."""
    if type(model).__module__.startswith("tf_keras"):
        return [weight.numpy() for weight in {id(weight): weight for weight in in_order(model)}.values()]
    return model.get_weights()


def in_order(layer):
    """tf_keras puts the weights of frozen cells and directions behind the others of their layer."""
    for name in ("layers", "cells"):
        if hasattr(layer, name):
            return [weight for each in getattr(layer, name) for weight in in_order(each)]
    if hasattr(layer, "backward_layer"):
        return in_order(layer.forward_layer) + in_order(layer.backward_layer)
    inner = getattr(layer, "cell", None) or getattr(layer, "layer", None)
    return in_order(inner) if inner else layer.weights


def reset_states(model):
    """Zero states in every stateful layer, whichever Keras the model is of."""
    if hasattr(model, "reset_states"):
        return model.reset_states()
    for layer in model.layers:
        if hasattr(layer, "layers"):
            reset_states(layer)
        elif getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
            layer.reset_state()
