#!/usr/bin/env python3
"""Changes one line at a time (Tests/mutants.py) and demands that a test notices: `make mutants`.

    tools/mutants.py [--match TEXT]

Works in a copy of the sources, build/mutants, that keeps its builds: the first
run builds everything, each change of Swift then takes a minute or two. Exit
status 1 if a change survives or a line to change is no longer there.
"""
import argparse
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "build" / "mutants"
WANTED = ("Package.swift", "Sources", "Tests", "include", "bindings", "examples", "tools")
MUTANTS = runpy.run_path(str(ROOT / "Tests" / "mutants.py"))["MUTANTS"]


def copy_sources():
    """The sources as they are now; files that have not changed keep their time, so that they are not built anew."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *WANTED], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split("\0")
    current = {name for name in listed if name and os.path.lexists(ROOT / name)}
    for path in [path for name in WANTED for path in (COPY / name).rglob("*")]:
        if not path.is_dir() and str(path.relative_to(COPY)) not in current or path.is_symlink():
            path.unlink()
    for name in current:
        source, target = ROOT / name, COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(os.readlink(source))
        elif not target.exists() or target.read_bytes() != source.read_bytes():
            shutil.copy(source, target)


def run(*command, **environment):
    return subprocess.run(command, cwd=COPY, env={**os.environ, **environment}, capture_output=True, text=True)


def build():
    result = run("swift", "build", "--build-tests", "-j", str(os.cpu_count()))
    return result.returncode == 0, result.stdout + result.stderr


def passes(tests):
    """Whether the tests pass, and what they said."""
    if tests.endswith(".py"):
        result = run(str(ROOT / ".venv/bin/python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"bindings/python/tests/{tests}",
                     PYTHONPATH="bindings/python", PYTHONDONTWRITEBYTECODE="1",
                     UNROLL_LIBRARY=str(COPY / ".build/debug/libunroll.so"))
    else:
        result = run("swift", "test", "--skip-build", "--filter", tests)
    return result.returncode == 0, result.stdout + result.stderr


def survives(path, before, after, tests):
    """Why the change is not refused, or None."""
    text = path.read_text()
    if text.count(before) != 1:
        return f"'{before}' stands there {text.count(before)} times, not once"
    path.write_text(text.replace(before, after))
    try:
        if path.suffix == ".swift":
            builds, output = build()
            if not builds:
                return "the change does not compile:\n" + output[-2000:]
        return f"{tests} passes all the same" if passes(tests)[0] else None
    finally:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--match", default="", help="only changes whose file or text contains this")
    wanted = parser.parse_args().match
    chosen = [mutant for mutant in MUTANTS if any(wanted in part for part in mutant)]
    copy_sources()
    builds, output = build()
    if not builds:
        sys.exit("the unchanged sources do not build:\n" + output[-3000:])
    for tests in dict.fromkeys(mutant[3] for mutant in chosen):
        good, output = passes(tests)
        if not good:
            sys.exit(f"{tests} fails on the unchanged sources:\n{output[-3000:]}")
    survivors = 0
    for name, before, after, tests in chosen:
        reason = survives(COPY / name, before, after, tests)
        survivors += reason is not None
        print(f"{'killed  ' if reason is None else 'SURVIVES'}  {name}: {before} -> {after or '(nothing)'}", flush=True)
        if reason:
            print(f"          {reason}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} changes are refused")
    sys.exit(survivors != 0)


if __name__ == "__main__":
    main()
