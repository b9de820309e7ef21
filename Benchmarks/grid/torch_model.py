"""Builds a work in PyTorch as its users write it: nn.LSTM, nn.Conv1d on (batch, features,
time), packed sequences for masks, and logits for the loss."""
import torch
from torch import nn

from grid.language import RECURRENT, inner
from grid.worker import LeftOut

CELLS = {"LSTM": nn.LSTM, "GRU": nn.GRU, "SimpleRNN": nn.RNN}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
OUTPUTS = {"softmax": lambda: nn.Softmax(-1), "sigmoid": nn.Sigmoid, None: nn.Identity}


class Recurrent(nn.Module):
    def __init__(self, cell, features, units, sequences, both_ways):
        super().__init__()
        self.rnn = CELLS[cell](features, units, batch_first=True, bidirectional=both_ways)
        self.cell, self.sequences, self.both_ways = cell, sequences, both_ways

    def forward(self, x):
        y, state = self.rnn(x)
        if self.sequences:
            return y
        h = state[0] if self.cell == "LSTM" else state
        return torch.cat([h[0], h[1]], -1) if self.both_ways else h[-1]


class Packed(nn.Module):
    """An Embedding whose zeros at the ends of rows are left out."""

    def __init__(self, embedding):
        super().__init__()
        self.embedding = embedding

    def forward(self, x):
        lengths = (x != 0).sum(1)
        return nn.utils.rnn.pack_padded_sequence(self.embedding(x), lengths, batch_first=True, enforce_sorted=False)


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Builder:
    """Appends the modules of one layer after another; `features_first` is the order of the axes so far."""

    def __init__(self, work):
        self.modules, self.features_first = [], False
        self.features = work.input[-1]
        self.work = work

    def add(self, *modules):
        self.modules.extend(modules)

    def order(self, features_first):
        if self.features_first != features_first:
            self.add(Function(lambda x: x.transpose(1, 2)))
            self.features_first = features_first

    def activation(self, name):
        if name:
            self.add(ACTIVATIONS[name]())

    def recurrent(self, cell, options, both_ways=False):
        for what in ("dropout", "recurrent_dropout"):
            if options.get(what):
                raise LeftOut(f"PyTorch's recurrent layers have no {what}")
        self.order(False)
        self.add(Recurrent(cell, self.features, options["units"], options.get("return_sequences", False), both_ways))
        self.features = options["units"] * (1 + both_ways)

    def layer(self, kind, o):
        if kind in RECURRENT:
            self.recurrent(kind, o)
        elif kind == "Bidirectional":
            self.recurrent(*o["layer"], both_ways=True)
        elif kind == "TimeDistributed":
            self.layer(*o["layer"])
        elif kind == "Dense":
            self.order(False)
            self.add(nn.Linear(self.features, o["units"]))
            self.activation(o.get("activation"))
            self.features = o["units"]
        elif kind == "Embedding":
            embedding = nn.Embedding(o["input_dim"], o["output_dim"])
            self.add(Packed(embedding) if o.get("mask_zero") else embedding)
            self.features = o["output_dim"]
        elif kind == "Conv1D":
            self.order(True)
            padding, dilation = o.get("padding", "valid"), o.get("dilation_rate", 1)
            if padding == "causal":
                self.add(nn.ConstantPad1d(((o["kernel_size"] - 1) * dilation, 0), 0.0))
            self.add(nn.Conv1d(self.features, o["filters"], o["kernel_size"], o.get("strides", 1), "same" if padding == "same" else 0, dilation))
            self.activation(o.get("activation"))
            self.features = o["filters"]
        elif kind == "MaxPooling1D":
            self.order(True)
            self.add(nn.MaxPool1d(o["pool_size"]))
        elif kind == "AveragePooling1D":
            self.order(True)
            self.add(nn.AvgPool1d(o["pool_size"]))
        elif kind == "UpSampling1D":
            self.order(True)
            self.add(nn.Upsample(scale_factor=o["size"]))
        elif kind in ("GlobalMaxPooling1D", "GlobalAveragePooling1D"):
            time = 2 if self.features_first else 1
            self.add(Function((lambda x: x.amax(time)) if "Max" in kind else (lambda x: x.mean(time))))
            self.features_first = False
        elif kind == "Flatten":
            self.add(nn.Flatten())
            self.features, self.features_first = self.flat(), False
        elif kind == "RepeatVector":
            self.add(Function(lambda x: x.unsqueeze(1).expand(-1, o["n"], -1)))
        elif kind == "Activation":
            self.activation(o["activation"])
        elif kind == "Dropout":
            self.add(nn.Dropout(o["rate"]))
        elif kind == "SpatialDropout1D":
            self.order(True)
            self.add(nn.Dropout1d(o["rate"]))
        elif kind == "LayerNormalization":
            self.order(False)
            self.add(nn.LayerNorm(self.features))
        elif kind == "BatchNormalization":
            if self.steps():
                self.order(True)
            self.add(nn.BatchNorm1d(self.features))
        else:
            raise LeftOut(f"no PyTorch module for {kind}")

    def so_far(self):
        """The shape of what the modules so far return for one row."""
        x = torch.zeros((1, *self.work.input), dtype=torch.int64 if self.work.words else torch.float32)
        with torch.inference_mode():
            return nn.Sequential(*self.modules).eval()(x).shape[1:]

    def flat(self):
        return int(self.so_far().numel())

    def steps(self):
        return len(self.so_far()) == 2


def build(work):
    """The network that ends with logits, and the module that makes predictions of them."""
    builder = Builder(work)
    *body, last = work.layers
    for kind, options in body:
        builder.layer(kind, options)
    kind, options = inner(last)
    builder.layer(kind, {**options, "activation": None})
    builder.order(False)
    return nn.Sequential(*builder.modules), OUTPUTS[options.get("activation")]()


def parameter_count(network):
    """As Keras counts: with the statistics of BatchNormalization, and one bias per LSTM and
    SimpleRNN, where PyTorch has two. (Keras' GRU has two as well.)"""
    count = sum(p.numel() for p in network.parameters())
    for module in network.modules():
        if isinstance(module, (nn.LSTM, nn.RNN)):
            count -= sum(p.numel() for name, p in module.named_parameters() if name.startswith("bias_hh"))
        if isinstance(module, nn.BatchNorm1d):
            count += module.running_mean.numel() + module.running_var.numel()
    return count
