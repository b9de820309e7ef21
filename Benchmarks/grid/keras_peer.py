"""Keras 3 on the backend of KERAS_BACKEND, in the loops of its guides "Writing a custom
training loop in JAX" (or TensorFlow): one compiled training step, one compiled
prediction, data already on the device. `fit` and `train_on_batch` are slower."""
from grid import data, worker

THREADS = worker.threads()

import os

import keras
import numpy as np
from grid.keras_style import build
from grid.language import RECURRENT

JAX = os.environ["KERAS_BACKEND"] == "jax"
if JAX:
    import jax
    import jax.numpy as jnp

    VERSION = f"Keras {keras.__version__} on JAX {jax.__version__}"
else:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    VERSION = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"


RANDOM = np.random.default_rng(0)


@keras.saving.register_keras_serializable()
class Small(keras.initializers.Initializer):
    """From NumPy, because Keras' own are compiled anew for every shape, which takes seconds."""

    def __call__(self, shape, dtype=None):
        return keras.ops.convert_to_tensor(RANDOM.normal(size=shape).astype("float32") * 0.05)


def initializers(kind):
    if kind in RECURRENT:
        return {"kernel_initializer": Small(), "recurrent_initializer": Small()}
    if kind in ("Dense", "Conv1D"):
        return {"kernel_initializer": Small()}
    return {"embeddings_initializer": Small()} if kind == "Embedding" else {}


class Model:
    def __init__(self, work):
        keras.backend.clear_session()
        self.model = build(keras, work, initializers)
        self.parameters = self.model.count_params()
        self.output_shape = self.model.output_shape[1:]
        self.loss = keras.losses.get(work.loss)
        self.optimizer = keras.optimizers.Adam()
        self.optimizer.build(self.model.trainable_variables)
        self.arrays = data.inputs(work), data.targets(work, self.output_shape)


class OnJAX(Model):
    def __init__(self, work):
        super().__init__(work)
        model, optimizer = self.model, self.optimizer
        self.x, self.y = (jnp.asarray(array) for array in self.arrays)

        def loss_of(trained, others, x, y):
            predicted, others = model.stateless_call(trained, others, x, training=True)
            return jnp.mean(self.loss(y, predicted)), others

        def step(state, x, y):
            trained, others, moments = state
            (loss, others), gradient = jax.value_and_grad(loss_of, has_aux=True)(trained, others, x, y)
            trained, moments = optimizer.stateless_apply(moments, gradient, trained)
            return (trained, others, moments), loss

        # Training gives its old state away, so prediction keeps its own weights.
        copied = lambda variables: [jnp.array(v.value) for v in variables]
        self.weights = copied(model.trainable_variables), copied(model.non_trainable_variables)
        self.state = (copied(model.trainable_variables), copied(model.non_trainable_variables), copied(optimizer.variables))
        self.step = jax.jit(step, donate_argnums=0)
        self.forward = jax.jit(lambda weights, x: model.stateless_call(*weights, x, training=False)[0])

    def train(self, count):
        for _ in range(count):
            self.state, loss = self.step(self.state, self.x, self.y)
        jax.block_until_ready((self.state, loss))

    def predict(self, count):
        for _ in range(count):
            result = self.forward(self.weights, self.x)
        jax.block_until_ready(result)


class OnTensorFlow(Model):
    def __init__(self, work):
        super().__init__(work)
        model, optimizer = self.model, self.optimizer
        self.x, self.y = (tf.constant(array) for array in self.arrays)

        @tf.function(jit_compile=True)
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self.loss(y, model(x, training=True)))
            optimizer.apply(tape.gradient(loss, model.trainable_weights), model.trainable_weights)
            return loss

        self.step = step
        self.forward = tf.function(lambda x: model(x, training=False), jit_compile=True)

    def train(self, count):
        for _ in range(count):
            self.step(self.x, self.y)

    def predict(self, count):
        for _ in range(count):
            self.forward(self.x)


if __name__ == "__main__":
    worker.serve(VERSION, OnJAX if JAX else OnTensorFlow)
