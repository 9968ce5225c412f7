"""Every public name of PyTorch's modules is here, or on the list of what stays out with its reason."""

import importlib
import inspect
from fnmatch import fnmatchcase
from typing import Any

import pytest
import torch

import steepest
from steepest.errors import outside

MODULES = [*outside.LEFT, "torch.nn.utils", "torch.distributions"]
STANDARD = {"typing", "typing_extensions", "functools", "collections", "collections.abc", "__future__", "enum", "dataclasses", "contextlib",
            "itertools", "copy", "weakref", "abc", "types", "numbers"}


def found(library: Any, path: str) -> Any:
    """The module, or class, of a path in either library."""
    parts = path.split(".")[1:]
    here = library
    for i, part in enumerate(parts):
        here = getattr(here, part, None) or importlib.import_module(".".join([library.__name__, *parts[: i + 1]]))
    return here


def missing(path: str) -> list[str]:
    """Names that PyTorch has and this library has not; names of Python's own that a module imports do not count."""
    theirs, mine = found(torch, path), found(steepest, path)
    names = []
    for name in dir(theirs):
        value = inspect.getattr_static(theirs, name)
        own = inspect.ismodule(value) and not value.__name__.startswith("torch") or getattr(value, "__module__", "") in STANDARD
        if not name.startswith("_") and not own and not hasattr(mine, name):
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
