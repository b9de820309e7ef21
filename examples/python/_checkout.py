"""Lets the examples run from a checkout: finds bindings/python if `unroll` is not installed."""

import importlib.util
import sys
from pathlib import Path

_package = Path(__file__).resolve().parents[2] / "bindings" / "python"
if (_package / "unroll").is_dir():
    sys.path.insert(0, str(_package))
elif importlib.util.find_spec("unroll") is None:
    raise SystemExit("the package unroll is not installed; see README.md")
