"""Native passes over rows and the expressions they stand for give the same, forward and backward, in every layout."""

import numpy as np
import pytest

import steepest as torch
from steepest.functional.neural.rows import RowKernel

F = torch.nn.functional
LAYERS = {
    "layer": (lambda x, w, b: F.layer_norm(x, (33,), w, b), (4, 5, 33), (33,)),
    "layer of two dimensions": (lambda x, w, b: F.layer_norm(x, (5, 33), w, b), (4, 5, 33), (5, 33)),
    "layer without weights": (lambda x, w, b: F.layer_norm(x, (33,)), (4, 33), (1,)),
    "layer without bias": (lambda x, w, b: F.layer_norm(x, (33,), w), (4, 33), (33,)),
    "batch of vectors": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), (40, 6), (6,)),
    "batch of images": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), (4, 6, 5, 5), (6,)),
    "batch without weights": (lambda x, w, b: F.batch_norm(x, None, None, None, None, True), (4, 6, 5, 5), (1,)),
    "groups": (lambda x, w, b: F.group_norm(x, 3, w, b), (4, 6, 5, 5), (6,)),
    "groups of short rows": (lambda x, w, b: F.group_norm(x, 3, w, b), (4, 6, 2), (6,)),
    "instances": (lambda x, w, b: F.instance_norm(x, None, None, w, b), (4, 6, 5, 5), (6,)),
    "softmax": (lambda x, w, b: F.softmax(x, -1), (4, 5, 33), (1,)),
    "log_softmax": (lambda x, w, b: F.log_softmax(x, -1), (4, 5, 33), (1,)),
    "softmax with a dimension of one": (lambda x, w, b: F.softmax(x[:, None], -1)[:, 0], (5, 33), (1,)),
    "softmax of a vector": (lambda x, w, b: F.softmax(x, 0), (7,), (1,)),
}


def gradients(layer, shape, of_weight, dtype, strided, expanded):
    """The result and all gradients, from a transposed input and an expanded gradient where wished."""
    random = np.random.default_rng(0)
    x = torch.tensor(random.normal(size=shape) + 1, dtype=dtype)
    if strided:
        x = x.transpose(0, -1).contiguous().transpose(0, -1)
    w, b = (torch.tensor(random.normal(size=of_weight), dtype=dtype, requires_grad=True) for _ in range(2))
    g = torch.tensor(random.normal(size=() if expanded else shape), dtype=dtype)
    x.requires_grad_()
    y = layer(x, w, b)
    y.backward(g.expand(shape) if expanded else g)
    return [y.detach(), *[p.grad for p in (x, w, b) if p.grad is not None]]


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_kernels_and_numpy_agree(name, dtype, monkeypatch):
    for strided in (False, True):
        for expanded in (False, True):
            given = (*LAYERS[name], dtype, strided, expanded)
            native = gradients(*given)
            with monkeypatch.context() as without:
                without.setattr(RowKernel, "__call__", lambda self, *operands: None)
                plain = gradients(*given)
            for a, b in zip(native, plain, strict=True):
                assert a.shape == b.shape and a.dtype == b.dtype
                assert torch.allclose(a, b, rtol=2e-5 if dtype is torch.float32 else 1e-11, atol=2e-6 if dtype is torch.float32 else 1e-13)


@pytest.mark.parametrize("name", ["layer", "batch of images", "groups", "softmax"])
def test_special_values_stay_in_their_rows(name):
    layer, shape, of_weight = LAYERS[name]
    x = torch.randn(shape)
    x.view(-1)[3], x.view(-1)[-1] = float("nan"), float("inf")
    y = layer(x, torch.ones(of_weight), torch.zeros(of_weight))
    wide = layer(x.double(), torch.ones(of_weight).double(), torch.zeros(of_weight).double())
    assert torch.equal(y.isnan(), wide.isnan()) and y.isnan().any() and not y.isnan().all()


@pytest.mark.parametrize("name", ["layer", "batch of images", "groups"])
def test_second_derivatives(name):
    layer, shape, of_weight = LAYERS[name]
    small = tuple(min(n, 6) for n in shape[:1]) + shape[1:]
    x = torch.randn(small, dtype=torch.float64, requires_grad=True)
    w, b = (torch.randn(of_weight, dtype=torch.float64, requires_grad=True) for _ in range(2))
    out = layer(x, w, b)
    seed = torch.randn(small, dtype=torch.float64)
    first = torch.autograd.grad((out * seed).sum(), (x, w), create_graph=True)
    value = sum((f * f).sum() for f in first)
    (slope,) = torch.autograd.grad(value, x)
    step, way = 1e-6, torch.randn(small, dtype=torch.float64)

    def at(t):
        y = (x.detach() + t * way).requires_grad_()
        return sum((f * f).sum() for f in torch.autograd.grad((layer(y, w, b) * seed).sum(), (y, w)))

    assert torch.allclose((slope * way).sum(), (at(step) - at(-step)) / (2 * step), rtol=1e-5)


def test_halves_are_computed_in_float32():
    x = torch.randn(4, 33, dtype=torch.bfloat16)
    wide = F.layer_norm(x.float(), (33,))
    assert torch.equal(F.layer_norm(x, (33,)), wide.bfloat16()) and torch.equal(F.softmax(x, 1), F.softmax(x.float(), 1).bfloat16())


def test_empty_inputs():
    assert F.layer_norm(torch.empty(0, 5), (5,)).shape == (0, 5) and F.softmax(torch.empty(3, 0), 1).shape == (3, 0)
    assert F.softmax(torch.empty(0, 3), 1).shape == (0, 3)
