"""The works of the bench, their contestants, and the bars they are held to.

Bars are ratios to a peer measured in the same run. They were set on a machine
with AVX2, from times of ours to reach (`goal`) and of the peers (`then`): a
peer's bar is its time divided by the goal. Where a bar was given as a ratio it
stands in `ratio`.
"""
from dataclasses import dataclass, field

FRAMEWORKS = ("torch", "keras-tensorflow", "keras-jax", "jax")
KERAS = ("keras-tensorflow", "keras-jax")


@dataclass
class Bars:
    """What one work is held to with one number of threads."""

    goal: float = 0  # seconds
    then: dict = field(default_factory=dict)  # peer -> seconds
    ratio: dict = field(default_factory=dict)  # peer -> times ours
    share: float = 0  # of the peak
    megabytes: float = 0

    def of(self, peer):
        """How many times our time a peer must take, or None."""
        return self.ratio.get(peer) or (self.then[peer] / self.goal if peer in self.then else None)


@dataclass
class Work:
    title: str
    peers: tuple
    bars: dict  # threads -> Bars; also says which numbers of threads are measured
    gflop: float = 0
    precision: str = "float32"


def stream(title, goal, onnx, torch):
    # The goals are those of RTNeural's compile-time templates, which are in
    # neither Debian nor PyPI: ONNX Runtime stands in for them.
    return Work(title, ("onednn", "onnx", "torch"), {1: Bars(goal, {"onnx": onnx, "torch": torch})})


us = 1e-6
ms = 1e-3
WORKS = {
    "W1": Work(
        "stock epoch: 1975 x 60 x 1, 4 x (LSTM 50, Dropout), Dense, batch 32, Adam",
        ("onednn", *FRAMEWORKS),
        {
            1: Bars(0.80, {"onednn": 1.26}, dict.fromkeys(FRAMEWORKS, 2.0), share=0.68, megabytes=60),
            2: Bars(0.43, {"onednn": 1.59}, dict.fromkeys(FRAMEWORKS, 4.0), megabytes=60),
        },
        49.9,
    ),
    "W1double": Work("the stock epoch in float64", ("torch",), {1: Bars(share=0.60)}, 49.9, "float64"),
    "W2": Work(
        "Hang Seng epoch: 243 x 7 x 1, batch 3, same network",
        ("onednn", *FRAMEWORKS),
        {1: Bars(20 * ms, {"onednn": 30 * ms, "jax": 69 * ms, "keras-jax": 89 * ms, "torch": 176 * ms, "keras-tensorflow": 313 * ms})},
        0.72,
    ),
    "W3": Work(
        "dinosaurs: 35,000 iterations, float32",
        ("c-fast", "c", "jax", "torch", "numpy"),
        {1: Bars(0.9, {"c-fast": 1.16, "c": 2.5, "jax": 2.1, "torch": 34, "numpy": 18})},
    ),
    "W3double": Work("dinosaurs: 35,000 iterations, float64", ("c-fast", "c", "numpy"), {1: Bars(1.3, {"c": 2.7, "numpy": 18})}),
    "W4a": stream("stream step: LSTM 50 + Dense", 0.75 * us, 7.9 * us, 34 * us),
    "W4b": stream("stream step: LSTM 20 + Dense", 0.18 * us, 7.1 * us, 32 * us),
    "W4c": stream("stream step: 4 x LSTM 50 + Dense", 4.2 * us, 25.7 * us, 83 * us),
    "W4d": stream("stream step: GRU 64 + Dense", 0.65 * us, 7.9 * us, 33 * us),
    "W4e": stream("stream step: LSTM 256 + Dense", 13 * us, 33 * us, 73 * us),
    "W5": Work(
        "predict 1975 windows through the stock network",
        ("onednn", "onnx", "torch", *KERAS),
        {
            1: Bars(0.26, {"onednn": 0.53, "onnx": 0.35, "torch": 0.63, "keras-jax": 0.45, "keras-tensorflow": 0.66}),
            2: Bars(0.14, {"onnx": 0.172}),
        },
        16.6,
    ),
    "W6train": Work(
        "LSTM 512, input 64, T 100, batch 64: forward and backward",
        ("onednn", *FRAMEWORKS),
        {
            1: Bars(0.58, {"onednn": 0.61, "torch": 0.80, "keras-jax": 0.84, "jax": 1.05, "keras-tensorflow": 1.42}),
            2: Bars(0.31, {"onednn": 0.335}),
        },
        45.3,
    ),
    "W6forward": Work(
        "LSTM 512, input 64, T 100, batch 64: forward",
        ("onednn", "onnx", *FRAMEWORKS),
        {
            1: Bars(0.18, {"onednn": 0.21, "onnx": 0.19, "torch": 0.23, "keras-jax": 0.23, "jax": 0.35, "keras-tensorflow": 0.42}),
            2: Bars(),
        },
        15.1,
    ),
    "W6wide": Work(
        "LSTM 1024, batch 1, T 50: forward",
        ("onednn", "onnx", "torch"),
        {1: Bars(18 * ms, {"onnx": 19.5 * ms, "torch": 24 * ms}), 2: Bars(10 * ms, {"onnx": 10.7 * ms})},
    ),
}

# Works that are measured in another way: see bench.py and startup.py.
BUSY, PROCESSES = "W1busy", "W7"
OTHERS = {
    BUSY: "the stock epoch while another program computes on one of two cores",
    PROCESSES: "whole processes: LSTM 50 from a .h5 file, one prediction",
}
SPEEDUP = 1.8  # two threads against one in W1
BUSY_SPEEDUP = 0.95  # the same in W1busy
