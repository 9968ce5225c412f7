"""Small programs that show a corner of PyTorch's interface print here what they print under PyTorch 2.13."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


def load_reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_programs", ROOT / "scripts" / "reference" / "programs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


programs = load_reference()


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_prints_what_pytorch_prints(name: str) -> None:
    assert programs.under(name, "steepest").splitlines() == programs.expected(name).splitlines()
