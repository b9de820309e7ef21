"""Prints the matrix, judges it, and writes the compatibility table."""
from collections import Counter, defaultdict
from pathlib import Path

from results import FAIL, NOT_APPLICABLE, NOT_IN_KERAS, OK, UNSUPPORTED, worst_state

HERE = Path(__file__).resolve().parent
MARKS = {OK: "ok", FAIL: "FAIL", UNSUPPORTED: "no", NOT_APPLICABLE: "-", NOT_IN_KERAS: "(Keras)"}
LAYER_COLUMNS = ("built in code", "read .h5", "read .keras", "read .weights.h5", "read weights-only .h5", "write .h5", "write .keras",
                 "write .weights.h5", "write weights-only .h5", "float64", "train", "stream", "2.x read .h5", "2.x read .keras",
                 "2.x write .h5")
SHORT = ("code", "r.h5", "r.keras", "r.wts", "r.old", "w.h5", "w.keras", "w.wts", "w.old", "f64", "train", "stream", "2r.h5", "2r.ker", "2w.h5")


def table(results, section):
    """row -> column -> result, in the order they came."""
    rows = defaultdict(dict)
    for result in results:
        if result["section"] == section:
            rows[result["row"]][result["column"]] = result
    return rows


def listed(name):
    lines = (HERE / name).read_text().splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def print_layers(rows):
    print("\nLayers (r: we read Keras' file, w: Keras reads ours, wts: .weights.h5, old: weights-only .h5,")
    print("f64: float64 to 1e-12, train: weights after training steps, 2: tf_keras)")
    width = max((len(name) for name in rows), default=0)
    print(f"{'':{width}} " + " ".join(f"{name:>7}" for name in SHORT))
    for name, cells in rows.items():
        marks = (MARKS[cells[column]["state"]] if column in cells else "" for column in LAYER_COLUMNS)
        print(f"{name:{width}} " + " ".join(f"{mark:>7}" for mark in marks))


def print_grid(title, rows):
    print(f"\n{title}")
    for name, cells in rows.items():
        counts = Counter(cell["state"] for cell in cells.values())
        values = [cell["value"] for cell in cells.values() if cell["value"] is not None]
        largest = f"worst {max(values):.1e}" if values else ""
        print(f"  {name:55} " + ", ".join(f"{count} {MARKS[state]}" for state, count in counts.items()) + f"  {largest}")


def show(results, complete):
    """Prints everything; True if nothing is wrong."""
    rows = table(results, "layers")
    if rows:
        print_layers(rows)
    for section in ("training", "fit", "scripts", "optimizer state"):
        grid = table(results, section)
        if grid:
            print_grid(section.capitalize(), grid)
    return judge(results, complete)


def judge(results, complete):
    """Prints every failure; the two lists must be exactly true."""
    ours = listed("unsupported.txt")
    excused = {UNSUPPORTED: ours, FAIL: ours, NOT_IN_KERAS: listed("not_in_keras.txt")}
    met, good = set(), True
    print()
    results = [result for result in results if result["section"] != "time"]
    for result in results:
        row = f"{result['section']} / {result['row']}"
        cell = f"{row} / {result['column']}"
        state = result["state"]
        entry = next((name for name in (row, cell) if name in excused.get(state, ())), None)
        if entry:
            met.add(entry)
            result["state"] = UNSUPPORTED if state == FAIL else state
        elif state in (FAIL, UNSUPPORTED, NOT_IN_KERAS):
            good = False
            print(f"{state}: {cell}\n    " + result["detail"].replace("\n", "\n    "))
    for name in sorted(set().union(*excused.values()) - met if complete else ()):
        good = False
        print(f"FAIL: '{name}' is listed as impossible, but it works: remove the line")
    counts = Counter(result["state"] for result in results)
    print("\n" + ", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    return good and bool(results)


def write_table(results, path):
    import h5py
    import keras
    import tensorflow as tf
    import tf_keras

    groups = {
        "in code": LAYER_COLUMNS[0:1], "reads Keras 3": LAYER_COLUMNS[1:5], "Keras 3 reads": LAYER_COLUMNS[5:9],
        "float64": ("float64",), "trains": ("train",), "streams": ("stream",), "reads tf.keras 2": ("2.x read .h5", "2.x read .keras"),
        "tf.keras 2 reads": ("2.x write .h5",),
    }
    marks = {OK: "yes", FAIL: "**wrong**", UNSUPPORTED: "no", NOT_APPLICABLE: "-", NOT_IN_KERAS: "n/a"}
    lines = [
        "# Compatibility with Keras", "",
        f"Measured by `make test-keras` with Keras {keras.__version__} (TensorFlow {tf.__version__}), "
        f"tf_keras {tf_keras.__version__}, h5py {h5py.__version__}. Every cell was run.", "",
        "*In code*: the same Python source with `unroll` in place of `keras`. *Reads*: Unroll loads the file and "
        "predicts the same (1e-5 of the output's scale in float32) from `.h5`, `.keras`, `.weights.h5` and weights-only `.h5`. *Keras reads*: Keras loads what Unroll wrote and predicts the "
        "same, in the same four formats. *float64*: the same to 1e-12. *Trains*: weights after training steps in "
        "float64, to 1e-9; `-` where training draws random numbers. *Streams*: one step per call gives the same; `-` where a "
        "layer needs the whole sequence. `n/a`: that Keras cannot do it itself.", "",
    ]
    rows = table(results, "layers")
    for section in dict.fromkeys(name.split(": ")[0] for name in rows):
        lines += [f"## {section.capitalize()}", "", "| model | " + " | ".join(groups) + " |", "|---" * (len(groups) + 1) + "|"]
        for name, cells in rows.items():
            if name.split(": ")[0] != section:
                continue
            found = [marks[worst_state([cells[c]["state"] for c in columns if c in cells])] for columns in groups.values()]
            lines.append(f"| {name.split(': ', 1)[1]} | " + " | ".join(found) + " |")
        lines.append("")
    lines += grid_lines("Training: 30 steps with masks, sample weights and partial batches, weights to 1e-4",
                        table(results, "training"), marks)
    lines += grid_lines("Optimizer state through files, then 6 further steps, weights to 1e-4",
                        table(results, "optimizer state"), marks)
    lines += grid_lines("fit and evaluate: histories, metrics and weights to 1e-4", table(results, "fit"), marks)
    lines += grid_lines("The steps of scripts: freezing, states, events, forms of targets and weights, values to 1e-4",
                        table(results, "scripts"), marks)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))


def grid_lines(title, rows, marks):
    if not rows:
        return []
    columns = list(dict.fromkeys(column for cells in rows.values() for column in cells))
    lines = [f"## {title}", "", "| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, cells in rows.items():
        found = [marks[cells[column]["state"]] if column in cells else "" for column in columns]
        lines.append(f"| {name} | " + " | ".join(found) + " |")
    return [*lines, ""]
