"""Dtypes and promotion: the whole table of PyTorch's."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.core import dtype as dtypes

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "promotion.json").read_text(encoding="utf-8"))
NUMBERS = {"True": True, "3": 3, "0.5": 0.5, "1j": 1j}


def operand(name: str) -> Any:
    if name in NUMBERS:
        return NUMBERS[name]
    of = getattr(torch, name.removesuffix(" 0-dim"))
    return torch.ones(() if name.endswith("0-dim") else (2,), dtype=of)


def outcome(a: str, sign: str, b: str) -> str:
    result = operand(a) + operand(b) if sign == "+" else operand(a) / operand(b)
    return str(result.dtype).removeprefix("torch.")


def test_results_of_every_pair_of_operands_have_pytorchs_dtype() -> None:
    wrong = []
    for row, wanted in REFERENCE["results"].items():
        sign = "+" if " + " in row else "/"
        a, b = row.split(f" {sign} ")
        if outcome(a, sign, b) != wanted:
            wrong.append((row, wanted, outcome(a, sign, b)))
    assert wrong == []


def test_promote_types_and_can_cast_are_pytorchs() -> None:
    for pair, wanted in REFERENCE["promote_types"].items():
        a, b = (getattr(torch, n) for n in pair.split())
        assert torch.promote_types(a, b) is getattr(torch, wanted), pair
    for pair, may in REFERENCE["can_cast"].items():
        a, b = (getattr(torch, n) for n in pair.split())
        assert torch.can_cast(a, b) is may, pair


def test_a_dtype_prints_compares_and_pickles_as_itself() -> None:
    assert repr(torch.float32) == "torch.float32" and torch.float is torch.float32 and torch.long is torch.int64
    assert pickle.loads(pickle.dumps(torch.bfloat16)) is torch.bfloat16
    assert torch.float16.itemsize == 2 and torch.float64.is_floating_point and not torch.uint8.is_signed and torch.complex64.is_complex
    assert torch.complex64.to_real() is torch.float32 and torch.float64.to_complex() is torch.complex128


@pytest.mark.parametrize("of", [d for d in dtypes.ALL if d.name != "bfloat16"])
def test_numpys_dtypes_come_and_go(of: Any) -> None:
    assert dtypes.from_numpy(of.numpy) is of
    assert torch.zeros(1, dtype=of).numpy().dtype == of.numpy


def test_other_numpy_dtypes_are_refused() -> None:
    with pytest.raises(TypeError, match="can't convert np.ndarray of type"):
        torch.from_numpy(np.array(["a"]))


def test_the_default_dtype_decides_what_python_floats_become() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.tensor(1.5).dtype is torch.float64 and torch.zeros(1).dtype is torch.float64
        assert (torch.tensor([1]) / 2).dtype is torch.float64 and torch.tensor(1j).dtype is torch.complex128
    finally:
        torch.set_default_dtype(torch.float32)
    assert (torch.tensor([1]) / 2).dtype is torch.float32
    with pytest.raises(TypeError, match="floating-point"):
        torch.set_default_dtype(torch.int64)


PYTHON = {float: torch.float64, int: torch.int64, bool: torch.bool, complex: torch.complex128}
X = torch.ones(2)
ASKED = {
    "zeros": lambda of: torch.zeros(2, dtype=of),
    "ones": lambda of: torch.ones((2, 3), dtype=of), "empty": lambda of: torch.empty(2, dtype=of),
    "tensor": lambda of: torch.tensor([1], dtype=of), "as_tensor": lambda of: torch.as_tensor([1], dtype=of),
    "full": lambda of: torch.full((2,), 1, dtype=of), "eye": lambda of: torch.eye(2, dtype=of),
    "zeros_like": lambda of: torch.zeros_like(X, dtype=of),
    "full_like": lambda of: torch.full_like(X, 1, dtype=of), "new_zeros": lambda of: X.new_zeros(2, dtype=of), "to": lambda of: X.to(of),
    "to by name": lambda of: X.to(dtype=of), "sum": lambda of: X.sum(dtype=of), "prod": lambda of: X.prod(dtype=of),
    "cumsum": lambda of: X.cumsum(0, dtype=of), "scalar_tensor": lambda of: torch.scalar_tensor(1, dtype=of),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("of", PYTHON, ids=lambda of: of.__name__)
def test_pythons_types_stand_for_dtypes(name, of):
    assert ASKED[name](of).dtype is PYTHON[of]


def test_floating_dtypes_by_pythons_type():
    torch.manual_seed(0)
    assert torch.rand(2, dtype=float).dtype is torch.randn_like(X, dtype=float).dtype is torch.float64
    assert torch.softmax(X, 0, dtype=float).dtype is torch.hann_window(3, dtype=float).dtype is torch.linspace(0, 1, 3, dtype=float).dtype
    assert torch.nn.Linear(2, 2, dtype=float).weight.dtype is torch.nn.Linear(2, 2).to(float).weight.dtype is torch.float64
    assert torch.finfo(float).bits == torch.iinfo(int).bits == 64
    assert torch.can_cast(int, torch.float32) and torch.promote_types(float, torch.int64) is torch.float64


@pytest.mark.parametrize("of", ["float", np.float32, 3, object])
def test_other_things_are_no_dtypes(of):
    with pytest.raises(TypeError, match="must be torch.dtype"):
        torch.ones(2, dtype=of)
