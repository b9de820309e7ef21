#!/usr/bin/env python3
"""The bench: Unroll and its peers side by side, interleaved, as medians.

    make bench                 everything
    make bench WORK=W1,W4a     some works
    make bench PEERS=torch     some peers

Every contestant is a process that has set the work up and warmed up; in every
round each does the work once, in turn, so that a busy moment of the machine
hits all alike. Prints a table for each work and writes build/bench/bench.json
and build/bench/bench.md.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

import startup

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "build" / "bench"

# work -> (title, GFLOP or None, contestants beside Unroll)
WORKS = {
    "W1": ("stock epoch: 1975 x 60 x 1, 4 x (LSTM 50, Dropout), Dense, batch 32, Adam", 49.9, ["torch", "keras-tensorflow", "keras-jax", "jax"]),
    "W2": ("Hang Seng epoch: 243 x 7 x 1, batch 3, same network", 0.72, ["torch", "keras-tensorflow", "keras-jax", "jax"]),
    "W3": ("dinosaurs: 35,000 iterations, float32", None, ["c-fast", "c", "torch", "numpy"]),
    "W3double": ("dinosaurs: 35,000 iterations, float64", None, ["c-fast", "c", "numpy"]),
    "W4a": ("stream step: LSTM 50 + Dense", None, ["torch", "onnx"]),
    "W4b": ("stream step: LSTM 20 + Dense", None, ["torch", "onnx"]),
    "W4c": ("stream step: 4 x LSTM 50 + Dense", None, ["torch", "onnx"]),
    "W4d": ("stream step: GRU 64 + Dense", None, ["torch", "onnx"]),
    "W4e": ("stream step: LSTM 256 + Dense", None, ["torch", "onnx"]),
    "W5": ("predict 1975 windows through the stock network", 16.6, ["torch", "onnx", "keras-tensorflow", "keras-jax"]),
    "W6train": ("LSTM 512, input 64, T 100, batch 64: forward and backward", 45.3, ["torch", "keras-tensorflow", "keras-jax", "jax"]),
    "W6forward": ("LSTM 512, input 64, T 100, batch 64: forward", 15.1, ["torch", "onnx", "keras-tensorflow", "keras-jax", "jax"]),
    "W6wide": ("LSTM 1024, batch 1, T 50: forward", None, ["torch", "onnx"]),
    "W7": ("whole processes: LSTM 50 from a .h5 file, one prediction", None, ["keras-tensorflow", "keras-jax"]),
}


class Contestant:
    """One process that does one work whenever it is asked to."""

    def __init__(self, name, work, threads, options):
        self.name = name
        self.seconds = []
        env = dict(os.environ)
        if name == "unroll":
            command = [str(options.unroll), work, str(threads)]
        elif name in ("c", "c-fast"):
            real = "double" if work == "W3double" else "float"
            command = [str(OUT / f"dinosaurs_{name}_{real}"), work, str(threads)]
        else:
            script, _, backend = name.partition("-")
            if backend:
                env["KERAS_BACKEND"] = backend
            command = [options.python, str(HERE / "peers" / f"{script}_peer.py"), work, str(threads)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
        )
        line = self.process.stdout.readline()
        try:
            self.version = json.loads(line).get("version")
        except json.JSONDecodeError:
            self.version = None

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        self.seconds.append(float(self.process.stdout.readline()))

    def stop(self):
        try:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()


def human(seconds):
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def measure(work, threads, options, peak):
    title, gflop, peers = WORKS[work]
    names = ["unroll"] + [p for p in peers if options.peers is None or p in options.peers]
    contestants = []
    for name in names:
        contestant = Contestant(name, work, threads, options)
        if contestant.version:
            contestants.append(contestant)
        else:
            contestant.stop()
            print(f"   {name}: not available for {work}", file=sys.stderr)
    if not contestants:
        return None
    for _ in range(options.rounds):
        for contestant in contestants:
            contestant.go()
    for contestant in contestants:
        contestant.stop()

    medians = {c.name: statistics.median(c.seconds) for c in contestants}
    ours = medians.get("unroll")
    print(f"\n{work}, {threads} thread{'s' if threads > 1 else ''}: {title}")
    rows = []
    for contestant in contestants:
        median = medians[contestant.name]
        ratio = median / ours if ours else None
        share = gflop / median / (peak * threads) if gflop else None
        rows.append({
            "contestant": contestant.version, "seconds": median, "fastest": min(contestant.seconds),
            "times_ours": ratio, "share_of_peak": share,
        })
        print(
            f"   {contestant.version:<36} {human(median):>9}"
            + (f"  {ratio:6.2f} x ours" if ratio else "")
            + (f"  {100 * share:5.1f}% of peak" if share else "")
        )
    return {"work": work, "title": title, "threads": threads, "rounds": options.rounds, "rows": rows}


def measure_startup(options):
    """W7 in the form of the other works, with the peak memory of each process."""
    title = WORKS["W7"][0]
    print(f"\nW7: {title}")
    rows = []
    for what, median, fastest, megabytes in startup.rows("Unroll", options.python, options.rounds, options.peers):
        rows.append({"contestant": what, "seconds": median, "fastest": fastest, "peak_megabytes": megabytes,
                     "times_ours": median / rows[0]["seconds"] if rows else 1, "share_of_peak": None})
        print(f"   {what:<44} {human(median):>9}  {megabytes:6.0f} MB at most")
    return {"work": "W7", "title": title, "threads": 1, "rounds": options.rounds, "rows": rows}


def markdown(report):
    lines = [
        f"Machine: {report['machine']}, {report['cores']} cores, float32 peak {report['peak_gflops']:.0f} GFLOP/s a core. "
        f"Medians of {report['rounds']} interleaved rounds; command: `{report['command']}`.",
        "",
        "| work | threads | Unroll | fastest peer | peer / Unroll | share of peak |",
        "|---|---|---|---|---|---|",
    ]
    for work in report["works"]:
        if work["work"] == "W7":
            continue
        ours = next((r for r in work["rows"] if r["contestant"].startswith("Unroll")), None)
        peers = [r for r in work["rows"] if r is not ours]
        if ours is None or not peers:
            continue
        best = min(peers, key=lambda r: r["seconds"])
        share = f"{100 * ours['share_of_peak']:.0f}%" if ours["share_of_peak"] else ""
        lines.append(
            f"| {work['work']}: {work['title']} | {work['threads']} | {human(ours['seconds'])} | "
            f"{best['contestant']}, {human(best['seconds'])} | {best['times_ours']:.1f} | {share} |"
        )
    for work in report["works"]:
        if work["work"] == "W7":
            lines += ["", "Whole processes, from start to exit, and their peak resident memory:", "", "| process | time | memory |", "|---|---|---|"]
            lines += [f"| {r['contestant']} | {human(r['seconds'])} | {r['peak_megabytes']:.0f} MB |" for r in work["rows"]]
    return "\n".join(lines) + "\n"


def machine():
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", help="comma-separated, default all", default="")
    parser.add_argument("--peers", help="comma-separated, default all", default="")
    parser.add_argument("--threads", help="comma-separated numbers of threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--python", default=sys.executable, help="Python with the peers installed")
    parser.add_argument("--unroll", type=Path, default=OUT / "unroll_worker")
    parser.add_argument("--peak", type=Path, default=OUT / "peak", help="program that prints the peak in GFLOP/s")
    options = parser.parse_args()
    options.peers = [p for p in options.peers.split(",") if p] or None
    works = [w for w in options.work.split(",") if w] or list(WORKS)
    unknown = [w for w in works if not any(k.startswith(w) for k in WORKS)]
    if unknown:
        parser.error(f"unknown work {', '.join(unknown)}; there are {', '.join(WORKS)}")
    works = [k for k in WORKS if any(k.startswith(w) for w in works)]

    peak = float(subprocess.run([str(options.peak)], check=True, capture_output=True, text=True).stdout)
    print(f"{machine()}, {os.cpu_count()} cores; peak {peak:.0f} GFLOP/s a core, float32")
    report = {"machine": machine(), "cores": os.cpu_count(), "peak_gflops": peak, "rounds": options.rounds, "works": []}
    given = {"WORK": options.work, "PEERS": ",".join(options.peers or []), "ROUNDS": str(options.rounds)}
    report["command"] = " ".join(["make bench"] + [f"{name}={value}" for name, value in given.items() if value])
    for work in works:
        if work == "W7":
            report["works"].append(measure_startup(options))
            continue
        single = work.startswith(("W3", "W4"))
        for threads in [1] if single else [int(t) for t in options.threads.split(",")]:
            result = measure(work, threads, options, peak)
            if result:
                report["works"].append(result)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "bench.json").write_text(json.dumps(report, indent=1))
    (OUT / "bench.md").write_text(markdown(report))
    print(f"\nwritten: {OUT / 'bench.json'}, {OUT / 'bench.md'}")


if __name__ == "__main__":
    main()
