"""Options that Keras 2 obeys in training and Keras 3 does not, or otherwise, by real tf_keras in float64.

    .venv-keras/bin/python Tests/Fixtures/make_keras2_option_fixtures.py

As `options/` (see make_option_fixtures.py), with `file=` for each model: `training` at calls, regularizers of frozen
weights and of the activity of layers inside others; the last also by Keras 3.
"""
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
import h5py
import keras as keras3
import numpy as np
import tf_keras as keras2

import archives

OUT = pathlib.Path(__file__).parent / "options2"
OUT.mkdir(exist_ok=True)
STEPS, RATE = 3, 0.125
rng = np.random.default_rng(12)
lines = [f"versions keras={keras3.__version__} tf_keras={keras2.__version__}"]
cases = h5py.File(OUT / "cases.h5", "w")


def add(name, K, build):
    K.backend.set_floatx("float64")
    L = K.layers
    x = K.Input((5, 3))
    model = K.Model(x, build(K, L, x))
    is_masked = any(isinstance(layer, L.Masking) for layer in model.layers)
    values = [rng.normal(scale=0.6, size=w.shape) for w in model.get_weights()]
    names = [w.name for w in model.weights]
    model.set_weights([abs(v) + 0.1 if "variance" in n else v for n, v in zip(names, values)])
    x, y = rng.normal(size=(4, 5, 3)), rng.normal(size=model.output_shape[:0] + (4,) + model.output_shape[1:])
    if is_masked:
        x[0, 3:], x[2, 1:2] = 0, 0
    file = f"{name}.{'h5' if K is keras2 else 'keras'}"
    model.save(OUT / file)
    cases[f"{name}/in0"], cases[f"{name}/target0"] = x, y
    cases[f"{name}/out0"] = model.predict(x, verbose=0)
    model.compile(K.optimizers.SGD(RATE), "mean_squared_error")
    cases[f"{name}/losses"] = np.asarray([model.train_on_batch(x, y) for _ in range(STEPS)], "f8")
    for index, weight in enumerate(model.get_weights()):
        cases[f"{name}/weight_{index}"] = weight
    lines.append(f"option name={name} file={file} inputs=1 outputs=1 steps={STEPS}")


def penalty(K):
    return K.regularizers.L1L2(0.125, 0.25)


def both_directions(K, L, x):
    return L.Dense(2)(L.Bidirectional(L.LSTM(4, activity_regularizer=penalty(K), return_state=True))(x)[1])


def own_backward_layer(K, L, x):
    back = L.GRU(4, go_backwards=True, return_sequences=True, activity_regularizer=K.regularizers.L2(0.5))
    y = L.Bidirectional(L.GRU(4, return_sequences=True, activity_regularizer=penalty(K)), backward_layer=back, merge_mode="ave")(x)
    return L.Dense(2)(y)


def in_a_model(K, L, x):
    inner = K.Sequential([K.Input((5, 3)), L.LSTM(4, activity_regularizer=penalty(K)), L.Dense(3, activity_regularizer=penalty(K))])
    return L.Dense(2)(inner(x))


def each_step(K, L, x):
    return L.Dense(2)(L.LSTM(4)(L.TimeDistributed(L.Dense(3, activity_regularizer=penalty(K)))(x)))


def frozen(K, L, x):
    return L.Dense(2, kernel_regularizer=penalty(K))(L.LSTM(4, kernel_regularizer=penalty(K), trainable=False)(x))


def moments_of_all_steps(K, L, x):
    return L.Dense(2)(L.LSTM(4)(L.TimeDistributed(L.BatchNormalization())(x)))


def masked_moments(K, L, x):
    return L.Dense(2)(L.LSTM(4)(L.BatchNormalization(momentum=0.5)(L.Masking()(x))))


def no_noise(K, L, x):
    y = L.GaussianNoise(0.2)(L.Dropout(0.5)(x, training=False), training=False)
    y = L.TimeDistributed(L.Dropout(0.4))(L.Bidirectional(L.GRU(4, dropout=0.4, return_sequences=True))(y, training=False), training=False)
    return L.Dense(2)(L.LSTM(4, dropout=0.5, recurrent_dropout=0.3)(y, training=False))


def statistics_kept(K, L, x):
    return L.Dense(2)(L.LSTM(4)(L.BatchNormalization()(x, training=False)))


def model_kept(K, L, x):
    inner = K.Sequential([K.Input((5, 3)), L.LSTM(4, dropout=0.4), L.BatchNormalization(), L.Dropout(0.4)])
    return L.Dense(2)(inner(x, training=False))


for K in (keras3, keras2):
    for build in (both_directions, own_backward_layer, in_a_model):
        add(f"activity_{build.__name__}_{K.__name__}", K, build)
add("activity_each_step", keras2, each_step)
for build in (frozen, moments_of_all_steps):
    add(build.__name__, keras2, build)
for build in (no_noise, statistics_kept, model_kept):
    add(f"training_{build.__name__}", keras2, build)
for K in (keras3, keras2):
    add(f"masked_moments_{K.__name__}", K, masked_moments)
cases.close()
(OUT / "manifest.txt").write_text("\n".join(lines) + "\n")
archives.settle(OUT)
