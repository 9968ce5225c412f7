"""`torch.linalg`: inverses, systems of equations, determinants, eigenvalues and singular values."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.modes import modes
from steepest.core.reading import read
from steepest.core.tensor import Tensor, from_array
from steepest.errors import LinAlgError, text
from steepest.functional import shaping
from steepest.functional.appearing import appears_as
from steepest.functional.by_example import by_example
from steepest.functional.casting import in_single_precision, lowers
from steepest.functional.products import identity_like, mm
from steepest.functional.reducing import named
from steepest.functional.supporting import refuses
from steepest.ops import linalg as la
from steepest.ops.arithmetic import conjugate, where
from steepest.ops.creation import constant
from steepest.ops.maps import common_shape

qr_result, eigh_result, svd_result, slogdet_result, eig_result = (
    named("linalg_qr", "Q", "R"), named("linalg_eigh", "eigenvalues", "eigenvectors"), named("linalg_svd", "U", "S", "Vh"),
    named("linalg_slogdet", "sign", "logabsdet"), named("linalg_eig", "eigenvalues", "eigenvectors"))
inv_ex_result, solve_ex_result = named("linalg_inv_ex", "inverse", "info"), named("linalg_solve_ex", "result", "info")
triangular_solve_result = named("triangular_solve", "solution", "cloned_coefficient")
cholesky_ex_result = named("linalg_cholesky_ex", "L", "info")
lstsq_result = named("linalg_lstsq", "solution", "residuals", "rank", "singular_values")


def matrices(function: str, name: str, x: Tensor, square: bool = False) -> None:
    """RuntimeError unless the last two dimensions are (square) matrices of floating or complex numbers."""
    if x.array.ndim < 2:
        raise RuntimeError(text("not-a-matrix", function=function, name=name, shape=list(x.array.shape)))
    if square and x.array.shape[-1] != x.array.shape[-2]:
        raise RuntimeError(text("not-square", function=function, name=name, shape=list(x.array.shape)))
    if x.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("linalg-floats", function=function, dtype=x.dtype))


# systems --------------------------------------------------------------------------------------------------------------------------
@in_single_precision
@refuses("halves")
def inv(A: Tensor) -> Tensor:
    """The inverse of square matrices; LinAlgError for singular ones."""
    matrices("linalg.inv", "A", A, square=True)
    return la.inverse(A)


inverse = inv


def _attempt(function: Any, A: Tensor, check_errors: bool, failed: Any) -> tuple[Any, Tensor]:
    """A result and zeros, or where matrices fail the result of `failed` and for each of them where they do."""
    info = constant(np.zeros(A.array.shape[:-2], np.int32), dtypes.int32)
    try:
        return function(), info
    except LinAlgError:
        if check_errors:
            raise
        return failed()


@in_single_precision
def inv_ex(A: Tensor, *, check_errors: bool = False) -> Any:
    """The inverse and, for each matrix, 0 or the place of the first zero pivot."""
    matrices("linalg.inv_ex", "A", A, square=True)
    return inv_ex_result(_attempt(lambda: inv(A), A, check_errors, lambda: (A * float("nan"), la.lu(A.detach(), pivot=True)[2])))


def _is_vector(A: Tensor, B: Tensor) -> bool:
    return B.array.ndim == 1 or B.array.ndim == A.array.ndim - 1 and B.array.shape == A.array.shape[:-1]


@in_single_precision
@refuses("halves")
def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """X with `A X = B`, or with `X A = B` where not `left`; LinAlgError for singular A."""
    matrices("linalg.solve", "A", A, square=True)
    if _is_vector(A, B):
        return solve(A, B.unsqueeze(-1) if left else B.unsqueeze(-2), left=left).squeeze(-1 if left else -2)
    return la.solve(A, B) if left else la.mh(la.solve(la.mh(A), la.mh(B)))


@in_single_precision
def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Any:
    """The solution and, for each matrix, 0 or the place of the first zero pivot."""
    return solve_ex_result(_attempt(lambda: solve(A, B, left=left), A, check_errors,
                                    lambda: (B * float("nan"), la.lu(A.detach(), pivot=True)[2])))


@refuses("bool integers halves")
def solve_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """X with `A X = B` (`X A = B` where not `left`) for triangular A, of which only that triangle is read."""
    matrices("linalg.solve_triangular", "A", A, square=True)
    matrices("linalg.solve_triangular", "B", B)
    if left:
        return la.solve_triangular(A, B, upper=upper, unitriangular=unitriangular)
    turned = la.solve_triangular(A.mT, B.mT, upper=not upper, unitriangular=unitriangular)
    return turned.mT


@in_single_precision
def triangular_solve(b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False) -> Any:
    """The solution of `A x = b` for triangular A, and A."""
    matrices("triangular_solve", "A", A, square=True)
    lead = common_shape("triangular_solve", b.array.shape[:-2], A.array.shape[:-2])
    A, b = (shaping.expand(x, *lead, *x.array.shape[-2:]) for x in (A, b))
    x = la.solve_triangular(A.mT if transpose else A, b, upper=upper != transpose, unitriangular=unitriangular)
    return triangular_solve_result((x, A.clone()))


@by_example
@in_single_precision
@refuses("halves")
def lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """The least-squares solution of `A X = B`, and what the LAPACK driver of that name tells with it."""
    matrices("linalg.lstsq", "A", A)
    if B.array.ndim < 1:
        raise RuntimeError(text("not-a-matrix", function="linalg.lstsq", name="B", shape=list(B.array.shape)))
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(text("lstsq-driver", driver=driver))
    vector = _is_vector(A, B)
    right = B.unsqueeze(-1) if vector else B
    x = la.lstsq(A, right)
    m, n = A.array.shape[-2:]
    empty = A.new_empty(0).real if A.dtype.is_complex else A.new_empty(0)
    rank = matrix_rank(A) if driver != "gels" else constant(np.zeros(0, np.int64), dtypes.int64)
    residuals = empty
    if m > n and driver not in (None, "gelsy") and bool((rank == n).all()):
        residuals = (A @ x - right).abs().square().sum(-2)
        residuals = residuals.squeeze(-1) if vector else residuals
    values = svdvals(A.detach()) if driver in ("gelsd", "gelss") else empty
    return lstsq_result((x.squeeze(-1) if vector else x, residuals, rank, values))


def pinv(A: Tensor, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """The Moore-Penrose pseudo-inverse; singular values below `max(atol, rtol * the largest)` count as zero."""
    matrices("linalg.pinv", "A", A, square=hermitian)
    least, share = _tolerances(A, atol, rcond if rtol is None else rtol)
    if modes.casting is not None and A.dtype is dtypes.float32:
        return _lowered_pinv(A, least, share, hermitian)
    return la.pinv(A, rtol=share, atol=least, hermitian=hermitian)


def _lowered_pinv(A: Any, atol: Any, rtol: Any, hermitian: bool) -> Tensor:
    """The pseudo-inverse under autocast, which computes the last product in its dtype."""
    if hermitian:
        values, u = eigh(A)
        v, s = u * values.sign().unsqueeze(-2), values.abs()
    else:
        u, s, vh = svd(A, full_matrices=False)
        v = vh.mH
    kept = s > (s.amax(-1, keepdim=True) * from_array(rtol.astype(np.float32))).clamp(min=float(atol.max(initial=0.0)))
    result: Tensor = (v * (s.reciprocal() * kept).unsqueeze(-2)) @ u.mH
    return result


def _tolerances(A: Tensor, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """Absolute and relative tolerance, by default 0 and eps times the larger side."""
    least, share = (read(t) if isinstance(t, Tensor) else t for t in (atol, rtol))
    if share is None:
        share = la.default_tolerance(A) if least is None else 0.0
    return np.asarray(0.0 if least is None else least), np.asarray(share)


@in_single_precision
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """The Moore-Penrose pseudo-inverse."""
    return pinv(input, rcond)


@by_example
@in_single_precision
def matrix_rank(A: Tensor, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """The number of singular values (of Hermitian matrices: eigenvalues) that are not small."""
    matrices("linalg.matrix_rank", "A", A, square=hermitian)
    A = A.detach()
    least, share = (np.asarray(read(tol) if isinstance(tol, Tensor) else tol), np.asarray(0.0)) if tol is not None else _tolerances(
        A, atol, rtol)
    values = read(eigvalsh(A).abs() if hermitian else svdvals(A))
    top = values.max(-1, keepdims=True, initial=0)
    count = (values > np.maximum(least[..., None], share[..., None] * top)).sum(-1)
    return constant(np.asarray(count, np.int64), dtypes.int64)


# determinants ---------------------------------------------------------------------------------------------------------------------
@refuses("halves")
def det(A: Tensor) -> Tensor:
    """The determinant of square matrices."""
    matrices("linalg.det", "A", A, square=True)
    return la.determinant(A)


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant; NaN where that is negative."""
    sign, value = slogdet(input)
    return value + sign.log() if sign.dtype.is_complex else where(sign == -1, float("nan"), value)


def slogdet(A: Tensor) -> Any:
    """Sign and logarithm of the absolute value of the determinant."""
    matrices("linalg.slogdet", "A", A, square=True)
    return slogdet_result(la.slogdet(A))


# factorisations -------------------------------------------------------------------------------------------------------------------
@in_single_precision
@refuses("halves")
def cholesky(A: Tensor, *, upper: bool = False) -> Tensor:
    """The lower (or upper) factor L of `L L^H`; LinAlgError where A is not positive definite."""
    matrices("linalg.cholesky", "A", A, square=True)
    return la.cholesky(A, upper=upper)


@in_single_precision
@refuses("halves")
def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:
    """The Cholesky factor and, for each matrix, 0 or the order of the first minor that is not positive."""
    return cholesky_ex_result(_attempt(lambda: cholesky(A, upper=upper), A, check_errors, lambda: (A * float("nan"), _first_minor(A))))


def _first_minor(A: Tensor) -> Tensor:
    info = np.zeros(A.array.shape[:-2], np.int32)
    for at in np.ndindex(*info.shape):
        for k in range(A.array.shape[-1]):
            try:
                np.linalg.cholesky(A.array[at][:k + 1, :k + 1])
            except np.linalg.LinAlgError:
                info[at] = k + 1
                break
    return constant(info, dtypes.int32)


@in_single_precision
@refuses("halves")
def qr(A: Tensor, mode: str = "reduced") -> Any:
    """Orthogonal Q and upper triangular R with `Q R = A`; `mode` is "reduced", "complete" or "r"."""
    matrices("linalg.qr", "A", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(text("norm-order", function="qr", order=mode))
    return qr_result(la.qr(A, mode=mode))


@in_single_precision
@refuses("halves")
def eigh(A: Tensor, UPLO: str = "L") -> Any:
    """Eigenvalues in rising order and eigenvectors of symmetric or Hermitian matrices, of which the triangle `UPLO` is read."""
    matrices("linalg.eigh", "A", A, square=True)
    return eigh_result(la.eigh(A, lower=UPLO.upper() == "L"))


@in_single_precision
def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """Eigenvalues in rising order of symmetric or Hermitian matrices, of which the triangle `UPLO` is read."""
    return eigh(A, UPLO)[0]


@in_single_precision
def eig(A: Tensor) -> Any:
    """Eigenvalues and eigenvectors of square matrices, complex."""
    matrices("linalg.eig", "A", A, square=True)
    return eig_result(la.eig(A))


@in_single_precision
@refuses("halves")
def eigvals(A: Tensor) -> Tensor:
    """Eigenvalues of square matrices, complex."""
    return eig(A)[0]


@in_single_precision
@refuses("halves")
def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """`U diag(S) Vh = A` with singular values in falling order."""
    matrices("linalg.svd", "A", A)
    return svd_result(la.svd(A, full_matrices=full_matrices))


@in_single_precision
@refuses("halves")
def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:
    """Singular values in falling order."""
    matrices("linalg.svdvals", "A", A)
    return la.svd(A, full_matrices=False)[1]


# products -------------------------------------------------------------------------------------------------------------------------
def _identity(like: Tensor) -> Tensor:
    """An identity matrix for each of the matrices."""
    one = identity_like(like.array.shape[-1], like)
    return constant(np.broadcast_to(one, like.array.shape).copy(), dtypes.from_numpy(one.dtype))


def matrix_power(A: Tensor, n: int) -> Tensor:
    """The n-th power of square matrices; negative ones through the inverse."""
    if A.array.ndim < 2 or A.array.shape[-1] != A.array.shape[-2]:
        matrices("linalg.matrix_power", "A", A, square=True)
    if n < 0:
        return matrix_power(inv(A), -n)
    if n == 0:
        return _identity(A) + A * 0 if A.needs_grad else _identity(A).to(A.dtype)
    if n == 1:
        return A.clone()
    if n == 3:
        return A @ A @ A
    result: Tensor | None = None
    square = A
    while True:
        if n & 1:
            result = square if result is None else result @ square
        n >>= 1
        if not n:
            break
        square = square @ square
    assert result is not None
    return result


def multi_dot(tensors: Any) -> Tensor:
    """The product of several matrices, in the order that costs least; the first and the last may be vectors."""
    parts = list(tensors)
    if len(parts) < 2:
        raise RuntimeError(text("multi-dot-few", count=len(parts)))
    row, column = parts[0].array.ndim == 1, parts[-1].array.ndim == 1
    if row:
        parts[0] = parts[0].unsqueeze(0)
    if column:
        parts[-1] = parts[-1].unsqueeze(-1)
    sizes = [parts[0].array.shape[0], *(x.array.shape[1] for x in parts)]
    result = _ordered_product(parts, *_cheapest(sizes), 0, len(parts) - 1)
    result = result.squeeze(0) if row else result
    return result.squeeze(-1) if column else result


def _cheapest(sizes: list[int]) -> tuple[dict[tuple[int, int], int]]:
    """Where to part each run of matrices so that the fewest products are made (Cormen et al., Introduction to Algorithms, 15.2)."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    parting: dict[tuple[int, int], int] = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            least, k = min((cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j))
            cost[i, j], parting[i, j] = least, k
    return (parting,)


def _ordered_product(parts: list[Tensor], parting: dict[tuple[int, int], int], i: int, j: int) -> Tensor:
    if i == j:
        return parts[i]
    k = parting[i, j]
    return mm(_ordered_product(parts, parting, i, k), _ordered_product(parts, parting, k + 1, j))


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of the last two dimensions, a view."""
    return shaping.diagonal(A, offset, dim1, dim2)


@lowers
@refuses("bool integers")
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """Products summed along `dim`, the first factor conjugated."""
    return (conjugate(x) * y).sum(dim)


TAYLOR = 1.09
"""The largest 1-norm for which 18 terms of the series suffice in double precision, in which the exponential is computed."""


@appears_as("LinalgMatrixExpBackward0")
def matrix_exp(A: Tensor) -> Tensor:
    """The matrix exponential by scaling, Taylor's polynomial of degree 18 and squaring (Bader, Blanes and Casas, 2019)."""
    matrices("linalg.matrix_exp", "A", A, square=True)
    if A.dtype not in (dtypes.float64, dtypes.complex128):
        return matrix_exp(A.to(dtypes.complex128 if A.dtype.is_complex else dtypes.float64)).to(A.dtype)
    size = float(np.abs(A.array).sum(-2).max()) if A.array.size else 0.0
    squarings = int(np.ceil(np.log2(size / TAYLOR))) if np.isfinite(size) and size > TAYLOR else 0
    x = A / 2.0**squarings
    one = _identity(A)
    result = one
    for k in range(18, 0, -1):
        result = one + x @ result / k
    for _ in range(squarings):
        result = result @ result
    return result
