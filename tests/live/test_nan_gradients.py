"""What gradients are where numbers are NaN: in PyTorch's own way, which differs from function to function."""

import numpy as np
import pytest
import torch

import steepest

EXPRESSIONS = [
    "x.min()", "x.max()", "x.amin()", "x.amax()", "x.min(0)[0]", "x.max(0)[0]", "x.median()", "x.nanmedian()", "x.aminmax()[0]",
    "x.reshape(1, 5).amax(1).sum()", "x.norm(float('inf'))", "x.logsumexp(0)", "x.cummax(0)[0].sum()", "t.maximum(x, x.flip(0)).sum()",
    "t.fmax(x, t.ones(5)).sum()", "t.clamp(x, 0, 2).sum()", "F.hardtanh(x).sum()", "t.relu(x).sum()", "F.relu6(x).sum()",
    "F.hardswish(x).sum()", "F.leaky_relu(x).sum()", "F.elu(x).sum()", "F.softshrink(x).sum()", "F.hardshrink(x).sum()",
    "F.threshold(x, 1, 0).sum()", "t.abs(x).sum()", "F.hardsigmoid(x).sum()", "F.smooth_l1_loss(x, t.zeros(5))",
    "F.huber_loss(x, t.zeros(5))", "F.celu(x).sum()", "F.selu(x).sum()", "F.max_pool1d(x.reshape(1, 1, 5), 2).sum()", "x.std()",
    "F.softplus(x).sum()", "F.l1_loss(x, t.zeros(5))", "t.logit(x, eps=0.1).sum()", "x.topk(2)[0].sum()", "x.sort()[0].cumsum(0).sum()",
    "t.atanh(t.sinc(x - 0.5)).sum()",
    "t.nan_to_num(x).sum()", "t.minimum(x, t.full((5,), float('nan'))).sum()", "t.where(x > 1, x, 2 * x).sum()", "t.xlogy(x, x).sum()",
    "t.special.entr(x).sum()", "t.fmod(x, 2).sum()", "t.dist(x, t.zeros(5))", "t.log(x - 1).min()",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_gradients_of_nan(expression: str) -> None:
    found = []
    for t in (steepest, torch):
        x = t.tensor([0.5, 1.25, float("nan"), 3, float("nan")], requires_grad=True)
        eval(expression, {"t": t, "F": t.nn.functional, "x": x}).backward()
        found.append(x.grad.numpy())
    np.testing.assert_allclose(found[0], found[1], 1e-6, 1e-7)
