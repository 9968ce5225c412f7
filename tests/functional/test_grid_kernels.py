"""The native `grid_sample` gives what its expression gives, gradients included."""

import numpy as np
import pytest

import steepest
from steepest.functional.neural.sampling import _composed

random = np.random.default_rng(6)


@pytest.mark.parametrize("align", [True, False])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_gradients(dtype, mode, padding, align):
    for shape in ((2, 3, 6, 5), (1, 2, 1, 4)):
        images, places = random.normal(size=shape).astype(dtype), (random.random((shape[0], 4, 7, 2)) * 3.2 - 1.6).astype(dtype)
        places[0, 0, :3] = [[-0.97, 0.93], [0.1, 0.2], [5.1, -7.3]]
        found = []
        for function in (_composed, steepest.nn.functional.grid_sample):
            x, grid = (steepest.from_numpy(a.copy()).requires_grad_() for a in (images, places))
            y = function(x, grid, mode, padding, align)
            (y * steepest.arange(y.numel(), dtype=y.dtype).view(y.shape).cos()).sum().backward()
            slopes = steepest.zeros_like(grid) if grid.grad is None else grid.grad
            # Where an image is one element thick its edge is a kink, at which the expression takes another side.
            found.append([y.detach(), x.grad, slopes if min(shape[2:]) > 1 else slopes[:, 1:, :, 0]])
        for mine, theirs in zip(*found, strict=True):
            steepest.testing.assert_close(mine, theirs, rtol=1e-4 if dtype == "float32" else 1e-10, atol=1e-5)


def test_what_lies_outside_counts_as_zero_though_the_image_is_infinite():
    x = steepest.full((1, 1, 2, 2), float("inf"))
    assert steepest.nn.functional.grid_sample(x, steepest.tensor([[[[9.0, 9.0]]]]), align_corners=False).item() == 0


def test_second_derivatives():
    x = steepest.randn(1, 2, 4, 4, dtype=steepest.float64, requires_grad=True)
    grid = (steepest.rand(1, 2, 2, 2, dtype=steepest.float64) * 1.5 - 0.8).requires_grad_()
    assert steepest.autograd.gradgradcheck(lambda x, grid: steepest.nn.functional.grid_sample(x, grid, align_corners=False), (x, grid))
