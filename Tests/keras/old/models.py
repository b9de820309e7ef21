"""Models beyond the catalogue: what only old Keras has, and what must be refused. Runs on Python 3.6."""
import catalogue
from spec import Graph, N, Spec

T, F, U = catalogue.T, catalogue.F, catalogue.U


def rows(version):
    """(group, name, model) for every model to be written, as (1, 2, 2) understands them."""
    skipped = ("Dense " + name for name in catalogue.INITIALIZERS)
    skipped = set(skipped)
    for group, name, model in catalogue.rows():
        if name not in skipped:
            yield group, name, model
    for group in (implementations, chains, odd_names):
        for name, model in group():
            yield group.__name__.replace("_", " "), name, model


def implementations():
    for cls in ("SimpleRNN", "LSTM", "GRU"):
        for number in (0, 1, 2):
            option = {"implementation": number}
            yield "{} implementation={}".format(cls, number), Spec((N(cls, units=U, return_sequences=True, **option),))
            if cls != "SimpleRNN":
                yield "{} implementation={}, hard_sigmoid".format(cls, number), Spec((
                    N(cls, units=U, recurrent_activation="hard_sigmoid", **option),))
    yield "LSTM sigmoid", Spec((N("LSTM", units=U, recurrent_activation="sigmoid"),))
    yield "GRU sigmoid", Spec((N("GRU", units=U, recurrent_activation="sigmoid"),))
    yield "GRU reset_after", Spec((N("GRU", units=U, reset_after=True),))
    yield "GRU reset_after, no bias", Spec((N("GRU", units=U, reset_after=True, use_bias=False),))
    yield "stateful stack", Spec((N("LSTM", units=U, stateful=True, return_sequences=True), N("GRU", units=6, stateful=True)),
                                 fixed_batch=True)
    yield "stateful Bidirectional", Spec((N("Bidirectional", layer=N("GRU", units=U, stateful=True)),), fixed_batch=True)
    yield "Bidirectional go_backwards", Spec((N("Bidirectional", layer=N("LSTM", units=U, go_backwards=True)),))
    yield "Bidirectional(RNN)", Spec((N("Bidirectional", layer=N("RNN", cell=N("GRUCell", units=U))),))
    yield "Dense hard_sigmoid", Spec((N("LSTM", units=U), N("Dense", units=3, activation="hard_sigmoid")))


def chains():
    yield "character model", Spec((
        N("LSTM", units=8, return_sequences=True), N("Dropout", rate=0.2), N("LSTM", units=7), N("Dropout", rate=0.2),
        N("Dense", units=9, activation="softmax")), shape=(6, 9))
    yield "sentiment model", Spec((
        N("Embedding", input_dim=20, output_dim=8), N("SpatialDropout1D", rate=0.2),
        N("Bidirectional", layer=N("LSTM", units=U, return_sequences=True)), N("GlobalMaxPooling1D"),
        N("Dense", units=6, activation="relu"), N("Dropout", rate=0.5), N("Dense", units=1, activation="sigmoid")),
        shape=(T,), tokens=20)
    yield "tagger", Spec((
        N("Embedding", input_dim=20, output_dim=8, mask_zero=True),
        N("Bidirectional", layer=N("LSTM", units=U, return_sequences=True)),
        N("TimeDistributed", layer=N("Dense", units=3, activation="softmax"))), shape=(T,), tokens=20, masked=True)
    yield "convolution and GRU", Spec((
        N("Conv1D", filters=6, kernel_size=3, padding="same", activation="relu"), N("BatchNormalization"),
        N("MaxPooling1D", pool_size=2), N("GRU", units=5, return_sequences=True), N("Flatten"), N("Dense", units=2)),
        shape=(8, F))
    yield "sequence to sequence", Spec((
        N("LSTM", units=U), N("RepeatVector", n=4), N("LSTM", units=5, return_sequences=True),
        N("TimeDistributed", layer=N("Dense", units=2))))
    yield "LeakyReLU, ELU between", Spec((N("Dense", units=U), N("LeakyReLU"), N("LSTM", units=U), N("ELU")))

    def attention_weights(K):
        x = K.Input((T, F), name="x")
        h = K.layers.LSTM(units=U, return_sequences=True, name="h")(x)
        scores = K.layers.Dense(units=1, activation="tanh", name="scores")(h)
        flat = K.layers.Activation(activation="softmax", name="share")(K.layers.Flatten(name="flat")(scores))
        wide = K.layers.Permute(dims=(2, 1), name="turn")(K.layers.RepeatVector(n=U, name="repeat")(flat))
        joined = K.layers.Multiply(name="weigh")([h, wide])
        return K.Model(x, K.layers.Dense(units=2, name="out")(K.layers.GlobalAveragePooling1D(name="mean")(joined)))

    def bidirectional_encoder(K):
        past, future = K.Input((T, F), name="past"), K.Input((7, 2), name="future")
        _, fh, fc, bh, bc = K.layers.Bidirectional(layer=K.layers.LSTM(units=U, return_state=True), name="encoder")(past)
        state = [K.layers.Concatenate(name="h")([fh, bh]), K.layers.Concatenate(name="c")([fc, bc])]
        y = K.layers.LSTM(units=2 * U, return_sequences=True, name="decoder")(future, initial_state=state)
        return K.Model([past, future], K.layers.Dense(units=2, name="out")(y))

    def sequential_inside(K):
        x = K.Input((T, F), name="x")
        block = Spec((N("LSTM", units=U, return_sequences=True), N("Dense", units=3)), name="block")
        return K.Model(x, K.layers.GRU(units=2, name="last")(build(block, K)(x)))

    def shared_model(K):
        inside = K.Input((T, F), name="inside")
        tower = K.Model(inside, K.layers.GRU(units=U, name="g")(inside), name="tower")
        a, b = K.Input((T, F), name="a"), K.Input((T, F), name="b")
        return K.Model([a, b], K.layers.Dense(units=2, name="out")(K.layers.Concatenate(name="both")([tower(a), tower(b)])))

    yield "attention by hand", Graph(attention_weights)
    yield "Bidirectional encoder", Graph(bidirectional_encoder, shapes=((T, F), (7, 2)), tokens=(0, 0))
    yield "Sequential in Functional", Graph(sequential_inside)
    yield "model used twice", Graph(shared_model, shapes=((T, F), (T, F)), tokens=(0, 0))


def odd_names():
    names = ["a_rather_long_name_" * 40 + str(number) for number in range(90)]
    yield "attributes in chunks", Spec(tuple(N("Dense", units=2, name=name) for name in names), shape=(2,))
    yield "names with slashes", Spec((N("LSTM", units=U, name="block/lstm"), N("Dense", units=2, name="block/out")))
    yield "names of other layers", Spec((N("LSTM", units=U, name="dense_1", return_sequences=True), N("GRU", units=3, name="lstm_1")))


REFUSED = (
    ("ConvLSTM2D", Spec((N("ConvLSTM2D", filters=2, kernel_size=2),), shape=(3, 4, 4, 2))),
    ("Conv2D", Spec((N("Conv2D", filters=2, kernel_size=2),), shape=(4, 4, 2))),
    ("LocallyConnected1D", Spec((N("LocallyConnected1D", filters=2, kernel_size=2),), shape=(T, F))),
)


def build(model, K, first=None):
    """The model in old Keras: the input's shape on the first layer, or in an InputLayer if `first` is that."""
    if isinstance(model, Graph):
        return model.function(K)
    shape = (model.batch if model.fixed_batch else None,) + tuple(model.shape)
    nodes = list(model.layers)
    layers = []
    if first == "InputLayer":
        layers.append(K.keras.layers.InputLayer(batch_input_shape=shape, **{"dtype": "int32"} if model.tokens else {}))
    else:
        nodes[0] = with_shape(nodes[0], shape)
    return K.Sequential(layers + [make(node, K) for node in nodes], name=model.name)


def with_shape(node, shape):
    if node.cls == "Sequential":
        inner = list(node.options["layers"])
        return N("Sequential", layers=[with_shape(inner[0], shape)] + inner[1:])
    return N(node.cls, batch_input_shape=shape, **node.options)


def make(node, K):
    """As Node.make, but nested models are built step by step and the input's shape is known to the first layer."""
    options = {}
    for key, value in node.options.items():
        if hasattr(value, "cls"):
            value = make(value, K)
        elif isinstance(value, list) and value and hasattr(value[0], "cls"):
            value = [make(one, K) for one in value]
        options[key] = value
    if node.cls == "Sequential":
        return K.Sequential(options["layers"])
    if node.cls == "RNN":
        return K.layers.RNN(options.pop("cell"), **options)
    if node.cls == "StackedRNNCells":
        return K.layers.StackedRNNCells(options["cells"])
    return getattr(K.layers, node.cls)(**options)


def of_types():
    """Models to be tried in other types than float32."""
    for cls in ("SimpleRNN", "LSTM", "GRU"):
        yield cls, Spec((N(cls, units=U, return_sequences=True), N("Dense", units=2)))
    yield "Bidirectional", Spec((N("Bidirectional", layer=N("LSTM", units=U)), N("Dense", units=2)))
    yield "Conv1D, BatchNormalization", Spec((N("Conv1D", filters=U, kernel_size=2), N("BatchNormalization"), N("GRU", units=U)))
