"""Anomaly detection, hooks on what the graph saves, and checkpoints."""

import warnings
from typing import Any

import pytest

import steepest as torch
from steepest import nn
from steepest.autograd import graph
from steepest.core.node import Node
from steepest.utils.checkpoint import checkpoint, checkpoint_sequential


def test_a_nan_names_the_operation_and_the_line() -> None:
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"):
        anomaly = torch.autograd.detect_anomaly()
    with anomaly:
        root = torch.zeros(2, requires_grad=True).sqrt()  # the line to be named
        with pytest.warns(UserWarning, match="the line to be named"), pytest.raises(RuntimeError) as caught:
            (root * 0).sum().backward()
    assert "Function 'SqrtBackward0' returned nan values in its 0th output" in str(caught.value)
    assert "test_watching.py" in str(caught.value)


def test_nothing_is_watched_afterwards() -> None:
    with torch.autograd.set_detect_anomaly(True):
        watched = (torch.ones(1, requires_grad=True) * 2).node
    assert type(watched) is not Node and type((torch.ones(1, requires_grad=True) * 2).node) is Node


def test_saved_tensors_pass_through_hooks() -> None:
    seen: list[Any] = []

    def pack(x: Any) -> Any:
        seen.append(x.shape)
        return x.detach().numpy().copy()

    x = torch.tensor([0.5, 1.0], requires_grad=True)
    with graph.saved_tensors_hooks(pack, torch.from_numpy):
        y = (x.exp() * x).sum()
    (gradient,) = torch.autograd.grad(y, x, create_graph=True)
    assert torch.allclose(gradient, x.exp() * (1 + x)) and len(seen) == 3
    assert torch.allclose(torch.autograd.grad(gradient.sum(), x)[0], x.exp() * (2 + x))
    with graph.disable_saved_tensors_hooks("not here"), pytest.raises(RuntimeError, match="not here"):
        graph.saved_tensors_hooks(pack, torch.from_numpy).__enter__()


def test_what_is_on_the_cpu_is_saved_as_it_is_unless_copies_are_asked_for() -> None:
    for pinned, expected in ((False, 0.0), (True, 18.0)):
        x = torch.ones(2, requires_grad=True)
        y = x * 3
        with graph.save_on_cpu(pin_memory=pinned):
            z = (y * y).sum()
        y.data.zero_()
        z.backward()
        assert torch.equal(x.grad, torch.full((2,), expected))


def test_one_hook_for_several_gradients() -> None:
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    seen: list[Any] = []
    handle = graph.register_multi_grad_hook((a, b), lambda grads: seen.append([g.tolist() for g in grads]))
    (a * 2 + b * 3).sum().backward()
    assert seen == [[[2.0, 2.0], [3.0, 3.0]]]
    handle.remove()
    (a * 2 + b * 3).sum().backward()
    assert len(seen) == 1


def test_a_version_told_from_outside_is_noticed() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    graph.increment_version(y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


def gradients(net: Any, x: Any, run: Any) -> list[Any]:
    torch.manual_seed(3)
    net.zero_grad()
    x.grad = None
    run(x * 2).sum().backward()
    return [p.grad.clone() for p in net.parameters()] + [x.grad.clone()]


def test_checkpoints_give_the_same_gradients_and_masks() -> None:
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
    x = torch.randn(5, 4, requires_grad=True)
    plain = gradients(net, x, net)
    whole = gradients(net, x, lambda z: checkpoint(net, z, use_reentrant=False))
    parts = gradients(net, x, lambda z: checkpoint_sequential(net, 3, z, use_reentrant=False))
    assert all(torch.equal(p, q) and torch.equal(p, r) for p, q, r in zip(plain, whole, parts, strict=True))


def test_a_checkpoint_keeps_nothing_of_its_inside() -> None:
    x = torch.randn(3, requires_grad=True)
    y = checkpoint(lambda a: (a.exp() * a.sin()).sum(), x, use_reentrant=False)
    assert y.grad_fn.name() == "CheckpointBackward" and y.grad_fn.saved == {}
    assert y.grad_fn.next_functions[0][0].variable is x


def test_checkpoints_are_differentiable_twice_and_reach_what_they_close_over() -> None:
    w = torch.randn(3, requires_grad=True)

    def twice(run: Any) -> Any:
        h = w.exp()
        (first,) = torch.autograd.grad(run(lambda v: (v * h).sum() ** 2, w), w, create_graph=True)
        return first, torch.autograd.grad(first.sum(), w)[0]

    def plain(function: Any, v: Any) -> Any:
        return function(v)

    def again(function: Any, v: Any) -> Any:
        return checkpoint(function, v, use_reentrant=False)

    for a, b in zip(twice(again), twice(plain), strict=True):
        assert torch.allclose(a, b)


def test_a_function_that_changes_is_refused() -> None:
    sizes = iter((3, 2))
    x = torch.randn(3, requires_grad=True)
    y = checkpoint(lambda a: a[: next(sizes)] * 2, x, use_reentrant=False)
    with pytest.raises(RuntimeError, match="forward pass computed again"):
        y.sum().backward()


def test_without_gradients_a_checkpoint_is_a_call() -> None:
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert checkpoint(torch.exp, torch.zeros(2), use_reentrant=False).tolist() == [1.0, 1.0]
    with pytest.warns(UserWarning, match="use_reentrant"):
        checkpoint(torch.exp, torch.zeros(2))


def test_a_node_shows_what_it_has_saved() -> None:
    a, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)
    product, power = a * b, a.exp()
    assert product.grad_fn._saved_self is a and product.grad_fn._saved_other is b
    assert torch.equal(power.grad_fn._saved_result, power) and power.grad_fn._saved_result is not power
    assert (a * b.detach()).grad_fn._saved_self is None and a.sum(0).grad_fn._saved_keepdim is False
    assert {"_saved_self", "_saved_other"} <= set(dir(product.grad_fn)) and "_saved_self" not in dir(power.grad_fn)
    with pytest.raises(AttributeError, match="'MulBackward0' object has no attribute '_saved_mask'"):
        product.grad_fn._saved_mask  # noqa: B018
    product.sum().backward()
    with pytest.raises(RuntimeError, match="second time"):
        product.grad_fn._saved_self  # noqa: B018
    with graph.saved_tensors_hooks(lambda x: x * 2, lambda x: x / 2):
        assert torch.equal((a * b).grad_fn._saved_other, b)


def test_hooks_see_saved_tensors_with_their_place_in_the_graph() -> None:
    seen: list[str] = []
    x = torch.ones(2, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: seen.append(repr(t)) or t * 1, lambda t: t):
        y = (x * 2).exp() * x
    assert seen == ["tensor([7.3891, 7.3891], grad_fn=<ExpBackward0>)", "tensor([1., 1.], requires_grad=True)",
                    "tensor([7.3891, 7.3891], grad_fn=<ExpBackward0>)"]
    y.sum().backward()
    assert torch.allclose(x.grad, 3 * torch.tensor(2.0).exp() * torch.ones(2))
