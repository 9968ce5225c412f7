"""Products of small matrices and sums down columns: NumPy's in float64, in every layout and size."""

import numpy as np
import pytest

import steepest as torch
from steepest.lower.arrays import quick_function
from steepest.lower.small_matrices import product

random = np.random.default_rng(0)
SIZES = [(1, 1, 1), (32, 8, 6), (5, 17, 33), (7, 100, 10), (3, 0, 4), (0, 3, 4), (4, 3, 0), (1, 200, 16), (40, 3, 65)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", SIZES)
def test_products_in_every_layout(sizes, dtype):
    rows, inner, columns = sizes
    a, b, c = (random.normal(size=s).astype(dtype) for s in ((rows, inner), (inner, columns), columns))
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    for left in (a, np.asfortranarray(a), np.repeat(a, 2, 0)[::2], a[::-1]):
        for right in (b, np.asfortranarray(b), np.repeat(b, 2, 1)[:, ::2]):
            expected = left.astype(np.float64) @ right.astype(np.float64)
            assert np.allclose(product(left, right), expected, rtol=tolerance, atol=tolerance * 10)
            assert np.allclose(product(left, right, c), expected + c, rtol=tolerance, atol=tolerance * 10)


def test_a_bias_is_added_as_by_itself():
    a, b, c = (random.normal(size=s).astype(np.float32) for s in ((20, 9), (9, 21), 21))
    assert np.array_equal(product(a, b, c), product(a, b) + c)


def test_what_is_large_or_of_another_kind_is_left_to_numpy():
    large = np.ones((64, 64), np.float32)
    whole = np.ones((2, 2), np.int64)
    assert product(large, large) is None and product(whole, whole) is None
    assert product(np.ones((2, 3), np.float32), np.ones((2, 3), np.float32)) is None


def test_a_row_does_not_depend_on_the_others():
    a, b = random.normal(size=(20, 9)).astype(np.float32), random.normal(size=(9, 21)).astype(np.float32)
    assert np.array_equal(product(a, b)[3:4], product(a[3:4], b))


def test_special_values():
    a = np.array([[np.inf, 1.0], [np.nan, 0.0], [0.0, -0.0]], np.float32)
    b = np.array([[0.0, 1.0], [2.0, -1.0]], np.float32)
    assert np.array_equal(product(a, b), a @ b, equal_nan=True)


def test_linear_takes_any_bias():
    x, w = torch.ones(2, 3), torch.ones(4, 3)
    strange = torch.arange(8.0)[::2]
    assert torch.equal(torch.nn.functional.linear(x, w, strange), 3 + strange.expand(2, 4))
    assert torch.equal(torch.nn.functional.linear(x, w, torch.tensor(1.0)), torch.full((2, 4), 4.0))


def test_quick_functions_keep_count_of_what_they_give_back():
    import sys

    copy = quick_function("nothing", ["x", "out"], lambda f: None)
    x, out = np.ones(3), np.ones(3)
    before = sys.getrefcount(out), sys.getrefcount(x)
    for _ in range(1000):
        assert copy(x, out) is out
    assert (sys.getrefcount(out), sys.getrefcount(x)) == before
