"""The progress line."""

import io

import pytest

from unroll._progress import ProgressBar, format_duration, format_step_time, format_value


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_the_line_is_redrawn_with_the_time_left():
    stream = Terminal()
    bar = ProgressBar(62, 1, stream)
    bar.start -= 10
    bar.update(31, {"loss": 0.25})
    shown = stream.getvalue()
    assert shown.startswith("\r") and "\n" not in shown
    assert "31/62" in shown and "10s" in shown and "loss: 0.2500" in shown
    bar.finish(62, {"loss": 0.125, "val_loss": 0.5})
    assert stream.getvalue().endswith("loss: 0.1250 - val_loss: 0.5000\033[K\n")


def test_elsewhere_there_is_one_plain_line():
    stream = io.StringIO()
    bar = ProgressBar(62, 1, stream)
    bar.update(31, {"loss": 0.25})
    bar.finish(62, {"loss": 0.125})
    assert stream.getvalue().count("\n") == 1
    assert "\033" not in stream.getvalue() and "\r" not in stream.getvalue()
    assert stream.getvalue().startswith("62/62 ━━━━━━━━━━━━━━━━━━━━ ")


def test_verbose_two_has_no_bar_and_zero_nothing():
    stream = io.StringIO()
    ProgressBar(62, 2, stream).finish(62, {"loss": 0.125})
    assert stream.getvalue().startswith("62/62 - ") and "━" not in stream.getvalue()
    stream = io.StringIO()
    ProgressBar(62, 0, stream).finish(62, {"loss": 0.125})
    assert stream.getvalue() == ""


@pytest.mark.parametrize("value, shown", [(0.57, "0.5700"), (5.7e-4, "5.7000e-04"), (12.5, "12.5000")])
def test_values(value, shown):
    assert format_value(value) == shown


def test_times():
    assert [format_duration(t) for t in (3.2, 75, 3700)] == ["3s", "1:15", "1:01:40"]
    assert [format_step_time(t) for t in (2.0, 0.012, 0.0005)] == ["2s/step", "12ms/step", "500us/step"]
