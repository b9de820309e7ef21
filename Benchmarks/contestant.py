"""One contestant: a process that does one work whenever it is asked to."""
import json
import os
import select
import subprocess
import sys
from pathlib import Path

import limits

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "build" / "bench"
# Seconds until a contestant is given up: one that spins on a core another
# program needs can take minutes.
PATIENCE = 240


def cores(count):
    return set(sorted(os.sched_getaffinity(0))[:count])


class Contestant:
    def __init__(self, name, work, threads, bound=True):
        """bound: to as many cores as it has threads, like all its rivals."""
        self.name, self.work, self.threads = name, work, threads
        self.seconds = []
        self.megabytes = None
        self.about = {}
        self.environment = dict(os.environ)
        _, _, backend = name.partition("keras-")
        if backend:
            self.environment["KERAS_BACKEND"] = backend
        self.log = OUT / "log" / f"{work}-{threads}-{name}.txt"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(self.log, "w") as log:
                self.process = subprocess.Popen(
                    self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment,
                    preexec_fn=(lambda: os.sched_setaffinity(0, cores(threads))) if bound else None,
                )
        except OSError as error:
            self.process = None
            self.drop(str(error))
            return
        line = self.read()
        try:
            self.about = json.loads(line) if line else {}
        except json.JSONDecodeError:
            self.drop(f"said {line!r}")
        if self.process and not self.version:
            self.drop("does not do this work" if self.about else f"did not start, see {self.log.relative_to(HERE.parent)}")

    def command(self):
        arguments = [self.work, str(self.threads)]
        if self.name in ("unroll", "onednn"):
            return [str(OUT / {"unroll": "unroll_worker", "onednn": "onednn_peer"}[self.name]), *arguments]
        if self.name in ("c", "c-fast"):
            real = "double" if self.work == "W3double" else "float"
            return [str(OUT / f"dinosaurs_{self.name}_{real}_{limits.compiled_for()}"), *arguments]
        return [sys.executable, str(HERE / "peers" / f"{self.name.partition('-')[0]}_peer.py"), *arguments]

    @property
    def version(self):
        return self.about.get("version")

    @property
    def running(self):
        return self.process is not None

    def read(self):
        """The next line, or nothing if it ended or took too long."""
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        return self.process.stdout.readline() if ready else ""

    def tell(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def go(self):
        if not self.running:
            return
        try:
            self.tell("go")
            seconds, self.megabytes = (float(number) for number in self.read().split())
            self.seconds.append(seconds)
        except (OSError, ValueError):
            self.drop(f"ended or took more than {PATIENCE} s")

    def drop(self, why):
        print(f"   {self.name}: not measured in {self.work} with {self.threads} threads: {why}", file=sys.stderr)
        self.seconds = []
        self.stop()

    def stop(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        try:
            process.stdin.close()
            process.wait(timeout=0 if not self.seconds else 10)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()
