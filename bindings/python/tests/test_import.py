"""Importing is cheap, and works from anywhere."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
HEAVY = {"asyncio", "concurrent", "email", "http", "matplotlib", "multiprocessing", "pandas", "pickletools", "ssl", "unittest"}


def run(code, **environment):
    variables = {**os.environ, "PYTHONPATH": str(PACKAGE), **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=variables)


def test_importing_adds_only_small_modules_to_numpys():
    code = "import sys, numpy; before = set(sys.modules); import unroll; print(*sorted(set(sys.modules) - before))"
    result = run(code)
    assert result.returncode == 0, result.stderr
    added = {name.split(".")[0] for name in result.stdout.split()}
    assert "unroll" in added
    assert not added & HEAVY


def test_a_missing_library_is_an_import_error_that_says_where_it_looked():
    code = "import unroll; unroll.version()"
    result = run(code, UNROLL_LIBRARY="/nonexistent/libunroll.so")
    assert "ImportError" in result.stderr
    assert "/nonexistent/libunroll.so: no such file" in result.stderr
    assert "make lib" in result.stderr


def test_the_version_is_the_packages():
    import unroll

    assert unroll.version() == unroll.__version__
    assert unroll.instruction_set().startswith("x86-64")
