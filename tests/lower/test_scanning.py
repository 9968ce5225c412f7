"""Running sums, products and extrema against plain loops."""

import math

import numpy as np
import pytest

from steepest.lower.scanning import running, running_extremum

random = np.random.default_rng(5)
LAYOUTS = [((1,), 0), ((100,), 0), ((3, 37), 1), ((5, 3), 0), ((2, 9, 21), 1), ((4, 6, 5), 0)]


def along(function, x, dim):
    """A function of a list, applied along one dimension."""
    return np.apply_along_axis(lambda row: np.array(function(row.tolist())), dim, x)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize(("shape", "dim"), LAYOUTS)
def test_sums_and_products_are_python_s_rounded_once(dtype, shape, dim):
    x = random.integers(-3, 4, shape).astype(dtype) if dtype == "int64" else random.normal(size=shape).astype(dtype)
    for product in (False, True):
        def fold(row, product=product):
            total, found = int(product), []
            for value in row:
                total = total * value if product else total + value
                found.append(total)
            return found

        assert np.array_equal(running(x, dim, product), along(fold, x, dim).astype(dtype))


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize(("shape", "dim"), LAYOUTS)
def test_the_last_of_equal_extrema_counts_and_a_nan_before_all(dtype, shape, dim):
    x = random.integers(-4, 5, shape).astype(dtype)
    if dtype == "float32":
        x[random.random(shape) < 0.03] = np.nan
    for largest in (False, True):
        def places(row, largest=largest):
            best, found = 0, []
            for i, value in enumerate(row):
                beats = value >= row[best] if largest else value <= row[best]
                best = i if math.isnan(value) or not math.isnan(row[best]) and beats else best
                found.append(best)
            return found

        values, at = running_extremum(x, dim, largest)
        expected = along(places, x, dim)
        assert np.array_equal(at, expected)
        assert np.array_equal(values, np.take_along_axis(x, expected, dim), equal_nan=dtype == "float32")


def test_other_dtypes_are_left_to_numpy():
    assert running(np.ones(4, np.int16), 0, False) is None and running_extremum(np.ones(4, bool), 0, True) is None
