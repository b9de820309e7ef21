"""Every optimizer with every recurrent layer and every loss: 30 steps with masks, sample weights and partial batches."""
import numpy as np

from results import by_keras
from spec import N, Spec, distance, randomise, worst

SECTION = "training"
LIMIT = 1e-4
STEPS, SAMPLES, BATCH, TIME, FEATURES, UNITS, OUTPUTS = 30, 7, 4, 5, 3, 4, 2
LAYERS = {
    "LSTM": ("LSTM", {}), "GRU": ("GRU", {}), "GRU reset_after=False": ("GRU", {"reset_after": False}),
    "SimpleRNN": ("SimpleRNN", {}),
}
OPTIMIZERS = {
    "SGD": ("SGD", {"learning_rate": 0.05}),
    "SGD momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    "SGD nesterov": ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    "SGD clipnorm": ("SGD", {"learning_rate": 0.05, "clipnorm": 0.05}),
    "SGD global_clipnorm": ("SGD", {"learning_rate": 0.05, "global_clipnorm": 0.05}),
    "RMSprop": ("RMSprop", {"learning_rate": 0.01}),
    "RMSprop momentum": ("RMSprop", {"learning_rate": 0.005, "rho": 0.8, "momentum": 0.5}),
    "RMSprop centered": ("RMSprop", {"learning_rate": 0.005, "centered": True}),
    "Adam": ("Adam", {"learning_rate": 0.01}),
    "Adam amsgrad": ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
    "Adam clipvalue": ("Adam", {"learning_rate": 0.01, "clipvalue": 0.02}),
    "AdamW": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.02}),
    "SGD weight_decay": ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.05}),
    "Nadam weight_decay clipnorm": ("Nadam", {"learning_rate": 0.01, "weight_decay": 0.05, "clipnorm": 0.05}),
    "Adagrad": ("Adagrad", {"learning_rate": 0.05}),
    "Adamax": ("Adamax", {"learning_rate": 0.01}),
    "Nadam": ("Nadam", {"learning_rate": 0.01}),
    "Lion": ("Lion", {"learning_rate": 0.003}),
    "Lion weight_decay": ("Lion", {"learning_rate": 0.003, "beta_1": 0.8, "beta_2": 0.95, "weight_decay": 0.05}),
    "Adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "Adadelta clipnorm": ("Adadelta", {"learning_rate": 0.5, "rho": 0.8, "epsilon": 1e-3, "clipnorm": 0.05}),
    # Keras takes the difference of two roots, of the sum of squares before and after: with a sum that begins far above
    # the squares, as its 0.1 does here, the rounding of float32 alone comes to 2e-4 of the weights.
    "Ftrl": ("Ftrl", {"learning_rate": 0.05, "initial_accumulator_value": 0.001}),
    "Ftrl regularization": ("Ftrl", {
        "learning_rate": 0.05, "learning_rate_power": -0.7, "initial_accumulator_value": 0.001, "l1_regularization_strength": 0.01,
        "l2_regularization_strength": 0.02, "l2_shrinkage_regularization_strength": 0.03, "beta": 0.1}),
}
# name -> (class, options, activation of the last layer, kind of target)
LOSSES = {
    "MeanSquaredError": ("MeanSquaredError", {}, "linear", "real"),
    "MeanSquaredError sum": ("MeanSquaredError", {"reduction": "sum"}, "linear", "real"),
    "MeanAbsoluteError": ("MeanAbsoluteError", {}, "linear", "real"),
    "BinaryCrossentropy": ("BinaryCrossentropy", {}, "sigmoid", "binary"),
    "BinaryCrossentropy without a sigmoid": ("BinaryCrossentropy", {}, "softsign", "binary"),
    "BinaryCrossentropy logits": ("BinaryCrossentropy", {"from_logits": True}, "linear", "binary"),
    "CategoricalCrossentropy": ("CategoricalCrossentropy", {}, "softmax", "one_hot"),
    "CategoricalCrossentropy logits": ("CategoricalCrossentropy", {"from_logits": True}, "linear", "one_hot"),
    "SparseCategoricalCrossentropy": ("SparseCategoricalCrossentropy", {}, "softmax", "class"),
    "SparseCategoricalCrossentropy logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, "linear", "class"),
    "Huber": ("Huber", {}, "linear", "real"),
    "LogCosh": ("LogCosh", {}, "linear", "real"),
}


def targets(kind, rng):
    if kind == "real":
        return rng.normal(size=(SAMPLES, TIME, OUTPUTS)).astype("float32")
    if kind == "binary":
        return rng.integers(0, 2, (SAMPLES, TIME, OUTPUTS)).astype("float32")
    classes = rng.integers(0, OUTPUTS, (SAMPLES, TIME))
    if kind == "class":
        return classes[..., None].astype("int32")
    return np.eye(OUTPUTS, dtype="float32")[classes]


def batches(steps):
    starts = list(range(0, SAMPLES, BATCH))
    for number in range(steps):
        first = starts[number % len(starts)]
        yield slice(first, min(first + BATCH, SAMPLES))


class Pair:
    """One recurrent layer and one loss: the Keras model is traced once for all optimizers."""

    def __init__(self, keras, layer, loss, folder, seed=11):
        import tensorflow as tf

        self.keras = keras
        keras.backend.clear_session()
        rng = np.random.default_rng(seed)
        loss_class, self.loss_options, activation, kind = LOSSES[loss]
        self.loss_class = loss_class
        cls, options = LAYERS[layer]
        spec = Spec((N("Masking"), N(cls, units=UNITS, return_sequences=True, **options),
                     N("Dense", units=OUTPUTS, activation=activation)), shape=(TIME, FEATURES), masked=True)
        self.model = spec.build(keras)
        randomise(self.model, rng)
        self.initial = self.model.get_weights()
        self.path = folder / "start.keras"
        self.model.save(self.path)
        self.x = spec.inputs(rng, batch=SAMPLES)[0]
        self.y = targets(kind, rng)
        self.weights = rng.uniform(0.2, 2, (SAMPLES, TIME)).astype("float32")
        self.model.compile(loss=getattr(keras.losses, loss_class)(**self.loss_options))

        def gradients(x, y, w):
            with tf.GradientTape() as tape:
                value = self.model.compute_loss(
                    x=x, y=y, y_pred=self.model(x, training=True), sample_weight=w, training=True)
            return value, tape.gradient(value, self.model.trainable_variables)

        free = lambda array: tf.TensorSpec((None, *array.shape[1:]), array.dtype)
        self.gradients = tf.function(gradients, input_signature=[free(self.x), free(self.y), free(self.weights)])

    def theirs(self, optimizer):
        cls, options = OPTIMIZERS[optimizer]
        self.model.set_weights(self.initial)
        optimizer = getattr(self.keras.optimizers, cls)(**options)
        losses = []
        for rows in batches(STEPS):
            value, gradients = self.gradients(self.x[rows], self.y[rows], self.weights[rows])
            optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
            losses.append(float(value))
        return np.array(losses), self.model.get_weights()

    def ours(self, optimizer):
        import unroll

        cls, options = OPTIMIZERS[optimizer]
        model = unroll.load_model(str(self.path))
        model.compile(getattr(unroll.optimizers, cls)(**options),
                      getattr(unroll.losses, self.loss_class)(**self.loss_options))
        losses = []
        for rows in batches(STEPS):
            value = model.train_on_batch(self.x[rows], self.y[rows], sample_weight=self.weights[rows])
            losses.append(np.ravel(value)[0])
        return np.array(losses), model.get_weights()

    def compare(self, optimizer):
        with by_keras():
            losses, weights = self.theirs(optimizer)
        our_losses, our_weights = self.ours(optimizer)
        return max(distance(our_losses, losses), worst(our_weights, weights))


def chosen(layer, loss):
    """The optimizers of one row: every fourth, so that each meets every loss and every layer.

    All would tell no more: an optimizer sees gradients and not where they come from, and random models try other pairs.
    """
    first = list(LAYERS).index(layer) + list(LOSSES).index(loss)
    return [name for index, name in enumerate(OPTIMIZERS) if (index + first) % len(LAYERS) == 0]


def run(keras, recorder, layer, loss, folder):
    pair = Pair(keras, layer, loss, folder)
    for optimizer in chosen(layer, loss):
        recorder.check(SECTION, f"{layer}, {loss}", optimizer, lambda: pair.compare(optimizer), LIMIT)
