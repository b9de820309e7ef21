"""Runs the grid: every work, training and prediction, on one thread and on two, beside the peers.

One process per contestant and number of threads; they take turns, and each is bound to
as many cores as it has threads. build/bench/grid.json and grid.md are written
after every work, so that an interrupted run leaves what it has. A run keeps the results
of earlier ones of the works that it does not measure; with MISSING=1 it measures only
those that have none, or that other programs disturbed.
"""
import datetime
import json
import os
import statistics
import sys
import time

import machine
from contestant import HERE, OUT, Contestant, cores
from grid import report, works
from grid.language import RECURRENT
from grid.load import Watch
from grid.worker import TASKS

SETTLE = 0.05  # seconds between contestants: thread pools spin on for a while
PEERS = ("torch", "keras-jax", "keras-tensorflow")
MODULES = {"unroll": "ours", "torch": "torch_peer", "keras": "keras_peer"}


class Guest(Contestant):
    """A contestant that does one work of the grid after another."""

    def command(self):
        self.environment["PYTHONPATH"] = os.pathsep.join([str(HERE), str(HERE.parent / "bindings" / "python")])
        return [sys.executable, "-m", f"grid.{MODULES[self.name.partition('-')[0]]}", str(self.threads)]

    def set_up(self, name, task):
        """What it said: `parameters` and `output`, or `left_out`."""
        self.seconds = []
        if not self.running:
            return {"left_out": "its process ended"}
        try:
            self.tell(f"set {name} {task}")
            return json.loads(self.read())
        except (OSError, ValueError):
            self.drop("ended or took too long to set up")
            return {"left_out": "ended, or took too long to set up"}

    def sample(self):
        try:
            self.tell("go")
            self.seconds.append(float(self.read()))
        except (OSError, ValueError):
            self.drop("ended or took too long")


def measure(guests, name, work, task, rounds):
    """The row of one work, or None if ours did not do it."""
    said = {guest.name: guest.set_up(name, task) for guest in guests}
    ours = said["unroll"]
    left_out = {peer: answer["left_out"] for peer, answer in said.items() if "left_out" in answer}
    for peer, answer in said.items():
        if peer not in left_out and answer != ours:
            left_out[peer] = f"another model: {answer}, ours {ours}"
    taking_part = [guest for guest in guests if guest.name not in left_out]
    watch = Watch([guest.process.pid for guest in guests if guest.running])
    for _ in range(rounds):
        for guest in taking_part:
            if guest.running:
                time.sleep(SETTLE)
                guest.sample()
    others = watch.others()
    for guest in taking_part:
        if not guest.running:
            left_out[guest.name] = "ended or took too long"
    samples = {guest.name: guest.seconds for guest in taking_part if guest.running}
    medians = {contestant: statistics.median(seconds) for contestant, seconds in samples.items()}
    peers = {contestant: seconds for contestant, seconds in medians.items() if contestant != "unroll"}
    fastest = min(peers, key=peers.get, default=None)
    measured = "unroll" in medians and fastest
    left_out |= {peer: "not asked for" for peer in peers_of(work) if peer not in said}
    return {
        "work": name, "title": work.title, "task": task, "seconds": medians, "samples": samples, "left_out": left_out,
        "others": others, "fastest": fastest, "ratio": peers[fastest] / medians["unroll"] if measured else None,
    }


def peers_of(work):
    """Keras on TensorFlow compiles recurrent layers for seconds and is slower than on JAX
    there; in other models it can be the fastest."""
    return PEERS if work.has("Conv1D") or not work.has(*RECURRENT) else PEERS[:-1]


def rows(names, threads, options):
    """Yields the rows of these works. A process that ended is started again for the next work."""
    guests = {}
    everything = works.names()
    try:
        for name in names:
            asked = ["unroll", *(options.peers or peers_of(everything[name]))]
            for contestant in asked:
                if contestant not in guests or not guests[contestant].running:
                    guests[contestant] = Guest(contestant, "grid", threads)
            taking_part = [guests[contestant] for contestant in asked]
            for task in TASKS:
                row = measure(taking_part, name, everything[name], task, options.rounds)
                yield {**row, "threads": threads, "rounds": options.rounds, "instruction_set": guests["unroll"].about.get("instruction_set"),
                       "date": datetime.date.today().isoformat(), "versions": {g.name: g.version for g in taking_part if g.version}}
    finally:
        for guest in guests.values():
            guest.stop()


def stored():
    """The results of earlier runs on this machine, of works that the grid still has."""
    here = {"machine": machine.processor(), "cores": os.cpu_count(), "system": machine.system()}
    try:
        result = json.loads((OUT / "grid.json").read_text())
    except (OSError, ValueError):
        result = {}
    rows = result["rows"] if all(result.get(what) == value for what, value in here.items()) else []
    names = {work.title: name for name, work in works.names().items()}
    return {**here, "rows": [{**row, "work": names[row["title"]]} for row in rows if row["title"] in names]}


def key(row):
    return row["title"], row["task"], row["threads"], row["instruction_set"]


def main(options):
    result = stored()
    counts = [n for n in options.threads if n <= len(cores(None))]
    for refused in set(options.threads) - set(counts):
        print(f"not measured on {refused} threads: there are {len(cores(None))} cores")
    OUT.mkdir(parents=True, exist_ok=True)
    chosen = works.chosen(options.work)
    for threads in counts:
        sound = {(row["work"], row["task"]) for row in result["rows"] if row["threads"] == threads and row["others"] <= report.BUSY}
        left = [name for name in chosen if not options.missing or not {(name, task) for task in TASKS} <= sound]
        for row in rows(left, threads, options):
            report.say(row)
            result["rows"] = [other for other in result["rows"] if key(other) != key(row)] + [row]
            (OUT / "grid.json").write_text(json.dumps(result, indent=1))
            (OUT / "grid.md").write_text(report.markdown(result))
    level = result["rows"][-1]["instruction_set"] if result["rows"] else None
    if options.results and level:
        report.put_into(options.results, result, level)
    print(f"written: build/bench/grid.json, build/bench/grid.md{f', {options.results}' if options.results else ''}")
