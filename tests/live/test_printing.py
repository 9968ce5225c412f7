"""Tensor texts compared with torch's own, over random arrays of every kind and under random print options."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import steepest
from steepest.core import printing

DTYPES = [
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.complex128,
]
SHAPES = [
    (),
    (1,),
    (2,),
    (7,),
    (30,),
    (999,),
    (1000,),
    (1001,),
    (5000,),
    (0,),
    (0, 3),
    (3, 0),
    (2, 3),
    (1, 1),
    (40, 2),
    (3, 40),
    (50, 30),
    (2, 3, 4),
    (8, 9, 20),
    (1, 1500),
    (1500, 1),
    (2, 2, 2, 3),
    (7, 6, 7, 5),
    (2, 1, 0),
    (3, 400),
    (9, 1, 200),
]
SPECIALS = [
    0.0,
    -0.0,
    float("nan"),
    float("inf"),
    float("-inf"),
    1e-5,
    1e10,
    123456.0,
    99999.99,
    0.00995,
    1e-40,
    9.99999e99,
    1e-300,
]


def to_array(t: torch.Tensor) -> np.ndarray:
    if t.dtype == torch.bfloat16:
        import ml_dtypes

        return t.detach().view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return t.detach().numpy()


def random_values(r: random.Random, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    if dtype == torch.bool:
        return torch.rand(shape) < r.choice([0.0, 0.5, 1.1])
    if not dtype.is_floating_point and not dtype.is_complex:
        span = r.choice([2, 10, 1000, torch.iinfo(dtype).max])
        low = 0 if dtype == torch.uint8 or r.random() < 0.3 else -span
        return torch.randint(max(low, torch.iinfo(dtype).min), min(span, torch.iinfo(dtype).max), shape, dtype=dtype)
    if dtype.is_complex:
        part = torch.float32 if dtype == torch.complex64 else torch.float64
        return torch.complex(random_values(r, shape, part), random_values(r, shape, part))
    t = torch.randn(shape, dtype=torch.float64) * 10.0 ** r.choice([-6, -3, 0, 0, 0, 1, 3, 7, 9])
    form = r.randrange(6)
    if form == 0:
        t = t.round()
    elif form == 1:
        t = t.abs()
    elif form == 2:
        t = -(t.abs())
    elif form == 3:
        t = t * 10 ** (3 * torch.randn(shape, dtype=torch.float64))
    if r.random() < 0.4 and t.numel():
        flat = t.reshape(-1)
        for _ in range(r.randrange(1, 4)):
            flat[r.randrange(flat.numel())] = r.choice(SPECIALS)
        if r.random() < 0.1:
            flat[:] = r.choice(SPECIALS)
        t = flat.reshape(shape)
    return t.to(dtype)


def compared(t: torch.Tensor) -> None:
    ours = printing.tensor_text(
        to_array(t), t.dtype, requires_grad=t.requires_grad, grad_fn_name=type(t.grad_fn).__name__ if t.grad_fn else None
    )
    assert ours == repr(t)


@pytest.mark.parametrize("seed", range(8))
def test_random_tensors_print_as_torch_prints_them(seed: int) -> None:
    r = random.Random(seed)
    torch.manual_seed(seed)
    try:
        for case in range(150):
            choice = {
                "precision": r.choice([0, 1, 2, 4, 4, 8]),
                "threshold": r.choice([0, 5, 20, 1000, 1000, float("inf")]) if case % 10 else float("inf"),
                "edgeitems": r.choice([0, 1, 2, 3, 3, 4]),
                "linewidth": r.choice([1, 20, 40, 80, 80, 120]),
                "sci_mode": r.choice([None, None, None, True, False]),
            }
            if r.random() < 0.6:
                choice = {"profile": "default"}
            torch.set_printoptions(**choice)
            printing.set_printoptions(**choice)
            shape = r.choice(SHAPES if torch._tensor_str.PRINT_OPTS.threshold <= 1000 else SHAPES[:14])
            t = random_values(r, shape, r.choice(DTYPES))
            if t.dim() > 1 and r.random() < 0.3:
                t = t.transpose(0, 1)
            if (t.is_floating_point() or t.is_complex()) and r.random() < 0.5:
                t.requires_grad_()
                t = t * 1 if r.random() < 0.5 else t
            compared(t)
    finally:
        torch.set_printoptions(profile="default")
        printing.set_printoptions(profile="default")


@pytest.mark.parametrize("default", [torch.float64, torch.float16, torch.bfloat16])
def test_the_default_dtype_is_not_named(default: torch.dtype) -> None:
    try:
        torch.set_default_dtype(default)
        printing.default_dtype_name = str(default).removeprefix("torch.")
        for dtype in DTYPES:
            compared(torch.ones(3, dtype=dtype))
            compared(torch.ones(0, dtype=dtype))
    finally:
        torch.set_default_dtype(torch.float32)
        printing.default_dtype_name = "float32"


@pytest.mark.parametrize("nnz", [0, 1, 5, 2000])
@pytest.mark.parametrize("inner", [(), (2,), (40,)])
def test_sparse_tensors(nnz: int, inner: tuple[int, ...]) -> None:
    for dtype in (torch.float32, torch.float64):
        indices, values = torch.arange(2 * nnz).reshape(2, nnz) // 2, torch.randn((nnz, *inner), dtype=dtype)
        t = torch.sparse_coo_tensor(indices, values, (4000, 4000, *inner), check_invariants=True)
        for leaf in (t, t.clone().requires_grad_()):
            ours = printing.sparse_text(
                leaf._indices().numpy(), leaf._values().detach().numpy(), leaf.shape, requires_grad=leaf.requires_grad
            )
            assert ours == repr(leaf)


def test_parameters_and_subclasses() -> None:
    p = torch.nn.Parameter(torch.randn(3, 2))
    assert printing.parameter_text(printing.tensor_text(to_array(p), p.dtype, requires_grad=True)) == repr(p)

    class Marked(torch.Tensor):
        pass

    t = torch.randn(20, 30).as_subclass(Marked)
    assert printing.tensor_text(t.as_subclass(torch.Tensor).numpy(), t.dtype, name="Marked") == repr(t)


@pytest.mark.parametrize("specification", ["", ".3f", "10.2e", ">12", "+", "%"])
@pytest.mark.parametrize("value", [1.5, 3, 2.5e-7])
def test_a_number_formats_as_in_python(value: float, specification: str) -> None:
    t = torch.tensor(value)
    assert printing.format_tensor(t.numpy(), specification, repr(t)) == format(t, specification)


@pytest.mark.parametrize(
    "program",
    [
        lambda m: m.tensor([1.0, 2.5], requires_grad=True),
        lambda m: m.tensor([1.0, 2.5], requires_grad=True) * 2,
        lambda m: m.arange(2000).reshape(40, 50),
        lambda m: m.zeros(0, 3, dtype=m.int64),
        lambda m: m.ones(2, 2).t(),
        lambda m: m.tensor([1 + 2j, -3.5j]),
        lambda m: m.ones(3, dtype=m.bfloat16),
        lambda m: m.nn.Parameter(m.ones(2, 3)),
        lambda m: m.nn.Parameter(m.ones(2, 3)) @ m.ones(3, 1),
        lambda m: [m.tensor(True), m.tensor(1e-9), m.ones(2).shape, m.float16],
        lambda m: f"{m.tensor(2.5):.3f} {m.tensor([1, 2])} {m.tensor(7):>4}",
    ],
)
def test_tensors_themselves_print_as_torchs(program: Callable[[Any], object]) -> None:
    assert repr(program(steepest)) == repr(program(torch))
