"""The models of the matrix: one row per layer and option."""
from functional import graphs
from masked import masks_that_meet
from spec import F, N, Spec, T, U

ACTIVATIONS = ("relu", "sigmoid", "tanh", "softmax", "softplus", "softsign", "elu", "selu", "exponential", "gelu",
               "hard_sigmoid", "linear", "silu", "mish", "leaky_relu", "relu6", "log_softmax", "hard_silu")
INITIALIZERS = ("glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "random_normal",
                "random_uniform", "truncated_normal", "ones", "zeros")


def rows():
    """(group, name, model) for every row."""
    for group in (recurrent, feed_forward, wrappers, masks, shapes, normalisation, convolution, nested, graphs, masks_that_meet):
        for name, model in group():
            yield group.__name__.replace("_", " "), name, model


def recurrent():
    for cls, base in (("SimpleRNN", {}), ("LSTM", {}), ("GRU", {}), ("GRU", {"reset_after": False})):
        label = cls + (" reset_after=False" if base else "")

        def one(**options):
            return Spec((N(cls, units=U, **base, **options),))

        yield label, one()
        yield f"{label} return_sequences", one(return_sequences=True)
        yield f"{label} go_backwards", one(go_backwards=True)
        yield f"{label} go_backwards return_sequences", one(go_backwards=True, return_sequences=True)
        yield f"{label} use_bias=False", one(use_bias=False)
        yield f"{label} dropout, recurrent_dropout", one(dropout=0.3, recurrent_dropout=0.2)
        yield f"{label} unroll", one(unroll=True)
        yield f"{label} stateful", Spec((N(cls, units=U, stateful=True, **base),), fixed_batch=True)
        yield f"{label} any length", Spec((N(cls, units=U, return_sequences=True, **base),), shape=(None, F))
        gates = ("relu", "hard_sigmoid", "softsign", "linear", "elu", "softplus")
        for activation, recurrent_activation in zip(gates, gates[1:] + gates[:1]):
            options = {"activation": activation}
            if cls != "SimpleRNN":
                options["recurrent_activation"] = recurrent_activation
            yield f"{label} {', '.join(options.values())}", one(**options)
        yield f"{label} regularizers", one(kernel_regularizer="l2", recurrent_regularizer="l1", bias_regularizer="l2")
        yield f"{label} constraints", one(kernel_constraint="unit_norm", recurrent_constraint="min_max_norm",
                                          bias_constraint="non_neg")
        yield f"{label} initializers", one(kernel_initializer="he_normal", recurrent_initializer="glorot_normal",
                                           bias_initializer="ones")
    yield "LSTM unit_forget_bias=False", Spec((N("LSTM", units=U, unit_forget_bias=False),))
    yield "RNN(LSTMCell)", Spec((N("RNN", cell=N("LSTMCell", units=U), return_sequences=True),))
    yield "RNN(GRUCell)", Spec((N("RNN", cell=N("GRUCell", units=U)),))
    yield "RNN(SimpleRNNCell)", Spec((N("RNN", cell=N("SimpleRNNCell", units=U), go_backwards=True),))
    cells = [N("LSTMCell", units=U), N("GRUCell", units=6), N("SimpleRNNCell", units=7)]
    yield "RNN(StackedRNNCells)", Spec((N("RNN", cell=N("StackedRNNCells", cells=cells), return_sequences=True),))
    yield "the stock model", Spec((
        N("LSTM", units=U, return_sequences=True), N("Dropout", rate=0.2), N("LSTM", units=U + 1, return_sequences=True),
        N("Dropout", rate=0.2), N("LSTM", units=U + 2, return_sequences=True), N("Dropout", rate=0.2),
        N("LSTM", units=U + 3), N("Dropout", rate=0.2), N("Dense", units=1)), shape=(T, 1))


def feed_forward():
    yield "Dense", Spec((N("Dense", units=U),), shape=(F,))
    yield "Dense on sequences", Spec((N("Dense", units=U, use_bias=False),))
    for name in ACTIVATIONS:
        yield f"Activation {name}", Spec((N("Dense", units=U), N("Activation", activation=name)))
    for name in INITIALIZERS:
        yield f"Dense {name}", Spec((N("Dense", units=U, kernel_initializer=name),), shape=(F,))
    yield "Dense constraints", Spec((
        N("Dense", units=U, kernel_constraint="min_max_norm", bias_constraint="non_neg"),), shape=(F,))
    yield "Embedding", Spec((N("Embedding", input_dim=9, output_dim=U),), shape=(T,), tokens=9)
    yield "Embedding constraint", Spec((
        N("Embedding", input_dim=9, output_dim=U, embeddings_constraint="unit_norm"),), shape=(T,), tokens=9)
    yield "Embedding, GRU, softmax", Spec((
        N("Embedding", input_dim=9, output_dim=F), N("GRU", units=U, return_sequences=True),
        N("Dense", units=9, activation="softmax")), shape=(T,), tokens=9)
    yield "Dropout", Spec((N("Dense", units=U), N("Dropout", rate=0.5)))
    yield "Dropout noise_shape", Spec((N("Dropout", rate=0.5, noise_shape=(None, 1, F)), N("LSTM", units=U)))
    yield "SpatialDropout1D", Spec((N("SpatialDropout1D", rate=0.5), N("LSTM", units=U)))
    yield "GaussianNoise", Spec((N("GaussianNoise", stddev=0.5), N("LSTM", units=U)))
    yield "GaussianDropout", Spec((N("GaussianDropout", rate=0.5), N("LSTM", units=U)))
    yield "ReLU", Spec((N("Dense", units=U), N("ReLU", max_value=0.8, negative_slope=0.1, threshold=0.2)))
    yield "LeakyReLU", Spec((N("Dense", units=U), N("LeakyReLU")))
    yield "ELU", Spec((N("Dense", units=U), N("ELU", alpha=0.7)))
    yield "PReLU", Spec((N("PReLU"), N("Dense", units=U)))
    yield "PReLU shared_axes", Spec((N("PReLU", shared_axes=[1]), N("Dense", units=U)))
    yield "Softmax", Spec((N("Dense", units=U), N("Softmax")))
    yield "Identity", Spec((N("Dense", units=U), N("Identity"), N("LSTM", units=U)))
    yield "ActivityRegularization", Spec((N("Dense", units=U), N("ActivityRegularization", l1=0.01, l2=0.02), N("LSTM", units=U)))
    yield "AlphaDropout", Spec((N("Dense", units=U, activation="selu"), N("AlphaDropout", rate=0.3), N("LSTM", units=U)))
    yield "Rescaling", Spec((N("Rescaling", scale=0.5, offset=1.5), N("LSTM", units=U)))


def wrappers():
    for cls in ("LSTM", "GRU", "SimpleRNN"):
        for sequences in (False, True):
            label = " return_sequences" if sequences else ""
            layer = N(cls, units=U, return_sequences=sequences)
            yield f"Bidirectional({cls}){label}", Spec((N("Bidirectional", layer=layer),))
    for mode in ("sum", "mul", "ave"):
        yield f"Bidirectional {mode}", Spec((
            N("Bidirectional", layer=N("LSTM", units=U, return_sequences=True), merge_mode=mode),))
    yield "Bidirectional backward_layer", Spec((
        N("Bidirectional", layer=N("LSTM", units=U, return_sequences=True),
          backward_layer=N("LSTM", units=6, return_sequences=True, go_backwards=True, activation="relu")),))
    yield "Bidirectional stacked", Spec((
        N("Bidirectional", layer=N("GRU", units=U, return_sequences=True)), N("Bidirectional", layer=N("LSTM", units=6)),
        N("Dense", units=2)))
    yield "TimeDistributed(Dense)", Spec((N("TimeDistributed", layer=N("Dense", units=U, activation="tanh")),))
    yield "TimeDistributed(LSTM)", Spec((N("TimeDistributed", layer=N("LSTM", units=U)),), shape=(2, T, F))
    yield "TimeDistributed(Conv1D)", Spec((
        N("TimeDistributed", layer=N("Conv1D", filters=U, kernel_size=2)),), shape=(2, T, F))
    yield "TimeDistributed(Flatten)", Spec((
        N("TimeDistributed", layer=N("Flatten")), N("LSTM", units=U)), shape=(2, T, F))
    yield "TimeDistributed(LayerNormalization)", Spec((N("TimeDistributed", layer=N("LayerNormalization")),))


def masks():
    def masked(*layers, **options):
        return Spec((N("Masking"), *layers), masked=True, **options)

    for cls, base in (("LSTM", {}), ("GRU", {}), ("GRU", {"reset_after": False}), ("SimpleRNN", {})):
        label = cls + (" reset_after=False" if base else "")
        yield f"Masking, {label}", masked(N(cls, units=U, **base))
        yield f"Masking, {label} return_sequences", masked(N(cls, units=U, return_sequences=True, **base))
        yield f"Masking, {label} go_backwards", masked(N(cls, units=U, return_sequences=True, go_backwards=True, **base))
    yield "Masking value", Spec((N("Masking", mask_value=0.0), N("LSTM", units=U)), masked=True, shape=(T, 2))
    yield "Masking, stacked", masked(N("LSTM", units=U, return_sequences=True), N("Dropout", rate=0.1),
                                     N("Dense", units=6, activation="tanh"), N("GRU", units=7))
    yield "Masking, zero_output_for_mask", masked(
        N("RNN", cell=N("LSTMCell", units=U), return_sequences=True, zero_output_for_mask=True))
    yield "Masking, Bidirectional", masked(N("Bidirectional", layer=N("LSTM", units=U)))
    yield "Masking, Bidirectional return_sequences", masked(
        N("Bidirectional", layer=N("GRU", units=U, return_sequences=True)))
    yield "Masking, TimeDistributed", masked(N("LSTM", units=U, return_sequences=True),
                                             N("TimeDistributed", layer=N("Dense", units=2)))
    yield "Masking, GlobalAveragePooling1D", masked(N("GRU", units=U, return_sequences=True),
                                                    N("GlobalAveragePooling1D"))
    yield "Masking, LayerNormalization", masked(N("LayerNormalization"), N("LSTM", units=U))
    yield "Masking, RNN(StackedRNNCells)", masked(N("RNN", cell=N("StackedRNNCells", cells=[
        N("LSTMCell", units=U), N("GRUCell", units=6)])))
    yield "Embedding(mask_zero), LSTM", Spec((N("Embedding", input_dim=9, output_dim=F, mask_zero=True),
                                              N("LSTM", units=U)), shape=(T,), tokens=9, masked=True)
    yield "Embedding(mask_zero), Bidirectional(LSTM)", Spec((
        N("Embedding", input_dim=9, output_dim=F, mask_zero=True),
        N("Bidirectional", layer=N("LSTM", units=U, return_sequences=True)), N("Dense", units=2)),
        shape=(T,), tokens=9, masked=True)


def shapes():
    yield "Flatten", Spec((N("LSTM", units=U, return_sequences=True), N("Flatten"), N("Dense", units=2)))
    yield "Reshape", Spec((N("Reshape", target_shape=(3, -1)), N("LSTM", units=U)))
    yield "Permute", Spec((N("Permute", dims=(2, 1)), N("LSTM", units=U)))
    yield "RepeatVector", Spec((N("LSTM", units=U), N("RepeatVector", n=6), N("GRU", units=2, return_sequences=True)))
    yield "ZeroPadding1D", Spec((N("ZeroPadding1D", padding=(1, 2)), N("LSTM", units=U)))
    yield "Cropping1D", Spec((N("Cropping1D", cropping=(1, 2)), N("LSTM", units=U)))
    yield "UpSampling1D", Spec((N("UpSampling1D", size=2), N("LSTM", units=U)))


def normalisation():
    yield "LayerNormalization", Spec((N("LayerNormalization"), N("LSTM", units=U)))
    yield "LayerNormalization options", Spec((
        N("LayerNormalization", epsilon=0.1, center=False), N("LayerNormalization", scale=False)))
    yield "LayerNormalization over time", Spec((N("LayerNormalization", axis=1), N("LSTM", units=U)))
    yield "LayerNormalization over all axes", Spec((N("LayerNormalization", axis=[1, 2]), N("LSTM", units=U)))
    yield "BatchNormalization over time", Spec((N("BatchNormalization", axis=1), N("LSTM", units=U)))
    yield "BatchNormalization", Spec((N("BatchNormalization"), N("LSTM", units=U)))
    yield "BatchNormalization options", Spec((
        N("BatchNormalization", momentum=0.8, epsilon=0.1, center=False), N("Dense", units=U),
        N("BatchNormalization", scale=False)), shape=(F,))
    yield "GroupNormalization", Spec((N("Dense", units=6), N("GroupNormalization", groups=3), N("LSTM", units=U)))
    yield "GroupNormalization over time", Spec((N("GroupNormalization", groups=-1, axis=1, epsilon=0.1, center=False), N("LSTM", units=U)))
    yield "RMSNormalization", Spec((N("RMSNormalization"), N("LSTM", units=U)))
    yield "Normalization", Spec((N("Normalization", mean=[0.5, 0.25, -1.0], variance=[2.0, 0.5, 1.5]), N("LSTM", units=U)))
    yield "Normalization inverted", Spec((N("Normalization", mean=0.5, variance=2.0, invert=True), N("LSTM", units=U)))
    yield "UnitNormalization", Spec((N("LSTM", units=U, return_sequences=True), N("UnitNormalization")))


def convolution():
    shape = (8, F)
    for padding in ("valid", "same", "causal"):
        yield f"Conv1D {padding}", Spec((N("Conv1D", filters=U, kernel_size=3, padding=padding),), shape=shape)
        yield f"Conv1D {padding} strides", Spec((
            N("Conv1D", filters=U, kernel_size=4, strides=2, padding=padding, activation="relu"),), shape=shape)
        yield f"Conv1D {padding} dilation", Spec((
            N("Conv1D", filters=U, kernel_size=3, dilation_rate=2, padding=padding, use_bias=False),), shape=shape)
        yield f"Conv1D {padding} wide", Spec((
            N("Conv1D", filters=40, kernel_size=5, padding=padding, activation="relu"),), shape=(9, 36))
    yield "Conv1D groups", Spec((N("Conv1D", filters=6, kernel_size=2, groups=2),), shape=(8, 4))
    for kind in ("Max", "Average"):
        yield f"{kind}Pooling1D", Spec((N(f"{kind}Pooling1D", pool_size=2), N("LSTM", units=U)), shape=shape)
        yield f"{kind}Pooling1D same", Spec((
            N(f"{kind}Pooling1D", pool_size=3, strides=2, padding="same"), N("LSTM", units=U)), shape=shape)
        yield f"Global{kind}Pooling1D", Spec((N("LSTM", units=U, return_sequences=True), N(f"Global{kind}Pooling1D")))
    yield "Global pooling keepdims", Spec((N("GlobalMaxPooling1D", keepdims=True), N("LSTM", units=U)))
    yield "Conv1D, pooling, LSTM", Spec((
        N("Conv1D", filters=6, kernel_size=3, padding="causal", activation="relu"), N("MaxPooling1D", pool_size=2),
        N("LSTM", units=U), N("Dense", units=2)), shape=shape)


def nested():
    block = [N("LSTM", units=U, return_sequences=True), N("Dense", units=6)]
    yield "Sequential in Sequential", Spec((N("Sequential", layers=block), N("GRU", units=2)))
    yield "Sequential with BatchNormalization", Spec((
        N("Sequential", layers=[N("Dense", units=U), N("BatchNormalization"), N("Dense", units=6)]), N("LSTM", units=2)))
    yield "TimeDistributed(Sequential)", Spec((
        N("TimeDistributed", layer=N("Sequential", layers=[N("Dense", units=U), N("Dense", units=2)])),))
    yield "several of one class", Spec(tuple(N("Dense", units=2 + n % 3, activation="tanh") for n in range(12)), shape=(F,))
