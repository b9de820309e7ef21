"""The package's modules import one way: no circles, also none for types alone, and no import inside a function to get around one."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "unroll"


def modules_of(package):
    """The files of a package by the names of their modules."""
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name, path, known):
    """What a module imports of its package: (module, whether inside a function), also under `if TYPE_CHECKING`."""
    tree = ast.parse(path.read_text(), str(path))
    inside = {each for function in ast.walk(tree) if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
              for each in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
            stem = base[: len(base) - node.level + 1] if node.level else []
            origin = ".".join([*stem, *([node.module] if node.module else [])])
            targets = [f"{origin}.{alias.name}" if f"{origin}.{alias.name}" in known else origin for alias in node.names]
        else:
            continue
        for target in targets:
            # Importing a module runs the packages around it, which for those that one is in has begun.
            around = [target.rsplit(".", count)[0] for count in range(1, target.count(".") + 1)]
            for each in [target, *(each for each in around if not f"{name}.".startswith(f"{each}."))]:
                if each in known and each != name:
                    yield each, node in inside


def circle_in(graph):
    """The modules of some circle, in order; [] if there is none."""
    done = set()

    def visit(module, path):
        if module in path:
            return path[path.index(module):] + [module]
        if module in done:
            return []
        for each in graph[module]:
            found = visit(each, [*path, module])
            if found:
                return found
        done.add(module)
        return []

    return next(filter(None, (visit(module, []) for module in graph)), [])


def judge(package):
    """The circle among a package's modules, and its modules that import it inside a function."""
    known = modules_of(package)
    edges = {name: list(imports_of(name, path, known)) for name, path in known.items()}
    graph = {name: sorted({target for target, _ in found}) for name, found in edges.items()}
    return circle_in(graph), sorted({name for name, found in edges.items() if any(inside for _, inside in found)})


def test_no_module_imports_one_that_imports_it():
    circle, inside = judge(PACKAGE)
    assert not circle, " -> ".join(circle)
    assert not inside, f"imports of the package inside functions: {', '.join(inside)}"


def test_the_graph_is_the_packages():
    known = modules_of(PACKAGE)
    assert {"unroll", "unroll.models", "unroll.models._core", "unroll._lib"} <= set(known)
    found = dict(imports_of("unroll.models._core", known["unroll.models._core"], known))
    assert {"unroll._handle", "unroll.layers", "unroll.layers._base", "unroll.config"} <= set(found)


@pytest.mark.parametrize(("b", "circle", "inside"), [
    ("from .a import x", True, []),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import a", True, []),
    ("def f():\n    from .a import x", True, ["p.b"]),
    ("def f():\n    import p.c", False, ["p.b"]),
    ("from .sub import x", True, []),
    ("from . import x", True, []),
    ("from .sub.deep import x", True, []),
    ("import os\nfrom .c import x\ndef f():\n    import matplotlib", False, []),
])
def test_what_is_refused(tmp_path, b, circle, inside):
    package = tmp_path / "p"
    (package / "sub").mkdir(parents=True)
    files = {"__init__": "from . import a", "a": "from .b import x", "b": b, "c": "x = 1", "sub/__init__": "from ..a import x",
             "sub/deep": "x = 1"}
    for name, text in files.items():
        (package / f"{name}.py").write_text(text)
    assert bool(judge(package)[0]) == circle and judge(package)[1] == inside
