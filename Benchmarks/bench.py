#!/usr/bin/env python3
"""The bench: Unroll and its peers side by side, interleaved, as medians.

    make bench                 everything, about a quarter of an hour
    make bench WORK=W1,W4a     some works
    make bench PEERS=torch     some peers
    make bench WORK=grid       the breadth table, see grid/run.py; WORK=grid:lstm,text/3 a part of it, THREADS=1, MISSING=1
    make bench ISA=avx2        all contestants on an older instruction set, see limits.py
    make bench RESULTS=1       everything, and into the table of RESULTS.md

Every contestant is a process that has set the work up and warmed up; in every
round each does the work for at least 60 ms, in turn, so that a busy moment of
the machine hits all alike. Prints a table for each work with its bars (see
works.py) and writes build/bench/bench.json and build/bench/bench.md.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import grid.run
import grid.works
import limits
import machine
import report
import startup
from contestant import OUT, Contestant, cores
from works import BUSY, BUSY_SPEEDUP, OTHERS, PROCESSES, SPEEDUP, WORKS

SETTLE = 0.05  # seconds between contestants: thread pools spin on for a while


def bar(what, measured, required, met, **more):
    return {"what": what, "measured": measured, "required": required, "met": met, **more}


def take_turns(contestants, rounds):
    try:
        for _ in range(rounds):
            for contestant in contestants:
                time.sleep(SETTLE)
                contestant.go()
    finally:
        for contestant in contestants:
            contestant.stop()
    return [c for c in contestants if c.seconds]


def row(contestant, ours, share):
    median = statistics.median(contestant.seconds)
    return {
        "peer": contestant.name, "contestant": contestant.version, "name": contestant.version.split(", gcc")[0],
        "seconds": median, "samples": contestant.seconds,
        "times_ours": median / ours if ours else None, "share_of_peak": share(median),
        "megabytes": contestant.megabytes,
    }


def measure(name, threads, options, peaks):
    work, bars = WORKS[name], WORKS[name].bars[threads]
    names = ["unroll"] + [p for p in work.peers if options.peers is None or p in options.peers]
    contestants = take_turns([Contestant(n, name, threads) for n in names], options.rounds)
    unroll = next((c for c in contestants if c.name == "unroll"), None)
    ours = statistics.median(unroll.seconds) if unroll else None
    rows, found = [], []
    for contestant in contestants:
        one = row(contestant, ours, lambda s: work.gflop / s / (peaks[work.precision] * threads) if work.gflop else None)
        rows.append(one)
        one["bar"] = bars.of(contestant.name) if ours else None
        if one["bar"]:
            found.append(bar(f"{one['name']} against Unroll", f"{one['times_ours']:.2f}", f"{one['bar']:.2f}",
                             one["times_ours"] >= one["bar"], peer=contestant.name))
        if contestant is unroll and bars.share:
            found.append(bar(f"share of the {work.precision} peak in {name}", f"{100 * one['share_of_peak']:.0f}%",
                             f"{100 * bars.share:.0f}%", one["share_of_peak"] >= bars.share))
        if contestant is unroll and bars.megabytes:
            found.append(bar(f"peak memory in {name}, {threads} thread{'s' if threads > 1 else ''}", f"{one['megabytes']:.0f} MB", f"{bars.megabytes} MB",
                             one["megabytes"] < bars.megabytes))
    return {"work": name, "title": work.title, "threads": threads, "rows": rows, "bars": found,
            "weights": unroll.about.get("weights") if unroll else None}


def compare_threads(one, two):
    """Bars on two threads against one; they join the second result."""
    seconds = [r["rows"][0]["seconds"] for r in (one, two) if r["rows"] and r["rows"][0]["peer"] == "unroll"]
    if len(seconds) < 2 or not one["weights"]:
        return
    two["bars"].append(bar(f"two threads against one in {one['work']}", f"{seconds[0] / seconds[1]:.2f}", f"{SPEEDUP:.2f}",
                           seconds[0] / seconds[1] >= SPEEDUP))
    same = one["weights"] == two["weights"]
    two["bars"].append(bar("weights trained on one and two threads", "identical" if same else "different", "identical", same))


def measure_busy(options):
    """Ours on one and two threads beside a program that keeps one core busy; nobody else is bound to a core."""
    contestants = [Contestant("unroll", "W1", threads, bound=False) for threads in (1, 2)]
    last = max(cores(None))
    neighbour = subprocess.Popen([str(options.peak), "busy"], preexec_fn=lambda: os.sched_setaffinity(0, {last}))
    try:
        contestants = take_turns(contestants, options.rounds)
    finally:
        neighbour.kill()
        neighbour.wait()
    if len(contestants) < 2:
        return None
    ours = statistics.median(contestants[0].seconds)
    rows = [row(c, ours, lambda s: None) for c in contestants]
    for one, contestant in zip(rows, contestants):
        one["peer"] = f"unroll-{contestant.threads}"
        one["contestant"] += f", {contestant.threads} thread{'s' if contestant.threads > 1 else ''}"
    gain = rows[0]["seconds"] / rows[1]["seconds"]
    found = [bar("two threads against one with a busy neighbour", f"{gain:.2f}", f"{BUSY_SPEEDUP:.2f}", gain >= BUSY_SPEEDUP)]
    return {"work": BUSY, "title": OTHERS[BUSY], "threads": None, "rows": rows, "bars": found, "weights": None}


def measure_processes(options):
    rows, limits = [], startup.LIMITS
    found = []
    for what, samples, megabytes in startup.rows(options.rounds, options.peers):
        median = statistics.median(samples)
        rows.append({"peer": what, "contestant": what, "name": what, "seconds": median, "samples": samples, "megabytes": megabytes,
                     "times_ours": median / rows[0]["seconds"] if rows else 1, "share_of_peak": None})
        if what in limits:
            most, memory = limits[what]
            found.append(bar(what, report.human(median), report.human(most), median <= most))
            if memory:
                found.append(bar(f"{what}, peak memory", f"{megabytes:.0f} MB", f"{memory} MB", megabytes <= memory))
    seconds = {r["contestant"]: r["seconds"] for r in rows}
    if startup.NUMPY in seconds and startup.IMPORT in seconds:
        beyond = seconds[startup.IMPORT] - seconds[startup.NUMPY]
        found.append(bar("Python import beyond numpy", report.human(beyond), report.human(startup.IMPORT_LIMIT), beyond <= startup.IMPORT_LIMIT))
    return {"work": PROCESSES, "title": OTHERS[PROCESSES], "threads": None, "rows": rows, "bars": found, "weights": None}


def measure_peak(program, count, times=5):
    """GFLOP/s of one core while `count` cores do the same; the best of several
    runs, since a peak taken in a slow moment gives shares over 100%."""
    best = {"float32": 0.0, "float64": 0.0}
    for _ in range(times):
        running = [
            subprocess.Popen([str(program)], stdout=subprocess.PIPE, text=True, preexec_fn=lambda c=c: os.sched_setaffinity(0, {c}))
            for c in sorted(cores(count))
        ]
        rates = [[float(n) for n in p.communicate()[0].split()] for p in running]
        for index, precision in enumerate(best):
            best[precision] = max(best[precision], min(r[index] for r in rates))
    return best


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", help="comma-separated beginnings of names, default all", default="")
    parser.add_argument("--peers", help="comma-separated, default all", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=Path, help="put the table between this file's markers")
    parser.add_argument("--isa", choices=limits.NAMES, help="at most this instruction set")
    parser.add_argument("--threads", help="numbers of threads for the grid", default="1,2")
    parser.add_argument("--missing", action="store_true", help="only works of the grid without results, or whose measurement was disturbed")
    options = parser.parse_args()
    options.grid = options.work.startswith("grid")
    if options.grid:
        return grid_arguments(parser, options)
    everything = [*WORKS, BUSY, PROCESSES]
    asked = [w for w in options.work.split(",") if w]
    unknown = [w for w in asked if not any(k.startswith(w) for k in everything)]
    if unknown:
        parser.error(f"unknown work {', '.join(unknown)}; there are {', '.join(everything)}")
    # A full name is that work alone, W3 as well, though W3double begins alike.
    options.works = [k for k in everything if not asked or any(k == w or (w not in everything and k.startswith(w)) for w in asked)]
    given = {"WORK": options.work, "PEERS": options.peers, "ROUNDS": str(options.rounds) if options.rounds != 5 else "", "ISA": options.isa}
    options.command = " ".join(["make bench"] + [f"{name}={value}" for name, value in given.items() if value])
    options.peers = [p for p in options.peers.split(",") if p] or None
    if options.results and (asked or options.peers):
        parser.error("RESULTS=1 needs a run of all works and peers, so that its table is one run's")
    return options


def grid_arguments(parser, options):
    try:
        options.threads = [int(n) for n in options.threads.split(",")]
        grid.works.chosen(options.work)
    except ValueError as error:
        parser.error(str(error))
    options.peers = [p for p in options.peers.split(",") if p] or None
    return options


def main():
    options = arguments()
    limits.apply(options.isa)
    if options.grid:
        return grid.run.main(options)
    ask = [str(OUT / "unroll_worker"), "instruction_set"]
    instruction_set = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()
    options.peak = OUT / f"peak_{instruction_set}"
    peaks = measure_peak(options.peak, 1)
    together = measure_peak(options.peak, None)
    print(f"{machine.processor()}, {os.cpu_count()} cores, {instruction_set}: peak of a core {peaks['float32']:.0f} GFLOP/s in float32, "
          f"{peaks['float64']:.0f} in float64; of each when all compute {together['float32']:.0f} and {together['float64']:.0f}")
    result = {
        "command": options.command, "machine": machine.processor(), "system": machine.system(), "cores": os.cpu_count(),
        "instruction_set": instruction_set, "peak_gflops": peaks, "peak_gflops_all_cores": together,
        "rounds": options.rounds, "versions": [], "works": [],
    }

    def add(found):
        if not found or not found["rows"]:
            return
        report.say(found)
        result["works"].append(found)
        for one in found["rows"]:
            if one["peer"] != one["contestant"] and not one["peer"].startswith("unroll") and one["contestant"] not in result["versions"]:
                result["versions"].append(one["contestant"])
        # After every work, so that an interrupted run leaves what it has.
        (OUT / "bench.json").write_text(json.dumps(result, indent=1))
        (OUT / "bench.md").write_text(report.markdown(result))

    for name in options.works:
        if name == PROCESSES:
            add(measure_processes(options))
        elif name == BUSY:
            add(measure_busy(options) if len(cores(None)) > 1 else None)
        else:
            by_threads = {}
            for threads in WORKS[name].bars:
                if threads <= len(cores(None)):
                    by_threads[threads] = measure(name, threads, options, peaks)
                    if threads == 2:
                        compare_threads(by_threads[1], by_threads[2])
                    add(by_threads[threads])
    bars = [b for w in result["works"] for b in w["bars"]]
    print(f"\n{sum(b['met'] for b in bars)} of {len(bars)} bars met")
    if options.results:
        report.put_into(options.results, f"bench {instruction_set}", report.markdown(result))
    print(f"written: build/bench/bench.json, build/bench/bench.md{f', {options.results}' if options.results else ''}")


if __name__ == "__main__":
    sys.exit(main())
