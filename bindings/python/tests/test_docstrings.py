"""Every public object says what it is: modules, classes, functions, methods and properties."""

import importlib
import inspect
import pkgutil

import pytest

import unroll

MODULES = ["unroll", *(
    each.name for each in pkgutil.walk_packages(unroll.__path__, "unroll.") if not any(part[0] == "_" for part in each.name.split("."))
)]


def public(owner):
    """The public names of a module or class, and what they stand for, of this package alone."""
    names = getattr(owner, "__all__", None) or [name for name in dir(owner) if name[0] != "_"]
    for name in names:
        value = inspect.getattr_static(owner, name)
        value = getattr(value, "__func__", value)  # of a class or static method
        if inspect.ismodule(value) or not (inspect.isclass(value) or inspect.isroutine(value) or isinstance(value, property)):
            continue
        origin = value.fget if isinstance(value, property) else value
        if (getattr(origin, "__module__", None) or "").startswith("unroll"):
            yield name, value


def undocumented(name, value):
    """The paths of what has no docstring in an object and its members. A method may have that of the one it overrides."""
    if inspect.isclass(value):
        if not (value.__dict__.get("__doc__") or "").strip():
            yield name
        for member, inner in public(value):
            if not inspect.isclass(inner) and not (inspect.getdoc(inspect.getattr_static(value, member)) or inspect.getdoc(inner)):
                origin = next(each for each in value.__mro__ if member in each.__dict__)
                overridden = any(inspect.getdoc(each.__dict__[member]) for each in origin.__mro__ if member in each.__dict__)
                if not overridden:
                    yield f"{origin.__module__}.{origin.__qualname__}.{member}"
    elif not inspect.getdoc(value):
        yield name


@pytest.mark.parametrize("module", MODULES)
def test_every_public_object_has_a_docstring(module):
    found = importlib.import_module(module)
    assert found.__doc__
    missing = {path for name, value in public(found) for path in undocumented(f"{module}.{name}", value)}
    assert not missing, "\n".join(sorted(missing))


def test_what_is_looked_at_is_the_package():
    assert {"unroll", "unroll.layers", "unroll.models", "unroll.callbacks", "unroll.optimizers.schedules", "unroll.preprocessing"} <= set(MODULES)
    assert {"LSTM", "Layer"} <= {name for name, _ in public(unroll.layers)}
    assert {"fit", "predict", "weights", "summary"} <= {name for name, _ in public(unroll.Model)}


def test_an_object_without_one_is_named():
    class Bare:
        def method(self): ...

    Bare.__module__ = Bare.method.__module__ = "unroll.bare"
    assert list(undocumented("Bare", Bare)) == ["Bare", f"unroll.bare.{Bare.__qualname__}.method"]
