"""`torch.linalg.ldl_factor` and what solves with its factors."""

from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import LinAlgError, text
from steepest.functional.by_example import by_example
from steepest.functional.linalg import matrices
from steepest.functional.reducing import named
from steepest.functional.supporting import refuses
from steepest.ops import ldl

__all__ = ["ldl_factor", "ldl_factor_ex", "ldl_solve"]

factor_result, factor_ex_result = named("linalg_ldl_factor", "LD", "pivots"), named("linalg_ldl_factor_ex", "LD", "pivots", "info")


@by_example
@refuses("halves")
def ldl_factor_ex(A: Tensor, *, hermitian: bool = False, check_errors: bool = False) -> Any:
    """L and D of a symmetric (Hermitian with `hermitian`) matrix in one, the exchanges, and 0 or the place of the first zero block.

    Only the lower triangle is read. There are no gradients, as in PyTorch.
    """
    matrices("linalg.ldl_factor", "A", A, square=True)
    if A.requires_grad:
        raise RuntimeError(text("no-gradient-of", function="linalg.ldl_factor"))
    made = ldl.ldl_factor(A, hermitian=hermitian)
    if check_errors and bool((made[2] != 0).any()):
        raise LinAlgError(text("linalg-failed", operation="linalg.ldl_factor", problem="D has a zero block", shape=list(A.array.shape)))
    return factor_ex_result(made)


@by_example
@refuses("halves")
def ldl_factor(A: Tensor, *, hermitian: bool = False) -> Any:
    """L and D in one matrix and the exchanges; LinAlgError where D is singular."""
    return factor_result(ldl_factor_ex(A, hermitian=hermitian, check_errors=True)[:2])


@by_example
def ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False) -> Tensor:
    """X with `A X = B` from the factors of A; dimensions before the last two are broadcast."""
    matrices("linalg.ldl_solve", "LD", LD, square=True)
    matrices("linalg.ldl_solve", "B", B)
    if pivots.array.shape != LD.array.shape[:-1]:
        raise RuntimeError(text("ldl-pivots", expected=list(LD.array.shape[:-1]), got=list(pivots.array.shape)))
    if B.dtype is not LD.dtype:
        raise RuntimeError(text("dtypes-differ", a=LD.dtype, b=B.dtype))
    if LD.requires_grad or B.requires_grad:
        raise RuntimeError(text("no-gradient-of", function="linalg.ldl_solve"))
    solved: Tensor = ldl.ldl_solve(LD, pivots, B, hermitian=hermitian)
    return solved
