"""Runs the checks of a case, and finds the smallest case for one that fails."""
import signal
import sys
import traceback

import unroll
from case import drawn
from checks import Checks, NotApplicable
from results import FAIL, NOT_APPLICABLE, NOT_IN_KERAS, OK, UNSUPPORTED, KerasFailure, hanging
from script import TRAINS, script
from shrink import shrunk
from trial import Trial

HANG = 120  # seconds for a check of which this machine may do several at once


def tried(checks, name):
    """(state, what it is about) of one check."""
    signal.signal(signal.SIGALRM, hanging)
    signal.alarm(HANG)
    try:
        what, value = checks.run(name)
    except NotApplicable as reason:
        return NOT_APPLICABLE, str(reason)
    except KerasFailure as error:
        return NOT_IN_KERAS, str(error)
    except NotImplementedError as error:  # unroll.UnsupportedError is one
        return (UNSUPPORTED if isinstance(error, unroll.UnrollError) else FAIL), f"{type(error).__name__}: {error}"
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        if not isinstance(error, (unroll.UnrollError, AssertionError)):
            detail += "\n" + "".join(traceback.format_tb(sys.exc_info()[2])[-3:])
        return FAIL, detail
    finally:
        signal.alarm(0)
    return (FAIL, f"{what} differ by {value:.1e}") if what else (OK, f"{value:.1e}")


def kind_of(detail):
    """What must be the same of two failures for them to be one: the error, or what differs."""
    return detail.split(":")[0] if "Error" in detail.split(":")[0] else detail.split(" ")[0]


def judged(seed, number, keras, folder, budget):
    """All results of the case as plain data."""
    case = drawn(seed, number, keras.__name__)
    result = {"library": case.library, "seed": seed, "number": number, "checks": {}}
    checks = Checks(Trial(case, keras, folder))
    for name in checks.names():
        state, detail = tried(checks, name)
        result["checks"][name] = [state, detail]
        if state == FAIL:
            result["failure"] = explained(case, keras, folder, name, detail, budget)
            break  # what follows fails for the same reason, mostly
    return result


def explained(case, keras, folder, name, detail, budget):
    """The failure with the smallest model that has it, as Python."""
    def fails(candidate):
        state, found = tried(Checks(Trial(candidate, keras, folder)), name)
        return state == FAIL and kind_of(found) == kind_of(detail)

    small = shrunk(case, fails, name in TRAINS, budget)
    trial = Trial(small, keras, folder)
    found = tried(Checks(trial), name)
    return {"check": name, "detail": detail if found[0] != FAIL else found[1], "script": script(trial, name)}
