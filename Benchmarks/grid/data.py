"""One batch of a work, the same for every contestant."""
import numpy as np


def inputs(work):
    random = np.random.default_rng(0)
    if work.words:
        x = random.integers(1, work.words, (work.batch, *work.input), dtype=np.int32)
        if work.masked:  # texts of different lengths, 0 behind them
            lengths = random.integers(work.input[0] // 4, work.input[0], work.batch, endpoint=True)
            x[np.arange(work.input[0]) >= lengths[:, None]] = 0
        return x
    if work.one_hot:
        letters = random.integers(0, work.input[1], (work.batch, work.input[0]))
        return np.eye(work.input[1], dtype=np.float32)[letters]
    return random.normal(size=(work.batch, *work.input)).astype(np.float32)


def targets(work, output_shape):
    """output_shape: of one row."""
    random = np.random.default_rng(1)
    shape = (work.batch, *output_shape)
    if work.loss == "mse":
        return random.normal(size=shape).astype(np.float32)
    if work.loss == "binary_crossentropy":
        return random.integers(0, 2, shape).astype(np.float32)
    return random.integers(0, shape[-1], shape[:-1], dtype=np.int32)
