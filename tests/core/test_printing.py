"""Texts of tensors against a file of texts that torch 2.13.0 printed (scripts/reference/printing.py)."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.core import printing

CASES = json.loads((Path(__file__).parent.parent / "reference" / "printing.json").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(autouse=True)
def options_restored() -> Iterator[None]:
    yield
    printing.set_printoptions(profile="default")


def array_of(case: dict[str, Any]) -> np.ndarray:
    values = np.array([float(x) for x in case["values"]])
    if case["dtype"] == "bfloat16":
        dtype = np.dtype(pytest.importorskip("ml_dtypes", reason="bfloat16 needs ml_dtypes").bfloat16)
    else:
        dtype = np.dtype(case["dtype"])
    if dtype.kind == "c":
        values = values.view(np.complex128)
    with np.errstate(over="ignore"):
        return values.astype(dtype).reshape(case["shape"])


def test_texts_are_torchs() -> None:
    for case in CASES:
        printing.set_printoptions(**({"profile": "default"} | case["options"]))
        ours = printing.tensor_text(array_of(case), f"torch.{case['dtype']}", requires_grad=case["requires_grad"])
        assert ours == case["text"], case


def test_non_contiguous_arrays_print_their_elements() -> None:
    array = np.arange(12).reshape(3, 4)
    assert printing.tensor_text(array.T[::2]) == "tensor([[ 0,  4,  8],\n        [ 2,  6, 10]])"


def test_a_leaf_and_a_result_tell_their_gradient() -> None:
    assert printing.tensor_text(np.float32([2]), requires_grad=True) == "tensor([2.], requires_grad=True)"
    assert (
        printing.tensor_text(np.float32([2]), requires_grad=True, grad_fn_name="MulBackward0")
        == "tensor([2.], grad_fn=<MulBackward0>)"
    )


def test_a_suffix_that_does_not_fit_goes_to_the_next_line() -> None:
    text = printing.tensor_text(np.arange(28, dtype=np.float32), requires_grad=True)
    assert text.endswith("27.],\n       requires_grad=True)")


def test_parameters_and_named_classes() -> None:
    assert printing.parameter_text("tensor(1.)") == "Parameter containing:\ntensor(1.)"
    assert printing.tensor_text(np.arange(3), name="Marked") == "Marked([0, 1, 2])"


def test_sparse_text() -> None:
    text = printing.sparse_text(np.array([[0, 2]]), np.float64([1, 2]), (4,))
    assert text == (
        "tensor(indices=tensor([[0, 2]]),\n       values=tensor([1., 2.]),\n"
        "       size=(4,), nnz=2, dtype=torch.float64, layout=torch.sparse_coo)"
    )


def test_a_large_tensor_prints_at_once() -> None:
    array = np.zeros((1000, 4000), np.float32)
    start = time.perf_counter()
    printing.tensor_text(array)
    assert time.perf_counter() - start < 0.05


def test_options_last_for_the_block() -> None:
    with printing.printoptions(precision=1, sci_mode=True):
        assert printing.tensor_text(np.float32([0.25])) == "tensor([2.5e-01])"
    assert printing.tensor_text(np.float32([0.25])) == "tensor([0.2500])"
    assert printing.get_printoptions() == {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'tiny'.*'default', 'short', 'full'"):
        printing.set_printoptions(profile="tiny")


def test_formatting_needs_a_tensor_of_one_number() -> None:
    assert printing.format_tensor(np.float32(0.5), ".2f", "tensor(0.5000)") == "0.50"
    assert printing.format_tensor(np.float32([0.5]), "", "tensor([0.5000])") == "tensor([0.5000])"
    with pytest.raises(TypeError, match=r"unsupported format string passed to Tensor.__format__: '.2f'.*\(1,\).*x.item\(\):.2f"):
        printing.format_tensor(np.float32([0.5]), ".2f", "tensor([0.5000])")
