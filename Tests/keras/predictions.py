"""Every layer and option: do both libraries compute the same, through every file format?"""
import numpy as np

from results import by_keras
from spec import arrays, keras_call, precision, randomise, worst

SECTION = "layers"
FLOAT32, FLOAT64 = 1e-5, 1e-12
# TensorFlow keeps the slopes of these and gelu's square root of 2 as float32 even in float64.
FLOAT32_INSIDE, TENSORFLOW_CONSTANTS = ("LeakyReLU", "leaky_relu", ": ReLU", "gelu"), 1e-7
TRAINED = 1e-9  # float64, after the steps of `trains`


class Row:
    """One model of the catalogue, tried with one Keras."""

    def __init__(self, recorder, section, name, model, folder, seed):
        self.recorder, self.section, self.name, self.model = recorder, section, name, model
        self.folder, self.seed = folder, seed

    def check(self, column, function, limit=FLOAT32):
        return self.recorder.check(self.section, self.name, column, function, limit)

    def reference(self, keras, dtype="float32"):
        keras.backend.clear_session()
        rng = np.random.default_rng(self.seed)
        with by_keras():
            model = self.model.build(keras, dtype)
            randomise(model, rng)
            x = self.model.inputs(rng, dtype)
            y = keras_call(model, x)
            if self.model.fixed_batch:  # stateful: the second call goes on where the first stopped
                y += keras_call(model, x)
            self.names = [layer.name for layer in model.layers]
        return model, x, y

    def ours(self, model, x):
        y = predict(model, x)
        if self.model.fixed_batch:
            y += predict(model, x)
        return y

    def built(self, model, x, y):
        """The same Python source, with unroll in the place of keras."""
        import unroll

        ours = self.model.build(unroll)
        ours.set_weights(model.get_weights())
        return worst(self.ours(ours, x), y)

    # ---- their files, read by us -------------------------------------------

    def read(self, keras, path, x, y):
        import unroll

        def run():
            return worst(self.ours(unroll.load_model(str(path)), x), y)
        return run

    def read_weights(self, keras, config_path, path, x, y):
        """A weights file into a model that has other weights."""
        import unroll

        def run():
            model = unroll.load_model(str(config_path))
            model.set_weights([np.zeros_like(w) for w in model.get_weights()])
            model.load_weights(str(path))
            return worst(self.ours(model, x), y)
        return run

    # ---- our files, read by them -------------------------------------------

    def write(self, keras, config_path, suffix, x, y):
        import unroll

        def run():
            path = self.folder / f"ours.{suffix}"
            for_keras2 = keras.__name__ == "tf_keras" and getattr(self.model, "states", False)
            unroll.load_model(str(config_path)).save(str(path), file_format="h5_keras2" if for_keras2 else "auto")
            model = keras.models.load_model(path, compile=False)
            # Layers are renamed where Keras would name an operation on masks so, and
            # added where a mask must go no further.
            found = [layer.name.removesuffix("_layer") for layer in model.layers if not layer.name.endswith("_unmasked")]
            assert self.names == found, f"layer names {found} instead of {self.names}"
            result = keras_call(model, x)
            if self.model.fixed_batch:
                result += keras_call(model, x)
            return worst(result, y)
        return run

    def write_weights(self, keras, model, config_path, suffix, x, y):
        import unroll

        def run():
            path = self.folder / f"ours.{suffix}"
            unroll.load_model(str(config_path)).save_weights(str(path))
            before = model.get_weights()
            model.set_weights([np.zeros_like(w) for w in before])
            try:
                model.load_weights(path)
                return worst(model.get_weights(), before)
            finally:
                model.set_weights(before)
        return run

    def keras3(self, keras):
        from keras.src.legacy.saving import legacy_h5_format
        import h5py

        columns = ("built in code", "read .h5", "read .keras", "read .weights.h5", "read weights-only .h5", "write .h5", "write .keras",
                   "write .weights.h5", "write weights-only .h5")
        try:
            model, x, y = self.reference(keras)
            with by_keras():
                paths = {suffix: self.folder / f"theirs.{suffix}" for suffix in ("keras", "weights.h5", "legacy.h5")}
                model.save(paths["keras"])
                model.save_weights(paths["weights.h5"])
                with h5py.File(paths["legacy.h5"], "w") as file:
                    legacy_h5_format.save_weights_to_hdf5_group(file, model)
        except Exception as error:
            for column in columns:
                self.check(column, raiser(error))
            return
        whole = paths["keras"]
        self.check("built in code", lambda: self.built(model, x, y))
        self.check("read .h5", lambda: self.read(keras, saved(model, self.folder / "theirs.h5"), x, y)())
        if self.check("read .keras", self.read(keras, whole, x, y)):
            self.check("read .weights.h5", self.read_weights(keras, whole, paths["weights.h5"], x, y))
            self.check("read weights-only .h5", self.read_weights(keras, whole, paths["legacy.h5"], x, y))
            self.check("write .h5", self.write(keras, whole, "h5", x, y))
            self.check("write .keras", self.write(keras, whole, "keras", x, y))
            self.check("write .weights.h5", self.write_weights(keras, model, whole, "weights.h5", x, y))
            self.check("write weights-only .h5", self.write_weights(keras, model, whole, "legacy.h5", x, y))
        else:
            state = self.recorder.last_state
            for column in columns[3:]:
                self.recorder.add(self.section, self.name, column, state, "the .keras file was not read")
        if self.model.streams():
            self.check("stream", lambda: self.stream(whole, x[0], y[0]))
        else:
            self.recorder.add(self.section, self.name, "stream", "-", "needs the whole sequence")
        self.float64(keras)

    def stream(self, path, x, y):
        """One step a call gives what the whole sequence gives."""
        import unroll

        stream = unroll.load_model(str(path)).stream(len(x))
        steps = [stream.step(x[:, time]) for time in range(x.shape[1])]
        return worst([np.stack(steps, axis=1) if y.ndim == 3 else steps[-1]], [y])

    def float64(self, keras):
        def predicts():
            import unroll

            model, x, y = self.reference(keras, "float64")
            path = saved(model, self.folder / "double.keras")
            return worst(self.ours(unroll.load_model(str(path)), x), y)

        limit = TENSORFLOW_CONSTANTS if any(word in self.name for word in FLOAT32_INSIDE) else FLOAT64
        self.check("float64", predicts, limit)
        if self.model.is_random() or self.model.fixed_batch:
            self.recorder.add(self.section, self.name, "train", "-", "draws random numbers or keeps states")
        else:
            self.check("train", lambda: trains(self, keras), max(limit, TRAINED))

    def tf_keras(self, keras):
        try:
            model, x, y = self.reference(keras)
        except Exception as error:
            for column in ("2.x read .h5", "2.x read .keras", "2.x write .h5"):
                self.check(column, raiser(error))
            return
        path = self.folder / "theirs2.h5"
        if self.check("2.x read .h5", lambda: self.read(keras, saved(model, path), x, y)()):
            self.check("2.x write .h5", self.write(keras, path, "h5", x, y))
        else:
            self.recorder.add(self.section, self.name, "2.x write .h5", self.recorder.last_state,
                              "the .h5 file was not read")
        self.check("2.x read .keras", lambda: self.read(keras, saved(model, self.folder / "theirs2.keras"), x, y)())


def raiser(error):
    def run():
        raise error
    return run


def saved(model, path):
    with by_keras():
        model.save(path)
    return path


def predict(model, x):
    return arrays(model.predict(x[0] if len(x) == 1 else x, verbose=0))


def trains(row, keras, steps=2):
    """Steps of plain SGD on the mean squared error, in float64, weights compared.

    The rate is a power of two, the same in every precision, and small:
    models with unbounded activations have large gradients.
    """
    import tensorflow as tf
    import unroll

    rate = 2.0 ** -7
    model, x, y = row.reference(keras, "float64")
    inputs = x[0] if len(x) == 1 else x
    with by_keras(), precision(keras, "float64"):
        path = saved(model, row.folder / "train.keras")
        rng = np.random.default_rng(row.seed + 1)
        goals = [rng.normal(size=output.shape) for output in y]
        model.compile(keras.optimizers.SGD(rate), ["mean_squared_error"] * len(goals))
        for _ in range(steps):
            with tf.GradientTape() as tape:
                outputs = model(inputs, training=True)
                several = isinstance(outputs, (list, tuple))
                loss = model.compute_loss(x=inputs, y=goals if several else goals[0], y_pred=outputs)
            variables = model.trainable_variables
            model.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        if not np.isfinite(loss):
            raise ArithmeticError("the loss overflows")
    ours = unroll.load_model(str(path))
    ours.compile(unroll.optimizers.SGD(rate), "mean_squared_error")
    for _ in range(steps):
        ours.train_on_batch(inputs, goals if len(goals) > 1 else goals[0])
    return worst(ours.get_weights(), model.get_weights())
