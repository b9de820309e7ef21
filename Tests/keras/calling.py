"""What a file says of training: `training=` at calls, penalties on the activity of layers inside layers and models, and
the rules of the Keras that wrote it.

Each model is saved by Keras and read here; both then fit, evaluate and predict. In that order: where a call says
training=True, evaluate and predict of tf_keras change the moving averages of BatchNormalization, ours never do.
"""
import numpy as np

from results import by_keras
from spec import randomise, worst

SHAPE, ROWS, BATCH = (5, 3), 10, 4  # the last batch has 2


def graph(middle, units=2):
    """`middle` of a sequence, behind a recurrent layer and before another one."""
    def make(k):
        x = k.Input(SHAPE, name="x")
        y = k.layers.SimpleRNN(4, return_sequences=True, name="before")(x)
        return k.Model(x, k.layers.Dense(units, name="out")(k.layers.SimpleRNN(3, name="after")(middle(k, y))))
    return make


def called(cls, training, *arguments, **options):
    return graph(lambda k, y: getattr(k.layers, cls)(*arguments, name="called", **options)(y, training=training))


def wrapped(wrapper, training, inner):
    return graph(lambda k, y: getattr(k.layers, wrapper)(inner(k), name="called")(y, training=training))


def inner_model(k, layers):
    return k.Sequential([k.Input((SHAPE[0], 4)), *layers], name="inner")


def model_called(training):
    """Keras 2 hands it on to the layers inside."""
    def middle(k, y):
        return inner_model(k, [k.layers.Dropout(0.5), k.layers.BatchNormalization(momentum=0.7), k.layers.Dense(4)])(y, training=training)
    return graph(middle)


def called_both_ways(k, y):
    layer = k.layers.BatchNormalization(momentum=0.7, name="called")
    return k.layers.Concatenate(name="join")([layer(y, training=False), layer(y)])


def dropped(k):
    """Which numbers there are: 0 and 2 where a call's training=True is obeyed in predict too."""
    x = k.Input(SHAPE, name="x")
    return k.Model(x, k.layers.Dropout(0.5, name="called")(k.layers.Rescaling(0.0, 1.0, name="ones")(x), training=True))


MODES = {
    "BatchNormalization, False": called("BatchNormalization", False, momentum=0.7),
    "BatchNormalization, True": called("BatchNormalization", True, momentum=0.7),
    "BatchNormalization, both ways": graph(called_both_ways),
    "Dropout, False": called("Dropout", False, 0.5),
    "SpatialDropout1D, False": called("SpatialDropout1D", False, 0.5),
    "GaussianNoise, False": called("GaussianNoise", False, 0.5),
    "GaussianDropout, False": called("GaussianDropout", False, 0.5),
    "LSTM with dropout, False": called("LSTM", False, 4, return_sequences=True, dropout=0.5, recurrent_dropout=0.5),
    "GRU without dropout, True": called("GRU", True, 4, return_sequences=True),
    "Bidirectional with dropout, False": wrapped("Bidirectional", False, lambda k: k.layers.GRU(2, return_sequences=True, dropout=0.5)),
    "TimeDistributed Dropout, False": wrapped("TimeDistributed", False, lambda k: k.layers.Dropout(0.5)),
    "a model, False": model_called(False),
}


def both(layer, **options):
    return graph(lambda k, y: k.layers.Bidirectional(layer(k), name="both", **options)(y))


def penalized(cls, *arguments, **options):
    return lambda k: getattr(k.layers, cls)(*arguments, activity_regularizer=k.regularizers.L1L2(0.02, 0.03), **options)


def lstm(units=2, **options):
    return penalized("LSTM", units, return_sequences=True, **options)


def masked(k, y):
    return k.layers.Bidirectional(lstm()(k), name="both")(k.layers.Masking(name="mask")(k.layers.ReLU(name="relu")(y)))


def last_and_states(k, y):
    last, *states = k.layers.Bidirectional(penalized("GRU", 2, return_state=True)(k), name="both")(y)
    return k.layers.RepeatVector(3, name="repeat")(k.layers.Concatenate(name="join")([last, *states]))


def twice(layer):
    """One layer or model at two calls: it is penalized for both."""
    def middle(k, y):
        made = layer(k)
        return k.layers.Add(name="join")([made(y), made(k.layers.Rescaling(0.5, name="half")(y))])
    return graph(middle)


def nested(k, depth=1, trainable=True):
    layers = [penalized("Dense", 4, name=f"dense{depth}")(k), k.layers.Bidirectional(lstm()(k), name=f"both{depth}")]
    model = k.Sequential([k.Input((SHAPE[0], 4)), *layers, *([nested(k, depth - 1)] if depth > 1 else [])], name=f"inner{depth}")
    model.trainable = trainable
    return model


def each_step(layer, masked=False):
    def middle(k, y):
        if masked:
            y = k.layers.Dense(4, name="mix")(k.layers.Masking(name="mask")(k.layers.ReLU(name="relu")(y)))
        return k.layers.TimeDistributed(layer(k), name="steps")(y)
    return graph(middle)


def inner_step(k, *layers):
    return k.Sequential([k.Input((4,)), *layers], name="inner")


def normalization(k):
    return k.layers.BatchNormalization(momentum=0.7)


def normalized(k):
    return inner_step(k, k.layers.Dense(4), normalization(k))


PENALTIES = {
    "Bidirectional": both(lstm()),
    "Bidirectional, sum": both(lstm(4), merge_mode="sum"),
    "Bidirectional, last step": graph(lambda k, y: k.layers.RepeatVector(2, name="repeat")(
        k.layers.Bidirectional(penalized("SimpleRNN", 2)(k), merge_mode="mul", name="both")(y))),
    "Bidirectional, two layers": graph(lambda k, y: k.layers.Bidirectional(
        lstm()(k), backward_layer=penalized("GRU", 2, return_sequences=True, go_backwards=True)(k), name="both")(y)),
    "Bidirectional, of masked steps": graph(masked),
    "Bidirectional with states": graph(last_and_states),
    "Bidirectional itself": both(lambda k: k.layers.GRU(2, return_sequences=True), activity_regularizer="l2"),
    "TimeDistributed": graph(lambda k, y: k.layers.TimeDistributed(penalized("Dense", 3)(k), name="steps")(y)),
    "TimeDistributed of a model": each_step(lambda k: inner_step(k, penalized("Dense", 4)(k))),
    "TimeDistributed of TimeDistributed": each_step(lambda k: inner_step(
        k, k.layers.Reshape((2, 2)), k.layers.TimeDistributed(penalized("Dense", 3)(k)), k.layers.Flatten())),
    "TimeDistributed of Bidirectional": each_step(lambda k: inner_step(
        k, k.layers.Reshape((2, 2)), k.layers.Bidirectional(penalized("GRU", 2)(k)))),
    "a layer called twice": twice(penalized("Dense", 4)),
    "a model": graph(lambda k, y: nested(k)(y)),
    "a model in a model": graph(lambda k, y: nested(k, 2)(y)),
    "a model called twice": twice(nested),
    "a frozen model": graph(lambda k, y: nested(k, trainable=False)(y)),
}


def steps_alone(k):
    x = k.Input(SHAPE, name="x")
    y = k.layers.SimpleRNN(4, return_sequences=True, name="read")(k.layers.Masking(name="mask")(k.layers.ReLU(name="relu")(x)))
    return k.Model(x, k.layers.Dense(2, name="out")(y))


def repeated_steps(k):
    """Each step becomes a sequence and a vector again; the loss still leaves the masked ones out."""
    x = k.Input(SHAPE, name="x")
    y = k.layers.SimpleRNN(4, return_sequences=True, name="read")(k.layers.Masking(name="mask")(k.layers.ReLU(name="relu")(x)))
    y = k.layers.TimeDistributed(k.layers.RepeatVector(2, name="twice"), name="each")(y)
    return k.Model(x, k.layers.TimeDistributed(k.layers.Flatten(name="flat"), name="out")(y))


def repeated_in_a_model(k):
    """Keras 2 takes the model inside without a mask, and the masked steps' mask for what it makes."""
    x = k.Input(SHAPE, name="x")
    y = k.layers.Dense(4, name="mix")(k.layers.Masking(name="mask")(k.layers.ReLU(name="relu")(x)))
    return k.Model(x, k.layers.TimeDistributed(inner_step(k, k.layers.RepeatVector(2, name="twice")), name="each")(y))


def normalized_by_step(k, y):
    """The first step is masked in every row."""
    y = k.layers.ZeroPadding1D((1, 0), name="pad")(k.layers.Cropping1D((1, 0), name="crop")(y))
    return k.layers.BatchNormalization(axis=1, momentum=0.7, name="n")(k.layers.Masking(name="mask")(y))


def normalized_steps(k, y):
    y = k.layers.Masking(name="mask")(k.layers.ReLU(name="relu")(y))
    return k.layers.BatchNormalization(momentum=0.7, name="n")(y)


def images(axis, wrapped=False):
    """Of rank 4, which tf.keras normalizes in another way."""
    def middle(k, y):
        shape = (5, 2, 1, 2) if wrapped else (5, 2, 2)
        layer = k.layers.BatchNormalization(axis=axis, momentum=0.7, name="n")
        y = (k.layers.TimeDistributed(layer, name="each") if wrapped else layer)(k.layers.Reshape(shape, name="images")(y))
        return k.layers.Reshape((5, 4), name="steps")(y)
    return graph(middle)


RULES = {
    "metrics of masked steps": steps_alone, "masked steps that are sequences for a while": repeated_steps,
    "masked steps that a model repeats": repeated_in_a_model,
    "BatchNormalization of masked steps": graph(normalized_steps),
    "BatchNormalization of steps, one of them masked": graph(normalized_by_step),
    "BatchNormalization of images": images(-1), "BatchNormalization of images, rows": images(1), "BatchNormalization of images, columns": images(2),
    "TimeDistributed BatchNormalization of images": images(-1, wrapped=True),
    "TimeDistributed BatchNormalization": each_step(normalization),
    "TimeDistributed BatchNormalization, masked": each_step(normalization, masked=True),
    "TimeDistributed BatchNormalization in a model": each_step(normalized),
    "TimeDistributed BatchNormalization in a model, masked": each_step(normalized, masked=True),
    "TimeDistributed BatchNormalization in a model in a model": each_step(lambda k: inner_step(
        k, k.layers.Reshape((2, 2)), k.layers.TimeDistributed(k.Sequential([k.Input((2,)), normalization(k)])), k.layers.Flatten())),
}


def compare_file(keras, model, path):
    """`model` was saved in the file and not compiled."""
    import unroll

    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(ROWS, *SHAPE)).astype("float32"), rng.normal(size=(ROWS, *model.output_shape[1:])).astype("float32")

    def run_in(k, model):
        model.compile(k.optimizers.SGD(0.05, momentum=0.9), "mean_squared_error", run_eagerly=True,
                      metrics=["mae", k.metrics.RootMeanSquaredError(name="root")])  # tracing takes minutes
        history = model.fit(x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0).history
        seen = [np.ravel(history[key]) for key in ("loss", "mae", "root")] + [np.array(weight) for weight in model.get_weights()]
        seen.append(np.ravel(model.evaluate(x, y, batch_size=BATCH, verbose=0)))
        return [*seen, model.predict(x, batch_size=BATCH, verbose=0)]

    ours = run_in(unroll, unroll.load_model(str(path)))
    with by_keras():
        theirs = run_in(keras, model)
    return worst(ours, theirs)


def compare(keras, make, path):
    with by_keras():
        keras.backend.clear_session()
        model = make(keras)
        randomise(model, np.random.default_rng(8))
        model.save(path)
        model = keras.models.load_model(path, compile=False)  # tf_keras keeps no penalty of a wrapper itself
    return compare_file(keras, model, path)


def compare_numbers(keras, path):
    import unroll

    x = np.ones((40, *SHAPE), "float32")
    with by_keras():
        keras.backend.clear_session()
        model = dropped(keras)
        model.save(path)
        theirs = np.unique(model.predict(x, verbose=0))
    ours = unroll.load_model(str(path)).predict(x, verbose=0)
    if len(theirs) == 2:
        assert 0.4 < np.mean(ours == 0) < 0.6, f"{np.mean(ours == 0):.0%} are dropped instead of half"
    return worst([np.unique(ours)], [theirs])


KINDS = {"training=": MODES, "activity": PENALTIES, "rules": RULES}


# Keras 2's RepeatVector takes no mask; Keras 3 multiplies losses by masks of another rank.
NOT_IN_KERAS = {2: "masked steps that are sequences for a while", 3: "masked steps that a model repeats"}


def rows(major):
    # Keras 3 overrides what a call says, and draws random numbers in fit.
    modes = [name for name in MODES if major == 2 or name.startswith("BatchNormalization")]
    others = [f"{kind}: {name}" for kind in ("activity", "rules") for name in KINDS[kind] if name != NOT_IN_KERAS[major]]
    return [*(f"training=: {name}" for name in (*modes, "Dropout, True")), *others]


def run(keras, recorder, section, label, column, folder, limit):
    kind, name = label.split(": ", 1)

    def check(suffix):
        path = folder / f"called.{suffix}"
        if name == "Dropout, True":
            return compare_numbers(keras, path)
        return compare(keras, KINDS[kind][name], path)

    for suffix in ("keras", "h5") if kind == "training=" else ("h5" if keras.__name__ == "tf_keras" else "keras",):
        recorder.check(section, label, f"{column} .{suffix}", lambda: check(suffix), limit)
