"""Sums in PyTorch's order: what they are is compared in tests/live, here with exact sums and in their special cases."""

import math

import numpy as np
import pytest

from steepest.lower.cascading import cascade

random = np.random.default_rng(3)
LAYOUTS = [((5000,), (0,)), ((7, 1000), (1,)), ((7, 5), (1,)), ((300, 70), (0,)), ((300, 3), (0,)), ((4, 50, 33), (1,)),
           ((6, 5, 8, 9), (0, 2, 3)), ((6, 1, 40), (0, 1))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "dim"), LAYOUTS)
def test_sums_are_exact_within_a_few_roundings(dtype, shape, dim):
    x = random.normal(size=shape).astype(dtype)
    found = cascade(x, dim)
    exact = np.apply_along_axis(math.fsum, -1, np.moveaxis(x, dim, range(-len(dim), 0)).reshape(*found.shape, -1).astype(np.float64))
    size = np.abs(x).sum(dim)
    assert found.dtype == dtype and np.all(np.abs(found - exact) <= 40 * np.finfo(dtype).eps * size)


def test_rows_may_lie_apart_or_be_one_and_the_same():
    x = random.normal(size=(40, 12)).astype(np.float32)
    for rows in (np.repeat(x, 2, 0)[::2], np.broadcast_to(x[:1], x.shape)):
        for dim in (0, 1):
            assert np.array_equal(cascade(rows, (dim,)), cascade(rows.copy(), (dim,)))
    assert np.array_equal(cascade(x.T, (0,)), cascade(x, (1,)))


def test_no_sum_is_a_negative_zero_and_special_values_pass():
    assert not np.signbit(cascade(np.full(20, -0.0, np.float32), (0,)))
    assert np.isnan(cascade(np.array([np.inf, -np.inf, *[1.0] * 9], np.float32), (0,)))
    assert cascade(np.array([np.inf, *[1.0] * 9], np.float32), (0,)) == np.inf


def test_what_has_another_layout_or_kind_is_left_to_numpy():
    assert cascade(np.ones(9, np.int64), (0,)) is None
    assert cascade(np.ones((6, 6, 6), np.float32).transpose(2, 0, 1), (0,)) is None
    assert cascade(np.ones((6, 6, 6, 6), np.float32), (0, 2)) is None
    assert cascade(np.ones((0, 6), np.float32), (0,)) is None
