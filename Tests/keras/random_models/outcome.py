"""Prints what random models showed."""
from collections import Counter, defaultdict

from results import FAIL, NOT_APPLICABLE, NOT_IN_KERAS, OK, UNSUPPORTED


def shown(results, wanted):
    """Prints the differences and the counts; True if there is no difference and no model is missing."""
    failed = [result for result in results if "failure" in result]
    for result in sorted(failed, key=lambda each: (each["library"], each["number"])):
        failure = result["failure"]
        print(f"\nFAIL: {result['library']}, seed {result['seed']}, model {result['number']}: {failure['check']}: {failure['detail']}")
        print("    " + failure["script"].replace("\n", "\n    "))
    for library in sorted({result["library"] for result in results}):
        of_it = [result for result in results if result["library"] == library]
        print(f"\n{library}: {len(of_it)} models, {sum('failure' in result for result in of_it)} with a difference")
        table(of_it)
    if len(results) < wanted:
        print(f"\n{wanted - len(results)} models were not tried")
    return not failed and len(results) == wanted


def table(results):
    """How often each check agreed, and why it had nothing to compare."""
    states, reasons = defaultdict(Counter), defaultdict(Counter)
    for result in results:
        for name, (state, detail) in result["checks"].items():
            states[name][state] += 1
            if state in (NOT_IN_KERAS, UNSUPPORTED):
                reasons[state][shortened(detail)] += 1
    for name, counts in states.items():
        print(f"  {name:24}" + ", ".join(f"{counts[state]} {state}" for state in (OK, FAIL, UNSUPPORTED, NOT_IN_KERAS, NOT_APPLICABLE) if counts[state]))
    for state, counts in reasons.items():
        for reason, count in counts.most_common(12):
            print(f"  {state}: {count} x {reason}")


def shortened(detail):
    """A message without what varies from model to model."""
    text = " ".join(detail.split())[:140]
    return "".join("#" if character.isdigit() else character for character in text)
