"""Keras 3, on the backend of KERAS_BACKEND (tensorflow or jax)."""
import worker

WORK, THREADS = worker.arguments()

import os

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    version = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
else:
    import jax

    version = f"Keras {keras.__version__} on JAX {jax.__version__}"

layers = keras.layers


def stock_model(shape):
    model = keras.Sequential([layers.Input((shape[1], shape[2]))])
    for index in range(worker.LAYERS):
        model.add(layers.LSTM(worker.UNITS, return_sequences=index < worker.LAYERS - 1))
        model.add(layers.Dropout(worker.DROPOUT))
    model.add(layers.Dense(1))
    return model


def epoch(shape):
    x, y = worker.series(*shape[:3])
    model = stock_model(shape)
    model.compile(optimizer="adam", loss="mean_squared_error", jit_compile=True)
    return lambda: model.fit(x, y, epochs=1, batch_size=shape[3], verbose=0) and None


def predict():
    x, _ = worker.series(*worker.STOCK[:3])
    model = stock_model(worker.STOCK)
    model.compile(jit_compile=True)
    return lambda: model.predict(x, batch_size=256, verbose=0) is None or None


def large(training):
    units, features, steps, batch = worker.LARGE
    x = np.random.default_rng(0).normal(size=(batch, steps, features)).astype("float32")
    model = keras.Sequential([layers.Input((steps, features)), layers.LSTM(units, return_sequences=True)])
    if training:
        y = np.zeros((batch, steps, units), "float32")
        model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse", jit_compile=True)
        return lambda: model.train_on_batch(x, y) is None or None
    model.compile(jit_compile=True)
    return lambda: model.predict_on_batch(x) is None or None


works = {
    "W1": lambda: epoch(worker.STOCK),
    "W2": lambda: epoch(worker.HANG_SENG),
    "W5": predict,
    "W6train": lambda: large(True),
    "W6forward": lambda: large(False),
}
worker.serve(version, works, WORK)
