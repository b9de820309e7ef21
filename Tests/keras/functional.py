"""The Functional models of the matrix."""
from spec import F, Graph, T, U


def graphs():
    def chain(K):
        x = K.Input((T, F), name="prices")
        y = K.layers.LSTM(U, return_sequences=True, name="first")(x)
        return K.Model(x, K.layers.Dense(2, name="forecast")(K.layers.GRU(6, name="second")(y)), name="chain")

    def merge(cls):
        def make(K):
            x = K.Input((T, F), name="x")
            a = K.layers.LSTM(U, return_sequences=True, name="a")(x)
            b = K.layers.GRU(U, return_sequences=True, name="b")(x)
            return K.Model(x, K.layers.Dense(2, name="out")(getattr(K.layers, cls)(name="merged")([a, b])))
        return make

    def two_inputs(K):
        words, prices = K.Input((T,), dtype="int32", name="words"), K.Input((7, F), name="prices")
        a = K.layers.LSTM(U, name="read")(K.layers.Embedding(9, 2, name="embed")(words))
        b = K.layers.GRU(6, name="follow")(prices)
        return K.Model([words, prices], K.layers.Dense(2, name="out")(K.layers.Concatenate(name="join")([a, b])))

    def two_outputs(K):
        x = K.Input((T, F), name="x")
        y = K.layers.LSTM(U, return_sequences=True, name="shared")(x)
        return K.Model(x, [K.layers.Dense(2, name="each_step")(y), K.layers.Dense(3, name="last")(K.layers.GRU(6, name="g")(y))])

    def states(cls):
        def make(K):
            past, future = K.Input((T, F), name="past"), K.Input((7, 2), name="future")
            _, *state = getattr(K.layers, cls)(U, return_state=True, name="encoder")(past)
            y = getattr(K.layers, cls)(U, return_sequences=True, name="decoder")(future, initial_state=state)
            return K.Model([past, future], K.layers.Dense(2, name="out")(y))
        return make

    def return_state(K):
        x = K.Input((T, F), name="x")
        return K.Model(x, K.layers.LSTM(U, return_sequences=True, return_state=True, name="lstm")(x))

    def bidirectional_state(K):
        x = K.Input((T, F), name="x")
        return K.Model(x, K.layers.Bidirectional(K.layers.LSTM(U, return_state=True), name="both")(x))

    def shared(K):
        a, b = K.Input((T, F), name="a"), K.Input((T, F), name="b")
        tower = K.layers.LSTM(U, name="tower")
        return K.Model([a, b], K.layers.Dense(2, name="out")(K.layers.Subtract(name="minus")([tower(a), tower(b)])))

    def residual(K):
        x = K.Input((T, F), name="x")
        y = K.layers.LSTM(F, return_sequences=True, name="r")(x)
        return K.Model(x, K.layers.LSTM(U, name="s")(K.layers.Add(name="skip")([x, y])))

    def dot(K):
        x = K.Input((T, F), name="x")
        a, b = K.layers.LSTM(U, name="a")(x), K.layers.GRU(U, name="b")(x)
        return K.Model(x, K.layers.Dot(axes=1, normalize=True, name="cosine")([a, b]))

    def attention(cls, **options):
        def make(K):
            past, future = K.Input((T, F), name="past"), K.Input((7, 2), name="future")
            keys = K.layers.LSTM(U, return_sequences=True, name="keys")(past)
            queries = K.layers.LSTM(U, return_sequences=True, name="queries")(future)
            return K.Model([past, future], getattr(K.layers, cls)(name="attend", **options)([queries, keys]))
        return make

    def masked_chain(K):
        x = K.Input((T,), dtype="int32", name="words")
        y = K.layers.Embedding(9, F, mask_zero=True, name="embed")(x)
        y = K.layers.LSTM(U, return_sequences=True, name="first")(y)
        return K.Model(x, K.layers.Dense(2, name="out")(K.layers.GRU(6, name="second")(y)))

    def nested_model(K):
        inner_x = K.Input((T, F), name="inner_x")
        inner = K.Model(inner_x, K.layers.LSTM(U, name="inner_lstm")(inner_x), name="inner")
        x = K.Input((T, F), name="x")
        return K.Model(x, K.layers.Dense(2, name="out")(inner(x)))

    def inner_models(K):
        inner_x = K.Input((T, F), name="inner_x")
        lstm = K.Model(inner_x, K.layers.LSTM(U, name="inner_lstm")(inner_x), name="lstm_model")
        gru = K.Sequential([K.Input((T, F)), K.layers.GRU(U, name="inner_gru")], name="gru_model")
        return lstm, gru

    def models_twice(K):
        a, b = K.Input((T, F), name="a"), K.Input((T, F), name="b")
        lstm, gru = inner_models(K)
        y = K.layers.Concatenate(name="join")([lstm(a), gru(a), lstm(b), gru(b)])
        return K.Model([a, b], K.layers.Dense(2, name="out")(y))

    def model_last(K):
        x = K.Input((T, F), name="x")
        lstm, gru = inner_models(K)
        return K.Model(x, [lstm(x), gru(x)])

    def model_in_model_in_model(K):
        lstm, _ = inner_models(K)
        middle_x, x = K.Input((T, F), name="middle_x"), K.Input((T, F), name="x")
        middle = K.Model(middle_x, K.layers.Dense(6, name="middle_dense")(lstm(middle_x)), name="middle")
        return K.Model(x, K.layers.Dense(2, name="out")(middle(x)))

    def each_step(K):
        inner_x = K.Input((T, F), name="inner_x")
        inner = K.Model(inner_x, K.layers.LSTM(U, name="inner_lstm")(inner_x), name="inner")
        x = K.Input((2, T, F), name="x")
        return K.Model(x, K.layers.GRU(6, name="over_time")(K.layers.TimeDistributed(inner, name="each_step")(x)))

    def gate_of_each_step(K):
        inner = K.Sequential([K.Input((F,)), K.layers.Dense(U, activation="hard_sigmoid", name="gate")], name="inner")
        x = K.Input((T, F), name="x")
        return K.Model(x, K.layers.GRU(6, name="over_time")(K.layers.TimeDistributed(inner, name="each_step")(x)))

    def two_in_model(K):
        past, future = K.Input((T, F), name="inner_past"), K.Input((7, 2), name="inner_future")
        both = [K.layers.LSTM(U, name="inner_a")(past), K.layers.GRU(6, name="inner_b")(future)]
        inner = K.Model([past, future], both, name="inner")
        x, y = K.Input((T, F), name="x"), K.Input((7, 2), name="y")
        return K.Model([x, y], K.layers.Dense(2, name="out")(K.layers.Concatenate(name="join")(inner([x, y]))))

    def given_mask(second):
        def make(K):
            x, m = K.Input((T, F), name="x"), K.Input((T,), dtype="bool", name="m")
            y = K.layers.LSTM(U, return_sequences=True, name="first")(x, mask=m)
            y = K.layers.GRU(6, name="second")(y, mask=m) if second else K.layers.GRU(6, name="second")(y)
            return K.Model([x, m], K.layers.Dense(2, name="out")(y))
        return make

    def mask_to_both(K):
        x, m = K.Input((T, F), name="x"), K.Input((T,), dtype="bool", name="m")
        y = K.layers.Bidirectional(K.layers.GRU(U, return_sequences=True), name="both")(x, mask=m)
        z = K.layers.GlobalAveragePooling1D(name="mean")(y, mask=m)
        last = K.layers.SimpleRNN(3, name="last")(y, mask=m)
        return K.Model([x, m], K.layers.Dense(2, name="out")(K.layers.Concatenate(name="join")([z, last])))

    def mask_with_states(K):
        past, m, future = K.Input((T, F), name="past"), K.Input((T,), dtype="bool", name="m"), K.Input((7, 2), name="future")
        _, *state = K.layers.LSTM(U, return_state=True, name="encoder")(past, mask=m)
        y = K.layers.LSTM(U, return_sequences=True, name="decoder")(future, initial_state=state)
        return K.Model([past, m, future], K.layers.Dense(2, name="out")(y))

    def attention_masks(cls):
        def make(K):
            past, future = K.Input((T, F), name="past"), K.Input((7, 2), name="future")
            masks = [K.Input((7,), dtype="bool", name="future_mask"), K.Input((T,), dtype="bool", name="past_mask")]
            keys = K.layers.LSTM(U, return_sequences=True, name="keys")(past)
            queries = K.layers.LSTM(U, return_sequences=True, name="queries")(future)
            y = getattr(K.layers, cls)(name="attend")([queries, keys], mask=masks)
            return K.Model([past, future, *masks], K.layers.Dense(2, name="out")(y))
        return make

    yield "Functional chain", Graph(chain)
    for cls in ("Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        yield f"{cls}", Graph(merge(cls))
    yield "Dot", Graph(dot)
    yield "two inputs", Graph(two_inputs, shapes=((T,), (7, F)), tokens=(9, 0))
    yield "two outputs", Graph(two_outputs)
    yield "shared layer", Graph(shared, shapes=((T, F), (T, F)), tokens=(0, 0))
    yield "residual", Graph(residual)
    for cls in ("LSTM", "GRU", "SimpleRNN"):
        yield f"encoder-decoder {cls}", Graph(states(cls), shapes=((T, F), (7, 2)), tokens=(0, 0), states=True)
    yield "return_state outputs", Graph(return_state)
    yield "Bidirectional return_state", Graph(bidirectional_state)
    yield "Attention", Graph(attention("Attention"), shapes=((T, F), (7, 2)), tokens=(0, 0))
    yield "Attention use_scale", Graph(attention("Attention", use_scale=True), shapes=((T, F), (7, 2)), tokens=(0, 0))
    yield "AdditiveAttention", Graph(attention("AdditiveAttention"), shapes=((T, F), (7, 2)), tokens=(0, 0))
    yield "Functional with mask", Graph(masked_chain, shapes=((T,),), tokens=(9,), masked=True)
    yield "Functional in Functional", Graph(nested_model)
    yield "Functional and Sequential called twice", Graph(models_twice, shapes=((T, F), (T, F)), tokens=(0, 0))
    yield "Functional and Sequential as outputs", Graph(model_last)
    yield "Functional in Functional in Functional", Graph(model_in_model_in_model)
    yield "Functional with two inputs and outputs inside", Graph(two_in_model, shapes=((T, F), (7, 2)), tokens=(0, 0))
    yield "TimeDistributed(Functional)", Graph(each_step, shapes=((2, T, F),))
    yield "TimeDistributed(Sequential) hard_sigmoid", Graph(gate_of_each_step, states=True)
    sequence = {"shapes": ((T, F), (T,)), "tokens": (0, 2), "booleans": (1,), "states": True}
    yield "mask=, of both layers", Graph(given_mask(True), **sequence)
    yield "mask=, of the first layer", Graph(given_mask(False), **sequence)
    yield "mask=, Bidirectional and GlobalAveragePooling1D", Graph(mask_to_both, **sequence)
    yield "mask=, encoder-decoder", Graph(
        mask_with_states, shapes=((T, F), (T,), (7, 2)), tokens=(0, 2, 0), booleans=(1,), states=True)
    for cls in ("Attention", "AdditiveAttention"):
        yield f"mask=, {cls}", Graph(
            attention_masks(cls), shapes=((T, F), (7, 2), (7,), (T,)), tokens=(0, 0, 2, 2), booleans=(2, 3), states=True)
