"""Results of the matrix: one cell per check, one row per model or training."""
import contextlib
import json
import signal
import sys
import traceback

OK, FAIL, UNSUPPORTED, NOT_APPLICABLE, NOT_IN_KERAS = "ok", "FAIL", "unsupported", "-", "not in Keras"


class KerasFailure(Exception):
    """Keras itself cannot do this: the check has nothing to compare with."""


@contextlib.contextmanager
def by_keras():
    """Marks errors inside as Keras', so that they are not taken for ours."""
    try:
        yield
    except Exception as error:
        raise KerasFailure(f"{type(error).__name__}: {error}") from error


HANG = 60  # seconds after which a check counts as hanging (tf_keras can loop for ever over a graph)


def hanging(signum, frame):
    raise AssertionError(f"no end after {HANG} seconds")


class Recorder:
    """Writes every result as one line of JSON, as it comes."""

    def __init__(self, stream):
        self.stream = stream
        self.last_state = NOT_APPLICABLE

    def add(self, section, row, column, state, detail="", value=None):
        self.last_state = state
        line = {"section": section, "row": row, "column": column, "state": state, "detail": detail, "value": value}
        self.stream.write(json.dumps(line) + "\n")
        self.stream.flush()

    def check(self, section, row, column, function, limit):
        """Runs `function`, whose result is a distance that must not exceed `limit`."""
        import unroll

        signal.signal(signal.SIGALRM, hanging)
        signal.alarm(HANG)
        try:
            value = function()
            signal.alarm(0)
        except KerasFailure as error:
            self.add(section, row, column, NOT_IN_KERAS, str(error)[:300])
            return False
        except NotImplementedError as error:  # unroll.UnsupportedError is one
            if not isinstance(error, unroll.UnrollError):
                raise
            self.add(section, row, column, UNSUPPORTED, str(error)[:300])
            return False
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"[:600]
            if not isinstance(error, (unroll.UnrollError, AssertionError)):
                detail += "\n" + "".join(traceback.format_tb(sys.exc_info()[2])[-3:])
            self.add(section, row, column, FAIL, detail)
            return False
        finally:
            signal.alarm(0)
        if not value <= limit:
            self.add(section, row, column, FAIL, f"differs by {value:.2e}, limit {limit:.0e}", value)
            return False
        self.add(section, row, column, OK, "", value)
        return True


def worst_state(states):
    """The state that stands for several cells."""
    for state in (FAIL, UNSUPPORTED, OK, NOT_IN_KERAS):
        if state in states:
            return state
    return NOT_APPLICABLE
