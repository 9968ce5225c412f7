"""Channels last: the order of images in memory, what keeps it, and the random numbers that follow it."""

from collections.abc import Callable
from typing import Any

import pytest

import steepest as torch
from steepest import nn

LAST = torch.channels_last
X = torch.arange(2 * 4 * 4 * 6.0).reshape(2, 4, 4, 6)
STRIDES = (96, 1, 24, 4)

KEEPING: dict[str, Callable[[Any], Any]] = {
    "conv": nn.Conv2d(4, 3, 3), "transposed": nn.ConvTranspose2d(4, 3, 3), "max_pool": nn.MaxPool2d(2), "avg_pool": nn.AvgPool2d(2),
    "adaptive": nn.AdaptiveAvgPool2d(2), "batch_norm": nn.BatchNorm2d(4), "group_norm": nn.GroupNorm(2, 4), "pad": nn.ZeroPad2d(1),
    "upsample": nn.Upsample(scale_factor=2), "relu": nn.ReLU(), "half": lambda x: x.half(), "cat": lambda x: torch.cat([x, x], 1),
    "zeros_like": torch.zeros_like, "clone": torch.clone, "gelu": nn.GELU(),
}


def test_conversions() -> None:
    for x in (X.to(memory_format=LAST), X.contiguous(memory_format=LAST), X.clone(memory_format=LAST), X.double().float(memory_format=LAST),
              torch.empty_like(X, memory_format=LAST), torch.empty(X.shape, memory_format=LAST)):
        assert x.stride() == STRIDES
        assert x.is_contiguous(memory_format=LAST) and not x.is_contiguous()
    last = X.to(memory_format=LAST)
    assert last.equal(X) and last.to(memory_format=LAST) is last and last.contiguous().stride() == X.stride()
    assert torch.ones(1, 2, 3, 4, 5).to(memory_format=torch.channels_last_3d).stride() == (120, 1, 40, 10, 2)
    with pytest.raises(RuntimeError, match="rank 4"):
        torch.ones(3).to(memory_format=LAST)


def test_a_module_converts_its_weights() -> None:
    layer = nn.Conv2d(4, 3, 3)
    before = layer(X)
    layer.to(memory_format=LAST)
    assert layer.weight.stride() == (36, 1, 12, 4) and isinstance(layer.weight, nn.Parameter)
    after = layer(X)
    assert torch.allclose(after, before) and after.is_contiguous(memory_format=LAST)


@pytest.mark.parametrize("name", KEEPING)
def test_what_keeps_the_format(name: str) -> None:
    last = X.to(memory_format=LAST)
    kept, plain = KEEPING[name](last), KEEPING[name](X)
    assert kept.is_contiguous(memory_format=LAST) and plain.is_contiguous()
    assert torch.allclose(kept.float(), plain.float())


def test_gradients_and_the_graph_are_those_of_the_layer() -> None:
    layer = nn.Conv2d(4, 3, 3)
    grads = []
    for x in (X.clone().requires_grad_(), X.clone().requires_grad_()):
        given = x if not grads else x.to(memory_format=LAST)
        out = layer(given)
        assert out.grad_fn.name() == "ConvolutionBackward0" and len(out.grad_fn.next_functions) == 3
        (out * torch.arange(out.numel()).reshape(out.shape)).sum().backward()
        grads.append(x.grad)
    assert torch.allclose(grads[0], grads[1])


def test_a_mask_is_drawn_in_the_order_of_memory() -> None:
    images = X.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)      # channels last, as files have them
    torch.manual_seed(0)
    mask = torch.nn.functional.dropout(nn.Identity()(nn.MaxPool2d(2)(images + 1)), 0.5) != 0
    torch.manual_seed(0)
    flat = torch.nn.functional.dropout(torch.ones(2 * 2 * 3 * 4), 0.5).reshape(2, 2, 3, 4).permute(0, 3, 1, 2) != 0
    assert mask.equal(flat)


def test_a_stack_lies_in_order() -> None:
    x = torch.arange(24.0).reshape(2, 3, 4).transpose(1, 2)
    for dim in range(-4, 4):
        assert torch.stack([x, x], dim).is_contiguous()


def test_orders_that_are_not_unique() -> None:
    assert X.to(memory_format=LAST).dim_order() == (0, 2, 3, 1)
    one = torch.ones(1, 2, 3, 4)
    assert one.dim_order() == (0, 1, 2, 3) and one.dim_order(ambiguity_check=[torch.contiguous_format, LAST]) == (0, 1, 2, 3)
    with pytest.raises(RuntimeError, match="unique dim order"):
        one.dim_order(ambiguity_check=True)
    with pytest.raises(TypeError, match="bool or a list"):
        one.dim_order(ambiguity_check="yes")
