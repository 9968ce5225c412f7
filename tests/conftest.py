"""Processes that tests start import the same package as the tests, whatever folder they start in."""

import importlib.util
import os
from pathlib import Path

spec = importlib.util.find_spec("steepest")
assert spec is not None and spec.origin is not None
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(spec.origin).resolve().parent.parent)] + [folder for folder in [os.environ.get("PYTHONPATH")] if folder]
)
