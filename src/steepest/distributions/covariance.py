"""The covariance of vectors, given as the matrix, its inverse or its Cholesky factor: what two distributions have in common."""

from typing import Any

from steepest.distributions.distribution import Distribution, derived
from steepest.functional.creating import eye
from steepest.functional.linalg import cholesky, solve_triangular

__all__ = ["Covariance", "the_given"]


def the_given(**matrices: Any) -> tuple[str, Any] | None:
    """The name and the value of the one that is not None; None where it is not exactly one."""
    chosen = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
    return chosen[0] if len(chosen) == 1 else None


class Covariance(Distribution):
    """A distribution that holds one of `covariance_matrix`, `precision_matrix` and `scale_tril`: the others follow.

    `_unbroadcasted_scale_tril` is the Cholesky factor of the covariance, without the dimensions that other parameters have.
    """

    def _factorise(self, name: str, matrix: Any) -> None:
        """Compute the Cholesky factor from what was given; LinAlgError where there is none."""
        if name == "precision_matrix":
            turned = cholesky(matrix.flip((-2, -1))).flip((-2, -1)).mT
            self._unbroadcasted_scale_tril = solve_triangular(turned, eye(matrix.shape[-1], dtype=matrix.dtype), upper=False)
        else:
            self._unbroadcasted_scale_tril = matrix if name == "scale_tril" else cholesky(matrix)

    def _expanded(self, batch_shape: Any) -> Any:
        new = super()._expanded(batch_shape)
        vars(new)["_unbroadcasted_scale_tril"] = self._unbroadcasted_scale_tril
        return new

    def _matrices(self, matrix: Any) -> Any:
        return matrix.expand(self.batch_shape + self.event_shape[-1:] * 2)

    @derived
    def scale_tril(self) -> Any:
        return self._matrices(self._unbroadcasted_scale_tril)

    @derived
    def covariance_matrix(self) -> Any:
        return self._matrices(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT)
