"""Orders by digits are NumPy's stable ones."""

import numpy as np
import pytest

from steepest.lower import machine
from steepest.lower.ranking import ranked

random = np.random.default_rng(9)


@pytest.fixture(autouse=True, scope="module")
def loaded():
    """LLVM, which a few elements alone do not load."""
    machine.features()


@pytest.mark.parametrize("shape", [(128,), (5000,), (3, 200), (200, 3), (2, 150, 4)])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int64", "int32", "uint8", "int16", "bool"])
def test_rising_and_falling_orders_are_stable(shape, dtype):
    x = (random.normal(size=shape) * 50).astype(dtype)
    if dtype == "float32":
        x.flat[::9], x.flat[4::17], x.flat[5::31], x.flat[6::23] = np.nan, -0.0, 0.0, -np.inf
        x.view(np.uint32).flat[7::40] = 0xFFC00001          # a NaN with a sign
    dim = shape.index(max(shape))
    assert np.array_equal(ranked(x, dim, False), np.argsort(x, dim, kind="stable"))
    falling = np.flip(shape[dim] - 1 - np.argsort(np.flip(x, dim), dim, kind="stable"), dim)
    assert np.array_equal(ranked(x, dim, True), falling)


def test_wide_integers_where_they_are_near_each_other():
    x = random.integers(-2**31, 2**31 - 1, 5000) + 2**40
    assert np.array_equal(ranked(x, 0, False), np.argsort(x, kind="stable"))
    assert ranked(random.integers(-2**62, 2**62, 500), 0, False) is None


def test_short_rows_and_doubles_are_left_to_numpy():
    assert ranked(np.ones(20, np.float32), 0, False) is None and ranked(np.ones(500), 0, False) is None
