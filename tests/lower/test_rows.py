"""Kernels over rows agree with NumPy in float64 for every length of a row, special values included."""

import numpy as np
import pytest

import steepest
from steepest.lower.rows import make_row_ufunc

FOLDS = [("max", lambda m, x: x), ("sum", lambda m, x, top: m.exp(x - top))]


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-6), ("float64", 5e-15)])
def test_log_softmax_of_rows_of_any_length(dtype, tolerance):
    kernel = make_row_ufunc("log_softmax", FOLDS, lambda m, x, top, total: x - top - m.log(total), dtype)
    random = np.random.default_rng(0)
    for n in (1, 2, 3, 7, 8, 15, 16, 17, 33, 100, 1000):
        x = (random.normal(size=(5, n)) * 4).astype(dtype)
        wide = x.astype(np.longdouble)
        shifted = wide - wide.max(-1, keepdims=True)
        expected = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
        assert np.abs(kernel(x) - expected).max() < tolerance


@pytest.mark.parametrize("row", [[np.inf, 1.0], [-np.inf, 1.0, 2.0], [np.nan, 1.0], [-np.inf, -np.inf], [1e30, -1e30], [700.0, 710.0]])
def test_special_values_as_numpy_has_them(row):
    x = np.array(row, np.float32)
    with np.errstate(all="ignore"):
        shifted = x - x.max()
        expected = shifted - np.log(np.exp(shifted).sum())
    ours = steepest.log_softmax(steepest.tensor(row), 0).numpy()
    assert np.array_equal(np.isnan(ours), np.isnan(expected)) and np.allclose(ours, expected, equal_nan=True)


def test_every_dimension_and_layout_gives_the_same():
    x = steepest.randn(4, 5, 6)
    for dim in range(3):
        last = x.transpose(dim, 2).contiguous()
        assert steepest.allclose(steepest.softmax(x, dim), steepest.softmax(last, 2).transpose(dim, 2), atol=1e-7)
