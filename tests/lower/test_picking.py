"""Picking and scattering natively give what NumPy gives."""

import numpy as np
import pytest

from steepest.lower.picking import picked, scattered

random = np.random.default_rng(7)
UFUNCS = {"add": np.add, "multiply": np.multiply, "maximum": np.maximum, "minimum": np.minimum}
LAYOUTS = [((9,), 0, 20), ((4, 7), 1, 3), ((6, 5), 0, 11), ((2, 8, 3), 1, 5)]


def operands(shape, dim, count, dtype):
    """An array and indices along one of its dimensions, of another size there."""
    wanted = tuple(count if d == dim else n for d, n in enumerate(shape))
    x, source = ((random.normal(size=n) * 9).astype(dtype) for n in (shape, wanted))
    return x, random.integers(0, shape[dim], wanted), source


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "float16", "bool"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_picked(layout, dtype):
    x, index, _ = operands(*layout, dtype)
    assert np.array_equal(picked(x, index, layout[1]), np.take_along_axis(x, index, layout[1]))


def test_an_index_outside_or_negative_is_left_to_others():
    x = np.arange(5.0)
    assert picked(x, np.array([0, 5]), 0) is None and picked(x, np.array([-1, 0]), 0) is None
    assert picked(x.astype(complex), np.array([0]), 0) is None


@pytest.mark.parametrize("combine", ["set", "add", "multiply", "maximum", "minimum"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_scattered_one_after_the_other(layout, dtype, combine):
    x, index, source = operands(*layout, dtype)
    expected = x.copy()
    dim = layout[1]
    for at in np.ndindex(index.shape):
        place = (*at[:dim], index[at], *at[dim + 1:])
        expected[place] = source[at] if combine == "set" else UFUNCS[combine](expected[place], source[at])
    assert scattered(x, index, source, dim, combine) and np.array_equal(x, expected)


def test_one_vector_of_indices_serves_all_rows():
    x, index = np.zeros((3, 4), np.float32), np.broadcast_to(np.array([1, 1, 2]), (3, 3))
    assert scattered(x, index, np.ones((3, 3), np.float32), 1, "add") and x.tolist() == [[0, 2, 1, 0]] * 3
    assert not scattered(x.T, index, np.ones((3, 3), np.float32), 1, "add")
    assert not scattered(x, index, np.ones((3, 3)), 1, "add")


@pytest.mark.parametrize("kind", [np.int32, np.uint8])
def test_indices_of_other_integers_are_read_as_such(kind):
    x, index = np.arange(1000.0), np.arange(100).astype(kind)
    assert np.array_equal(picked(x, index, 0), np.arange(100.0))
    assert scattered(x, index, np.full(100, 7.0), 0, "set") and (x[:100] == 7).all() and x[100] == 100
