"""Small programs that show a corner of PyTorch's interface print here what they print under PyTorch 2.13."""


import pytest
from reference import programs


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_prints_what_pytorch_prints(name: str) -> None:
    assert programs.under(name, "steepest").splitlines() == programs.expected(name).splitlines()
