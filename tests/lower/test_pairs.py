"""Complex sums in one pass are the multiplication and the addition that they stand for, signs of zeros included."""

import itertools

import numpy as np
import pytest

from steepest.lower import machine
from steepest.lower.pairs import combined


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_to_the_last_bit(dtype, sign):
    machine.features()
    parts = [0.0, -0.0, 1.5, -2.0, np.inf, -np.inf, np.nan]
    numbers = np.array([complex(*p) for p in itertools.product(parts, repeat=2)], dtype)
    a, b = (x.reshape(-1) for x in np.meshgrid(numbers, numbers))
    with np.errstate(all="ignore"):
        expected = a + b * complex(sign, 0)
    found = combined(a, b, sign)
    for part in ("real", "imag"):
        mine, theirs = getattr(found, part), getattr(expected, part)
        assert np.array_equal(mine, theirs, equal_nan=True)
        known = ~np.isnan(theirs)
        assert np.array_equal(np.signbit(mine)[known], np.signbit(theirs)[known])


def test_other_shapes_are_left_to_numpy():
    a = np.ones((3, 2), np.complex64)
    assert combined(a, a[0], 1.0) is None and combined(a.T, a.T, 1.0) is None and combined(a, 1j, 1.0) is None
