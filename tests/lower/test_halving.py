"""Conversions between float32 and the floats of 16 bits are NumPy's, bit for bit."""

import ml_dtypes
import numpy as np
import pytest

from steepest.lower.halving import converted

SINGLE = np.dtype(np.float32)


@pytest.mark.parametrize("half", [np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)])
def test_every_half_and_what_lies_between_them(half):
    every = np.arange(2**16, dtype=np.uint16).view(half)
    wide = converted(every, SINGLE)
    assert np.array_equal(wide, every.astype(SINGLE), equal_nan=True)
    near = np.concatenate([np.nextafter(wide, np.float32(s)) for s in (-np.inf, np.inf)] + [np.random.default_rng(1).normal(size=999)])
    near = np.concatenate([near, (wide[1:] + wide[:-1]) / 2]).astype(np.float32)
    with np.errstate(all="ignore"):
        assert np.array_equal(converted(near, half), near.astype(half), equal_nan=True)


def test_other_pairs_and_layouts_are_left_to_numpy():
    assert converted(np.ones(9), np.dtype(np.float16)) is None
    assert converted(np.ones((4, 5), np.float32)[:, ::2], np.dtype(np.float16)) is None
    assert converted(np.ones((4, 5), np.float32).T, np.dtype(np.float16)).strides == (2, 10)
    assert converted(np.broadcast_to(np.float32(2), (4, 5)), np.dtype(np.float16)).tolist() == [[2.0] * 5] * 4
    assert converted(np.ones((2, 3, 4), np.float16), SINGLE).shape == (2, 3, 4) and converted(np.ones((), np.float16), SINGLE).shape == ()
