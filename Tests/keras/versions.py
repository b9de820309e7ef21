"""Real Keras by version, beside Unroll: `make test-keras-versions VERSIONS="3.0.5 3.3.3"`.

Every version of Keras 3 is installed alone in .venv-keras-versions/<version>
and runs on the TensorFlow and NumPy of .venv-keras; versions before 3 are
old_versions.py's. Results stay in build/keras/versions, and the table is made
of all that are there. Exit status 0: nothing failed that `known` does not name.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "bindings" / "python")]
LIBRARY = ROOT / "build" / "lib" / "libunroll.so"
os.environ.setdefault("UNROLL_LIBRARY", str(LIBRARY))

from results import FAIL, NOT_IN_KERAS, OK, UNSUPPORTED
from version_columns import COLUMNS, GOES_ON, OPENS, READS

PYTHON = ROOT / ".venv-keras" / "bin" / "python"
ENVIRONMENTS = ROOT / ".venv-keras-versions"
RESULTS = ROOT / "build" / "keras" / "versions"
KERAS3 = ("3.0.5", "3.1.1", "3.2.1", "3.3.3", "3.4.1", "3.5.0", "3.6.0", "3.7.0", "3.8.0", "3.9.2", "3.10.0", "3.11.3",
          "3.12.4", "3.13.2", "3.14.1", "3.15.1")
REPRESENTATIVE = ("3.0.5", "3.3.3", "3.9.2", "3.15.1")

# Rows that do not work, and why; `unsupported` ones by their optimizer, whatever the column.
NO_OPTIMIZER = {"Adafactor", "Adam use_ema", "Adam gradient accumulation"}
# Up to 3.9 Keras wants Nadam's product of momenta before the moments, later after them. Unroll writes a model back in
# the order it was read in; a new one it writes for 3.10 and later.
NADAM_AFTER = (3, 10)
# Up to 3.10 Keras drops a mask given to the first layer of a model: Unroll says so and computes as 3.11 does.
DROPPED_MASK, MASK_KEPT = "graphs: mask=, of the first layer", (3, 11)
# Before they are fixed Keras builds these for the last axis when it opens an .h5, its own included.
LAST_AXIS = {f"normalisation: {row}" for row in (
    "BatchNormalization over time", "LayerNormalization over time", "LayerNormalization over all axes")}


def number(version):
    """(3, 10) of "3.10.0", (2, 1) of "tf2.1"."""
    return tuple(int(part) for part in version.removeprefix("tf").split(".")[:2])


def known(version, result):
    """Whether this is one of the cells that are not expected to work."""
    row, column, state = result["row"], result["column"], result["state"]
    if row == DROPPED_MASK and number(version) < MASK_KEPT:
        return state in (UNSUPPORTED, NOT_IN_KERAS) or column == READS[2]
    if row in LAST_AXIS and column in (OPENS[1], OPENS[-1]):
        return True
    if state == UNSUPPORTED:
        return row in NO_OPTIMIZER or row.startswith("LossScaleOptimizer") and column == GOES_ON[1]
    if state == NOT_IN_KERAS:
        return True
    return row.startswith("Nadam") and column == GOES_ON[1] and number(version) < NADAM_AFTER


def install(version):
    """The one package `keras`, and the trees that it had its own package for until 3.3."""
    place = ENVIRONMENTS / version
    if (place / "keras").is_dir():
        return place
    print(f"{version}: installing", flush=True)
    packages = [f"keras=={version}"] + (["dm-tree", "attrs"] if number(version) < (3, 3) else [])
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", place,
                    *packages], check=True)
    return place


def run(version, options):
    """All rows with one Keras 3, in a process of its own."""
    place, results = install(version), RESULTS / f"{version}.jsonl"
    started = time.monotonic()
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(map(str, (place, ROOT / "bindings" / "python", HERE))),
        "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "",
    }
    arguments = ["--match", options.match, "--random", str(options.random)] + (["--brief", version] if options.brief else [])
    with open(RESULTS / f"{version}.log", "w") as log:
        code = subprocess.run([PYTHON, HERE / "version_rows.py", results, *arguments], env=environment, stdout=log, stderr=log).returncode
    found = read(results)
    whole = code == 0 and found and found[-1]["section"] == "end"
    if whole:
        assert found[-1]["row"] == version, f"asked for Keras {version}, ran {found[-1]['row']}"
    print(f"{version}: {summary(found)}, {time.monotonic() - started:.0f} s" + ("" if whole else f"; it broke off, see {log.name}"),
          flush=True)
    return judge(version, found) and whole


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def summary(found):
    counts = collections.Counter(result["state"] for result in found if result["section"] != "end")
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


def judge(version, found):
    good = True
    for result in found:
        if result["state"] in (FAIL, UNSUPPORTED, NOT_IN_KERAS) and not known(version, result):
            good = False
            print(f"{result['state']}: {version} / {result['row']} / {result['column']}\n    " + result["detail"].replace("\n", "\n    "))
    return good


# ---- the table ---------------------------------------------------------------

EXPLANATION = """# Compatibility by Keras version

Made by `make test-keras-versions` (see Tests/keras/versions.py) with the real Keras of each version. A cell says how
many of the models and trainings tried agree: predictions to 1e-5 of their scale, weights after further training to
1e-4. *brief*: every fourth of the models that differ only in an option, all others, and fourteen optimizers. What a
version of Keras cannot do itself (build, save) is not counted; *(n)* is the number of such cases.

- *reads*: Unroll opens what Keras wrote. `.weights.h5` is loaded into the same model built in code with Unroll.
- *opens our*: Keras opens what Unroll wrote, unchanged. *models built with Unroll*: whole models, as `.keras` and `.h5`.
- *goes on from Keras*: Keras trains, saves `.keras` and continues; Unroll opens the file and continues identically.
  *Keras goes on from ours*: the other way round. *from our copy*: Keras trains, Unroll opens and saves, and the same
  Keras continues.

What does not agree: AGAIN
"""
REASONS = """up to Keras 3.9, a Nadam that Unroll itself compiled (Keras 3.10 changed the order of the optimizer's
variables; files that Keras wrote are saved in their own order). Adafactor, `use_ema` and gradient accumulation do not
exist in Unroll: such a model is loaded without its optimizer, and a note says so. Of a LossScaleOptimizer only the
inner optimizer is kept."""


def cell(found, column):
    states = collections.Counter(result["state"] for result in found if result["column"] == column)
    total = states[OK] + states[FAIL] + states[UNSUPPORTED]
    if not total:
        return "-"
    return f"{states[OK]}/{total}" + (f" ({states[NOT_IN_KERAS]})" if states[NOT_IN_KERAS] else "")


def table():
    lines = [EXPLANATION.replace("AGAIN", REASONS), "## Keras 3", "", "| Keras | " + " | ".join(COLUMNS) + " |",
             "|---" * (len(COLUMNS) + 1) + "|"]
    for version in KERAS3:
        path = RESULTS / f"{version}.jsonl"
        found = read(path) if path.exists() else []
        if found and found[-1]["section"] == "end":
            brief = " (brief)" if found[-1]["detail"] == "brief" else ""
            lines.append(f"| {version}{brief} | " + " | ".join(cell(found, column) for column in COLUMNS) + " |")
    old = sorted(RESULTS.glob("*.row.json"), key=lambda path: number(path.name.split(".row")[0]))
    if old:
        import old_versions

        rows = [json.loads(path.read_text()) for path in old]
        lines += ["", "## Keras 1 and 2", "", old_versions.markdown(rows).rstrip()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="compare Unroll with Keras, version by version")
    parser.add_argument("versions", nargs="*", help=f"default: {' '.join(REPRESENTATIVE)}; `all` is every one of Keras 3")
    parser.add_argument("--match", default="", help="only rows whose name contains this")
    parser.add_argument("--random", type=int, default=10, help="random models a version")
    parser.add_argument("--brief", action="store_true", help="every fourth of the rows that differ by an option, half of the optimizers")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--table", default=RESULTS / "keras-versions.md", type=Path, help="write the table (Markdown) to this file")
    options = parser.parse_args()
    versions = [one for word in options.versions or REPRESENTATIVE for one in (KERAS3 if word == "all" else [word])]
    RESULTS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        good = list(pool.map(lambda version: run(version, options), [version for version in versions if number(version) >= (3, 0)]))
    good += [run_old(version, options) for version in versions if number(version) < (3, 0)]
    options.table.write_text(table())
    print(f"table: {options.table}")
    return 0 if all(good) else 1


def run_old(version, options):
    import old_versions

    rows, good = old_versions.rows([version], options.match)
    for row in rows:
        (RESULTS / f"{version}.row.json").write_text(json.dumps(row))
    return good


if __name__ == "__main__":
    sys.exit(main())
