"""What every contestant of the grid shares: the protocol.

A contestant is a process that serves many works, because starting JAX takes longer
than most of them: `python -m grid.torch_peer 1` prints a line of JSON with its
version. For the line "set lstm/3 train" it sets that work up, does it twice to warm
up, and prints its parameters and output shape, or why it leaves the work out. For
every line "go" after that it does the work for at least SHORTEST_SAMPLE seconds and
prints the seconds of one.
"""
import gc
import json
import math
import sys
import time

from grid import works
from peers.worker import SHORTEST_SAMPLE, thread_environment

TASKS = ("train", "predict")


def threads():
    """The number this process may use; must be called before any framework is imported."""
    count = int(sys.argv[1])
    thread_environment(count)
    return count


class LeftOut(Exception):
    """The contestant cannot do the work as the others do it."""


def say(**message):
    print(json.dumps(message), flush=True)


def seconds_of(run, count):
    start = time.perf_counter()
    run(count)
    return time.perf_counter() - start


def serve(version, build, **about):
    """build(work) -> a model with the attributes `parameters` and `output_shape`
    (of one row) and the methods train(count) and predict(count), which return when
    the work has been done `count` times."""
    everything = works.names()
    current = model = run = None
    count = 1
    say(version=version, **about)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "go":
            print(seconds_of(run, count) / count, flush=True)
            continue
        if command != "set":
            break
        name, task = arguments
        try:
            if name != current:
                current = model = run = None
                gc.collect()
                model, current = build(everything[name]), name
            run = getattr(model, task)
            run(1)
            count = max(1, math.ceil(SHORTEST_SAMPLE / seconds_of(run, 1)))
            say(parameters=model.parameters, output=list(model.output_shape))
        except LeftOut as reason:
            say(left_out=str(reason))
        except Exception as error:  # a peer that fails is left out, and the bench says why
            say(left_out=f"{type(error).__name__}: {error}".splitlines()[0][:200])
