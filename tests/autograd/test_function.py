"""Function: operations of the user's own."""

from typing import Any

import pytest

import steepest as torch
from steepest.autograd import Function


class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return g * 3 * x * x


class Scaled(Function):
    @staticmethod
    def forward(x: Any, factor: float) -> Any:
        return x * factor

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        _, ctx.factor = inputs

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * ctx.factor, None


class Parts(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        sign = x > 0
        ctx.save_for_backward(sign)
        ctx.mark_non_differentiable(sign)
        return x.abs(), sign, x * 2

    @staticmethod
    def backward(ctx: Any, g: Any, unused: Any, doubled: Any) -> Any:
        (sign,) = ctx.saved_tensors
        return torch.where(sign, g, -g) + 2 * doubled


def test_forward_and_backward_are_the_users() -> None:
    x = torch.tensor([2.0, -1.0], requires_grad=True)
    y = Cube.apply(x)
    assert y.grad_fn.name() == "CubeBackward"
    y.sum().backward()
    assert x.grad.tolist() == [12.0, 3.0]


def test_the_backward_of_a_function_is_differentiable() -> None:
    x = torch.tensor([2.0], requires_grad=True)
    (first,) = torch.autograd.grad(Cube.apply(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert second.tolist() == [12.0]


def test_setup_context_takes_what_forward_got() -> None:
    x = torch.tensor([2.0], requires_grad=True)
    Scaled.apply(x, 5.0).sum().backward()
    assert x.grad.tolist() == [5.0]


def test_undefined_gradients_come_as_zeros_and_marked_results_have_none() -> None:
    x = torch.tensor([2.0, -3.0], requires_grad=True)
    size, sign, _ = Parts.apply(x)
    assert size.requires_grad and not sign.requires_grad
    size.sum().backward()
    assert x.grad.tolist() == [1.0, -1.0]


def test_a_wrong_number_of_gradients_is_an_error() -> None:
    class Wrong(Function):
        @staticmethod
        def forward(ctx: Any, a: Any, b: Any) -> Any:
            return a * b

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g

    x = torch.tensor([2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match=r"incorrect number of gradients \(expected 2, got 1\)"):
        Wrong.apply(x, x).sum().backward()


def test_saved_tensors_are_watched_for_changes() -> None:
    x = torch.tensor([2.0], requires_grad=True)
    middle = x * 1
    y = Cube.apply(middle)
    with torch.no_grad():
        middle.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_a_dirty_input_is_the_result() -> None:
    class AddOne(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    w = torch.tensor([1.0], requires_grad=True)
    middle = w * 3
    out = AddOne.apply(middle)
    assert out is middle and out.tolist() == [4.0]
    out.sum().backward()
    assert w.grad.tolist() == [6.0]


def test_without_gradients_nothing_is_recorded() -> None:
    x = torch.tensor([2.0], requires_grad=True)
    with torch.no_grad():
        assert not Cube.apply(x).requires_grad
    assert not Cube.apply(x.detach()).requires_grad


def test_results_that_are_no_tensors_have_no_gradient():
    seen = []

    class Solve(torch.autograd.Function):
        @staticmethod
        def forward(ctx, options, t, y):
            return t, y * 2, {"steps": 1}, torch.zeros(2, dtype=torch.int64)

        @staticmethod
        def backward(ctx, by_t, by_y, by_stats, by_status):
            seen.append((by_t.tolist(), by_stats, by_status.tolist()))
            return None, None, by_y * 2

    y = torch.ones(2, requires_grad=True)
    _, doubled, _, _ = Solve.apply(None, torch.zeros(1), y)
    doubled.sum().backward()
    assert seen == [([0.0], None, [0, 0])] and y.grad.tolist() == [2.0, 2.0]
