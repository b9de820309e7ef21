"""Unroll in the grid, through its Python package: train_on_batch and predict_on_batch."""
from grid import data, worker

THREADS = worker.threads()

import unroll
from grid.keras_style import build


class Model:
    def __init__(self, work):
        self.model = build(unroll, work)
        self.model.compile(optimizer="adam", loss=work.loss)
        self.model.set_threads(THREADS)
        self.parameters = self.model.count_params()
        self.output_shape = self.model.output_shape[1:]
        self.x = data.inputs(work)
        self.y = data.targets(work, self.output_shape)

    def train(self, count):
        for _ in range(count):
            self.model.train_on_batch(self.x, self.y)

    def predict(self, count):
        for _ in range(count):
            self.model.predict_on_batch(self.x)


if __name__ == "__main__":
    worker.serve(f"Unroll {unroll.version()}", Model, instruction_set=unroll.instruction_set())
