"""Views that have no place in the graph although their base has one."""

from collections.abc import Callable
from typing import Any

import pytest

import steepest as torch


@pytest.mark.parametrize("view", [lambda x: x.view(-1), lambda x: x[0], lambda x: x.t(), lambda x: x.unbind(0)[0]])
def test_a_view_made_without_gradients_says_what_its_base_says(view: Callable[[Any], Any]) -> None:
    x = torch.ones(3, requires_grad=True)
    with torch.no_grad():
        y = view(x)
        assert not (y * 2).requires_grad
    assert y.requires_grad and y.is_leaf and y.grad_fn is None
    z = (y * 2).sum()
    assert z.requires_grad
    z.backward()
    assert x.grad is None and y.grad is None


def test_a_view_made_before_the_base_wanted_gradients() -> None:
    x = torch.ones(3)
    y = x.view(-1)
    assert not y.requires_grad
    x.requires_grad_()
    assert y.requires_grad and y.is_leaf
    assert not y.detach().requires_grad


def test_asking_a_view_whether_it_wants_gradients_does_not_put_it_into_the_graph() -> None:
    x, w = torch.ones(3), torch.ones(3, requires_grad=True)
    y = x.unbind(0)[0]
    x.mul_(w)
    assert y.requires_grad
    y.requires_grad_(False)             # no error: nobody has asked how it was computed


def test_operations_on_such_views_beside_others() -> None:
    x, w = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
    with torch.no_grad():
        y = x.view(-1)
    (y * w).sum().backward()
    assert w.grad.tolist() == [1.0, 1.0, 1.0] and x.grad is None
