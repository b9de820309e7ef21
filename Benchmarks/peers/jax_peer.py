"""JAX: a hand-written LSTM in lax.scan, everything inside one jit."""
import worker

WORK, THREADS = worker.arguments()

import jax
import jax.numpy as jnp
import numpy as np

rng = np.random.default_rng(0)


def lstm_parameters(features, units):
    w = rng.normal(size=(features + units, 4 * units)).astype("float32") * 0.1
    return {"w": jnp.asarray(w), "b": jnp.zeros(4 * units)}


def lstm(p, x):  # x: (time, batch, features)
    units = p["b"].shape[0] // 4
    features = x.shape[-1]
    projected = x @ p["w"][:features] + p["b"]

    def step(carry, z):
        h, c = carry
        i, f, g, o = jnp.split(z + h @ p["w"][features:], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zeros = jnp.zeros((x.shape[1], units))
    return jax.lax.scan(step, (zeros, zeros), projected)[1]


def epoch(shape):
    samples, steps, features, batch = shape
    x, y = worker.series(samples, steps, features)
    x = jnp.asarray(x.transpose(1, 0, 2))
    y = jnp.asarray(y)
    parameters = {
        "rnn": [lstm_parameters(features if i == 0 else worker.UNITS, worker.UNITS) for i in range(worker.LAYERS)],
        "dense": jnp.asarray(rng.normal(size=(worker.UNITS, 1)).astype("float32")),
    }
    moments = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, moments, moments, jnp.zeros(()))

    def loss(p, x, y, key):
        h = x
        for layer in p["rnn"]:
            h = lstm(layer, h)
            key, use = jax.random.split(key)
            h = h * jax.random.bernoulli(use, 1 - worker.DROPOUT, h.shape) / (1 - worker.DROPOUT)
        return jnp.mean((h[-1] @ p["dense"] - y) ** 2)

    @jax.jit
    def step(state, x, y, key):
        p, m, v, t = state
        g = jax.grad(loss)(p, x, y, key)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        a = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        p = jax.tree.map(lambda p, m, v: p - a * m / (jnp.sqrt(v) + 1e-7), p, m, v)
        return p, m, v, t

    key = jax.random.key(0)

    def run():
        s = state
        for first in range(0, samples, batch):
            s = step(s, x[:, first : first + batch], y[first : first + batch], key)
        jax.block_until_ready(s)

    return run


def large(training):
    units, features, steps, batch = worker.LARGE
    x = jnp.asarray(rng.normal(size=(steps, batch, features)).astype("float32"))
    p = lstm_parameters(features, units)
    function = jax.jit(jax.grad(lambda p, x: lstm(p, x).sum(), argnums=(0, 1)) if training else lstm)
    return lambda: jax.block_until_ready(function(p, x)) is None or None


def dinosaurs():
    """All iterations in one jit, one name after the other, padded to the longest."""
    words = worker.names()
    longest = max(len(w) for w in words) + 1
    inputs, targets, valid = (np.zeros((len(words), longest), kind) for kind in ("int32", "int32", "float32"))
    for i, w in enumerate(words):
        inputs[i, 1 : len(w) + 1] = w  # 0 at first: a letter of zeros
        targets[i, : len(w)] = w
        valid[i, : len(w) + 1] = 1
    words = (jnp.asarray(inputs), jnp.asarray(targets), jnp.asarray(valid))
    shapes = {"w": (27, 50), "u": (50, 50), "b": (50,), "v": (50, 27), "c": (27,)}
    start = {n: jnp.asarray(rng.normal(size=s).astype("float32") * 0.01) for n, s in shapes.items()}

    def loss(p, h, x, y, valid):
        projected = p["w"].at[0].set(0)[x] + p["b"]

        def step(h, now):
            z, ok = now
            h = jnp.where(ok > 0, jnp.tanh(z + h @ p["u"]), h)
            return h, h

        h, hs = jax.lax.scan(step, h, (projected, valid))
        scores = jax.nn.log_softmax(hs @ p["v"] + p["c"])
        return -(jnp.take_along_axis(scores, y[:, None], axis=1)[:, 0] * valid).sum(), h

    def iteration(carry, i):
        p, h = carry
        g, h = jax.grad(loss, has_aux=True)(p, h, *(part[i % part.shape[0]] for part in words))
        return (jax.tree.map(lambda p, g: p - 0.01 * jnp.clip(g, -5, 5), p, g), h), None

    run = jax.jit(lambda p: jax.lax.scan(iteration, (p, jnp.zeros(50)), jnp.arange(35000))[0])
    return lambda: jax.block_until_ready(run(start)) is None or None


works = {
    "W3": dinosaurs,
    "W1": lambda: epoch(worker.STOCK),
    "W2": lambda: epoch(worker.HANG_SENG),
    "W6train": lambda: large(True),
    "W6forward": lambda: large(False),
}
worker.serve(f"JAX {jax.__version__}", works, WORK)
