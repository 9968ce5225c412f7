"""Norms of vectors and matrices, and `torch.linalg`'s functions of tensors of any shape."""

import math
from typing import Any

import numpy as np

from steepest.core.dtype import asked
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional import reducing, shaping
from steepest.functional.casting import in_single_precision
from steepest.functional.creating import arange
from steepest.functional.linalg import inv, inv_ex, matrices, solve, svdvals
from steepest.functional.supporting import refuses
from steepest.ops.reductions import wrap


def vector_norm(x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The p-norm over `dim`, of all elements if None."""
    dtype = asked(dtype)
    return reducing.norm(x, ord, dim, keepdim, dtype)


def matrix_norm(A: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The Frobenius norm, or the norms 1, -1, 2, -2, inf, -inf, "nuc" of the matrices in two dimensions."""
    dtype = asked(dtype)
    if dtype is not None:
        A = A.to(dtype)
    if A.array.ndim < 2:
        raise RuntimeError(text("not-a-matrix", function="linalg.matrix_norm", name="A", shape=list(A.array.shape)))
    if ord not in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        raise RuntimeError(text("norm-order", function="matrix_norm", order=ord))
    rows, columns = (wrap(d, A.array.ndim) for d in dim)
    if ord == "fro":
        return reducing.norm(A, 2, (rows, columns), keepdim)
    if ord in ("nuc", 2, -2):
        s = svdvals(shaping.movedim(A, (rows, columns), (-2, -1)))
        out = s.sum(-1) if ord == "nuc" else _largest(s, -1) if ord == 2 else s.amin(-1)
        for d in sorted((rows, columns)) if keepdim else ():
            out = out.unsqueeze(d)
        return out
    summed, compared = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = A.abs().sum(summed, keepdim=True)
    out = _largest(sums, compared, keepdim=True) if ord > 0 else sums.amin(compared, keepdim=True)
    return out if keepdim else out.squeeze((rows, columns))


def _largest(x: Tensor, dim: int, keepdim: bool = False) -> Tensor:
    """The maxima of numbers that are not negative: 0 where there are none."""
    return x.amax(dim, keepdim=keepdim) if x.array.shape[dim] else x.sum(dim, keepdim=keepdim)


def norm(A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """A vector norm, or with two dimensions or a named `ord` a matrix norm."""
    dtype = asked(dtype)
    if isinstance(ord, str) or ord is not None and (isinstance(dim, (tuple, list)) and len(dim) == 2 or dim is None and A.array.ndim == 2):
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return reducing.norm(A, 2 if ord is None else ord, dim, keepdim, dtype)


@in_single_precision
@refuses("halves")
def cond(A: Tensor, p: Any = None) -> Tensor:
    """The product of the norms of a matrix and of its inverse; by default the ratio of the largest to the smallest singular value."""
    matrices("linalg.cond", "A", A)
    if not A.array.size:
        return A.new_zeros(A.array.shape[:-2]).real if A.dtype.is_complex else A.new_zeros(A.array.shape[:-2])
    if p in (None, 2, -2):
        s = svdvals(A)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    matrices("linalg.cond", "A", A, square=True)
    inverse, info = inv_ex(A)
    if bool((info != 0).any()):
        inverse = inverse * float("inf")
    return matrix_norm(A, p) * matrix_norm(inverse, p)


@refuses("bool halves")
def vander(x: Tensor, N: int | None = None) -> Tensor:
    """`1, x, x^2, ...` of every element as a last dimension of size N."""
    x = x if x.array.ndim else x.reshape(1)
    n = x.array.shape[-1] if N is None else N
    return x.unsqueeze(-1) ** arange(n)


@in_single_precision
def tensorinv(A: Tensor, ind: int = 2) -> Tensor:
    """The inverse with respect to `tensordot` over the first `ind` dimensions."""
    shape = A.array.shape
    rows, columns = shape[:ind], shape[ind:]
    if ind <= 0 or math.prod(rows) != math.prod(columns):
        raise RuntimeError(text("not-square", function="linalg.tensorinv", name="A", shape=list(shape)))
    return inv(A.reshape(math.prod(rows), -1)).reshape(*columns, *rows)


@in_single_precision
@refuses("halves")
def tensorsolve(A: Tensor, B: Tensor, dims: Any = None) -> Tensor:
    """X with `tensordot(A, X, X.ndim) = B`, the dimensions `dims` of A moved to its end first."""
    if dims is not None:
        A = shaping.movedim(A, tuple(dims), tuple(range(A.array.ndim - len(dims), A.array.ndim)))
    wanted = A.array.shape[B.array.ndim:]
    if math.prod(wanted) != B.array.size:
        raise RuntimeError(text("not-square", function="linalg.tensorsolve", name="A", shape=list(A.array.shape)))
    return solve(A.reshape(B.array.size, int(np.prod(wanted))), B.reshape(-1)).reshape(wanted)
