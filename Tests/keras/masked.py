"""Functional models in which masks meet: where versions of Keras differ in who is handed which."""
from spec import F, Graph, T, U


def masks_that_meet():
    def words(K, name="words", vocabulary=9, steps=T):
        return K.Input((steps,), dtype="int32", name=name)

    def embedded(K, x, name="embed", width=F):
        return K.layers.Embedding(9, width, mask_zero=True, name=name)(x)

    def behind(K, x):
        """A layer that takes the mask, and another that takes what is left of it."""
        y = K.layers.GRU(6, return_sequences=True, name="behind")(x)
        return K.layers.Dense(2, name="out")(K.layers.SimpleRNN(3, name="last")(y))

    def states(layer, count):
        def make(K):
            x = words(K)
            given = [K.Input((U,), name=f"state_{index}") for index in range(count)]
            y = layer(K)(embedded(K, x), initial_state=given if count > 1 else given[0])
            return K.Model([x, *given], behind(K, y))
        return make

    def encoder_decoder(K):
        past, future = words(K, "past"), words(K, "future", steps=7)
        _, *state = K.layers.LSTM(U, return_state=True, name="encoder")(embedded(K, past, "embed_past"))
        y = K.layers.LSTM(U, return_sequences=True, name="decoder")(embedded(K, future, "embed_future"), initial_state=state)
        return K.Model([past, future], K.layers.Dense(9, activation="softmax", name="next")(y))

    def two(K, masks):
        """Two sequences of U features: with one mask for both, with one each, one without."""
        if masks == "one":
            x = words(K)
            y = embedded(K, x, width=U)
            return [x], [y, K.layers.LSTM(U, return_sequences=True, name="b")(y)]
        a = words(K, "a")
        b = words(K, "b")
        return [a, b], [embedded(K, a, "embed_a", U), K.layers.Embedding(9, U, mask_zero=masks == "two", name="embed_b")(b)]

    def merge(cls, masks, name="merged", **options):
        def make(K):
            inputs, sides = two(K, masks)
            return K.Model(inputs, behind(K, getattr(K.layers, cls)(name=name, **options)(sides)))
        return make

    def merge_last(cls, masks):
        def make(K):
            inputs, sides = two(K, masks)
            y = getattr(K.layers, cls)(name="merged")(sides)
            return K.Model(inputs, K.layers.Dense(2, name="out")(K.layers.Flatten(name="flat")(y)))
        return make

    def attention(cls):
        def make(K):
            past, future = words(K, "past"), words(K, "future", steps=7)
            keys = K.layers.LSTM(U, return_sequences=True, name="keys")(embedded(K, past, "embed_past"))
            queries = K.layers.LSTM(U, return_sequences=True, name="queries")(embedded(K, future, "embed_future"))
            context = getattr(K.layers, cls)(name="attend")([queries, keys])
            y = K.layers.Concatenate(name="join")([context, queries])
            return K.Model([past, future], behind(K, K.layers.Dense(5, name="mix")(y)))
        return make

    def attention_before(K):
        """Concatenate and Dense before the attention, an unmasked part among them."""
        past, future = words(K, "past"), words(K, "future", steps=7)
        more = K.Input((7, 2), name="more")
        keys = K.layers.Dense(5, name="key")(embedded(K, past, "embed_past"))
        queries = K.layers.Dense(5, name="query")(K.layers.Concatenate(name="join")([embedded(K, future, "embed_future"), more]))
        return K.Model([past, future, more], behind(K, K.layers.Attention(name="attend")([queries, keys])))

    def written_by_hand(K):
        """The attention of many notebooks, a weight for each step of a masked sequence."""
        x = words(K)
        y = K.layers.LSTM(U, return_sequences=True, name="read")(embedded(K, x))
        weights = K.layers.Dense(1, activation="tanh", name="score")(y)
        weights = K.layers.Activation("softmax", name="weights")(K.layers.Flatten(name="flat")(weights))
        weights = K.layers.Permute((2, 1), name="turn")(K.layers.RepeatVector(U, name="repeat")(weights))
        y = K.layers.Multiply(name="weigh")([y, weights])
        return K.Model(x, K.layers.Dense(2, name="out")(K.layers.Flatten(name="all")(y)))

    def by_compute_mask(K):
        x = words(K)
        embed = K.layers.Embedding(9, F, mask_zero=True, name="embed")
        y = K.layers.Conv1D(U, 2, padding="same", name="convolve")(embed(x))
        return K.Model(x, behind(K, K.layers.LSTM(U, return_sequences=True, name="read")(y, mask=embed.compute_mask(x))))

    def masking_by_compute_mask(K):
        x = K.Input((T, F), name="x")
        masking = K.layers.Masking(name="skip")
        y = K.layers.Conv1D(U, 2, padding="same", name="convolve")(masking(x))
        return K.Model(x, K.layers.Dense(2, name="out")(K.layers.GRU(6, name="read")(y, mask=masking.compute_mask(x))))

    def given(layer):
        """A mask of the caller's, which `layer` hands on beside an unmasked part."""
        def make(K):
            x, mask = K.Input((T, F), name="x"), K.Input((T,), dtype="bool", name="mask")
            y = layer(K)(x, mask=mask)
            y = K.layers.Concatenate(name="join")([y, K.layers.Dense(2, name="plain")(x)])
            return K.Model([x, mask], behind(K, K.layers.Bidirectional(K.layers.GRU(4, return_sequences=True), name="both")(y)))
        return make

    def joined_again(K):
        """Three masks, two of them the same, joined one after the other, in front of a model."""
        a, b = words(K, "a"), words(K, "b")
        y = K.layers.Add(name="plus")([embedded(K, a, "embed_a"), embedded(K, b, "embed_b")])
        y = K.layers.Add(name="again")([y, embedded(K, a, "embed_c")])
        inner = K.Input((T, F), name="inner_in")
        inner = K.Model(inner, K.layers.GRU(F, return_sequences=True, name="inner_gru")(inner), name="inner")
        return K.Model([a, b], behind(K, inner(y)))

    def nested(K):
        a, b = K.Input((T, F), name="inner_a"), K.Input((T, F), name="inner_b")
        y = K.layers.Add(name="plus")([a, K.layers.LSTM(F, return_sequences=True, name="inner_lstm")(b)])
        inner = K.Model([a, b], K.layers.GRU(U, return_sequences=True, name="inner_gru")(y), name="inner")
        x, z = words(K, "x"), words(K, "z")
        return K.Model([x, z], behind(K, inner([embedded(K, x, "embed_x"), embedded(K, z, "embed_z")])))

    def each_step(K):
        y = K.layers.TimeDistributed(K.layers.Dense(U, name="dense"), name="each")(embedded(K, x := words(K)))
        return K.Model(x, behind(K, y))

    def hierarchy(*steps, embed_first=False, ends=False):
        """Sentences of words: what each of `steps` makes of a sentence, one after the other."""
        def make(K):
            x = y = K.Input((4, T), dtype="int32", name="words")
            embedding = K.layers.Embedding(9, F, mask_zero=True, name="embed")
            y = embedding(y) if embed_first else K.layers.TimeDistributed(embedding, name="each_word")(y)
            for index, step in enumerate(steps):
                y = K.layers.TimeDistributed(step(K), name=f"each_{index}")(y)
            return K.Model(x, y if ends else behind(K, y))
        return make

    def read(K):
        return K.layers.LSTM(U, return_sequences=True, name="read")

    def last(K):
        return K.layers.GRU(U, name="last_word")

    def read_in_model(K):
        return K.Sequential([K.Input((T, F)), read(K), K.layers.Dense(U, name="mix")], name="inner")

    def rescaled(K):
        x = words(K)
        return K.Model(x, behind(K, K.layers.Rescaling(0.5, name="half")(embedded(K, x))))

    both = {"shapes": ((T,), (T,)), "tokens": (9, 9), "masked": True, "states": True}
    one = {"shapes": ((T,),), "tokens": (9,), "masked": True, "states": True}
    recurrent = {
        "LSTM": (lambda K: K.layers.LSTM(U, return_sequences=True, name="r"), 2),
        "GRU": (lambda K: K.layers.GRU(U, return_sequences=True, name="r"), 1),
        "SimpleRNN": (lambda K: K.layers.SimpleRNN(U, return_sequences=True, name="r"), 1),
        "RNN": (lambda K: K.layers.RNN([K.layers.GRUCell(U), K.layers.GRUCell(U)], return_sequences=True, name="r"), 2),
        "Bidirectional": (lambda K: K.layers.Bidirectional(K.layers.GRU(U, return_sequences=True), name="r"), 2),
        "last step": (lambda K: K.layers.GRU(U, return_sequences=True, go_backwards=True, name="r"), 1),
    }
    for name, (layer, count) in recurrent.items():
        yield f"initial_state {name}", Graph(
            states(layer, count), shapes=((T,),) + ((U,),) * count, tokens=(9,) + (0,) * count, masked=True, states=True)
    yield "encoder-decoder", Graph(
        encoder_decoder, shapes=((T,), (7,)), tokens=(9, 9), masked=True, states=True)
    for cls in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
        for masks in ("one", "two", "half"):
            yield f"{cls} of {masks}", Graph(merge(cls, masks), **(one if masks == "one" else both))
        yield f"{cls} at the end", Graph(merge_last(cls, "half"), **both)
    yield "Concatenate in time", Graph(merge("Concatenate", "two", axis=1), **both)
    yield "Concatenate by its own name", Graph(merge("Concatenate", "one", name=None), **one)
    for cls in ("Attention", "AdditiveAttention"):
        yield f"{cls}", Graph(attention(cls), shapes=((T,), (7,)), tokens=(9, 9), masked=True, states=True)
    yield "before Attention", Graph(
        attention_before, shapes=((T,), (7,), (7, 2)), tokens=(9, 9, 0), masked=True, states=True)
    yield "attention by hand", Graph(written_by_hand, **one)
    yield "Embedding.compute_mask", Graph(by_compute_mask, **one)
    yield "Masking.compute_mask", Graph(masking_by_compute_mask, masked=True, states=True)
    for name in ("LSTM", "Bidirectional"):
        yield f"a mask given to {name}", Graph(
            given(recurrent[name][0]), shapes=((T, F), (T,)), tokens=(0, 0), booleans=(1,), states=True)
    yield "masks joined again", Graph(joined_again, **both)
    yield "nested with two inputs", Graph(nested, **both)
    yield "TimeDistributed", Graph(each_step, **one)
    yield "Rescaling", Graph(rescaled, **one)
    sentences = {"shapes": ((4, T),), "tokens": (9,), "masked": True, "states": True}
    yield "sentences", Graph(hierarchy(read, last), **sentences)
    yield "sentences, Bidirectional", Graph(hierarchy(lambda K: K.layers.Bidirectional(read(K)), last), **sentences)
    yield "sentences, a model", Graph(hierarchy(read_in_model, last), **sentences)
    yield "sentences at the end", Graph(hierarchy(lambda K: K.layers.Dense(2, name="out"), ends=True), **sentences)
    yield "sentences of an Embedding", Graph(
        hierarchy(lambda K: K.layers.TimeDistributed(K.layers.Dense(F, name="dense")), last, embed_first=True), **sentences)
