"""Histograms, covariances, differences and quantiles beside NumPy's; copies of views; products with zeros."""

import numpy as np
import pytest

import steepest
from steepest.autograd import gradcheck, gradgradcheck

RNG = np.random.default_rng(8)
X = RNG.standard_normal((4, 6))


def test_gradient_is_numpys():
    x = steepest.tensor(X)
    for mine, theirs in zip(steepest.gradient(x, edge_order=2), np.gradient(X, edge_order=2), strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs)
    places = np.array([0.0, 1.0, 3.0, 3.5])
    (mine,) = steepest.gradient(x, spacing=(steepest.tensor(places),), dim=0)
    np.testing.assert_allclose(mine.numpy(), np.gradient(X, places, axis=0))


def test_weighted_covariance_is_numpys():
    often, weight = np.array([1, 2, 1, 3, 1, 1]), RNG.uniform(0.5, 1, 6)
    got = steepest.cov(steepest.tensor(X), fweights=steepest.tensor(often), aweights=steepest.tensor(weight))
    np.testing.assert_allclose(got.numpy(), np.cov(X, fweights=often, aweights=weight))
    np.testing.assert_allclose(steepest.corrcoef(steepest.tensor(X)).numpy(), np.corrcoef(X))


def test_differences_take_what_is_put_before_and_behind():
    first, last = X[:, :2], X[:, -1:]
    got = steepest.diff(steepest.tensor(X), 2, 1, prepend=steepest.tensor(first), append=steepest.tensor(last))
    np.testing.assert_allclose(got.numpy(), np.diff(X, 2, 1, prepend=first, append=last))


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("dim", [0, 1])
def test_quantiles_are_numpys(method, dim):
    shares = np.array([0.1, 0.5, 0.85])
    got = steepest.quantile(steepest.tensor(X), steepest.tensor(shares), dim, interpolation=method)
    np.testing.assert_allclose(got.numpy(), np.quantile(X, shares, axis=dim, method=method))
    holes = np.where(X > 1, np.nan, X)
    got = steepest.nanquantile(steepest.tensor(holes), 0.5, dim, keepdim=True)
    np.testing.assert_allclose(got.numpy(), np.nanquantile(holes, 0.5, axis=dim, keepdims=True))


def test_histograms_are_numpys():
    counts, edges = steepest.histogram(steepest.tensor(X), 5, range=(-1.0, 1.0))
    expected = np.histogram(X, 5, (-1, 1))
    np.testing.assert_array_equal(counts.numpy(), expected[0])
    np.testing.assert_allclose(edges.numpy(), expected[1])


def test_partial_log_sums_do_not_vanish_beside_later_terms():
    got = steepest.logcumsumexp(steepest.tensor([-500.0, -499.0, 900.0]), 0)
    np.testing.assert_allclose(got.numpy(), [-500.0, -499 + np.log1p(np.exp(-1)), 900.0], rtol=1e-6)


@pytest.mark.parametrize("function", [lambda x: x.prod(), lambda x: x.prod(1), lambda x: x.cumprod(1)])
def test_second_derivatives_of_products_with_zeros(function):
    x = steepest.tensor([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0]], dtype=steepest.float64, requires_grad=True)
    assert gradcheck(function, (x,))
    assert gradgradcheck(function, (x,))


def test_copies_do_not_share_memory():
    x = steepest.zeros(2, 3)
    steepest.transpose_copy(x, 0, 1)[0, 0] = 1
    assert x.sum().item() == 0
    assert steepest.unbind_copy(x)[1].shape == (3,)


def test_out_with_the_wrong_dtype_is_refused():
    with pytest.raises(RuntimeError, match="can't be cast"):
        steepest.mean(steepest.ones(3), out=steepest.empty((), dtype=steepest.int64))
    with pytest.raises(RuntimeError, match="to have dtype"):
        steepest.amax(steepest.ones(3), out=steepest.empty((), dtype=steepest.float64))


def test_numbers_only_where_pytorch_takes_them():
    for call in (lambda: steepest.maximum(steepest.ones(2), 1), lambda: steepest.eq(1, steepest.ones(2))):
        with pytest.raises(TypeError, match="must be Tensor"):
            call()


def test_squares_that_float32_does_not_hold() -> None:
    x = steepest.tensor([[3e30, -3e30], [0.0, 1e25]], requires_grad=True)
    spread = x.std(1)
    assert steepest.allclose(spread, steepest.tensor([3e30, 1e25]) * 2 / 2 ** 0.5 * steepest.tensor([1.0, 0.5]))
    spread.sum().backward()
    assert steepest.allclose(x.grad, steepest.tensor([[1.0, -1.0], [-1.0, 1.0]]) / 2 ** 0.5)
    assert steepest.isinf(x.detach().var(1)).all() and steepest.isfinite(x.detach().double().var(1)).all()


@pytest.mark.parametrize(("dtype", "places"), [
    (steepest.bfloat16, [0, 3, 7, 11, 14, 18, 22, 26, 29, 33, 37, 40, 44, 48, 52, 55, 59, 62, 66, 70, 74, 78, 81, 85, 89, 92, 96, 99]),
    (steepest.float16, [0, 3, 7, 11, 14, 18, 22, 25, 29, 33, 37, 40, 44, 48, 51, 55, 59, 62, 66, 70, 74, 77, 81, 85, 88, 92, 96, 99])])
def test_histograms_of_16_bit_floats_round_as_pytorch_does(dtype, places):
    x = steepest.arange(0, 10, 0.37).to(dtype)
    assert steepest.histc(x, 100, 0, 10).nonzero().flatten().tolist() == places


def test_histograms_find_the_interval_in_the_precision_of_the_elements():
    counts = steepest.histc(steepest.arange(0, 1, 0.01), 100, 0, 1)
    assert counts.ne(1).nonzero().flatten().tolist() == [14, 15, 22, 23, 26, 27, 29, 30, 48, 49, 52, 54, 58, 59, 66, 67]
    assert steepest.histc(steepest.tensor([3.0, 3, 2, 5]), 3, 3, 3).tolist() == [1.0, 2.0, 1.0]
    with pytest.raises(RuntimeError, match=r"range of \[0, inf\] is not finite"):
        steepest.histc(steepest.ones(3), 3, 0, float("inf"))
    with pytest.raises(RuntimeError, match="max must be larger than min"):
        steepest.histc(steepest.ones(3), 3, 5, 2)
