"""L D L^T of symmetric and Hermitian matrices with pivots of Bunch and Kaufman, in the form of LAPACK's sytrf and hetrf.

D has blocks of one or two rows on its diagonal. Source: Bunch and Kaufman (1977), "Some stable methods for calculating inertia and
solving symmetric linear systems", Math. Comp. 31(137); the order of steps and the packing are LAPACK's for the lower triangle.
"""

import math
from typing import Any

import numpy as np

from steepest.ops.linalg import Call

__all__ = ["ldl_factor", "ldl_solve"]

Array = Any
ALPHA = (1 + math.sqrt(17)) / 8
"""The share of a column's largest element from which on a diagonal element may be a pivot: it bounds the growth of elements best."""


def _size(x: Array) -> Array:
    return np.abs(x.real) + np.abs(x.imag)


def _pivot(a: Array, k: int, hermitian: bool) -> tuple[int, int, bool]:
    """The row to exchange and the rows of the next block of D (0 where the column is zero already)."""
    n = a.shape[0]
    own = abs(a[k, k].real) if hermitian else _size(a[k, k])
    below = _size(a[k + 1:, k])
    i = k + 1 + int(below.argmax()) if below.size else k
    largest = below[i - k - 1] if below.size else 0
    if max(own, largest) == 0 or np.isnan(own):
        return k, 1, True
    if own >= ALPHA * largest:
        return k, 1, False
    row = max(_size(a[i, k:i]).max(), _size(a[i + 1:, i]).max() if i + 1 < n else 0)
    if own >= ALPHA * largest * (largest / row):
        return k, 1, False
    return i, 1 if (abs(a[i, i].real) if hermitian else _size(a[i, i])) >= ALPHA * row else 2, False


def _exchange(a: Array, k: int, to: int, hermitian: bool) -> None:
    """Exchange rows and columns of what is left, of which the lower triangle is there."""
    a[[*range(to + 1, a.shape[0])], k], a[to + 1:, to] = a[to + 1:, to].copy(), a[to + 1:, k].copy()
    between = a[k + 1:to, k].copy()
    turned = a[to, k + 1:to].copy()
    a[k + 1:to, k], a[to, k + 1:to] = (turned.conj(), between.conj()) if hermitian else (turned, between)
    if hermitian:
        a[to, k] = a[to, k].conj()
    a[k, k], a[to, to] = a[to, to], a[k, k]


def _eliminate(a: Array, k: int, rows: int, hermitian: bool) -> None:
    """Take the next block of D off the rest and leave the columns of L below it."""
    if rows == 1:
        column = a[k + 1:, k]
        pivot = a[k, k].real if hermitian else a[k, k]
        scaled = column / pivot
        a[k + 1:, k + 1:] -= np.tril(np.outer(scaled, column.conj() if hermitian else column))
        a[k + 1:, k] = scaled
        return
    block = a[k:k + 2, k:k + 2].copy()
    block[0, 1] = block[1, 0].conj() if hermitian else block[1, 0]
    columns = a[k + 2:, k:k + 2].copy()
    determinant = block[0, 0] * block[1, 1] - block[0, 1] * block[1, 0]
    inverse = np.array([[block[1, 1], -block[0, 1]], [-block[1, 0], block[0, 0]]]) / determinant
    scaled = columns @ inverse.astype(a.dtype)
    a[k + 2:, k + 2:] -= np.tril(scaled @ (columns.conj() if hermitian else columns).T)
    a[k + 2:, k:k + 2] = scaled


def _factor(x: Array, hermitian: bool) -> Any:
    """L and D in the lower triangle, the exchanges counted from 1 (negative for blocks of two rows), and the first zero block."""
    packed = np.tril(x)
    hermitian = hermitian and packed.dtype.kind == "c"
    n = packed.shape[-1]
    flat = packed.reshape(math.prod(packed.shape[:-2]), n, n)
    pivots, info = np.zeros(flat.shape[:2], np.int32), np.zeros(flat.shape[0], np.int32)
    for b, a in enumerate(flat):
        k = 0
        while k < n:
            to, rows, zero = _pivot(a, k, hermitian)
            if zero:
                info[b] = info[b] or k + 1
            else:
                last = k + rows - 1
                if to != last:
                    _exchange(a, last, to, hermitian)
                    if rows == 2:
                        a[k + 1, k], a[to, k] = a[to, k], a[k + 1, k]
                if hermitian:
                    for i in {k, last, to}:
                        a[i, i] = a[i, i].real
                _eliminate(a, k, rows, hermitian)
            pivots[b, k:k + rows] = to + 1 if rows == 1 else -(to + 1)
            k += rows
    return packed, pivots.reshape(packed.shape[:-1]), info.reshape(packed.shape[:-2])


def _solve_one(a: Array, pivots: Array, b: Array, hermitian: bool) -> None:
    """Solve for one matrix, in place."""
    n, k = a.shape[0], 0
    steps = []
    while k < n:
        rows = 1 if pivots[k] > 0 else 2
        last, to = k + rows - 1, abs(int(pivots[k])) - 1
        b[[last, to]] = b[[to, last]]
        steps.append((k, rows, to))
        b[k + rows:] -= a[k + rows:, k:k + rows] @ b[k:k + rows]
        if rows == 1:
            b[k] /= a[k, k].real if hermitian else a[k, k]
        else:
            block = a[k:k + 2, k:k + 2].copy()
            block[0, 1] = block[1, 0].conj() if hermitian else block[1, 0]
            b[k:k + 2] = np.linalg.solve(block, b[k:k + 2])
        k += rows
    for k, rows, to in reversed(steps):
        turned = a[k + rows:, k:k + rows].T
        b[k:k + rows] -= (turned.conj() if hermitian else turned) @ b[k + rows:]
        b[[k + rows - 1, to]] = b[[to, k + rows - 1]]


def _solve(packed: Array, pivots: Array, b: Array, hermitian: bool) -> Array:
    batch = np.broadcast_shapes(packed.shape[:-2], b.shape[:-2])
    x = np.array(np.broadcast_to(b, (*batch, *b.shape[-2:])), order="C")
    factors = np.broadcast_to(packed, (*batch, *packed.shape[-2:]))
    exchanges = np.broadcast_to(pivots, (*batch, pivots.shape[-1]))
    for place in np.ndindex(*batch):
        _solve_one(factors[place], exchanges[place], x[place], hermitian and packed.dtype.kind == "c")
    return x


ldl_factor = Call("linalg_ldl_factor_ex", _factor, 1, {})
ldl_solve = Call("linalg_ldl_solve", _solve, 3, {})
