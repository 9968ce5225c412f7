"""The call form: linear algebra by LAPACK, and its gradients in tensor operations.

Sources of the gradients: Giles (2008), "An extended collection of matrix derivative results"; Boeddeker et al. (2017), "On the
computation of complex-valued gradients with application to statistically optimum beamforming" for complex matrices; others below.
"""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.primitive import Primitive, arguments, finish
from steepest.core.tensor import from_array
from steepest.errors import LinAlgError, text
from steepest.ops.arithmetic import conjugate, where
from steepest.ops.creation import constant
from steepest.ops.maps import common_shape
from steepest.ops.views import real

Array = Any


FAILURES = {"linalg_cholesky_ex": "linalg-cholesky-failed", "linalg_inv_ex": "linalg-inv-failed", "linalg_solve_ex": "linalg-solve-failed"}
"""The texts of operations that cannot be done, where they have one of their own."""


class Call(Primitive):
    """`function(arrays..., **params)` gives one array or a tuple of them; matrices are the last two dimensions."""

    form = "call"

    def __init__(self, name: str, function: Callable[..., Any], operands: int, rules: dict[str, Any], node: str = ""):
        super().__init__(name, arguments(function)[:operands], rules, node)
        self.function = function

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        try:
            out = self.function(*[x.array for x in operands], **params)
        except np.linalg.LinAlgError as problem:
            key = FAILURES.get(self.name, "linalg-failed")
            raise LinAlgError(text(key, operation=self.name, problem=problem, shape=list(operands[0].array.shape))) from None
        made = tuple(self.result(o, operands[0].array.dtype) for o in out) if isinstance(out, tuple) else self.result(
            out, operands[0].array.dtype)
        return finish(self, operands, params, made)

    def result(self, array: Array, kind: Any) -> Any:
        """A result in the operands' precision, where it is of the same kind."""
        return from_array(np.asarray(array, kind if np.asarray(array).dtype.kind == kind.kind else None))


def mh(x: Any) -> Any:
    """The conjugate transpose of matrices."""
    return conjugate(x.transpose(-2, -1))


def identity(x: Any) -> Any:
    """An identity matrix of the size of the square matrices `x`."""
    return constant(np.eye(x.array.shape[-1], dtype=x.array.dtype), x.dtype)


def diagonal(x: Any) -> Any:
    """The diagonals of matrices."""
    return x.diagonal(0, -2, -1)


def on_diagonal(values: Any, like: Any) -> Any:
    """Matrices with these diagonals, of the dtype of `like`."""
    return values.to(like.dtype).diag_embed()


def gaps(values: Any) -> Any:
    """`values[j] - values[i]`, infinite on the diagonal."""
    different = values.unsqueeze(-2) - values.unsqueeze(-1)
    return where(identity(different) != 0, float("inf"), different)


# systems --------------------------------------------------------------------------------------------------------------------------
def solve_gradient(g: Any, a: Any) -> Any:
    """The gradient of the right side of `a x = b`."""
    return solve(mh(a), g)


LARGE = 8
"""Sides of matrices from which a call of LAPACK pays."""


def _triangle(a: Array, upper: bool, unitriangular: bool) -> Array:
    kept = np.triu(a) if upper else np.tril(a)
    if unitriangular:
        n = kept.shape[-1]
        kept[..., range(n), range(n)] = 1
    return kept


triangular_solvers: list[Callable[[Array, Array, bool, bool], Array | None]] = []
least_squares_solvers: list[Callable[[Array, Array], Array | None]] = []
factorers: list[Callable[[Array], tuple[Array, Array, int] | None]] = []
"""LAPACK's routines for single matrices, or None where there are none; the layer that finds them puts its functions here."""


def _solve_triangular(a: Array, b: Array, upper: bool, unitriangular: bool) -> Array:
    """By substitution, a row at a time; one large system by LAPACK."""
    if a.ndim == b.ndim == 2 and len(a) >= LARGE and triangular_solvers:
        found = triangular_solvers[0](a, b, upper, unitriangular)
        if found is not None:
            return found
    kept = _triangle(a, upper, unitriangular)
    x = np.array(np.broadcast_to(b, (*common_shape("linalg.solve_triangular", b.shape[:-2], kept.shape[:-2]), *b.shape[-2:])), order="C")
    n = kept.shape[-1]
    for i in range(n - 1, -1, -1) if upper else range(n):
        others = slice(i + 1, n) if upper else slice(0, i)
        x[..., i, :] -= (kept[..., i:i + 1, others] @ x[..., others, :])[..., 0, :]
        x[..., i, :] /= kept[..., i, i, None]
    return x


def solve_triangular_gradient(g: Any, a: Any, result: Any, upper: bool, unitriangular: bool) -> Any:
    """The gradient of the triangle that is read."""
    whole = -(solve_triangular(mh(a), g, upper=not upper, unitriangular=unitriangular) @ mh(result))
    edge = int(unitriangular)
    return whole.triu(edge) if upper else whole.tril(-edge)


def pinv_gradient(g: Any, x: Any, result: Any) -> Any:
    """Golub and Pereyra (1973), "The differentiation of pseudo-inverses and nonlinear least squares problems"."""
    turned = mh(g)
    left = (turned - x @ (result @ turned)) @ result @ mh(result)
    right = mh(result) @ result @ (turned - turned @ result @ x)
    return left + right - mh(result) @ g @ mh(result)


def _pinv(x: Array, rtol: Array, atol: Array, hermitian: bool) -> Array:
    if hermitian:
        values, u = np.linalg.eigh(x)
        s, vh = np.abs(values), np.conj(np.swapaxes(u, -1, -2)) * np.sign(values)[..., None]
    else:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
    top = s.max(-1, keepdims=True, initial=0)
    kept = s > np.maximum(np.asarray(atol)[..., None], np.asarray(rtol)[..., None] * top)
    inverse = np.where(kept, 1 / np.where(kept, s, 1), 0).astype(s.dtype)
    return np.conj(np.swapaxes(vh, -1, -2)) @ (inverse[..., None] * np.conj(np.swapaxes(u, -1, -2)))


def default_tolerance(x: Any) -> float:
    """Singular values below this share of the largest count as zero: eps times the larger side."""
    return float(np.finfo(x.array.dtype).eps) * max(x.array.shape[-2:])


def _solve(a: Array, b: Array) -> Array:
    common_shape("linalg.solve", b.shape[:-2], a.shape[:-2])
    found: Array = np.linalg.solve(a, b)
    return found


def _least_squares(a: Array, b: Array) -> Array:
    lead = common_shape("linalg.lstsq", b.shape[:-2], a.shape[:-2])
    a, b = np.broadcast_to(a, (*lead, *a.shape[-2:])), np.broadcast_to(b, (*lead, *b.shape[-2:]))
    out = np.empty((*lead, a.shape[-1], b.shape[-1]), a.dtype)
    for at in np.ndindex(*lead):
        found = least_squares_solvers[0](a[at], b[at]) if least_squares_solvers else None
        out[at] = np.linalg.lstsq(a[at], b[at], rcond=None)[0] if found is None else found
    return out


def _pseudo_inverse(a: Any) -> Any:
    return pinv(a, rtol=default_tolerance(a), atol=0.0, hermitian=False)


# determinants ---------------------------------------------------------------------------------------------------------------------
def determinant_gradient(g: Any, x: Any, result: Any) -> Any:
    """The conjugate of the adjugate; of singular matrices by way of the singular values."""
    scale = g.unsqueeze(-1).unsqueeze(-1)
    if bool((result.array != 0).all()):
        return scale * conjugate(result).unsqueeze(-1).unsqueeze(-1) * mh(inverse(x))
    u, s, vh = svd(x, full_matrices=False)
    n = s.array.shape[-1]
    others = [s[..., [j for j in range(n) if j != i]].prod(-1) for i in range(n)]
    phase = (determinant(u) * determinant(vh)).unsqueeze(-1).unsqueeze(-1)
    return scale * mh(phase * (mh(vh) @ on_diagonal(_stacked(others), u) @ mh(u)))


def _stacked(columns: list[Any]) -> Any:
    out = columns[0].unsqueeze(-1) * 0
    first = constant(np.arange(len(columns)), dtypes.int64)
    for i, column in enumerate(columns):
        out = where(first == i, column.unsqueeze(-1), out)
    return out


def slogdet_gradient(g: Any, x: Any, results: Any) -> Any:
    """Of the logarithm the inverse; of a complex sign the turning of its phase."""
    weight = g[1].to(x.dtype) if g[1] is not None else None
    if x.dtype.is_complex and g[0] is not None:
        turning = (g[0] * conjugate(results[0])).imag * 1j
        weight = turning if weight is None else weight + turning
    return None if weight is None else weight.unsqueeze(-1).unsqueeze(-1) * mh(inverse(x))


# factorisations -------------------------------------------------------------------------------------------------------------------
def _cholesky(x: Array, upper: bool) -> Array:
    lower = np.linalg.cholesky(np.conj(np.swapaxes(x, -1, -2)) if upper else x)
    return np.conj(np.swapaxes(lower, -1, -2)) if upper else lower


def cholesky_gradient(g: Any, result: Any, upper: bool) -> Any:
    """Murray (2016), Differentiation of the Cholesky decomposition, eq. 10."""
    lower, g = (mh(result), mh(g)) if upper else (result, g)
    inner = (mh(lower) @ g).tril()
    inner = (inner + mh(inner.tril(-1))) / 2
    return solve(mh(lower), mh(solve(mh(lower), mh(inner))))


def _qr(x: Array, mode: Literal["reduced", "complete", "r"]) -> Any:
    return (np.zeros(0, x.dtype), np.linalg.qr(x, "r")) if mode == "r" else tuple(np.linalg.qr(x, mode))


def qr_gradient(g: Any, results: Any, mode: str) -> Any:
    """Walter et al. (2012), "On evaluating higher-order derivatives of the QR decomposition"; the rest of wide matrices follows from Q."""
    if mode == "r":
        raise RuntimeError(text("qr-without-q"))
    q, r = results
    gq, gr = g
    m, n = q.array.shape[-2], r.array.shape[-1]
    if mode == "complete" and m > n:
        raise RuntimeError(text("qr-complete-gradient"))
    if m < n:
        gq, gr = (q * 0 if gq is None else gq), (r * 0 if gr is None else gr)
        rest = r[..., m:]
        gq = gq + q @ rest @ mh(gr[..., m:])
        from_square = qr_square_gradient(gq, gr[..., :m], q, r[..., :m])
        return side_by_side(from_square, q @ gr[..., m:])
    return qr_square_gradient(gq, gr, q, r)


def side_by_side(a: Any, b: Any) -> Any:
    """Columns of two matrices as those of one."""
    width, more = a.array.shape[-1], b.array.shape[-1]
    out = a.new_zeros((*a.array.shape[:-1], width + more))
    out[..., :width] = a
    out[..., width:] = b
    return out


def one_above_the_other(a: Any, b: Any) -> Any:
    """Rows of two matrices as those of one."""
    return side_by_side(a.transpose(-2, -1), b.transpose(-2, -1)).transpose(-2, -1)


def qr_square_gradient(gq: Any, gr: Any, q: Any, r: Any) -> Any:
    """For matrices with at least as many rows as columns."""
    inner = r * 0 if gr is None else gr @ mh(r)
    if gq is not None:
        inner = inner - mh(q) @ gq
    upper = inner.triu()
    symmetric = upper + mh(upper.triu(1)) if not r.dtype.is_complex else upper.triu(1) + mh(upper.triu(1)) + on_diagonal(
        real(diagonal(upper)), r)
    whole = q @ symmetric if gq is None else gq + q @ symmetric
    return mh(solve_triangular(r, mh(whole), upper=True, unitriangular=False))


def _lu(x: Array, pivot: bool) -> Any:
    """L (without its diagonal of ones) and U in one matrix, the rows exchanged at each step, counted from 1, and the first zero pivot."""
    lu = np.array(x, order="C")
    m, n = lu.shape[-2:]
    flat = lu.reshape(math.prod(lu.shape[:-2]), m, n)
    k = min(m, n)
    pivots = np.tile(np.arange(1, k + 1, dtype=np.int32), (flat.shape[0], 1))
    info = np.zeros(flat.shape[0], np.int32)
    for b, a in enumerate(flat):
        found = factorers[0](a) if pivot and k >= LARGE and factorers else None
        if found is not None:
            a[:], pivots[b], info[b] = found
            continue
        for j in range(k):
            column = a[j:, j]
            p = j + int((np.abs(column.real) + np.abs(column.imag)).argmax()) if pivot else j
            pivots[b, j] = p + 1
            if p != j:
                a[[j, p]] = a[[p, j]]
            if a[j, j] == 0:
                info[b] = info[b] or j + 1
                continue
            a[j + 1:, j] /= a[j, j]
            a[j + 1:, j + 1:] -= np.outer(a[j + 1:, j], a[j, j + 1:])
    return lu, pivots.reshape(*lu.shape[:-2], k), info.reshape(lu.shape[:-2])


def permutation(pivots: Array, m: int) -> Array:
    """The order of the rows that a row of exchanges leaves."""
    flat = pivots.reshape(math.prod(pivots.shape[:-1]), pivots.shape[-1])
    orders = np.tile(np.arange(m), (flat.shape[0], 1))
    for order, exchanges in zip(orders, flat, strict=True):
        for j, p in enumerate(exchanges):
            order[[j, p - 1]] = order[[p - 1, j]]
    return orders.reshape(*pivots.shape[:-1], m)


def _permutation_matrix(pivots: Array, m: int, to: Any) -> Array:
    return np.swapaxes(np.eye(m, dtype=to)[permutation(pivots, m)], -1, -2)


def lu_parts(lu: Any) -> tuple[Any, Any]:
    """L with its ones, and U."""
    k = min(lu.array.shape[-2:])
    lower = lu[..., :k].tril(-1)
    ones = np.eye(lu.array.shape[-2], k, dtype=lu.array.dtype)
    return lower + constant(ones, lu.dtype), lu[..., :k, :].triu()


def lu_gradient(g: Any, results: Any) -> Any:
    """`P L^-H [tril(L^H gL) + triu(gU U^H)] U^-H`; what is beyond the square part enters through its own gradient."""
    lu, pivots, _ = results
    m, n = lu.array.shape[-2:]
    k = min(m, n)
    lower, upper = lu_parts(lu)
    gl, gu = g[0][..., :k].tril(-1), g[0][..., :k, :].triu()
    top, square = lower[..., :k, :], upper[..., :k]
    below, above = mh(top) @ gl[..., :k, :], gu[..., :k] @ mh(square)
    if m < n:
        below = below - gu[..., k:] @ mh(upper[..., k:])
    if m > n:
        above = above - mh(lower[..., k:, :]) @ gl[..., k:, :]
    inner = below.tril(-1) + above.triu()
    inner = mh(solve_triangular(square, mh(inner), upper=True, unitriangular=False))
    whole = solve_triangular(mh(top), inner, upper=True, unitriangular=True)
    if m < n:
        whole = side_by_side(whole, solve_triangular(mh(top), gu[..., k:], upper=True, unitriangular=True))
    if m > n:
        whole = one_above_the_other(whole, mh(solve_triangular(square, mh(gl[..., k:, :]), upper=True, unitriangular=False)))
    return permutation_matrix(pivots, m=m, to=lu.array.dtype) @ whole


# eigenvalues and singular values --------------------------------------------------------------------------------------------------
def eigh_gradient(g: Any, results: Any) -> Any:
    """The Hermitian part of `V (diag(gL) + (V^H gV) / (L_j - L_i)) V^H`."""
    values, vectors = results
    gl, gv = g
    inner = on_diagonal(values * 0 if gl is None else gl, vectors)
    if gv is not None:
        inner = inner + mh(vectors) @ gv / gaps(values)
    out = vectors @ inner @ mh(vectors)
    return (out + mh(out)) / 2


def eig_gradient(g: Any, results: Any, like: Any) -> Any:
    """`V^-H (diag(gL) + (V^H gV - V^H V diag(Re(V^H gV))) / conj(L_j - L_i)) V^H`, for eigenvectors of length 1."""
    values, vectors = results
    gl, gv = g
    inner = on_diagonal(values * 0 if gl is None else gl, vectors)
    if gv is not None:
        turned = mh(vectors) @ gv
        turned = turned - mh(vectors) @ (vectors * real(diagonal(turned)).unsqueeze(-2))
        gap = values.unsqueeze(-2) - values.unsqueeze(-1)
        off = identity(gap) == 0
        inner = inner + where(off, turned / conjugate(where(off, gap, 1)), 0)
    out = solve(mh(vectors), inner @ mh(vectors))
    return out if like.dtype.is_complex else real(out)


def _eig(x: Array) -> Any:
    kind = np.result_type(x.dtype, np.complex64)
    values, vectors = np.linalg.eig(x)
    return values.astype(kind), vectors.astype(kind)


def svd_gradient(g: Any, results: Any, full_matrices: bool) -> Any:
    """Townsend (2016), Differentiating the singular value decomposition, for reduced matrices."""
    u, s, vh = results
    gu, gs, gv = g
    k = s.array.shape[-1]
    if full_matrices and u.array.shape[-2] != vh.array.shape[-1] and (gu is not None or gv is not None):
        u, vh = u[..., :k], vh[..., :k, :]
        gu, gv = None if gu is None else gu[..., :k], None if gv is None else gv[..., :k, :]
    elif full_matrices:
        u, vh = u[..., :k], vh[..., :k, :]
    inner = on_diagonal(s * 0 if gs is None else gs, u)
    squares = gaps(s * s)
    if gu is not None:
        turned = mh(u) @ gu
        skew = turned - mh(turned)
        inner = inner + skew / squares * s.unsqueeze(-2)
        if u.dtype.is_complex:
            inner = inner + (diagonal(skew) / (2 * s)).diag_embed()
    if gv is not None:
        turned = vh @ mh(gv)
        inner = inner + s.unsqueeze(-1) * ((turned - mh(turned)) / squares)
    out = u @ inner @ vh
    m, n = u.array.shape[-2], vh.array.shape[-1]
    if gu is not None and m > k:
        scaled = gu / s.unsqueeze(-2)
        out = out + (scaled - u @ (mh(u) @ scaled)) @ vh
    if gv is not None and n > k:
        scaled = gv / s.unsqueeze(-1)
        out = out + u @ (scaled - scaled @ mh(vh) @ vh)
    return out


def _frexp(x: Array) -> tuple[Array, Array]:
    mantissa, exponent = np.frexp(x)
    return np.asarray(mantissa), np.asarray(exponent, np.int32)


frexp = Call("frexp", _frexp, 1, {"x": lambda g, results: g[0] / 2.0 ** results[1]})
inverse = Call("linalg_inv_ex", lambda x: np.linalg.inv(x), 1, {"x": lambda g, result: -(mh(result) @ g @ mh(result))})
solve: Call = Call("linalg_solve_ex", _solve, 2, {
    "a": lambda g, a, result: -(solve_gradient(g, a) @ mh(result)), "b": lambda g, a: solve_gradient(g, a)})
solve_triangular: Call = Call("linalg_solve_triangular", _solve_triangular, 2, {
    "a": solve_triangular_gradient,
    "b": lambda g, a, upper, unitriangular: solve_triangular(mh(a), g, upper=not upper, unitriangular=unitriangular)})
pinv: Call = Call("linalg_pinv", _pinv, 1, {"x": pinv_gradient})
lstsq = Call("linalg_lstsq", _least_squares, 2, {
    "a": lambda g, a, b: pinv_gradient(g @ mh(b), a, _pseudo_inverse(a)), "b": lambda g, a: mh(_pseudo_inverse(a)) @ g})
determinant: Call = Call("linalg_det", lambda x: np.linalg.det(x), 1, {"x": determinant_gradient})
slogdet = Call("linalg_slogdet", lambda x: tuple(np.linalg.slogdet(x)), 1, {"x": slogdet_gradient})
cholesky = Call("linalg_cholesky_ex", _cholesky, 1, {"x": cholesky_gradient})
qr = Call("linalg_qr", _qr, 1, {"x": qr_gradient})
lu = Call("linalg_lu_factor_ex", _lu, 1, {"x": lu_gradient})
permutation_matrix = Call("permutation_matrix", _permutation_matrix, 1, {})
eigh = Call("linalg_eigh", lambda x, lower: tuple(np.linalg.eigh(x, "L" if lower else "U")), 1, {"x": eigh_gradient})
eig = Call("linalg_eig", _eig, 1, {"x": eig_gradient})
svd = Call("linalg_svd", lambda x, full_matrices: tuple(np.linalg.svd(x, full_matrices)), 1, {"x": svd_gradient})
geqrf = Call("geqrf", lambda x: tuple(np.linalg.qr(x, "raw")), 1, {})
