"""Distributions made of others: `Independent`, `MixtureSameFamily`; and the normal distribution of vectors."""

import math
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core.size import Size
from steepest.distributions import constraints
from steepest.distributions.constraints import Constraint
from steepest.distributions.covariance import Covariance, factor_of_precision, the_given
from steepest.distributions.discrete import Categorical
from steepest.distributions.distribution import Distribution, derived
from steepest.distributions.transforms.transform import sum_last
from steepest.errors import text
from steepest.functional.factors import cholesky_inverse
from steepest.functional.linalg import solve
from steepest.functional.shaping import broadcast_shapes

__all__ = ["Independent", "MixtureSameFamily", "MultivariateNormal"]


class Independent(Distribution):
    """`reinterpreted_batch_ndims` dimensions of a batch seen as dimensions of one event, whose log-probabilities add up."""

    def __init__(self, base_distribution: Distribution, reinterpreted_batch_ndims: int, validate_args: bool | None = None):
        dims = len(base_distribution.batch_shape)
        if reinterpreted_batch_ndims > dims:
            raise ValueError(text("distribution-reinterpreted", wanted=reinterpreted_batch_ndims, dims=dims))
        shape = base_distribution.batch_shape + base_distribution.event_shape
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, reinterpreted_batch_ndims
        at = dims - reinterpreted_batch_ndims
        super().__init__(shape[:at], shape[at:], validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        inner = self._event_shape[: self.reinterpreted_batch_ndims]
        return Independent(self.base_dist.expand(Size(batch_shape) + inner), self.reinterpreted_batch_ndims)

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        return self.base_dist.has_rsample

    @constraints.dependent_property
    def support(self) -> Constraint:
        base, n = self.base_dist.support, self.reinterpreted_batch_ndims
        return constraints.independent(base, n) if n else base

    @property
    def mean(self) -> Any:
        return self.base_dist.mean

    @property
    def mode(self) -> Any:
        return self.base_dist.mode

    @property
    def variance(self) -> Any:
        return self.base_dist.variance

    def sample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        return sum_last(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Any:
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError(text("enumeration-of-products"))
        return self.base_dist.enumerate_support(expand=expand)

    def entropy(self) -> Any:
        return sum_last(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamily(Distribution):
    """One of the last batch dimension's distributions, picked by a `Categorical`."""

    def __init__(self, mixture_distribution: Categorical, component_distribution: Distribution, validate_args: bool | None = None):
        components = tuple(component_distribution.batch_shape)
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(text("distribution-mixture-kind", kind=type(mixture_distribution).__name__))
        mixture = tuple(mixture_distribution.logits.shape)
        if mixture[-1:] != components[-1:]:
            raise ValueError(text("distribution-mixture-count", mixture=mixture[-1], component=components[-1] if components else None))
        if mixture[-len(components):] != components[-len(mixture):]:
            raise ValueError(text("distribution-mixture", mixture=mixture[:-1], component=components[:-1]))
        self.mixture_distribution, self.component_distribution = mixture_distribution, component_distribution
        self._event_ndims = len(component_distribution.event_shape)
        super().__init__(component_distribution.batch_shape[:-1], component_distribution.event_shape, validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        of = self.component_distribution
        return MixtureSameFamily(self.mixture_distribution.expand(batch_shape), of.expand(Size(batch_shape) + of.batch_shape[-1:]))

    @constraints.dependent_property
    def support(self) -> Constraint:
        of = self.component_distribution.support
        return constraints.MixtureSameFamilyConstraint(of)

    def _weights(self) -> Any:
        probs = self.mixture_distribution.probs
        return probs.reshape(probs.shape + (1,) * self._event_ndims)

    @property
    def mean(self) -> Any:
        return (self._weights() * self.component_distribution.mean).sum(-1 - self._event_ndims)

    @property
    def variance(self) -> Any:
        of, dim = self.component_distribution, -1 - self._event_ndims
        centre = self.mean.unsqueeze(dim)
        within = (self._weights() * of.variance).sum(dim)
        return within + (self._weights() * (of.mean - centre).pow(2.0)).sum(dim)

    def cdf(self, value: Any) -> Any:
        return (self.component_distribution.cdf(self._padded(value)) * self.mixture_distribution.probs).sum(-1)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return (self.component_distribution.log_prob(self._padded(value)) + self.mixture_distribution.logits.log_softmax(-1)).logsumexp(-1)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            picked = self.mixture_distribution.sample(sample_shape)
            drawn = self.component_distribution.sample(sample_shape)
            dim = drawn.dim() - 1 - self._event_ndims
            picked = picked.reshape(picked.shape + (1,) * (self._event_ndims + 1))
            return drawn.gather(dim, picked.expand(picked.shape[: dim + 1] + tuple(self._event_shape))).squeeze(dim)

    def _padded(self, value: Any) -> Any:
        return value.unsqueeze(-1 - self._event_ndims)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"


_precision_to_scale_tril = factor_of_precision


def _batch_mv(bmat: Any, bvec: Any) -> Any:
    """Matrices times vectors."""
    return (bmat @ bvec.unsqueeze(-1)).squeeze(-1)


def _batch_mahalanobis(bL: Any, bx: Any) -> Any:
    """The squared lengths of the vectors `bx` in the covariances that have the Cholesky factors `bL`."""
    batch = broadcast_shapes(bL.shape[:-2], bx.shape[:-1])
    return solve(bL.expand((*batch, -1, -1)), bx.unsqueeze(-1).expand((*batch, -1, -1))).squeeze(-1).pow(2).sum(-1)


class MultivariateNormal(Covariance):
    """The normal distribution of vectors; one of the covariance matrix, its inverse or its Cholesky factor is given."""

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
                 validate_args: bool | None = None):
        given = the_given(covariance_matrix=covariance_matrix, precision_matrix=precision_matrix, scale_tril=scale_tril)
        if given is None:
            raise ValueError(text("distribution-covariance"))
        name, matrix = given
        for what, x, dims in (("loc", loc, 1), (name, matrix, 2)):
            if x.dim() < dims:
                shown = "scale_tril matrix" if what == "scale_tril" else what
                raise ValueError(text("distribution-dims", name=shown, dims=("one", "two")[dims - 1], shape=tuple(x.shape)))
        batch = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand((*batch, -1))
        self.__dict__[name] = matrix.expand((*batch, -1, -1))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._factorise(name, matrix)

    @derived
    def precision_matrix(self) -> Any:
        return self._matrices(cholesky_inverse(self._unbroadcasted_scale_tril))

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        return self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        eps = self.loc.new_empty(self._extended_shape(sample_shape)).normal_()
        return self.loc + (self._unbroadcasted_scale_tril @ eps.unsqueeze(-1)).squeeze(-1)

    def _solved(self, columns: Any) -> Any:
        """The inverse of the factor times some columns; what lies above its diagonal has no gradient."""
        batch = broadcast_shapes(self._unbroadcasted_scale_tril.shape[:-2], columns.shape[:-2])
        return solve(self._unbroadcasted_scale_tril.tril().expand((*batch, -1, -1)), columns.expand((*batch, -1, -1)))

    def _half_log_det(self) -> Any:
        return self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        difference = (value - self.loc).unsqueeze(-1)
        squares = self._solved(difference).pow(2).sum((-2, -1))
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + squares) - self._half_log_det()

    def entropy(self) -> Any:
        return (0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det()).expand(self._batch_shape)
