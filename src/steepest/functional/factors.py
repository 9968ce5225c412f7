"""LU and QR factors in LAPACK's compact forms, and what is computed from them."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import LinAlgError, text
from steepest.functional.by_example import by_example
from steepest.functional.casting import in_single_precision
from steepest.functional.linalg import eigh, matrices, qr, slogdet, svd
from steepest.functional.linalg import solve_triangular as _solve_triangular
from steepest.functional.random import randn
from steepest.functional.reducing import named
from steepest.functional.supporting import refuses
from steepest.ops import linalg as la
from steepest.ops.arithmetic import where
from steepest.ops.composites import composite
from steepest.ops.creation import constant

__all__ = ["cholesky_inverse", "cholesky_solve", "eigh", "geqrf", "householder_product", "lu", "lu_factor", "lu_factor_ex", "lu_solve",
           "lu_unpack", "orgqr", "ormqr", "pca_lowrank", "plu", "qr_of", "slogdet_of", "solve_lu", "svd_lowrank",
           "svd_of"]

plu_result, unpack_result = named("linalg_lu", "P", "L", "U"), named("lu_unpack", "P", "L", "U")
lu_factor_result, lu_factor_ex_result = named("linalg_lu_factor", "LU", "pivots"), named("linalg_lu_factor_ex", "LU", "pivots", "info")
geqrf_result, svd_result = named("geqrf", "a", "tau"), named("svd", "U", "S", "V")
old_qr_result, old_slogdet_result = named("qr", "Q", "R"), named("slogdet", "sign", "logabsdet")


@by_example
@refuses("bool integers halves")
def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """L and U in one matrix, the exchanged rows, and for each matrix 0 or the place of the first zero pivot."""
    matrices("linalg.lu_factor", "A", A)
    made = la.lu(A, pivot=pivot)
    if check_errors and bool((made[2] != 0).any()):
        raise LinAlgError(text("linalg-failed", operation="linalg.lu_factor", problem="U has a zero on its diagonal",
                               shape=list(A.array.shape)))
    return lu_factor_ex_result(made)


@by_example
def lu_factor(A: Tensor, *, pivot: bool = True) -> Any:
    """L and U in one matrix and the exchanged rows; LinAlgError where a pivot is zero."""
    return lu_factor_result(lu_factor_ex(A, pivot=pivot, check_errors=True)[:2])


@refuses("bool integers halves")
def plu(A: Tensor, *, pivot: bool = True) -> Any:
    """P, L and U with `P L U = A`."""
    packed, pivots, _ = lu_factor_ex(A, pivot=pivot)
    parts = unpack_result(lu_unpack(packed, pivots, unpack_pivots=pivot))
    return plu_result(parts)


@by_example
def lu(A: Tensor, pivot: bool = True, get_infos: bool = False) -> Any:
    """As `lu_factor`, with `get_infos` as `lu_factor_ex`."""
    made = lu_factor_ex(A, pivot=pivot, check_errors=not get_infos)
    return tuple(made) if get_infos else tuple(made[:2])


def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:
    """P, L and U of a compact factorisation; what is not asked for is empty."""
    empty = LU_data.new_empty(0)
    order = la.permutation_matrix(LU_pivots, m=LU_data.array.shape[-2], to=LU_data.array.dtype) if unpack_pivots else empty
    return unpack_result((order, *(la.lu_parts(LU_data) if unpack_data else (empty, LU_data.new_empty(0)))))


@in_single_precision
def solve_lu(LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """X with `A X = B` (`X A = B` where not `left`, A^H with `adjoint`) from the compact factors of A."""
    matrices("linalg.lu_solve", "LU", LU, square=True)
    matrices("linalg.lu_solve", "B", B)
    if not left:
        return la.mh(solve_lu(LU, pivots, la.mh(B), adjoint=not adjoint))
    order = la.permutation_matrix(pivots, m=LU.array.shape[-2], to=LU.array.dtype)
    if adjoint:
        inner = _solve_triangular(la.mh(LU), B, upper=False)
        return order @ _solve_triangular(la.mh(LU), inner, upper=True, unitriangular=True)
    inner = _solve_triangular(LU, order.mT @ B, upper=False, unitriangular=True)
    return _solve_triangular(LU, inner, upper=True)


@in_single_precision
def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """X with `A X = b` from the compact factors of A."""
    return solve_lu(LU_data, LU_pivots, b)


@in_single_precision
def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False) -> Tensor:
    """X with `A X = B` from the Cholesky factor of A."""
    return _cholesky_solve(B, L, upper=upper)


def _cholesky_solve_body(b: Any, factor: Any, upper: bool) -> Any:
    first, second = (la.mh(factor), factor) if upper else (factor, la.mh(factor))
    return _solve_triangular(second, _solve_triangular(first, b, upper=False), upper=True)


def _factor_gradient(common: Any, factor: Any, upper: bool) -> Any:
    """From half the gradient of `A = L L^H` to that of L, of which both triangles count."""
    common = common + la.mh(common)
    return -(factor @ common) if upper else -(common @ factor)


_cholesky_solve: Any = composite("cholesky_solve", _cholesky_solve_body, operands=2,
                                 b=lambda g, factor, upper: _cholesky_solve(g, factor, upper=upper),
                                 factor=lambda g, factor, result, upper: _factor_gradient(
                                     _cholesky_solve(g, factor, upper=upper) @ la.mh(result), factor, upper))
_cholesky_inverse = composite("cholesky_inverse", lambda factor, upper: _cholesky_solve_body(_ones(factor), factor, upper), operands=1,
                              factor=lambda g, factor, result, upper: _factor_gradient(result @ g @ result, factor, upper))


def _ones(like: Any) -> Any:
    """An identity matrix for each of the matrices."""
    return constant(np.broadcast_to(np.eye(like.array.shape[-1], dtype=like.array.dtype), like.array.shape).copy(), like.dtype)


@in_single_precision
def cholesky_inverse(L: Tensor, upper: bool = False) -> Tensor:
    """The inverse of A from its Cholesky factor."""
    matrices("cholesky_inverse", "L", L, square=True)
    return _cholesky_inverse(L, upper=upper)


@in_single_precision
def geqrf(input: Tensor) -> Any:
    """Householder's vectors below the diagonal of R, and their factors."""
    matrices("geqrf", "input", input)
    packed, tau = la.geqrf(input)
    return geqrf_result((packed.mT.contiguous(), tau))


@in_single_precision
@refuses("bool integers halves")
def householder_product(A: Tensor, tau: Tensor) -> Tensor:
    """The first columns of the product of Householder's reflections `1 - tau v v^H`."""
    matrices("linalg.householder_product", "A", A)
    if A.array.shape[-2] < A.array.shape[-1] or tau.array.shape[-1] > A.array.shape[-1]:
        raise RuntimeError(text("not-a-matrix", function="linalg.householder_product", name="A", shape=list(A.array.shape)))
    return _reflections(A, tau, A.array.shape[-1])


def _reflections(A: Tensor, tau: Tensor, columns: int) -> Tensor:
    m = A.array.shape[-2]
    made = constant(np.broadcast_to(np.eye(m, columns, dtype=A.array.dtype), (*A.array.shape[:-2], m, columns)).copy(), A.dtype)
    row = constant(np.arange(m), dtypes.int64)
    for i in reversed(range(tau.array.shape[-1])):
        v = where(row == i, 1, where(row > i, A[..., i], 0)).unsqueeze(-1)
        made = made - tau[..., i, None, None] * (v @ (la.mh(v) @ made))
    return made if tau.array.shape[-1] else made + A[..., :columns] * 0


orgqr = householder_product


@in_single_precision
def ormqr(input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False) -> Tensor:
    """The product of `other` and the Q of Householder's vectors."""
    matrices("ormqr", "input", input)
    matrices("ormqr", "other", other)
    if not tau.array.shape[-1]:
        return other.clone()
    whole = _reflections(input, tau, input.array.shape[-2])
    whole = la.mh(whole) if transpose else whole
    return whole @ other if left else other @ whole


def svd_of(input: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """`U diag(S) V^H = input`; with `some` only the columns that are needed."""
    if not compute_uv:
        m, n = input.array.shape[-2:]
        lead = input.array.shape[:-2]
        return svd_result((input.new_zeros(*lead, m, m), svd(input, False)[1], input.new_zeros(*lead, n, n)))
    u, s, vh = svd(input, not some)
    return svd_result((u, s, la.mh(vh)))


def qr_of(input: Tensor, some: bool = True) -> Any:
    """`Q R = input`; with `some` only the columns of Q that are needed."""
    return old_qr_result(qr(input, "reduced" if some else "complete"))


def slogdet_of(input: Tensor) -> Any:
    """Sign and logarithm of the absolute value of the determinant, under the older type's name."""
    return old_slogdet_result(slogdet(input))


@refuses("halves")
def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """The largest singular values and vectors by random projection (Halko, Martinsson and Tropp 2009, algorithm 5.1)."""
    q = 6 if q is None else q
    m, n = A.array.shape[-2:]
    centred = A if M is None else A - M
    tall = m >= n
    x = centred if tall else la.mh(centred)
    span = _range(x, q, 2 if niter is None else niter)
    u, s, vh = svd(la.mh(span) @ x, False)
    u, v = span @ u, la.mh(vh)
    return (u, s, v) if tall else (v, s, u)


def _range(x: Tensor, q: int, steps: int) -> Tensor:
    """Orthonormal columns that span most of what x reaches (algorithm 4.4)."""
    drawn = randn(x.array.shape[-1], q, dtype=x.dtype)
    span = qr(x @ drawn)[0]
    for _ in range(steps):
        span = qr(la.mh(x) @ span)[0]
        span = qr(x @ span)[0]
    return span


@refuses("halves")
def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components by `svd_lowrank` of the (centred) rows."""
    m, n = A.array.shape[-2:]
    q = min(6, m, n) if q is None else q
    if not 0 <= q <= min(m, n):
        raise ValueError(text("topk-too-many", k=q, size=min(m, n), dim=-1))
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
