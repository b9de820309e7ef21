"""Options of layers, drawn: activations, initializers, regularizers, constraints."""
from describe import Thing

ACTIVATIONS = ("relu", "sigmoid", "tanh", "softmax", "softplus", "softsign", "elu", "selu", "hard_sigmoid", "linear", "silu",
               "swish", "mish", "exponential")
#: TensorFlow computes these with float32 constants, in float64 too.
FLOAT32_INSIDE = ("gelu", "leaky_relu")
KERAS3_ACTIVATIONS = ("relu6", "log_softmax", "hard_silu", "hard_swish")
GATES = ("sigmoid", "hard_sigmoid", "tanh", "softsign")
CELLS = ("tanh", "relu", "sigmoid", "softsign", "linear", "elu", "hard_sigmoid", "selu")


class Dice:
    """Random choices; `keras2` says for whom, `dtype` in which precision."""

    def __init__(self, rng, keras2, dtype):
        self.rng, self.keras2, self.dtype = rng, keras2, dtype
        self.count = 0

    def choose(self, options):
        return options[int(self.rng.integers(len(options)))]

    def maybe(self, probability=0.5):
        return bool(self.rng.random() < probability)

    def size(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def number(self, *values):
        return float(self.choose(values))

    def name(self, stem):
        """A name that no other layer or tensor of this case has."""
        self.count += 1
        return f"{stem}{self.count}"

    # ---- values of options -----------------------------------------------------

    def activation(self):
        names = ACTIVATIONS
        if self.dtype == "float32":
            names += FLOAT32_INSIDE
        if not self.keras2:
            names += KERAS3_ACTIVATIONS
        return self.choose(names)

    def initializer(self):
        seed = {"seed": self.size(1, 99)} if self.maybe() else {}
        return self.choose((
            "glorot_uniform", "glorot_normal", "he_normal", "he_uniform", "lecun_normal", "lecun_uniform", "zeros", "ones",
            "random_normal", "random_uniform", "truncated_normal",
            Thing("initializers", "RandomNormal", {"mean": 0.1, "stddev": 0.2, **seed}),
            Thing("initializers", "RandomUniform", {"minval": -0.3, "maxval": 0.1, **seed}),
            Thing("initializers", "TruncatedNormal", {"stddev": 0.3, **seed}),
            Thing("initializers", "VarianceScaling", {"scale": 2.0, "mode": "fan_avg", "distribution": "uniform", **seed}),
            Thing("initializers", "Constant", {"value": 0.25}),
            Thing("initializers", "HeUniform", seed),
        ))

    def regularizer(self):
        return self.choose((
            "l1", "l2", Thing("regularizers", "L1", {"l1": 0.03}), Thing("regularizers", "L2", {"l2": 0.02}),
            Thing("regularizers", "L1L2", {"l1": 0.01, "l2": 0.02}), Thing("regularizers", "L1L2", {"l2": 0.03}),
            Thing("regularizers", "L2"),
        ))

    def constraint(self, axes=(0, 1)):
        axis = {"axis": self.choose(axes)} if self.maybe() else {}
        return self.choose((
            "unit_norm", "non_neg", "max_norm", "min_max_norm", Thing("constraints", "NonNeg"),
            Thing("constraints", "UnitNorm", axis), Thing("constraints", "MaxNorm", {"max_value": 0.8, **axis}),
            Thing("constraints", "MinMaxNorm", {"min_value": 0.3, "max_value": 0.9, "rate": 0.7, **axis}),
        ))

    # ---- groups of options -----------------------------------------------------

    def weight_options(self, names, flat=("bias", "beta", "gamma")):
        """Initializers, regularizers and constraints of the named weights, mostly left out.

        An activity regularizer only with a kernel: Keras 2 forgets those of other layers when it saves.
        """
        options = {}
        for name in names:
            if self.maybe(0.1):
                options[f"{name}_initializer"] = self.initializer()
            if self.maybe(0.1):
                options[f"{name}_regularizer"] = self.regularizer()
            if self.maybe(0.07):
                options[f"{name}_constraint"] = self.constraint((0,) if name in flat else (0, 1))
        if self.maybe(0.06) and ("kernel" in names or not self.keras2):
            options["activity_regularizer"] = self.regularizer()
        if self.maybe(0.06):
            options["trainable"] = False
        return options

    def recurrent_options(self, cls, cell=False):
        """Of SimpleRNN, LSTM, GRU and their cells."""
        options = self.weight_options(("kernel", "recurrent", "bias"))
        if cell or cls == "SimpleRNN" and not self.keras2:  # Keras 3 takes it and has it no more
            options.pop("activity_regularizer", None)
        if self.maybe(0.3):
            options["activation"] = self.choose(CELLS)
        if cls != "SimpleRNN" and self.maybe(0.3):
            options["recurrent_activation"] = self.choose(GATES)
        if cls == "GRU" and self.maybe(0.4):
            options["reset_after"] = self.maybe(0.3)
        if cls == "LSTM" and self.maybe(0.1):
            options["unit_forget_bias"] = self.maybe()
        if self.maybe(0.15):
            options["use_bias"] = self.maybe(0.3)
        if options.get("use_bias") is False:
            for key in ("bias_initializer", "bias_regularizer", "bias_constraint", "unit_forget_bias"):
                options.pop(key, None)
        for key in ("dropout", "recurrent_dropout"):
            if self.maybe(0.06):
                options[key] = self.number(0.0, 0.2, 0.5)
        if self.keras2 and self.maybe(0.1):
            options["implementation"] = self.size(1, 2)
        return options
