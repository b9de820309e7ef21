"""One contestant: a process that does one work whenever it is asked to."""
import json
import os
import select
import subprocess
import sys
from pathlib import Path

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
        env = dict(os.environ)
        if name == "unroll":
            command = [str(OUT / "unroll_worker"), work, str(threads)]
        elif name == "onednn":
            command = [str(OUT / "onednn_peer"), work, str(threads)]
        elif name in ("c", "c-fast"):
            real = "double" if work == "W3double" else "float"
            command = [str(OUT / f"dinosaurs_{name}_{real}"), work, str(threads)]
        else:
            script, _, backend = name.partition("-")
            if backend:
                env["KERAS_BACKEND"] = backend
            command = [sys.executable, str(HERE / "peers" / f"{script}_peer.py"), work, str(threads)]
        self.log = OUT / "log" / f"{work}-{threads}-{name}.txt"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(self.log, "w") as log:
                self.process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=env,
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

    def go(self):
        if not self.running:
            return
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
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
