"""backward and grad: options, hooks, modes, and graphs that are very deep."""

import copy
import gc
import pickle
from typing import Any

import pytest

import steepest as torch


def leaf(*values: float) -> Any:
    return torch.tensor(list(values), dtype=torch.float64, requires_grad=True)


def test_gradients_are_summed_until_they_are_cleared() -> None:
    w = leaf(2.0)
    (w * 3).sum().backward()
    (w * w).sum().backward()
    assert w.grad.tolist() == [7.0]
    w.grad = None
    (w * 3).sum().backward()
    assert w.grad.tolist() == [3.0]


def test_a_second_backward_needs_retain_graph() -> None:
    w = leaf(2.0)
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert w.grad.tolist() == [8.0]
    with pytest.raises(RuntimeError, match="backward through the graph a second time.*retain_graph=True"):
        loss.backward()


def test_create_graph_gives_gradients_of_gradients() -> None:
    w = leaf(3.0)
    (first,) = torch.autograd.grad((w ** 4).sum(), w, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), w, create_graph=True)
    (third,) = torch.autograd.grad(second.sum(), w)
    assert (first.item(), second.item(), third.item()) == (108.0, 108.0, 72.0)


def test_inputs_restrict_where_gradients_go() -> None:
    a, b = leaf(2.0), leaf(5.0)
    (a * b).sum().backward(inputs=[a])
    assert a.grad.tolist() == [5.0] and b.grad is None
    with pytest.raises(RuntimeError, match="cannot be empty"):
        (a * b).sum().backward(inputs=[])


def test_grad_of_intermediate_and_unused_tensors() -> None:
    a, b = leaf(2.0), leaf(1.0)
    middle = a * 3
    out = (middle ** 2).sum()
    assert torch.autograd.grad(out, middle, retain_graph=True)[0].tolist() == [12.0]
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        torch.autograd.grad(out, [a, b], retain_graph=True)
    assert torch.autograd.grad(out, [a, b], retain_graph=True, allow_unused=True)[1] is None
    assert torch.autograd.grad(out, [a, b], materialize_grads=True)[1].tolist() == [0.0]
    assert a.grad is None


def test_a_vector_needs_the_gradient_of_its_result() -> None:
    w = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"only for scalar outputs, but this one has shape \[2\]"):
        (w * 2).backward()
    (w * 2).backward(torch.tensor([1.0, 10.0], dtype=torch.float64))
    assert w.grad.tolist() == [2.0, 20.0]
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        (w * 2).backward(torch.ones(3, dtype=torch.float64))


def test_a_broken_chain_is_said_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        (leaf(1.0).detach() * 2).sum().backward()
    monkeypatch.setenv("STEEPEST_LANG", "zh")
    with pytest.raises(RuntimeError, match="梯度无法到达它"):
        (leaf(1.0).detach() * 2).sum().backward()


def test_hooks_see_and_replace_gradients() -> None:
    w, seen = leaf(1.0, 2.0), []
    y = w * 2
    handle = y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g * 10)
    w.register_hook(lambda g: g + 1)
    y.sum().backward(retain_graph=True)
    assert seen == [[1.0, 1.0]] and w.grad.tolist() == [21.0, 21.0]
    handle.remove()
    y.sum().backward()
    assert len(seen) == 1
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        torch.ones(1).register_hook(print)


def test_post_accumulate_hooks_run_when_grad_is_there() -> None:
    w, seen = leaf(1.0), []
    w.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    (w * 3).sum().backward()
    assert seen == [3.0]
    with pytest.raises(RuntimeError, match="non-leaf"):
        (w * 1).register_post_accumulate_grad_hook(print)


def test_retain_grad_keeps_the_gradient_of_a_computed_tensor() -> None:
    w = leaf(2.0)
    y = w * 3
    y.retain_grad()
    (y * y).sum().backward()
    assert y.retains_grad and y.grad.tolist() == [12.0]


def test_reading_grad_of_a_computed_tensor_warns() -> None:
    y = leaf(2.0) * 3
    with pytest.warns(UserWarning, match="not a leaf Tensor"):
        assert y.grad is None


def test_the_graph_can_be_walked() -> None:
    w, b = leaf(1.0), leaf(1.0)
    y = w * 2 + b
    assert y.grad_fn.name() == "AddBackward0"
    (mul, _), (accumulate, _) = y.grad_fn.next_functions
    assert mul.name() == "MulBackward0" and accumulate.variable is b and mul.next_functions[0][0].variable is w


def test_modes_switch_recording() -> None:
    w = leaf(1.0)
    with torch.no_grad():
        assert not (w * 2).requires_grad and not torch.is_grad_enabled()
        with torch.enable_grad():
            assert (w * 2).requires_grad
    with torch.set_grad_enabled(False):
        assert not (w * 2).requires_grad
    with torch.inference_mode():
        assert not (w * 2).requires_grad and torch.is_inference_mode_enabled()
    assert torch.is_grad_enabled() and (w * 2).requires_grad

    @torch.no_grad()
    def plain(x: Any) -> Any:
        return x * 2

    @torch.no_grad
    def steps(x: Any) -> Any:
        yield x * 2
        yield x * 3

    assert not plain(w).requires_grad and not any(y.requires_grad for y in steps(w))
    with pytest.raises(KeyError), torch.no_grad():
        raise KeyError
    assert torch.is_grad_enabled()


def test_data_has_its_own_version_and_detach_shares_it() -> None:
    w = leaf(1.0)
    loss = (w * w).sum()
    w.data.mul_(2)
    loss.backward()
    assert w.grad.tolist() == [4.0]
    y = w * 1
    loss = (y * y).sum()
    y.detach().mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation.*MulBackward0.*version 1; expected version 0"):
        loss.backward()


def test_only_what_a_rule_needs_is_checked() -> None:
    w = leaf(3.0)
    a = w * 1
    b = a + 1                                       # addition needs none of its operands
    a.mul_(5)
    b.sum().backward()
    assert w.grad.tolist() == [1.0]


def test_in_place_operations_are_followed_through_views() -> None:
    w = leaf(1.0, 2.0, 3.0)
    y = w * 2
    y[1:].mul_(10)
    y[0] = w[2] * 7
    y.sum().backward()
    assert y.tolist() == [21.0, 40.0, 60.0] and w.grad.tolist() == [0.0, 20.0, 27.0]
    assert y.grad_fn.name() == "CopySlices"


def test_a_view_taken_before_a_write_follows_it() -> None:
    w = leaf(1.0, 2.0)
    base = w * 1
    view = base[0]
    base.mul_(3)
    view.backward()
    assert view.item() == 3.0 and w.grad.tolist() == [3.0, 0.0]


def test_copying_from_a_leaf_gives_that_leaf_its_gradient() -> None:
    w, x = leaf(4.0), torch.zeros(1, dtype=torch.float64)
    x.copy_(w)
    (x * x).sum().backward()
    assert w.grad.tolist() == [8.0] and x.grad_fn.name() == "CopyBackwards"


def test_overwritten_values_get_no_gradient() -> None:
    w = leaf(1.0, 2.0)
    y = w * 3
    y.zero_()
    assert y.requires_grad and y.grad_fn.name() == "ZeroBackward0"
    y.sum().backward()
    assert w.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("language", "texts"), [
    ("en", ("a leaf Variable that requires grad is being used in an in-place operation", "a view of a leaf Variable",
            "multiple views", "created in no_grad mode", "result type torch.float32 can't be cast")),
    ("zh", ("不能对需要梯度的叶子张量做原地修改", "叶子张量的视图", "一次返回多个视图", "no_grad 下建立",
            "结果类型 torch.float32 不能存入")),
])
def test_in_place_operations_that_are_refused(language: str, texts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", language)
    w = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=texts[0]):
        w.add_(1)
    with pytest.raises(RuntimeError, match=texts[1]):
        w[0] = 5
    with pytest.raises(RuntimeError, match=texts[2]):
        (w * 1).unbind()[0].add_(1)
    y = w * 1
    with torch.no_grad():
        view = y[:1]
    with pytest.raises(RuntimeError, match=texts[3]):
        view.mul_(w[:1])
    with pytest.raises(RuntimeError, match=texts[4]):
        torch.tensor([1]).add_(1.5)


def test_an_in_place_power_keeps_what_it_needs() -> None:
    w, exponent = leaf(3.0), leaf(2.0)
    y = w * 1
    y.pow_(exponent)
    y.sum().backward()
    assert w.grad.tolist() == [6.0] and exponent.grad.item() == pytest.approx(9 * 1.0986122886681098)


def test_gradients_meet_in_pytorchs_order() -> None:
    # float32 sums depend on their order: the operation recorded last gives its gradient first.
    w = torch.tensor([1.0], requires_grad=True)
    (w * 1e8 + w * 1.0 + w * -1e8).sum().backward()
    assert w.grad.item() == (torch.tensor([-1e8]) + torch.tensor([1.0]) + torch.tensor([1e8])).item()


DEPTH = 100_000


def test_a_graph_100000_operations_deep_works_and_is_freed() -> None:
    w = leaf(1.0)
    y = w
    for _ in range(DEPTH):
        y = y + 1
    y.sum().backward()
    assert w.grad.tolist() == [1.0]
    copied, restored = copy.deepcopy(w), pickle.loads(pickle.dumps(w))
    assert copied.tolist() == restored.tolist() == [1.0] and copied.requires_grad and restored.requires_grad
    z = w
    for _ in range(DEPTH):
        z = z * 1.0
    del y, z
    gc.collect()


def test_hundred_thousand_writes_in_place() -> None:
    w = leaf(1.0)
    y = w * 1
    for _ in range(DEPTH // 10):
        y += 1
    y.sum().backward()
    assert w.grad.tolist() == [1.0] and y.item() == 1.0 + DEPTH // 10


def test_a_computed_tensor_cannot_lose_its_gradient_or_be_copied_deeply() -> None:
    y = leaf(1.0) * 2
    with pytest.raises(RuntimeError, match="only change requires_grad flags of leaf"):
        y.requires_grad = False
    with pytest.raises(RuntimeError, match="graph leaves"):
        copy.deepcopy(y)
    with pytest.raises(RuntimeError, match="floating point and complex"):
        torch.tensor([1]).requires_grad_()


@pytest.mark.parametrize("step", ["floor", "ceil", "round", "trunc", "sign"])
def test_steps_stop_infinite_gradients(step: str) -> None:
    w = leaf(0.0)
    (getattr(w, step)().log()).sum().backward()
    assert w.grad.tolist() == [0.0]


def test_gradients_of_0_dim_tensors_can_be_summed_in_place() -> None:
    w = torch.tensor(0.5, requires_grad=True)
    (w.softmax(-1) + w.log_softmax(-1) + w.mean() + w.repeat(1)).sum().backward()
    w.sum().backward()
    assert w.grad.item() == 3.0 and type(w.grad.array).__name__ == "ndarray"


@pytest.mark.parametrize("function", ["relu", "leaky_relu", "hardtanh", "relu6"])
def test_the_slope_of_a_piecewise_linear_function_has_the_gradient_zero(function):
    x = torch.tensor([-0.5, 0.25, 2.0], requires_grad=True)
    y = getattr(torch.nn.functional, function)(x * 1)
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), x)
    assert curvature.tolist() == [0.0, 0.0, 0.0]


def test_a_value_that_was_assigned_may_change_afterwards():
    x, value = torch.zeros(3, requires_grad=True) * 1, torch.ones(())
    x[torch.tensor([True, False, True])] = value
    value.zero_()
    x.sum().backward()
    assert x.tolist() == [1.0, 0.0, 1.0]


def test_a_gradient_that_a_hook_kept_is_not_changed_by_the_next_backward():
    x, kept = torch.ones(3, requires_grad=True), []
    for _ in range(2):
        y = x + 1
        y.register_hook(kept.append)
        (y * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert kept[0].tolist() == [1.0, 2.0, 3.0] and x.grad.tolist() == [2.0, 4.0, 6.0]


def test_a_view_that_nobody_has_looked_at_does_not_know_yet_that_its_base_was_written_with_a_gradient() -> None:
    for looked_at in (False, True):         # as in PyTorch
        base = torch.tensor([1.25, 2.0, 1.0, 0.5])
        view = base.narrow(0, 0, 2)
        base[0] = torch.tensor(2.0, requires_grad=True).exp()
        if looked_at:
            assert not view.is_leaf
            with pytest.raises(RuntimeError, match="only change requires_grad flags of leaf"):
                view.requires_grad_(False)
        else:
            assert view.requires_grad_(False).requires_grad


def test_the_class_of_a_node_bears_its_name():
    w, b = torch.ones(2, 3, requires_grad=True), torch.ones(2, requires_grad=True)
    y = torch.nn.functional.linear(torch.ones(1, 3), w, b)
    seen, waiting = [], [y.tanh().sum().grad_fn]
    while waiting:
        node = waiting.pop()
        seen.append(type(node).__name__)
        waiting += [n for n, _ in node.next_functions if n is not None]
    assert sorted(seen) == ["AccumulateGrad", "AccumulateGrad", "AddmmBackward0", "SumBackward0", "TBackward0", "TanhBackward0"]
    product = w * 2
    assert type(product.grad_fn).__name__ == "MulBackward0" and repr(product.grad_fn).startswith("<MulBackward0 object at")
    product += w
    assert type(product.grad_fn).__name__ == "AddBackward0"
    product.sum().backward()
    assert w.grad.tolist() == [[3.0] * 3] * 2

    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    assert type(Double.apply(w).grad_fn).__name__ == "DoubleBackward"


def test_every_node_of_a_graph_tells_its_attributes():
    product = torch.nn.functional.linear(torch.ones(1, 2), torch.ones(2, 2, requires_grad=True)).grad_fn
    transposed = product.next_functions[1][0]
    assert "_saved_self" in dir(product)
    assert transposed.name() == "TBackward0" and "name" in dir(transposed)


def test_gradients_with_a_graph_are_each_leafs_own():
    x, y, s = (torch.tensor(v, requires_grad=True) for v in ([1.0, 1.0], [1.0, 1.0], [2.0, 3.0]))
    ((x + y) * s * s).sum().backward(create_graph=True)
    (x * 2).sum().backward()
    assert x.grad.tolist() == [6, 11] and y.grad.tolist() == [4, 9] and s.grad.requires_grad
    x.grad, factor = None, torch.tensor(2.0, requires_grad=True)
    (x.sum() * factor).backward(create_graph=True)                     # an expanded number
    (x * 2).sum().backward()
    assert x.grad.tolist() == [4, 4]


def test_a_write_that_fails_does_not_count():
    x = torch.ones(2, requires_grad=True)
    y = x * 1
    z = y * y
    with torch.no_grad(), pytest.raises(RuntimeError):
        y.mul_(torch.ones(3))
    z.sum().backward()
    assert y._version == 0 and x.grad.tolist() == [2, 2]
