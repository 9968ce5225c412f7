"""gradcheck accepts right gradients and finds wrong ones of every kind."""

from typing import Any

import pytest

import steepest as torch
from steepest.autograd import gradcheck, gradgradcheck
from steepest.autograd.gradcheck import GradcheckError

x = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64, requires_grad=True)
y = torch.tensor([1.0, 3.0], dtype=torch.float64, requires_grad=True)


class Wrong(torch.autograd.Function):
    """Squares with 3x for a derivative."""

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return a**2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * 3 * ctx.saved_tensors[0]


class Restless(torch.autograd.Function):
    """Doubles, with a slightly different derivative each time."""

    calls = 0

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        return a * 2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        Restless.calls += 1
        return g * (2 + 1e-9 * Restless.calls)


def test_right_gradients_pass_every_check() -> None:
    function = lambda a, b: (a[:, None] * b).exp()
    assert gradcheck(function, (x, y), check_forward_ad=True, check_batched_grad=True, check_grad_dtypes=True)
    assert gradgradcheck(function, (x, y), check_fwd_over_rev=True)
    assert gradcheck(lambda a, b: (a.sin(), b.sum() * a), (x, y))


def test_complex_gradients_follow_the_convention() -> None:
    z = torch.tensor([1 + 2j, 0.5 - 1j], dtype=torch.complex128, requires_grad=True)
    assert gradcheck(lambda a: a * a * a.conj(), z)
    assert gradcheck(lambda a: a.abs(), z)


def test_wrong_gradients_are_shown_beside_the_right_ones() -> None:
    with pytest.raises(GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0") as caught:
        gradcheck(Wrong.apply, (x,))
    assert "numerical:" in str(caught.value) and "analytical:" in str(caught.value)
    assert gradcheck(Wrong.apply, (x,), raise_exception=False) is False


def test_gradients_that_change_are_found() -> None:
    with pytest.raises(GradcheckError, match="not reentrant"):
        gradcheck(Restless.apply, (x,))
    assert gradcheck(Restless.apply, (x,), nondet_tol=1e-6)


def test_inputs_must_want_gradients_and_outputs_have_them() -> None:
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        gradcheck(torch.sin, (x.detach(),))
    with pytest.raises(ValueError, match="output to be differentiable"):
        gradcheck(lambda a: a.detach(), (x,))
    with pytest.warns(UserWarning, match="double precision"):
        gradcheck(torch.sin, (x.detach().float().requires_grad_(),), raise_exception=False)


def test_inputs_are_left_as_they_were() -> None:
    before = x.detach().clone()
    gradcheck(torch.sin, (x,))
    assert torch.equal(before, x.detach())
