"""The works of the grid: what users of recurrent networks commonly train, each described once."""
from grid.language import Work, both_ways, conv, dense, embedding, layer, per_step, recurrent

RELU, SOFTMAX, SIGMOID = "relu", "softmax", "sigmoid"

# (units of the layers, time, features, batch): the same for the three kinds of cell.
SHAPES = [
    ((32,), 30, 1, 32),
    ((50, 50, 50, 50), 60, 1, 32),
    ((64, 64), 50, 8, 64),
    ((100,), 24, 5, 72),
    ((128,), 100, 16, 32),
    ((128, 128), 28, 28, 64),
    ((256,), 50, 64, 32),
    ((512,), 30, 64, 16),
    ((1024,), 20, 128, 8),
    ((64,), 30, 10, 256),
]


def shaped(family, cell):
    return [(family, (time, features), batch, *recurrent(cell, *units), dense(1)) for units, time, features, batch in SHAPES]


def dropout(rate):
    return layer("Dropout", rate=rate)


MEAN, MAX, FLAT = layer("GlobalAveragePooling1D"), layer("GlobalMaxPooling1D"), layer("Flatten")
POOL = layer("MaxPooling1D", pool_size=2)
NORM, BATCH_NORM = layer("LayerNormalization"), layer("BatchNormalization")

LISTED = [
    *shaped("lstm", "LSTM"),
    *shaped("gru", "GRU"),
    *shaped("rnn", "SimpleRNN"),

    ("long", (500, 1), 32, *recurrent("LSTM", 32), dense(1)),
    ("long", (500, 8), 16, *recurrent("LSTM", 50, 50), dense(1)),
    ("long", (1000, 4), 16, *recurrent("LSTM", 64), dense(1)),
    ("long", (2000, 4), 8, *recurrent("LSTM", 64), dense(1)),
    ("long", (1000, 8), 16, *recurrent("GRU", 64), dense(1)),
    ("long", (2000, 1), 8, *recurrent("GRU", 32), dense(1)),
    ("long", (1000, 8), 16, *recurrent("SimpleRNN", 64), dense(1)),

    ("bidirectional", (50, 8), 32, *both_ways("LSTM", 32), dense(1)),
    ("bidirectional", (40, 16), 32, *both_ways("LSTM", 64, 64), dense(1)),
    ("bidirectional", (100, 32), 32, *both_ways("LSTM", 128), dense(10, SOFTMAX)),
    ("bidirectional", (30, 64), 16, *both_ways("LSTM", 256), dense(10, SOFTMAX)),
    ("bidirectional", (50, 64), 32, *both_ways("GRU", 128, 128), dense(1)),
    ("bidirectional", (60, 10), 128, *both_ways("GRU", 64), dense(1)),
    ("bidirectional", (50, 16), 32, *both_ways("SimpleRNN", 64), dense(1)),

    ("text", (100,), 32, embedding(10_000, 64), *recurrent("LSTM", 64), dense(1, SIGMOID)),
    ("text", (100,), 32, embedding(20_000, 128), *recurrent("LSTM", 64), dense(1, SIGMOID)),
    ("text", (200,), 64, embedding(20_000, 128), *recurrent("LSTM", 128), dense(1, SIGMOID)),
    ("text", (80,), 32, embedding(5_000, 32), *recurrent("GRU", 32), dense(1, SIGMOID)),
    ("text", (100,), 32, embedding(10_000, 32), *recurrent("SimpleRNN", 32), dense(1, SIGMOID)),
    ("text", (50,), 32, embedding(10_000, 64), *both_ways("LSTM", 100), dense(20, SOFTMAX)),
    ("text", (100,), 32, embedding(20_000, 64, masked=True), *recurrent("LSTM", 64), dense(1, SIGMOID)),
    ("text", (100,), 32, embedding(20_000, 64, masked=True), *recurrent("GRU", 64), dense(1, SIGMOID)),
    ("text", (60,), 64, embedding(10_000, 64, masked=True), *both_ways("LSTM", 64), dense(1, SIGMOID)),
    ("text", (100,), 32, embedding(20_000, 100), layer("SpatialDropout1D", rate=0.2), *recurrent("LSTM", 100), dense(5, SOFTMAX)),
    ("text", (200,), 32, embedding(10_000, 64), conv(128, 5), MAX, dense(1, SIGMOID)),

    ("tagging", (50,), 32, embedding(10_000, 64), *both_ways("LSTM", 100, sequences=True), per_step(17, SOFTMAX)),
    ("tagging", (40,), 32, embedding(20_000, 100), *both_ways("GRU", 100, sequences=True), per_step(17, SOFTMAX)),
    ("tagging", (60,), 64, embedding(5_000, 50), *recurrent("LSTM", 64, sequences=True), dense(40, SOFTMAX)),
    ("tagging", (100, 13), 32, *both_ways("LSTM", 64, 64, sequences=True), per_step(40, SOFTMAX)),
    ("tagging", (100, 4), 32, *recurrent("LSTM", 64, sequences=True), per_step(1)),
    ("tagging", (100, 4), 32, *recurrent("GRU", 128, sequences=True), per_step(1)),
    ("tagging", (60, 10), 32, *recurrent("SimpleRNN", 64, sequences=True), per_step(5, SOFTMAX)),

    ("language", (20,), 32, embedding(10_000, 64), *recurrent("LSTM", 128), dense(10_000, SOFTMAX)),
    ("language", (20,), 32, embedding(10_000, 64), *recurrent("LSTM", 128, sequences=True), dense(10_000, SOFTMAX)),
    ("language", (35,), 20, embedding(5_000, 100), *recurrent("GRU", 128, sequences=True), dense(5_000, SOFTMAX)),
    ("language", (35,), 20, embedding(10_000, 200), *recurrent("LSTM", 200, 200, sequences=True), dense(10_000, SOFTMAX)),
    ("language", (40, 60, "letters"), 128, *recurrent("LSTM", 128), dense(60, SOFTMAX)),
    ("language", (50, 64, "letters"), 64, *recurrent("LSTM", 128, 128, sequences=True), dense(64, SOFTMAX)),
    ("language", (100,), 32, embedding(65, 64), *recurrent("GRU", 256, sequences=True), dense(65, SOFTMAX)),
    ("language", (25, 27, "letters"), 32, *recurrent("SimpleRNN", 100, sequences=True), dense(27, SOFTMAX)),

    ("cnn", (128, 9), 64, conv(64, 3), conv(64, 3), POOL, *recurrent("LSTM", 100), dense(100, RELU), dense(6, SOFTMAX)),
    ("cnn", (128, 9), 32, conv(64, 3), conv(64, 3), dropout(0.5), POOL, FLAT, dense(100, RELU), dense(6, SOFTMAX)),
    ("cnn", (200, 128), 32, *[conv(128, 5, padding="same")] * 3, MEAN, dense(10, SOFTMAX)),
    ("cnn", (100, 1), 32, conv(32, 5, padding="causal"), *recurrent("LSTM", 32, 32), dense(1)),
    ("cnn", (1000, 1), 32, conv(32, 7, strides=2), POOL, conv(64, 5, strides=2), POOL, *recurrent("LSTM", 64), dense(5, SOFTMAX)),
    ("cnn", (200, 4), 32, conv(64, 4, padding="valid", strides=2), *recurrent("GRU", 64), dense(1)),
    ("cnn", (200, 8), 32, *[conv(64, 3, padding="causal", dilation_rate=d) for d in (1, 2, 4, 8)], per_step(1)),
    ("cnn", (60, 10), 32, conv(64, 3, padding="same"), POOL, *both_ways("LSTM", 64), dense(1)),
    ("cnn", (256, 2), 64, conv(32, 8), layer("AveragePooling1D", pool_size=4), conv(64, 4), MAX, dense(11, SOFTMAX)),

    ("autoencoder", (30, 4), 32, *recurrent("LSTM", 64), layer("RepeatVector", n=30), *recurrent("LSTM", 64, sequences=True), per_step(4)),
    ("autoencoder", (30, 8), 32, *recurrent("LSTM", 128, 64), layer("RepeatVector", n=30), *recurrent("LSTM", 64, 128, sequences=True), per_step(8)),
    ("autoencoder", (24, 5), 64, *recurrent("LSTM", 100), layer("RepeatVector", n=12), *recurrent("LSTM", 100, sequences=True), per_step(1)),
    ("autoencoder", (50, 3), 64, *recurrent("GRU", 32), layer("RepeatVector", n=50), *recurrent("GRU", 32, sequences=True), per_step(3)),
    ("autoencoder", (7, 12), 128, *recurrent("LSTM", 128), layer("RepeatVector", n=4), *recurrent("LSTM", 128, sequences=True), per_step(12, SOFTMAX)),
    ("autoencoder", (128, 4), 32, conv(32, 7, padding="same"), POOL, conv(16, 7, padding="same"), layer("UpSampling1D", size=2),
     conv(32, 7, padding="same"), per_step(4)),

    ("regularised", (60, 1), 32, *[one for n in (True, True, True, False) for one in (*recurrent("LSTM", 50, sequences=n), dropout(0.2))], dense(1)),
    ("regularised", (50, 8), 32, *recurrent("LSTM", 64, sequences=True), NORM, *recurrent("LSTM", 64), NORM, dense(1)),
    ("regularised", (50, 8), 32, *recurrent("GRU", 64, sequences=True), NORM, *recurrent("GRU", 64), dropout(0.3), dense(1)),
    ("regularised", (50, 8), 32, *recurrent("LSTM", 64, sequences=True), BATCH_NORM, *recurrent("LSTM", 64), BATCH_NORM, dropout(0.2), dense(1)),
    ("regularised", (30, 8), 32, *recurrent("LSTM", 64, dropout=0.2, recurrent_dropout=0.2), dense(1)),
    ("regularised", (30, 8), 32, *recurrent("GRU", 64, dropout=0.2, recurrent_dropout=0.2), dense(1)),
    ("regularised", (80,), 32, embedding(20_000, 128), *recurrent("LSTM", 128, dropout=0.2, recurrent_dropout=0.2), dense(1, SIGMOID)),
    ("regularised", (128, 9), 32, *[one for n in (64, 128, 64) for one in (conv(n, 5, None, padding="same"), BATCH_NORM, layer("Activation", activation=RELU))],
     MEAN, dense(6, SOFTMAX)),

    ("dense", (128,), 256, *[dense(256, RELU)] * 3, dense(10, SOFTMAX)),
    ("dense", (20,), 32, *[dense(64, RELU)] * 2, dense(1)),
    ("dense", (784,), 128, dense(512, RELU), dropout(0.2), dense(512, RELU), dropout(0.2), dense(10, SOFTMAX)),
    ("dense", (100,), 64, *[dense(1024, RELU)] * 3, dense(10)),
    ("dense", (50,), 1024, *[one for _ in range(3) for one in (dense(128), BATCH_NORM, layer("Activation", activation=RELU))], dense(1, SIGMOID)),
    ("dense", (784,), 256, dense(128, RELU), dense(32, RELU), dense(128, RELU), dense(784, SIGMOID)),
]

WORKS = [
    Work(family, shape[:2], batch, tuple(layers), one_hot=shape[2:] == ("letters",))
    for family, shape, batch, *layers in LISTED
]
FAMILIES = list(dict.fromkeys(work.family for work in WORKS))


def names():
    """family/number -> work, in the order of the list."""
    found = {}
    for work in WORKS:
        number = 1 + sum(name.startswith(f"{work.family}/") for name in found)
        found[f"{work.family}/{number}"] = work
    return found


def chosen(asked):
    """The names of the works that `asked` selects: "grid", "grid:lstm,text/3", comma-separated families and names."""
    everything = names()
    wanted = [part.removeprefix("grid").removeprefix(":") for part in asked.split(",")]
    unknown = [part for part in wanted if part and part not in FAMILIES and part not in everything]
    if unknown:
        raise ValueError(f"the grid has no {', '.join(unknown)}; it has {', '.join(FAMILIES)}, and works such as {next(iter(everything))}")
    return [name for name, work in everything.items() if {"", work.family, name} & set(wanted)]
