"""PyTorch in the grid: the training loop of its tutorials, with the fused Adam, which is
faster than the default."""
from grid import data, worker

THREADS = worker.threads()

import torch
from grid.torch_model import build, parameter_count
from torch.nn import functional

torch.set_num_threads(THREADS)
torch.set_num_interop_threads(1)
torch.manual_seed(0)


def cross_entropy(predicted, y):
    return functional.cross_entropy(predicted.flatten(0, -2), y.flatten())


LOSSES = {
    "mse": functional.mse_loss,
    "binary_crossentropy": functional.binary_cross_entropy_with_logits,
    "sparse_categorical_crossentropy": cross_entropy,
}


class Model:
    def __init__(self, work):
        self.network, self.output = build(work)
        self.parameters = parameter_count(self.network)
        x = torch.from_numpy(data.inputs(work))
        self.x = x.long() if work.words else x
        with torch.inference_mode():
            self.output_shape = self.network.eval()(self.x).shape[1:]
        y = torch.from_numpy(data.targets(work, self.output_shape))
        self.y = y.long() if work.loss == "sparse_categorical_crossentropy" else y
        self.loss = LOSSES[work.loss]
        self.optimizer = torch.optim.Adam(self.network.parameters(), fused=True)

    def train(self, count):
        self.network.train()
        for _ in range(count):
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.network(self.x), self.y).backward()
            self.optimizer.step()

    def predict(self, count):
        self.network.eval()
        with torch.inference_mode():
            for _ in range(count):
                self.output(self.network(self.x))


if __name__ == "__main__":
    worker.serve(f"PyTorch {torch.__version__}", Model)
