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
