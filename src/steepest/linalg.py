"""`torch.linalg`."""

from typing import Any

from steepest.errors import LinAlgError, outside
from steepest.functional import bunch_kaufman, factors, linalg, norms
from steepest.functional.joining import cross
from steepest.functional.operands import with_out
from steepest.functional.products import matmul

__all__ = ["LinAlgError", "matmul"]

NAMES: dict[Any, str] = {
    linalg: "cholesky cholesky_ex det diagonal eig eigh eigvals eigvalsh inv inv_ex lstsq matrix_exp matrix_power matrix_rank"
            " multi_dot pinv qr slogdet solve solve_ex solve_triangular svd svdvals vecdot",
    norms: "cond matrix_norm norm tensorinv tensorsolve vander vector_norm",
    bunch_kaufman: "ldl_factor ldl_factor_ex ldl_solve",
    factors: "householder_product lu_factor lu_factor_ex",
}
"""Functions under their own names; all take `out=`."""
globals().update({name: with_out(getattr(module, name)) for module, names in NAMES.items() for name in names.split()})
lu, lu_solve, cross = with_out(factors.plu), with_out(factors.solve_lu), with_out(cross)
__all__ += ["cross", "lu", "lu_solve", *(name for names in NAMES.values() for name in names.split())]
outside.explain(__name__)
