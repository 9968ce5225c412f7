"""Dtypes that PyTorch has no kernel for on the CPU are refused; what it computes is computed."""

import pytest

import steepest as torch
from steepest.core.dtype import these
from steepest.nn import functional as F

REFUSED = {
    "bool": [lambda x: x.abs(), lambda x: x % x, lambda x: x**x, lambda x: x.floor(), lambda x: x @ x, lambda x: x << x,
             lambda x: F.relu(x)],
    "complex64": [lambda x: x < x, lambda x: x.clamp(0, 1), lambda x: torch.maximum(x, x), lambda x: x.max(), lambda x: x.sort(),
                  lambda x: x.softmax(0), lambda x: F.mse_loss(x, x), lambda x: x.erf(), lambda x: x.round(), lambda x: F.gelu(x),
                  lambda x: x.unique(), lambda x: F.layer_norm(x, (3,)), lambda x: torch.arange(3, dtype=x.dtype)],
    "int64": [lambda x: F.gelu(x), lambda x: F.silu(x), lambda x: F.leaky_relu(x), lambda x: F.softplus(x), lambda x: x.frac(),
              lambda x: F.layer_norm(x, (3,)), lambda x: torch.lerp(x, x, 0.5), lambda x: F.elu_(x), lambda x: x.bernoulli(),
              lambda x: torch.view_as_real(x), lambda x: F.interpolate(x[None, None], 5, mode="linear")],
    "float16": [lambda x: torch.special.bessel_j0(x), lambda x: torch.linalg.cholesky(x[:, None] * x), lambda x: torch.gcd(x, x),
                lambda x: torch.linalg.inv(torch.eye(2, dtype=x.dtype)), lambda x: torch.cdist(x[None], x[None])],
    "int16": [lambda x: F.avg_pool1d(x[None], 2), lambda x: F.conv_transpose1d(x[None, None], x[None, None])],
}
CASES = [(name, k) for name, calls in REFUSED.items() for k in range(len(calls))]


@pytest.mark.parametrize(("name", "k"), CASES)
def test_a_dtype_without_a_kernel_is_refused(name, k):
    with pytest.raises(NotImplementedError, match=f"torch.{name}"):
        REFUSED[name][k](torch.ones(3).to(getattr(torch, name)))


@pytest.mark.parametrize("call", [
    lambda: torch.tensor([True]) ** 2, lambda: torch.tensor([True]) % 2, lambda: torch.tensor([True]).clamp(min=1),
    lambda: torch.tensor([1]).erf(), lambda: torch.tensor([1]).relu(), lambda: F.silu(torch.tensor([1j])), lambda: torch.tensor([1j]) == 1,
    lambda: torch.tensor([3]).fmod(2), lambda: torch.ones(2, dtype=torch.int32) @ torch.ones(2, dtype=torch.int32),
    lambda: F.conv1d(torch.ones(1, 1, 3, dtype=torch.int64), torch.ones(1, 1, 2, dtype=torch.int64)),
    lambda: torch.ones(3, dtype=torch.float16).softmax(0), lambda: torch.tensor([2, 1], dtype=torch.int8).sort()])
def test_what_pytorch_computes_is_computed(call):
    assert call() is not None


def test_in_place_variants_refuse_too():
    with pytest.raises(NotImplementedError):
        torch.tensor([1j]).clamp_(min=0)
    with pytest.raises(NotImplementedError):
        torch.tensor([True]).floor_()


def test_groups_and_single_types_have_names():
    assert these("bool complex") == {torch.bool, torch.complex64, torch.complex128}
    assert these("halves int8") == {torch.float16, torch.bfloat16, torch.int8}


def test_softmax_of_complex_numbers_needs_a_dtype():
    x = torch.tensor([1 + 2j, 3 - 1j])
    with pytest.raises(NotImplementedError):
        x.softmax(0)
    with pytest.raises(NotImplementedError):
        torch.tensor([1, 2]).softmax(0, dtype=torch.complex64)
    assert torch.equal(F.softmax(x, 0, dtype=torch.float32), F.softmax(torch.tensor([1.0, 3.0]), 0))


def test_powers_have_gradients_by_complex_exponents():
    x, n = torch.tensor([0j, 2 + 1j], requires_grad=True), torch.tensor([1 + 1j, 2 - 1j], requires_grad=True)
    (x**n).sum().abs().backward()
    assert bool(n.grad.isfinite().all()) and n.grad[0].item() == 0


def test_what_pytorch_computes_of_bools_and_integers_is_computed():
    mask = torch.tensor([True, False, True])
    assert mask.cumsum(0).tolist() == [1, 1, 2] and mask.cumprod(0).tolist() == [1, 0, 0]
    assert torch.bernoulli(torch.zeros(3, dtype=torch.int64), 1.0).tolist() == [1, 1, 1]
