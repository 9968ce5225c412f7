"""Every public name of PyTorch's modules is here, or on the list of what stays out with its reason."""

import importlib
import importlib.util
import inspect
import pkgutil
from fnmatch import fnmatchcase
from typing import Any, ParamSpec, TypeVar

import pytest
import torch

import steepest
from steepest.errors import outside

MODULES = [*outside.LEFT, "torch.nn.utils", "torch.distributions"]
STANDARD = {"typing", "typing_extensions", "functools", "collections", "collections.abc", "__future__", "enum", "dataclasses", "contextlib",
            "itertools", "copy", "weakref", "abc", "types", "numbers"}


def found(library: Any, path: str) -> Any:
    """The module, or class, of a path in either library."""
    return library.Tensor if path == "torch.Tensor" else importlib.import_module(path.replace("torch", library.__name__, 1))


def importable(name: str) -> bool:
    """Whether there is such a module."""
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def missing(path: str) -> list[str]:
    """Names that PyTorch has and this library has not; names of Python's own that a module imports do not count."""
    theirs, mine = found(torch, path), found(steepest, path)
    names = []
    inside = {m.name for m in pkgutil.iter_modules(getattr(theirs, "__path__", []))}
    for name in sorted(inside | set(dir(theirs))):
        value = inspect.getattr_static(theirs, name, None)
        own = inspect.ismodule(value) and not value.__name__.startswith("torch.") or getattr(value, "__module__", "") in STANDARD
        own = own or name == "TYPE_CHECKING" or isinstance(value, (TypeVar, ParamSpec))
        if not name.startswith("_") and not own and not hasattr(mine, name) and not importable(f"{mine.__name__}.{name}"):
            names.append(name)
    return names


@pytest.mark.parametrize("path", MODULES)
@pytest.mark.filterwarnings("ignore")
def test_what_is_missing_is_on_the_list(path: str) -> None:
    unknown = [name for name in missing(path) if outside.why(path, name) is None]
    assert not unknown, f"{path}: {unknown}"


@pytest.mark.parametrize("path", outside.LEFT)
@pytest.mark.filterwarnings("ignore")
def test_the_list_names_only_what_is_missing(path: str) -> None:
    names = missing(path)
    idle = [p for patterns in outside.LEFT[path].values() for p in patterns.split() if not any(fnmatchcase(n, p) for n in names)]
    assert not idle, f"{path}: {idle}"
