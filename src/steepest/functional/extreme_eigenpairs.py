"""`torch.lobpcg`: a few of the largest or smallest eigenvalues of a symmetric matrix, with their eigenvectors."""

import math
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.linalg import cholesky, eigh, matrices, solve_triangular
from steepest.functional.random import randn

__all__ = ["lobpcg"]


def lobpcg(A: Tensor, k: int | None = None, B: Tensor | None = None, X: Tensor | None = None, n: int | None = None,
           iK: Tensor | None = None, niter: int | None = None, tol: float | None = None, largest: bool | None = None,
           method: str | None = None, tracker: Any = None, ortho_iparams: Any = None, ortho_fparams: Any = None,
           ortho_bparams: Any = None) -> tuple[Tensor, Tensor]:
    """`k` extreme eigenvalues `(*, k)` of `A` `(*, m, m)`, or of `A x = e B x`, and their eigenvectors `(*, m, k)`.

    The largest first, or with `largest=False` the smallest. The matrix is dense here, so they come from LAPACK, exact to rounding, in the
    place of PyTorch's iteration, whose precision `niter`, `tol`, `iK`, `method` and the starting vectors `X` decide. Vectors are unique up
    to signs. ValueError where `A` has fewer than 3 `n` rows; NotImplementedError for a `tracker`, as there are no iterations.
    """
    matrices("lobpcg", "A", A, square=True)
    if tracker is not None:
        raise NotImplementedError(text("lobpcg-tracker"))
    m = A.array.shape[-1]
    k = (1 if X is None else X.array.shape[-1]) if k is None else k
    n = (k if n is None else n) if X is None else X.array.shape[-1]
    if m < 3 * n:
        raise ValueError(text("lobpcg-rows", rows=m, pairs=n))
    if X is None:
        for _ in range(math.prod(A.array.shape[:-2])):
            randn(m, n, dtype=A.dtype)      # PyTorch's starting vectors, so that later numbers are the same
    whole = (A + A.mT) / 2 if A.requires_grad else A
    if B is not None:
        factor = cholesky(B)
        whole = solve_triangular(factor, solve_triangular(factor, whole, upper=False).mT, upper=False).mT
    values, vectors = eigh(whole)
    if largest is None or largest:
        values, vectors = values.flip(-1), vectors.flip(-1)
    values, vectors = values[..., :k], vectors[..., :k]
    return values, vectors if B is None else solve_triangular(factor.mT, vectors, upper=True)
