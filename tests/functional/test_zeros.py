"""Zeros have signs: -0.0 is what PyTorch makes of it, and 1 / -0.0 shows it."""

import pytest

import steepest as torch

MINUS = {
    "full": lambda: torch.full((2,), -0.0),
    "full_like": lambda: torch.full_like(torch.ones(2), -0.0),
    "new_full": lambda: torch.ones(1).new_full((2,), -0.0),
    "fill_": lambda: torch.ones(2).fill_(-0.0),
    "pad": lambda: torch.nn.functional.pad(torch.ones(2), (1, 1), value=-0.0)[[0, 3]],
    "imaginary part": lambda: torch.full((2,), complex(0.0, -0.0)).imag,
    "real part": lambda: torch.complex(torch.full((2,), -0.0), torch.ones(2)).real,
    "imaginary part of complex": lambda: torch.complex(torch.ones(2), torch.full((2,), -0.0)).imag,
}
PLUS = {
    "cumsum": lambda x: x.cumsum(0),
    "logcumsumexp": lambda x: x.logcumsumexp(0)[:1],
    "sum": lambda x: x.sum(),
    "xlogy": lambda x: torch.special.xlogy(x, 2.0),
    "entr": torch.special.entr,
    "hardshrink": lambda x: torch.nn.functional.hardshrink(x - 0.1),
}


@pytest.mark.parametrize("name", MINUS)
def test_the_sign_of_a_given_zero_is_kept(name: str) -> None:
    x = MINUS[name]()
    assert (x == 0).all() and torch.signbit(x).all()


@pytest.mark.parametrize("name", PLUS)
def test_a_zero_that_is_a_sum_or_a_choice_is_positive(name: str) -> None:
    x = PLUS[name](torch.tensor([-0.0, -0.0]))
    assert (x == 0).all() and not torch.signbit(x).any()


def test_infinite_parts_do_not_meet() -> None:
    z = torch.complex(torch.tensor([1.0, float("inf")]), torch.tensor([float("inf"), 2.0]))
    assert z.real.tolist() == [1.0, float("inf")] and z.imag.tolist() == [float("inf"), 2.0]


def test_bincount_sums_weights_in_their_precision() -> None:
    at = torch.tensor([0, 1, 1])
    assert torch.bincount(at, torch.ones(3)).dtype is torch.float32
    assert torch.bincount(at, torch.ones(3, dtype=torch.float64)).dtype is torch.float64
    assert torch.bincount(at, torch.tensor([1, 2, 3])).tolist() == [1.0, 5.0]
