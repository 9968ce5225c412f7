"""Native convolutions and those by columns in NumPy agree: forward, both gradients, every geometry, and on any number of threads."""

import math

import numpy as np
import pytest

import steepest as torch
from steepest.functional.neural import direct

F = torch.nn.functional
random = np.random.default_rng(0)


def geometry(seed):
    """A convolution of 1 to 3 dimensions with random sizes, as (input shape, weight shape, options)."""
    r = np.random.default_rng(seed)
    n, groups = int(r.integers(1, 4)), int(r.choice([1, 1, 2, 3]))
    inside, many = int(r.integers(1, 4)), int(r.integers(1, 8))
    kernel, stride, dilation, padding = (tuple(map(int, r.integers(low, high, n))) for low, high in ((1, 5), (1, 4), (1, 3), (0, 4)))
    most = (60, 24, 9)[n - 1]
    sizes = tuple(max(int(r.integers(3, most)), d * (k - 1) + 1 - 2 * p) for k, d, p in zip(kernel, dilation, padding, strict=True))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return (int(r.integers(1, 4)), inside * groups, *sizes), (many * groups, inside, *kernel), options


def results(function, x, w, b, options):
    """The result and the gradients of input, weights and bias."""
    x, w, b = (a.clone().requires_grad_() for a in (x, w, b))
    y = function(x, w, b, **options)
    y.backward(torch.cos(torch.arange(y.numel(), dtype=y.dtype)).reshape(y.shape))
    return [y.detach(), x.grad, w.grad, b.grad]


def agree(native, plain, dtype):
    tolerance = 3e-5 if dtype is torch.float32 else 1e-11
    for a, b in zip(native, plain, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        assert torch.allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("seed", range(40))
def test_random_geometries(seed, monkeypatch):
    of_input, of_weight, options = geometry(seed)
    dtype = (torch.float32, torch.float64)[seed % 2]
    x, w, b = (torch.tensor(random.normal(size=s), dtype=dtype) for s in (of_input, of_weight, of_weight[:1]))
    function = (F.conv1d, F.conv2d, F.conv3d)[len(of_input) - 3]
    native = results(function, x, w, b, options)
    monkeypatch.setattr(direct, "NATIVE", {})
    agree(native, results(function, x, w, b, options), dtype)


@pytest.mark.parametrize("seed", range(16))
def test_one_output_channel_for_each_group(seed, monkeypatch):
    of_input, of_weight, options = geometry(seed)
    options["groups"] = groups = seed % 5 + 1
    inside = 1 if seed % 2 else of_weight[1]
    dtype = (torch.float32, torch.float64)[seed % 3 == 0]
    shapes = (of_input[0], inside * groups, *of_input[2:]), (groups, inside, *of_weight[2:]), (groups,)
    x, w, b = (torch.tensor(random.normal(size=s), dtype=dtype) for s in shapes)
    function = (F.conv1d, F.conv2d, F.conv3d)[len(of_input) - 3]
    native = results(function, x, w, b, options)
    monkeypatch.setattr(direct, "NATIVE", {})
    agree(native, results(function, x, w, b, options), dtype)


def test_what_lies_behind_a_line_touches_no_weight_of_a_channel():
    x, w = torch.zeros(1, 2, 5, 5), torch.ones(2, 1, 2, 2, requires_grad=True)
    x[:, 1] = math.inf
    F.conv2d(x, w, groups=2)[:, :1].sum().backward()
    assert not w.grad[0].any()


@pytest.mark.parametrize("seed", range(6))
def test_transposed(seed, monkeypatch):
    stride, padding, extra, groups = [(1, 0, 0, 1), (2, 1, 1, 1), (2, 1, 0, 2), (3, 0, 2, 1), (3, 2, 1, 2), (2, 0, 0, 4)][seed]
    x, w, b = (torch.tensor(random.normal(size=s), dtype=torch.float64) for s in ((2, 4, 6, 5), (4, 3, 3, 4), (3 * groups,)))
    options = {"stride": stride, "padding": padding, "output_padding": extra, "groups": groups}
    native = results(F.conv_transpose2d, x, w, b, options)
    monkeypatch.setattr(direct, "NATIVE", {})
    agree(native, results(F.conv_transpose2d, x, w, b, options), torch.float64)


def test_inputs_in_any_layout():
    x, w, b = torch.randn(3, 5, 9, 8), torch.randn(4, 5, 3, 3), torch.randn(4)
    expected = results(F.conv2d, x, w, b, {"padding": 1})
    strange = x.permute(2, 0, 3, 1).contiguous().permute(1, 3, 0, 2), w.transpose(0, 3).contiguous().transpose(0, 3)
    agree(results(F.conv2d, *strange, b, {"padding": 1}), expected, torch.float32)
    y = F.conv2d(torch.ones(1, 1, 1, 1).expand(2, 3, 6, 6), torch.ones(2, 3, 3, 3))
    assert torch.equal(y, torch.full((2, 2, 4, 4), 27.0))


def test_threads_do_not_change_results(monkeypatch):
    monkeypatch.setattr(direct, "WORK", 0)
    x, w, b = torch.randn(7, 6, 20, 20), torch.randn(70, 6, 3, 3), torch.randn(70)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = results(F.conv2d, x, w, b, {"padding": 1})
        torch.set_num_threads(3)
        shared = results(F.conv2d, x, w, b, {"padding": 1})
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(p, q) for p, q in zip(alone, shared, strict=True))


def test_no_number_beyond_the_planes_is_seen():
    x = torch.randn(1, 1, 5, 5)
    x[0, 0, 2, 2] = float("nan")
    y = F.conv2d(x, torch.ones(1, 1, 3, 3), padding=1)
    assert y.isnan().sum() == 9 and not y[0, 0, 0].isnan().any()
    assert F.conv2d(torch.full((1, 1, 4, 4), float("inf")), torch.ones(1, 1, 2, 2)).isinf().all()


def test_large_sums_keep_their_precision():
    x, g = torch.rand(4, 2, 64, 64) + 1, torch.rand(4, 3, 62, 62) + 1
    w = torch.zeros(3, 2, 3, 3, requires_grad=True)
    F.conv2d(x, w).backward(g)
    exact = torch.zeros(3, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    F.conv2d(x.double(), exact).backward(g.double())
    assert ((w.grad.double() - exact.grad) / exact.grad).abs().max() < 3e-6


def test_empty_batches():
    x = torch.zeros(0, 3, 8, 8, requires_grad=True)
    w = torch.ones(2, 3, 3, 3, requires_grad=True)
    y = F.conv2d(x, w)
    y.sum().backward()
    assert y.shape == (0, 2, 6, 6) and x.grad.shape == (0, 3, 8, 8) and not w.grad.any()
