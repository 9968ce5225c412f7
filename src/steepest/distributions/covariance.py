"""The covariance of vectors, given as the matrix, its inverse or its Cholesky factor: what two distributions have in common."""

from typing import Any

from steepest.distributions.distribution import derived
from steepest.functional.linalg import cholesky, inv

__all__ = ["Covariance", "the_given"]


def the_given(**matrices: Any) -> tuple[str, Any] | None:
    """The name and the value of the one that is not None; None where it is not exactly one."""
    chosen = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
    return chosen[0] if len(chosen) == 1 else None


class Covariance:
    """A distribution that holds one of `covariance_matrix`, `precision_matrix` and `scale_tril`: the others follow."""

    @derived
    def _factor(self) -> Any:
        """The Cholesky factor of the covariance, from what was given."""
        given = self.__dict__
        if "scale_tril" in given:
            return given["scale_tril"]
        return cholesky(given["covariance_matrix"] if "covariance_matrix" in given else inv(given["precision_matrix"]))

    @derived
    def scale_tril(self) -> Any:
        return self._factor

    @derived
    def covariance_matrix(self) -> Any:
        return self._factor @ self._factor.mT
