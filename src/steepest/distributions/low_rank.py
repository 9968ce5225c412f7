"""The normal distribution of vectors whose covariance is a matrix of low rank and a diagonal."""

import math
from typing import Any

from steepest.distributions import constraints
from steepest.distributions.distribution import Distribution, derived
from steepest.errors import text
from steepest.functional.creating import eye
from steepest.functional.joining import diag_embed
from steepest.functional.linalg import cholesky, solve_triangular
from steepest.functional.random import randn
from steepest.functional.shaping import broadcast_shapes

__all__ = ["LowRankMultivariateNormal"]


class LowRankMultivariateNormal(Distribution):
    """Normal with covariance `cov_factor @ cov_factor.mT + diag(cov_diag)`.

    Determinant and inverse come from the small matrix `C = I + W^T D^-1 W` (matrix determinant lemma, Woodbury's identity).
    """

    arg_constraints = {"loc": constraints.real_vector, "cov_factor": constraints.independent(constraints.real, 2),
                       "cov_diag": constraints.independent(constraints.positive, 1)}
    support: Any = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None):
        for name, x, dims in (("loc", loc, 1), ("cov_factor", cov_factor, 2)):
            if x.dim() < dims:
                raise ValueError(text("distribution-dims", name=name, dims=("one", "two")[dims - 1], shape=tuple(x.shape)))
        n = loc.shape[-1]
        if cov_factor.shape[-2] != n:
            raise ValueError(text("low-rank-factor", n=n, shape=tuple(cov_factor.shape)))
        if cov_diag.shape[-1:] != (n,):
            raise ValueError(text("low-rank-diagonal", n=n, shape=tuple(cov_diag.shape)))
        try:
            batch = broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        except (RuntimeError, ValueError):
            raise ValueError(text("low-rank-batches", loc=tuple(loc.shape), factor=tuple(cov_factor.shape),
                                  diagonal=tuple(cov_diag.shape))) from None
        self.loc, self.cov_diag = loc.expand((*batch, n)), cov_diag.expand((*batch, n))
        self.cov_factor = cov_factor.expand((*batch, n, cov_factor.shape[-1]))
        super().__init__(batch, (n,), validate_args=validate_args)

    @derived
    def _scaled_factor(self) -> Any:
        """`W^T D^-1`."""
        return self.cov_factor.mT / self.cov_diag.unsqueeze(-2)

    @derived
    def _small(self) -> Any:
        """The Cholesky factor of C."""
        product = self._scaled_factor @ self.cov_factor
        return cholesky(product + eye(product.shape[-1], dtype=product.dtype))

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        return self.cov_factor.pow(2).sum(-1) + self.cov_diag

    @derived
    def covariance_matrix(self) -> Any:
        return self.cov_factor @ self.cov_factor.mT + diag_embed(self.cov_diag)

    @derived
    def scale_tril(self) -> Any:
        root = self.cov_diag.sqrt().unsqueeze(-1)
        scaled = self.cov_factor / root
        return root * cholesky(scaled @ scaled.mT + eye(scaled.shape[-2], dtype=scaled.dtype))

    @derived
    def precision_matrix(self) -> Any:
        a = solve_triangular(self._small, self._scaled_factor, upper=False)
        return diag_embed(self.cov_diag.reciprocal()) - a.mT @ a

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        along = randn((*shape[:-1], self.cov_factor.shape[-1]), dtype=self.loc.dtype)
        own = randn(shape, dtype=self.loc.dtype)
        return self.loc + (self.cov_factor @ along.unsqueeze(-1)).squeeze(-1) + self.cov_diag.sqrt() * own

    def _half_log_det(self) -> Any:
        return self._small.diagonal(dim1=-2, dim2=-1).log().sum(-1) + 0.5 * self.cov_diag.log().sum(-1)

    def _squares(self, difference: Any) -> Any:
        """The squared Mahalanobis distance."""
        inner = self._scaled_factor @ difference.unsqueeze(-1)
        small = self._small.expand((*inner.shape[:-2], *self._small.shape[-2:]))
        return (difference.pow(2) / self.cov_diag).sum(-1) - solve_triangular(small, inner, upper=False).pow(2).sum((-2, -1))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return -0.5 * (self.event_shape[0] * math.log(2 * math.pi) + self._squares(value - self.loc)) - self._half_log_det()

    def entropy(self) -> Any:
        return 0.5 * self.event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det()
