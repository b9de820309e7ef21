"""Old Keras, 1.0 to 2.15, beside Unroll: files of the real thing, read and written.

    .venv/bin/python Tests/keras/old_versions.py [--versions "2.2.4 2.15"] [--match TEXT] [--table FILE]

Every version writes all models in all its formats with what it computed from
them; Unroll reads them, goes on training, and writes them again for that Keras
to open. Logs and files are in build/keras/<version>.
"""
import argparse
import collections
import os
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE / "old"), str(HERE), str(ROOT / "bindings" / "python")]
os.environ.setdefault("UNROLL_LIBRARY", str(ROOT / "build" / "lib" / "libunroll.so"))

import environments
from environments import VERSIONS

EXPECTED = HERE / "old" / "expected.txt"
HEADER = ("version", "Unroll reads", "goes on training", "it opens ours", "goes on from ours", "not as Keras")


def cells(version, match=""):
    """Everything tried with one version: (group, name, column, state, detail), and the exact packages."""
    from reader import Reader

    folder = ROOT / "build" / "keras" / version
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environments.run(version, "write", folder, match)
    reader = Reader(version, folder)
    reader.read()
    environments.run(version, "open", folder)
    reader.opened()
    return reader.cells, reader.versions


def expected(version):
    """(group, name, column) of what is not as in Keras, from expected.txt."""
    found = []
    for line in EXPECTED.read_text().splitlines():
        versions, *rest = line.split(" / ")
        if not line.startswith("#") and len(rest) == 3 and (versions == "all" or version in versions.split()):
            found.append(tuple(rest))
    return found


def judge(version, found):
    """Prints what is neither right nor expected; True if there is nothing."""
    known, good = expected(version), True
    for group, name, column, state, detail in found:
        if state in ("ok", "not in Keras"):
            continue
        if not any(all(pattern in ("*", word) for pattern, word in zip(line, (group, name, column))) for line in known):
            good = False
            print(f"  {version} / {group} / {name} / {column}: {state}: {detail}")
    return good


def row(version, found):
    """One row of the table of versions."""
    def count(*columns):
        states = collections.Counter(state for _, _, column, state, _ in found if any(column.startswith(c) for c in columns))
        total = sum(states.values())
        return f"{states['ok']}/{total}" if total else "-"

    others = sorted({f"{name} ({column})" for _, name, column, state, _ in found if state in ("FAIL", "unsupported")})
    shown = ", ".join(others[:4]) + (f" and {len(others) - 4} more" if len(others) > 4 else "")
    return (version, count("reads", "in code", "inspects", "refuses", "writes"), count("goes on training"), count("opens"),
            count("goes on from ours"), shown)


def rows(versions=VERSIONS, match=""):
    """Runs the versions; a row for each, and whether all was as expected."""
    table, good = [], True
    for version in versions:
        started = time.monotonic()
        try:
            found, packages = cells(version, match)
        except environments.Missing as missing:
            print(f"{version}: skipped: {missing}")
            continue
        good = judge(version, found) and good
        table.append(row(version, found))
        print(f"{version} ({packages}): {' | '.join(table[-1][1:])}, {time.monotonic() - started:.0f} s", flush=True)
    return table, good


def markdown(table):
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    return "\n".join(lines + ["| " + " | ".join(line) + " |" for line in table]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", default=" ".join(VERSIONS))
    parser.add_argument("--match", default="", help="only models whose name contains this")
    parser.add_argument("--table", help="write the table (Markdown) to this file")
    options = parser.parse_args()
    versions = options.versions.split()
    unknown = [version for version in versions if version not in VERSIONS]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(VERSIONS)}")
    table, good = rows(versions, options.match)
    if options.table:
        Path(options.table).write_text(markdown(table))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
