"""Examples in docstrings print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import steepest

APART = ("steepest.__main__", "steepest.cli", "steepest.course.programs", "steepest.as_torch")
APART += ("steepest.tables.programs", "steepest.tables.estimators")  # texts; scikit-learn may not be there
MODULES = ["steepest"] + [
    module.name for module in pkgutil.walk_packages(steepest.__path__, "steepest.") if not module.name.startswith(APART)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.testmod(module, extraglobs={"steepest": steepest, "torch": steepest}, optionflags=flags)
    assert failed == 0
