"""`torch.linalg`: norms, factorisations, systems of equations."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.reading import read
from steepest.core.tensor import Tensor, from_array
from steepest.functional import reducing, shaping
from steepest.functional.products import identity_like, mm
from steepest.functional.reducing import named
from steepest.ops import counting
from steepest.ops import linalg as la
from steepest.ops.arithmetic import conjugate
from steepest.ops.creation import constant

qr_result, eigh_result, svd_result, slogdet_result = (
    named("linalg_qr", "Q", "R"), named("linalg_eigh", "eigenvalues", "eigenvectors"), named("linalg_svd", "U", "S", "Vh"),
    named("linalg_slogdet", "sign", "logabsdet"))


def inv(A: Tensor) -> Tensor:
    """The inverse of square matrices; RuntimeError for singular ones."""
    return la.inverse(A)


inverse = inv


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """X with `A X = B`; RuntimeError for singular A."""
    if not left:
        return la.mh(solve(la.mh(A), la.mh(B)))
    if B.array.ndim == 1 or B.array.ndim == A.array.ndim - 1 and B.array.shape == A.array.shape[:-1]:
        return la.solve(A, B.unsqueeze(-1)).squeeze(-1)
    return la.solve(A, B)


def det(A: Tensor) -> Tensor:
    """The determinant of square matrices."""
    return la.determinant(A)


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant; NaN where that is negative."""
    sign, value = la.slogdet(input)
    return value + sign.log()


def slogdet(A: Tensor) -> Any:
    """Sign and logarithm of the absolute value of the determinant."""
    return slogdet_result(la.slogdet(A))


def cholesky(A: Tensor, *, upper: bool = False) -> Tensor:
    """The lower (or upper) factor L of `L L^H`; RuntimeError where A is not positive definite."""
    return la.cholesky(A, upper=upper)


def qr(A: Tensor, mode: str = "reduced") -> Any:
    """Orthogonal Q and upper triangular R with `Q R = A`."""
    return qr_result(la.qr(A, mode=mode))


def eigh(A: Tensor, UPLO: str = "L") -> Any:
    """Eigenvalues in rising order and eigenvectors of symmetric or Hermitian matrices."""
    return eigh_result(la.eigh(A))


def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """Eigenvalues in rising order of symmetric or Hermitian matrices."""
    return la.eigh(A)[0]


def eigvals(A: Tensor) -> Tensor:
    """Eigenvalues of square matrices, complex."""
    return counting.eigenvalues_and_vectors(A)[0]


def eig(A: Tensor) -> Any:
    """Eigenvalues and eigenvectors of square matrices, complex."""
    return named("linalg_eig", "eigenvalues", "eigenvectors")(counting.eigenvalues_and_vectors(A))


def svd(A: Tensor, full_matrices: bool = True) -> Any:
    """`U diag(S) Vh = A` with singular values in falling order."""
    return svd_result(la.svd(A, full_matrices=full_matrices))


def svdvals(A: Tensor) -> Tensor:
    """Singular values in falling order."""
    return la.svd(A, full_matrices=False)[1]


def pinv(A: Tensor) -> Tensor:
    """The Moore-Penrose pseudo-inverse."""
    u, s, vh = la.svd(A, full_matrices=False)
    small = s <= s.max(-1, keepdim=True)[0] * (np.finfo(A.array.dtype).eps * max(A.array.shape[-2:]))
    return la.mh(vh) @ ((1 / s).masked_fill(small, 0).unsqueeze(-1) * la.mh(u))


def matrix_rank(A: Tensor, tol: float | None = None) -> Tensor:
    """The number of singular values that are not small."""
    return counting.rank(A, tol=tol)


def lstsq(A: Tensor, B: Tensor) -> Any:
    """The least-squares solution of `A X = B`."""
    x, residuals, rank, s = np.linalg.lstsq(read(A), read(B), rcond=None)
    return named("linalg_lstsq", "solution", "residuals", "rank", "singular_values")(
        from_array(np.asarray(v)) for v in (x, residuals, rank, s))


def _identity(like: Tensor) -> Tensor:
    """An identity matrix for each of the matrices."""
    one = identity_like(like.array.shape[-1], like)
    return constant(np.broadcast_to(one, like.array.shape).copy(), dtypes.from_numpy(one.dtype))


def matrix_power(A: Tensor, n: int) -> Tensor:
    """The n-th power of square matrices; negative ones through the inverse."""
    if n < 0:
        return matrix_power(inv(A), -n)
    result = _identity(A)
    while n:
        if n & 1:
            result = result @ A
        A, n = A @ A if n > 1 else A, n >> 1
    return result


def multi_dot(tensors: Any) -> Tensor:
    """The product of several matrices."""
    parts = list(tensors)
    result = parts[0]
    for x in parts[1:]:
        result = mm(result, x)
    return result


def vector_norm(x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The p-norm over `dim`, of all elements if None."""
    return reducing.norm(x, ord, dim, keepdim, dtype)


def matrix_norm(A: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Tensor:
    """The Frobenius norm, or the norms 1, -1, 2, -2, inf, -inf, "nuc" of matrices."""
    if ord == "fro":
        return reducing.norm(A, 2, dim, keepdim)
    if ord in ("nuc", 2, -2):
        s = svdvals(A)
        return s.sum(-1) if ord == "nuc" else s.amax(-1) if ord == 2 else s.amin(-1)
    rows, columns = dim if abs(ord) == 1 else dim[::-1]
    sums = A.abs().sum(rows, keepdim=True)
    out = sums.amax(columns, keepdim=True) if ord > 0 else sums.amin(columns, keepdim=True)
    return out if keepdim else out.squeeze(dim)


def norm(A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """A vector norm, or with two dimensions or a named `ord` a matrix norm."""
    if isinstance(ord, str) or ord is not None and (isinstance(dim, (tuple, list)) and len(dim) == 2 or dim is None and A.array.ndim == 2):
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim)
    return reducing.norm(A, 2 if ord is None else ord, dim, keepdim, dtype)


def cond(A: Tensor) -> Tensor:
    """The ratio of the largest to the smallest singular value."""
    s = svdvals(A)
    return s.amax(-1) / s.amin(-1)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of the last two dimensions, a view."""
    return shaping.diagonal(A, offset, dim1, dim2)


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """Products summed along `dim`, the first factor conjugated."""
    return (conjugate(x) * y).sum(dim)


def matrix_exp(A: Tensor) -> Tensor:
    """The matrix exponential by scaling, Taylor's polynomial of degree 18 and squaring (Moler and Van Loan, 2003)."""
    size = float(np.abs(A.array).sum(-2).max()) if A.array.size else 0.0
    squarings = max(0, int(np.ceil(np.log2(size))) + 1) if size > 0.5 else 0
    x = A / 2.0**squarings
    one = _identity(A)
    result = one
    for k in range(18, 0, -1):
        result = one + x @ result / k
    for _ in range(squarings):
        result = result @ result
    return result
