"""Numbers and dtypes that come out as PyTorch's to the last digit where its formula is a particular one."""

import numpy as np
import pytest

import steepest as torch
from steepest.nn import functional as F


def test_evenly_spaced_numbers_are_rounded_once():
    wanted = [0x3dcccccd, 0x3eaaaaab, 0x3f111111, 0x3f4ccccd]
    assert torch.linspace(0.1, 0.8, 4).numpy().view(np.int32).tolist() == wanted
    x = torch.linspace(-3.7, 9.1, 101, dtype=torch.float64)
    step = (9.1 + 3.7) / 100
    exact = [np.float64(np.longdouble(-3.7) + np.longdouble(step) * i) if i < 50 else
             np.float64(np.longdouble(9.1) - np.longdouble(step) * (100 - i)) for i in range(101)]
    assert x.tolist() == exact
    assert torch.linspace(0, 9, 4, dtype=torch.int64).tolist() == [0, 3, 6, 9] and torch.linspace(2.0, 5.0, 1).tolist() == [2.0]
    assert torch.linspace(1, 2, 0).shape == (0,)


def test_bags_scale_their_gradients_by_the_counts_that_pytorch_takes():
    weight = torch.ones(3, 1, requires_grad=True)
    index, begins = torch.tensor([0, 1, 1, 2, 1, 0]), torch.tensor([0, 2, 4])
    out = F.embedding_bag(index, weight, begins, mode="sum", scale_grad_by_freq=True)
    out.sum().backward()
    assert out.flatten().tolist() == [2.0, 2.0, 2.0]
    assert np.allclose(weight.grad.flatten().tolist(), [2 / 2, 3 / 2, 1 / 3])
    with pytest.raises(ValueError, match="max mode does not support scaling"):
        F.embedding_bag(index, weight, begins, mode="max", scale_grad_by_freq=True)


def test_leaky_rectification_of_halves_has_a_middle_slope_and_draws_none():
    x = torch.tensor([-2.0, 2.0], dtype=torch.float16)
    assert F.rrelu(x).tolist() == F.leaky_relu(x, (1 / 8 + 1 / 3) / 2).tolist()
    with pytest.raises(NotImplementedError):
        F.rrelu(x, training=True)


def test_normal_numbers_around_complex_means():
    mean = torch.tensor([1 + 2j, -3j])
    torch.manual_seed(0)
    around = torch.normal(mean, 2.0)
    torch.manual_seed(0)
    assert torch.equal(around, torch.zeros(2, dtype=torch.complex64).normal_(0, 2.0) + mean)
    assert torch.normal(mean, torch.tensor([1.0, 1.0])).dtype is torch.complex64
    with pytest.raises(RuntimeError, match="standard deviation to be non-complex"):
        torch.normal(0.0, mean)


@pytest.mark.parametrize("hermitian", [False, True])
def test_the_pseudo_inverse_under_autocast_ends_in_its_dtype(hermitian):
    a = torch.tensor([[4.0, 1.0], [1.0, 3.0]])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inverse = torch.linalg.pinv(a, hermitian=hermitian)
        assert inverse.dtype is torch.bfloat16 and torch.pinverse(a).dtype is torch.float32
        assert torch.linalg.pinv(a.double()).dtype is torch.float64
    assert torch.allclose(inverse.float() @ a, torch.eye(2), atol=2e-2)


def test_names_found_late_are_listed():
    assert {"nn", "optim", "vmap", "compile", "conv2d", "sigmoid_", "fx"} <= set(dir(torch))
