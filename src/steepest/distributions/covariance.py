"""The covariance of vectors, given as the matrix, its inverse or its Cholesky factor: what two distributions have in common."""

from typing import Any

from steepest.distributions.distribution import Distribution, derived
from steepest.functional.creating import eye
from steepest.functional.linalg import cholesky, solve_triangular

__all__ = ["Covariance", "factor_of_precision", "the_given"]


def the_given(**matrices: Any) -> tuple[str, Any] | None:
    """The name and the value of the one that is not None; None where it is not exactly one."""
    chosen = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
    return chosen[0] if len(chosen) == 1 else None


def factor_of_precision(P: Any) -> Any:
    """The Cholesky factor of the covariance whose inverse is `P`; LinAlgError where there is none."""
    turned = cholesky(P.flip((-2, -1))).flip((-2, -1)).mT
    return solve_triangular(turned, eye(P.shape[-1], dtype=P.dtype), upper=False)


class Covariance(Distribution):
    """A distribution that holds one of `covariance_matrix`, `precision_matrix` and `scale_tril`: the others follow.

    `_unbroadcasted_scale_tril` is the Cholesky factor of the covariance, without the dimensions that other parameters have.
    """

    def _factorise(self, name: str, matrix: Any) -> None:
        """Compute the Cholesky factor from what was given; LinAlgError where there is none."""
        if name == "precision_matrix":
            self._unbroadcasted_scale_tril = factor_of_precision(matrix)
        else:
            self._unbroadcasted_scale_tril = matrix if name == "scale_tril" else cholesky(matrix)

    def _expanded(self, batch_shape: Any) -> Any:
        new = super()._expanded(batch_shape)
        vars(new)["_unbroadcasted_scale_tril"] = self._unbroadcasted_scale_tril
        return new

    def _matrices(self, matrix: Any) -> Any:
        return matrix.expand(self._batch_shape + self._event_shape[-1:] * 2)

    @derived
    def scale_tril(self) -> Any:
        return self._matrices(self._unbroadcasted_scale_tril)

    @derived
    def covariance_matrix(self) -> Any:
        return self._matrices(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT)
