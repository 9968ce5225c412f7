"""LAPACK's routines beside what they solve."""

import numpy as np
import pytest

from steepest.lower.lapack import _routine, factored, least_squares, solved_triangular

random = np.random.default_rng(8)
pytestmark = pytest.mark.skipif(_routine("sgetrf") is None, reason="NumPy has no OpenBLAS with integers of 64 bits")


def matrix(dtype, *shape):
    x = random.normal(size=shape)
    return (x + 1j * random.normal(size=shape) if np.dtype(dtype).kind == "c" else x).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", [(9, 9), (12, 7), (7, 12)])
def test_factors_multiply_to_the_matrix_with_its_rows_exchanged(dtype, shape):
    x = matrix(dtype, *shape)
    lu, pivots, info = factored(x)
    k = min(shape)
    lower, upper = np.tril(lu[:, :k], -1) + np.eye(shape[0], k), np.triu(lu[:k])
    rows = x.copy()
    for j, p in enumerate(pivots):
        rows[[j, p - 1]] = rows[[p - 1, j]]
    assert info == 0 and np.allclose(lower @ upper, rows, atol=1e-4)


def test_the_first_zero_pivot_is_told():
    x = np.ones((8, 8))
    assert factored(x)[2] == 2


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("ones", [True, False])
def test_triangular_systems(dtype, upper, ones):
    a, b = matrix(dtype, 10, 10) / 4 + 3 * np.eye(10, dtype=dtype), matrix(dtype, 10, 3)
    triangle = np.triu(a) if upper else np.tril(a)
    if ones:
        np.fill_diagonal(triangle, 1)
    assert np.allclose(triangle @ solved_triangular(a, b, upper, ones), b, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(20, 6), (6, 20), (9, 9)])
def test_least_squares_are_numpys_also_without_full_rank(dtype, shape):
    a, b = matrix(dtype, *shape), matrix(dtype, shape[0], 2)
    for given in (a, np.concatenate([a[:, :-1], a[:, :1]], 1)):
        assert np.allclose(least_squares(given, b), np.linalg.lstsq(given, b, rcond=None)[0], atol=2e-3 if dtype == "float32" else 1e-9)


def test_what_lapack_is_not_asked_for():
    assert factored(np.ones((3, 3), np.int64)) is None and solved_triangular(np.zeros((3, 3)), np.ones((3, 1)), True, False) is None
    assert least_squares(np.ones((3, 2), complex), np.ones((3, 1), complex)) is None
