"""The call form: linear algebra by LAPACK. Gradients as in Giles (2008), "An extended collection of matrix derivative results"."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from steepest.core.primitive import Primitive, arguments, finish
from steepest.core.tensor import from_array
from steepest.errors import text
from steepest.ops.arithmetic import conjugate


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
            raise RuntimeError(text("linalg-failed", operation=self.name, problem=problem, shape=list(operands[0].array.shape))) from None
        kind = operands[0].array.dtype
        made = tuple(from_array(np.asarray(o, kind if np.asarray(o).dtype.kind == kind.kind else None)) for o in out) \
            if isinstance(out, tuple) else from_array(np.asarray(out, kind))
        return finish(self, operands, params, made)


def mh(x: Any) -> Any:
    """The conjugate transpose of matrices."""
    return conjugate(x.transpose(-2, -1))


def solve_gradient(g: Any, a: Any) -> Any:
    """The gradient of the right side of `a x = b`."""
    return solve(mh(a), g)


def _inverse(x: Any) -> Any:
    return np.linalg.inv(x)


def _solve(a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b)


def _qr(x: Any, mode: Literal["reduced", "complete", "r"]) -> Any:
    q, r = np.linalg.qr(x, mode)
    return q, r


def _cholesky(x: Any, upper: bool) -> Any:
    lower = np.linalg.cholesky(x)
    return np.conj(np.swapaxes(lower, -1, -2)) if upper else lower


def _svd(x: Any, full_matrices: bool) -> Any:
    return tuple(np.linalg.svd(x, full_matrices))


def half_lower(x: Any) -> Any:
    """The lower triangle with half the diagonal."""
    return x.tril() - x.diagonal(0, -2, -1).diag_embed() / 2


def cholesky_gradient(g: Any, result: Any, upper: bool) -> Any:
    """Murray (2016), Differentiation of the Cholesky decomposition, eq. 10."""
    lower, g = (mh(result), mh(g)) if upper else (result, g)
    inner = half_lower(mh(lower) @ g)
    whole = solve(mh(lower), mh(solve(mh(lower), mh(inner))))
    return (whole + mh(whole)) / 2


def qr_gradient(g: Any, results: Any, mode: str) -> Any:
    """Walter et al. (2012) for matrices with at least as many rows as columns."""
    q, r = results
    gq, gr = g
    m: Any = r @ mh(gr) if gr is not None else 0
    if gq is not None:
        m = m - mh(gq) @ q
    below = m.tril(-1)
    symmetric = below + mh(below) + m.diagonal(0, -2, -1).diag_embed()
    return mh(solve(r, mh((0 if gq is None else gq) + q @ symmetric)))


def eigh_gradient(g: Any, results: Any) -> Any:
    """The symmetric part of `V (diag(gL) + (V^H gV) / (L_j - L_i)) V^H`."""
    values, vectors = results
    gl, gv = g
    inner = gl.diag_embed() if gl is not None else 0
    if gv is not None:
        gap = values.unsqueeze(-2) - values.unsqueeze(-1)
        gap.diagonal(0, -2, -1).fill_(float("inf"))
        inner = inner + mh(vectors) @ gv / gap
    out = vectors @ inner @ mh(vectors)
    return (out + mh(out)) / 2


def svd_gradient(g: Any, results: Any, full_matrices: bool) -> Any:
    """Townsend (2016), Differentiating the singular value decomposition, for reduced matrices."""
    u, s, vh = results
    gu, gs, gv = g
    inner = gs.diag_embed() if gs is not None else 0
    e = s.unsqueeze(-2) ** 2 - s.unsqueeze(-1) ** 2
    e.diagonal(0, -2, -1).fill_(float("inf"))
    if gu is not None:
        skew = mh(u) @ gu
        inner = inner + (skew - mh(skew)) / e * s.unsqueeze(-2)
    if gv is not None:
        skew = vh @ mh(gv)
        inner = inner + s.unsqueeze(-1) * ((skew - mh(skew)) / e)
    out = u @ inner @ vh
    m, n, k = u.array.shape[-2], vh.array.shape[-1], s.array.shape[-1]
    if gu is not None and m > k:
        gu_s = gu / s.unsqueeze(-2)
        out = out + (gu_s - u @ (mh(u) @ gu_s)) @ vh
    if gv is not None and n > k:
        gv_s = gv / s.unsqueeze(-1)
        out = out + u @ (gv_s - gv_s @ mh(vh) @ vh)
    return out


inverse = Call("linalg_inv_ex", _inverse, 1, {"x": lambda g, result: -(mh(result) @ g @ mh(result))})
solve = Call("linalg_solve_ex", _solve, 2, {
    "a": lambda g, a, result: -(solve_gradient(g, a) @ mh(result)), "b": lambda g, a: solve_gradient(g, a)})
determinant = Call("linalg_det", lambda x: np.linalg.det(x), 1, {
    "x": lambda g, x, result: (g * conjugate(result)).unsqueeze(-1).unsqueeze(-1) * mh(inverse(x))})
slogdet = Call("linalg_slogdet", lambda x: tuple(np.linalg.slogdet(x)), 1, {
    "x": lambda g, x: g[1].unsqueeze(-1).unsqueeze(-1) * mh(inverse(x))})
cholesky = Call("linalg_cholesky_ex", _cholesky, 1, {"x": cholesky_gradient})
qr = Call("linalg_qr", _qr, 1, {"x": qr_gradient})
eigh = Call("linalg_eigh", lambda x: tuple(np.linalg.eigh(x)), 1, {"x": eigh_gradient})
svd = Call("linalg_svd", _svd, 1, {"x": svd_gradient})
