"""The grid's table: the peers' times divided by ours, worst first."""
import statistics

import report as text

BUSY = 0.2  # processors kept busy by others from which a row counts as disturbed
NAMES = {"torch": "PyTorch", "keras-jax": "JAX", "keras-tensorflow": "TensorFlow"}


def say(row):
    """One row on the terminal."""
    times = ", ".join(f"{NAMES.get(name, name)} {text.human(seconds)}" for name, seconds in row["seconds"].items() if name != "unroll")
    ours = row["seconds"].get("unroll")
    ratio = f"{row['ratio']:6.2f}" if row["ratio"] else "     -"
    print(f"{ratio}  {row['work']:<16} {row['task']:<8} {row['threads']}  {text.human(ours) if ours else '-':>8}  {times}  ({row['title']})", flush=True)
    if row["others"] > BUSY:
        print(f"        disturbed: other programs kept {row['others']:.1f} processors busy")
    for name, reason in row["left_out"].items():
        print(f"        without {NAMES.get(name, name)}: {reason}")


def markdown(result, level=None):
    """level: only rows of this instruction set."""
    rows = [row for row in result["rows"] if level in (None, row["instruction_set"])]
    measured = sorted((row for row in rows if row["ratio"]), key=lambda row: row["ratio"])
    if not measured:
        return "Nothing was measured.\n"
    ratios = [row["ratio"] for row in measured]
    dates = sorted({row["date"] for row in measured})
    versions = sorted({version for row in measured for version in row["versions"].values()})
    levels = sorted({row["instruction_set"] for row in measured})
    rounds = sorted({row["rounds"] for row in measured})
    ahead = sum(ratio > 1 for ratio in ratios)
    lines = [
        f"`make bench WORK=grid` on {result['machine']}, {result['cores']} cores, {result['system']}, {' to '.join(dict.fromkeys((dates[0], dates[-1])))}; "
        f"kernels for {', '.join(levels)}. {', '.join(versions)}. Medians of {' to '.join(map(str, dict.fromkeys((rounds[0], rounds[-1]))))} rounds.",
        "",
        f"Unroll is ahead in {ahead} of {len(ratios)} rows; the median ratio is {statistics.median(ratios):.2f}. "
        + " ".join(f"On {n} thread{'s' * (n > 1)}: {sum(r['ratio'] > 1 for r in of)} of {len(of)}." for n in sorted({r["threads"] for r in measured})
                   for of in [[r for r in measured if r["threads"] == n]]),
        "",
        "| ratio | work | | threads | Unroll | fastest peer | other peers |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in measured:
        others = sorted((seconds, name) for name, seconds in row["seconds"].items() if name not in ("unroll", row["fastest"]))
        lines.append("| " + " | ".join([
            f"{row['ratio']:.2f}", f"{row['work']}: {row['title']}", row["task"], str(row["threads"]), text.human(row["seconds"]["unroll"]),
            f"{NAMES[row['fastest']]} {text.human(row['seconds'][row['fastest']])}",
            ", ".join(f"{NAMES[name]} {text.human(seconds)}" for seconds, name in others),
        ]) + " |")
    disturbed = [f"{row['work']} ({row['task']}, {row['threads']})" for row in measured if row["others"] > BUSY]
    if disturbed:
        lines += ["", f"Measured while other programs kept more than {BUSY:g} of a processor busy: {', '.join(disturbed)}."]
    lines += left_out(rows)
    return "\n".join(lines) + "\n"


def left_out(rows):
    """What was not measured, and why: one line for each peer and reason."""
    found = {}
    for row in rows:
        for name, reason in row["left_out"].items():
            found.setdefault((NAMES.get(name, "Unroll"), reason), []).append(row["work"])
    if not found:
        return []
    return ["", "Not measured:", ""] + [f"- {name} in {', '.join(dict.fromkeys(works))}: {reason}." for (name, reason), works in sorted(found.items())]


def put_into(path, result, level):
    text.put_into(path, f"grid {level}", markdown(result, level))
