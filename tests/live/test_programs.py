"""Small programs that show a corner of PyTorch's interface print under torch itself what the tests expect."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import torch

import steepest

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
    assert programs.under(name, "torch").splitlines() == programs.expected(name).splitlines()


@pytest.mark.parametrize("expression", [
    "torch.add(steepest.ones(2), 1)", "torch.nn.functional.linear(steepest.ones(2, 2), torch.ones(2, 2))",
    "steepest.ones(2) + torch.ones(2)",
    "torch.ones(2) + steepest.ones(2)", "steepest.add(torch.ones(2), 1)", "steepest.cat([torch.ones(2)])"])
def test_tensors_of_the_two_libraries_do_not_meet(expression: str) -> None:
    with pytest.raises(TypeError):
        eval(expression, {"torch": torch, "steepest": steepest})
