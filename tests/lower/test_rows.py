"""Kernels over rows agree with NumPy in float64 for every length of a row, special values included."""

import numpy as np
import pytest

import steepest
from steepest.lower.rows import make_row_kernel


def log_softmax(row):
    top = row.all(row.fold("max", lambda m, e: e.x))
    logarithm = row.all(row.m.log(row.fold("sum", lambda m, e: m.exp(e.x - top))))
    row.write(lambda m, e: {"y": e.x - top - logarithm})


def weighted(row):
    total = row.fold("sum", lambda m, e: e.x if e.w is None else e.x * e.w)
    row.write(lambda m, e: {"columns": e.x * row.all(row.value("c"))})
    row.give(total=total * row.value("factor"))


OPERANDS = {"x": "matrix", "w": "vector", "c": "column", "factor": "number"}
RESULTS = {"total": "column float64", "columns": "sum"}


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-6), ("float64", 5e-15)])
def test_log_softmax_of_rows_of_any_length(dtype, tolerance):
    kernel = make_row_kernel("log_softmax", log_softmax, {"x": "matrix"}, {"y": "matrix"}, dtype)
    random = np.random.default_rng(0)
    for n in (1, 2, 3, 7, 8, 15, 16, 17, 33, 100, 1000):
        x = (random.normal(size=(5, n)) * 4).astype(dtype)
        wide = x.astype(np.longdouble)
        shifted = wide - wide.max(-1, keepdims=True)
        expected = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
        y = np.empty_like(x)
        kernel(x, y)
        assert np.abs(y - expected).max() < tolerance


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("with_vector", [True, False])
def test_vectors_columns_numbers_and_sums_down_the_columns(dtype, with_vector):
    given = frozenset({*OPERANDS, *RESULTS} - (set() if with_vector else {"w"}))
    kernel = make_row_kernel("weighted", weighted, OPERANDS, RESULTS, dtype, given)
    random = np.random.default_rng(1)
    for n in (1, 5, 16, 31, 600, 4096 + 17):
        x, w, c = (random.normal(size=size).astype(dtype) for size in ((3, n), n, 3))
        total, columns = np.empty(3), np.ones(n, dtype)
        kernel(x, *([w] if with_vector else []), c, 2.0, total, columns)
        wide = x.astype(np.float64)
        assert np.allclose(total, 2 * (wide * w if with_vector else wide).sum(1), rtol=1e-5 if dtype == "float32" else 1e-12, atol=1e-4)
        assert np.allclose(columns, 1 + (wide * c[:, None]).sum(0), rtol=1e-5, atol=1e-5)


def test_matrices_that_are_broadcast_or_parts_of_others():
    kernel = make_row_kernel("weighted", weighted, OPERANDS, RESULTS, "float32")
    base = np.arange(120, dtype=np.float32).reshape(6, 20)
    ones = np.ones(19, np.float32)
    broadcast = [np.broadcast_to(part, (6, 19)) for part in (base[:, :1], base[2, :19], base[0, 3])]
    for x in (*broadcast, base[::2, 1:]):
        rows = len(x)
        total, columns = np.empty(rows), np.zeros(19, np.float32)
        kernel(x, ones, np.ones(rows, np.float32), 1.0, total, columns)
        assert np.array_equal(total, x.sum(1)) and np.array_equal(columns, x.sum(0))


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
