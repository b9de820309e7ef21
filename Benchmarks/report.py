"""What the bench found, as text for people: the terminal's, with the bars, and RESULTS.md's."""


def human(seconds):
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def number(value):
    return f"{value:.3g}" if value < 10 else f"{value:.0f}"


def verdict(bar):
    return "met" if bar["met"] else "NOT MET"


def say(work):
    """One work on the terminal."""
    threads = f", {work['threads']} thread{'s' if work['threads'] > 1 else ''}" if work["threads"] else ""
    print(f"\n{work['work']}{threads}: {work['title']}")
    for row in work["rows"]:
        parts = [f"   {row['contestant']:<44} {human(row['seconds']):>9}"]
        if row.get("times_ours"):
            parts.append(f"{row['times_ours']:7.2f} x ours")
        if row.get("share_of_peak"):
            parts.append(f"{100 * row['share_of_peak']:5.1f}% of peak")
        if row.get("megabytes"):
            parts.append(f"{row['megabytes']:5.0f} MB")
        if row.get("bar"):
            parts.append(f"bar {row['bar']:.2f} {'met' if row['times_ours'] >= row['bar'] else 'NOT MET'}")
        print("  ".join(parts))
    for bar in work["bars"]:
        if "peer" not in bar:
            print(f"   {bar['what']}: {bar['measured']} (bar {bar['required']}) {verdict(bar)}")


def markdown(report):
    peaks = report["peak_gflops"]
    lines = [
        f"`{report['command']}` on {report['machine']}, {report['cores']} cores, {report['system']}; kernels for "
        f"{report['instruction_set']}. Measured peak of one core: {peaks['float32']:.0f} GFLOP/s float32, {peaks['float64']:.0f} float64. "
        f"Medians of {report['rounds']} rounds in which ours and the peers take turns, each bound to as many cores as threads.",
        "",
        f"Peers: {', '.join(report['versions'])}. oneDNN is a bound, not a rival: its recurrent primitives alone, without optimizer, "
        "dropout, loss and Dense, weights in its own format from the start. A ratio is the peer's time divided by ours.",
        "",
        "| work | threads | Unroll | of peak | fastest peer | ratio | oneDNN alone | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for work in report["works"]:
        ours = next((r for r in work["rows"] if r.get("peer") == "unroll"), None)
        if ours is None:
            continue
        peers = [r for r in work["rows"] if r["peer"] not in ("unroll", "onednn")]
        best = min(peers, key=lambda r: r["seconds"]) if peers else None
        bound = next((r for r in work["rows"] if r["peer"] == "onednn"), None)
        lines.append("| " + " | ".join([
            f"{work['work']}: {work['title']}",
            str(work["threads"]),
            human(ours["seconds"]),
            f"{100 * ours['share_of_peak']:.0f}%" if ours["share_of_peak"] else "",
            f"{best['name']}, {human(best['seconds'])}" if best else "",
            number(best["times_ours"]) if best else "",
            human(bound["seconds"]) if bound else "",
            number(bound["times_ours"]) if bound else "",
        ]) + " |")
    for work in report["works"]:
        if work["work"] == "W7":
            lines += ["", "W7, whole processes from start to exit, and their peak resident memory:", "", "| process | time | memory |", "|---|---|---|"]
            lines += [f"| {r['contestant']} | {human(r['seconds'])} | {r['megabytes']:.0f} MB |" for r in work["rows"]]
    other = [f"{bar['what']} {bar['measured']}" for work in report["works"] for bar in work["bars"] if "peer" not in bar]
    if other:
        lines += ["", "Besides: " + "; ".join(other) + "."]
    return "\n".join(lines) + "\n"


def put_into(path, table, text):
    """Replaces a table between its markers in a file. There is one for each instruction
    set; a table that is not there yet goes to the end."""
    begin, end = f"<!-- {table}: begin, written by make bench RESULTS=1 -->", f"<!-- {table}: end -->"
    whole = path.read_text()
    if begin not in whole:
        path.write_text(f"{whole}\n{begin}\n{text}{end}\n")
        return
    before, rest = whole.split(begin, 1)
    if end not in rest:
        raise SystemExit(f"{path}: the marker is missing: {end}")
    path.write_text(f"{before}{begin}\n{text}{end}{rest.split(end, 1)[1]}")
