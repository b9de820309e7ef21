"""PyTorch: nn.LSTM, as its users write it."""
import worker

WORK, THREADS = worker.arguments()

import time

import numpy as np
import torch
from torch import nn

torch.set_num_threads(THREADS)
torch.manual_seed(0)


class Stacked(nn.Module):
    def __init__(self, kind, features, units, layers, dropout):
        super().__init__()
        cell = nn.LSTM if kind == "lstm" else nn.GRU
        self.rnn = cell(features, units, num_layers=layers, batch_first=True, dropout=dropout if layers > 1 else 0)
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(units, 1)

    def forward(self, x, state=None):
        y, state = self.rnn(x, state)
        return self.dense(self.dropout(y[:, -1])), state


def epoch(shape, dtype=torch.float32):
    samples, steps, features, batch = shape
    x, y = (torch.from_numpy(a).to(dtype) for a in worker.series(samples, steps, features))
    model = Stacked("lstm", features, worker.UNITS, worker.LAYERS, worker.DROPOUT).to(dtype)
    optimizer = torch.optim.Adam(model.parameters())

    def run():
        order = torch.randperm(samples)
        for first in range(0, samples, batch):
            rows = order[first : first + batch]
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.mse_loss(model(x[rows])[0], y[rows])
            loss.backward()
            optimizer.step()

    return run


def dinosaurs():
    words = worker.names()
    rnn = nn.RNN(27, 50)
    out = nn.Linear(50, 27)
    parameters = list(rnn.parameters()) + list(out.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.01)
    eye = torch.eye(27)
    inputs = [torch.cat([torch.zeros(1, 27), eye[torch.from_numpy(w)]]) for w in words]
    targets = [torch.from_numpy(np.append(w, 0)) for w in words]
    count = 1000

    def run():
        state = torch.zeros(1, 50)
        start = time.perf_counter()
        for i in range(count):
            optimizer.zero_grad(set_to_none=True)
            hidden, state = rnn(inputs[i % len(words)], state)
            loss = nn.functional.cross_entropy(out(hidden), targets[i % len(words)], reduction="sum")
            loss.backward()
            torch.nn.utils.clip_grad_value_(parameters, 5)
            optimizer.step()
            state = state.detach()
        return (time.perf_counter() - start) * 35000 / count

    return run


def stream(name):
    units, kind, layers, features = worker.STREAMS[name]
    model = Stacked(kind, features, units, layers, 0).eval()
    x = torch.zeros(1, 1, features)
    count = 500

    def run():
        with torch.inference_mode():
            _, state = model(x)
            start = time.perf_counter()
            for _ in range(count):
                _, state = model(x, state)
            return (time.perf_counter() - start) / count

    return run


def predict():
    samples, steps, features, _ = worker.STOCK
    x = torch.from_numpy(worker.series(samples, steps, features)[0])
    model = Stacked("lstm", features, worker.UNITS, worker.LAYERS, 0).eval()

    def run():
        with torch.inference_mode():
            for first in range(0, samples, 256):
                model(x[first : first + 256])

    return run


def large(training):
    units, features, steps, batch = worker.LARGE
    x = torch.randn(batch, steps, features)
    rnn = nn.LSTM(features, units, batch_first=True)

    def train():
        rnn.zero_grad(set_to_none=True)
        rnn(x)[0].sum().backward()

    def forward():
        with torch.inference_mode():
            rnn(x)

    return train if training else forward


def wide():
    units, features, steps = worker.WIDE
    x = torch.randn(1, steps, features)
    rnn = nn.LSTM(features, units, batch_first=True).eval()

    def run():
        with torch.inference_mode():
            rnn(x)

    return run


works = {
    "W1": lambda: epoch(worker.STOCK),
    "W1double": lambda: epoch(worker.STOCK, torch.float64),
    "W2": lambda: epoch(worker.HANG_SENG),
    "W3": dinosaurs,
    "W5": predict,
    "W6train": lambda: large(True),
    "W6forward": lambda: large(False),
    "W6wide": wide,
}
works.update({name: (lambda name=name: stream(name)) for name in worker.STREAMS})
worker.serve(f"PyTorch {torch.__version__}", works, WORK)
