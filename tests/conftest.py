"""Processes that tests start import the same package as the tests, whatever folder they start in; settings hold for one test."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import steepest

spec = importlib.util.find_spec("steepest")
assert spec is not None and spec.origin is not None
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(spec.origin).resolve().parent.parent)] + [folder for folder in [os.environ.get("PYTHONPATH")] if folder]
)


@pytest.fixture(autouse=True)
def default_dtype() -> Iterator[None]:
    """Programs that a test runs in this process may set the default dtype."""
    before = steepest.get_default_dtype()
    yield
    steepest.set_default_dtype(before)
