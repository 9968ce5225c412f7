"""Small programs that show a corner of PyTorch's interface print under torch itself what the tests expect."""


import pytest
import torch
from reference import programs

import steepest


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
